"""Right answers pass in every form; of wrong ones it is told what is wrong, and the usual cause."""

from typing import Any

import numpy as np
import pytest
from reports import CALLED, EXPECT, Liar, X, answer, message, report
from wrong_kinds import WRONG_KINDS
from wrong_values import WRONG_VALUES

from convbook.checking import check


def strided(array: Any) -> Any:
    large = np.zeros([2 * n for n in array.shape], array.dtype)
    large[(slice(None, None, -2),) * array.ndim] = array
    return large[(slice(None, None, -2),) * array.ndim]


@pytest.mark.parametrize(
    ("got", "expect"),
    [
        (EXPECT, EXPECT),
        (EXPECT.astype(np.float32), EXPECT),
        (EXPECT + 1e-7, EXPECT),
        (strided(EXPECT), EXPECT),
        (np.asfortranarray(EXPECT), EXPECT),
        (EXPECT.view(Liar), EXPECT),
        (np.ma.masked_array(EXPECT), EXPECT),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array([np.nan, np.inf, -np.inf]), np.array([np.nan, np.inf, -np.inf])),
        (np.array([1, 2], np.int32), np.array([1, 2])),
        (np.array([1, 2], np.uint8), np.array([1, 2])),
        (np.array([True]), np.array([True])),
        (3, 3),
        (np.int64(3), 3),
        (np.uint8(3), 3),
        (np.array(3), 3),
        (3, np.int64(3)),
        (3, np.array(3)),
        (2**70, 2**70),
        (0.5, 0.5),
        (np.float32(0.1), 0.1),
        (np.array(0.5), 0.5),
        (0.5, np.array(0.5)),
        (0.5, np.float64(0.5)),
        (2, 2.0),
        (np.int32(2), 2.0),
        (float("nan"), float("nan")),
        (float("inf"), float("inf")),
        (True, True),
        (np.True_, True),
        (np.array(True), True),
        ((1, 2), (1, 2)),
        ([1, 2], (1, 2)),
        ((1, np.int64(2)), [1, 2]),
        ([(1, 2), [3, 4]], [(1, 2), (3, 4)]),
        ((EXPECT, 0.5, True), (EXPECT, 0.5, True)),
        ((), ()),
    ],
)
def test_right_answers_pass(got: Any, expect: Any):
    check(answer(got), X, expect=expect)


@pytest.mark.parametrize(
    ("dtype", "right", "wrong"),
    [
        (None, ["float32", "float64"], ["int64", "bool", "float16"]),
        ("float", ["float32", "float64"], ["int64", "uint8", "bool", "float16"]),
        ("number", ["float32", "float64", "int64", "uint8"], ["bool", "float16"]),
        ("same", ["float32"], ["float64", "int64", "bool"]),
    ],
)
def test_dtypes_of_whole_floats(dtype: Any, right: list[str], wrong: list[str]):
    expect, x = np.array([1.0, 0.0]), np.ones(1, np.float32)
    for each in right:
        check(answer(expect.astype(each)), x, expect=expect, dtype=dtype)
    for each in wrong:
        lines = message(answer(expect.astype(each)), x, expect=expect, dtype=dtype).split("\n")
        assert lines[0] == "solution gives the right values in the wrong dtype."
        assert lines[-1] == f"  got dtype:        {each}"


@pytest.mark.parametrize(
    ("dtype", "right", "wrong"),
    [
        (None, ["int64", "int8", "uint16"], ["float64", "bool"]),
        ("int", ["int64", "int8", "uint16"], ["float64", "bool"]),
        ("number", ["int64", "uint16", "float32"], ["bool"]),
        ("float", ["float64", "float32"], ["int64", "bool"]),
    ],
)
def test_dtypes_of_integers(dtype: Any, right: list[str], wrong: list[str]):
    expect = np.array([1, 0])
    for each in right:
        check(answer(expect.astype(each)), X, expect=expect, dtype=dtype)
    for each in wrong:
        text = message(answer(expect.astype(each)), X, expect=expect, dtype=dtype)
        assert text.startswith("solution gives the right values in the wrong dtype.")


WRONG = WRONG_KINDS | WRONG_VALUES


@pytest.mark.parametrize("case", WRONG)
def test_wrong_answers_are_explained(case: str):
    got, expect, headline, *details = WRONG[case]
    assert message(answer(got), X, expect=expect) == report(headline, CALLED, *details)


def test_causes_of_a_task_come_first():
    causes = {"the bias is missing": EXPECT - 7, "everything is right": EXPECT, "zeros": 0 * EXPECT}
    text = message(answer(EXPECT - 7), X, expect=EXPECT, causes=causes)
    assert text.endswith("  usual cause:      the bias is missing")
    text = message(answer(0 * EXPECT), X, expect=EXPECT, causes=causes)
    assert text.endswith("  usual cause:      zeros")
    text = message(answer(EXPECT + 1), X, expect=EXPECT, causes=causes)
    assert "usual cause" not in text


def test_causes_may_have_another_shape_or_be_entries_of_a_tuple():
    causes = {"transposed": EXPECT.T}
    assert message(answer(EXPECT.T), X, expect=EXPECT, causes=causes).endswith(" transposed")
    causes = {"one more": (1, 3)}
    assert message(answer((1, 3)), X, expect=(1, 2), causes=causes).endswith(" one more")


def test_a_cause_may_be_computed_when_it_is_needed():
    causes = {"all ones": lambda: np.ones((2, 3)), "one more": lambda: np.zeros((2, 3))}
    check(answer(EXPECT), X, expect=EXPECT, causes={"never asked for": lambda: 1 / 0})
    text = message(answer(np.ones((2, 3))), X, expect=EXPECT, causes=causes)
    assert text.endswith("  usual cause:      all ones")
    causes = {"one more": lambda: (1, (2, 4)), "two": lambda: (1, (3, 5))}
    check(answer((1, (2, 3))), X, expect=(1, (2, 3)), causes={"never asked for": lambda: 1 / 0})
    text = message(answer((1, (2, 4))), X, expect=(1, (2, 3)), causes=causes)
    assert text.endswith("  usual cause:      one more")


def test_a_cause_next_to_a_large_count_is_still_told():
    right = 9_895_604_649_984
    text = message(answer(right + 3), X, expect=right, causes={"a bias is counted": right + 3})
    assert text.endswith("  usual cause:      a bias is counted")


def test_tolerance_follows_the_precision_of_argument_and_answer():
    near = EXPECT + 60.5 * 5e-5
    single = X.astype(np.float32)
    check(answer(near), single, expect=EXPECT)
    check(answer(near), [single], expect=EXPECT)
    check(answer(near.astype(np.float32)), X, expect=EXPECT)
    check(answer(near), X, expect=EXPECT, tolerance=1e-4)
    assert "(6 of 6 values differ)" in message(answer(near), X, expect=EXPECT)
    assert "(6 of 6" in message(answer(EXPECT + 0.01), single, expect=EXPECT)
    assert "(6 of 6" in message(answer(near), single, expect=EXPECT, tolerance=1e-6)


def test_two_numbers_that_differ_never_look_the_same():
    text = message(answer(np.array([1000.0021])), X, expect=np.array([1000.0]))
    assert "expected 1000, got 1000.0021" in text


def test_whole_numbers_may_come_from_floats_when_the_dtype_allows_it():
    check(answer(np.array([3.0000001])), X, expect=np.array([3]), dtype="number")
    text = message(answer(np.array([3.0000001])), X, expect=np.array([3]))
    assert "at [0]: expected 3, got 3.0000001" in text


def test_mistakes_of_the_one_who_writes_the_test():
    with pytest.raises(TypeError, match=r"^expect must hold real numbers or bools; it is 'a'$"):
        check(answer(1), X, expect="a")
    with pytest.raises(ValueError, match=r"^dtype must be one of \(.*\); it is 'flaot'$"):
        check(answer(1), X, expect=1, dtype="flaot")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^dtype can only be 'same' when an argument is an array"):
        check(answer(1), 3, expect=1, dtype="same")
