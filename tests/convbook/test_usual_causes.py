"""Each cause is named for the mistake that it describes, at its limits too, and for no other."""

from typing import Any

import numpy as np
import pytest
from reports import answer, message

from convbook.checking import check
from convbook.checking.causes import first_difference, usual_cause

BORDER = "the inside is right and the border is wrong: look at the padding and the ranges"
FIRST = (
    "only the first entry along axis {} is right: does something go on from one to the next, "
    "or is the first used for all?"
)
ALONE = "only the first entry along axis {} is computed; the others are zero"
RUNNING = "each value holds those before it too: is the sum set back to 0?"
CUT = "the result is stored in an array of integers, which cuts off the fraction"


def cause(got: Any, right: Any, tolerance: float = 1e-6) -> str | None:
    return usual_cause(np.asarray(got), np.asarray(right), [], {}, tolerance)


def ringed(shape: tuple[int, ...], depth: int) -> tuple[Any, Any]:
    """Right values, and the same with a wrong frame of this depth along the last two axes."""
    right = np.random.default_rng(0).normal(size=shape) + 5
    got = right + np.random.default_rng(1).normal(size=shape) + 100
    inside = (..., *(slice(depth, n - depth) for n in shape[-2:]))
    got[inside] = right[inside]
    return got, right


@pytest.mark.parametrize(
    ("shape", "depth"),
    [
        ((4,), 1), ((5,), 1), ((7,), 2), ((9,), 3),
        ((4, 4), 1), ((4, 5), 1), ((7, 6), 2), ((9, 8), 3),
        ((2, 3, 4, 4), 1), ((1, 2, 7, 6), 2),
    ],
)  # fmt: skip
def test_a_wrong_border_is_named(shape: tuple[int, ...], depth: int):
    assert cause(*ringed(shape, depth)) == BORDER


@pytest.mark.parametrize(
    ("shape", "depth"),
    # Four deep is no border any more; and one right value, or a row of three, may be luck.
    [((10, 10), 4), ((3,), 1), ((3, 3), 1), ((3, 5), 1), ((5, 5), 2)],
)
def test_what_is_right_by_luck_has_no_wrong_border(shape: tuple[int, ...], depth: int):
    assert cause(*ringed(shape, depth)) is None


def test_zeros_that_are_right_have_no_wrong_border():
    right = np.zeros((7, 8))
    right[0], right[-1] = 3, 5
    got = right.copy()
    got[0, 1], got[-1, 2] = 4, 6
    assert cause(got, right) is None
    right[3, 3] = got[3, 3] = 1
    assert cause(got, right) == BORDER


def test_a_border_is_looked_for_along_axes_that_have_an_inside():
    right = np.arange(1.0, 13).reshape(2, 6)
    got = right.copy()
    got[:, [0, -1]] += 100
    assert cause(got, right) == BORDER


@pytest.mark.parametrize("axis", [0, 1])
def test_only_the_first_image_or_channel_is_computed(axis: int):
    right = np.random.default_rng(2).normal(size=(3, 4, 2, 5)) + 9
    got = right.copy()
    got[(slice(None),) * axis + (slice(1, None),)] = 77
    assert cause(got, right) == FIRST.format(axis)
    got[(slice(None),) * axis + (slice(1, None),)] = 0
    assert cause(got, right) == ALONE.format(axis)


@pytest.mark.parametrize("shape", [(3,), (2, 5), (2, 3, 4)])
def test_a_sum_that_is_never_set_back(shape: tuple[int, ...]):
    right = np.random.default_rng(6).normal(size=shape)
    assert cause(right.cumsum().reshape(shape), right) == RUNNING


def test_causes_that_fit_alike_are_both_named_and_three_are_none():
    right, got = np.array([1.0, 2, 4]), np.array([5.0, 6, 9])
    causes = {"one: do this": got, "two": got, "right": right, "other": right + 9}
    assert usual_cause(got, right, [], causes, 1e-6) == "one: do this – or: two"
    # Two that say the same before their colon are one mistake.
    causes = {"one: do this": got, "one: or that": got}
    assert usual_cause(got, right, [], causes, 1e-6) == "one: do this"
    assert usual_cause(got, right, [], {**causes, "two": got, "three": got}, 1e-6) is None


def test_a_cause_whose_answer_cannot_be_computed_is_passed_over():
    right, got = np.array([1.0, 2, 4]), np.array([5.0, 6, 9])

    def impossible() -> Any:
        raise ValueError("the kernel doesn't fit")

    assert usual_cause(got, right, [], {"one": impossible, "two": lambda: got}, 1e-6) == "two"


@pytest.mark.parametrize("shape", [(3, 5), (4,), (1, 3, 3)])
def test_rows_and_single_images_are_not_a_first_entry_among_others(shape: tuple[int, ...]):
    right = np.random.default_rng(3).normal(size=shape) + 9
    got = right + 50
    got[0] = right[0] if len(shape) < 3 else got[0]
    assert cause(got, right) is None


@pytest.mark.parametrize("shape", [(2, 3), (3, 2, 4), (2, 2, 3, 5)])
def test_an_answer_reversed_along_its_last_two_axes(shape: tuple[int, ...]):
    right = np.random.default_rng(4).normal(size=shape)
    found = cause(right[..., ::-1, ::-1], right)
    assert found == "the answer is reversed along its last two axes"


@pytest.mark.parametrize("shift", [1, -1])
@pytest.mark.parametrize(
    ("shape", "axis"), [((3,), 0), ((4, 5), 0), ((4, 5), 1), ((2, 3, 5), 2), ((2, 2, 4, 3), 2)]
)
def test_everything_one_place_off(shape: tuple[int, ...], axis: int, shift: int):
    right = np.random.default_rng(5).normal(size=shape)
    got = np.roll(right, shift, axis)
    entering = [slice(None)] * len(shape)
    entering[axis] = slice(0, 1) if shift > 0 else slice(-1, None)
    got[tuple(entering)] = 40
    assert cause(got, right) == f"everything is one place off along axis {axis}"


def test_what_cannot_show_a_shift_has_not_moved():
    for right in (np.array([1.0, 2.0]), np.array([3.0, 3.0, 3.0])):
        assert "one place off" not in str(cause([*right[1:], 40.0], right))


@pytest.mark.parametrize(
    ("got", "right", "words"),
    [
        ((2, 3), (3, 2), "axes are swapped: rows come before columns"),
        ((1, 3, 2), (1, 2, 3), "axes are swapped; height comes before width"),
        ((4, 3), (3, 3), "an axis is one too long or too short"),
        ((3, 2), (3, 3), "an axis is one too long or too short"),
        ((4, 3, 2), (3, 3, 3), "an axis is one too long or too short"),
        ((3,), (1, 3), "an axis is missing"),
        ((1, 1, 3), (1, 3), "there is an axis too many"),
    ],
)
def test_a_wrong_shape_has_its_cause(got: Any, right: Any, words: str):
    assert str(cause(np.ones(got), np.ones(right))).startswith(words)


@pytest.mark.parametrize(("got", "right"), [((2, 3), (6,)), ((12,), (2, 2, 3)), ((4, 2, 3), (24,))])
def test_as_many_values_in_another_shape(got: Any, right: Any):
    assert str(cause(np.ones(got), np.ones(right))).startswith("there are as many values")


@pytest.mark.parametrize(("got", "right"), [((5, 5), (3, 3)), ((2, 5), (5, 6)), ((1, 1), (3, 5))])
def test_a_shape_that_nothing_explains(got: Any, right: Any):
    assert cause(np.ones(got), np.ones(right)) is None


def test_a_single_zero_for_a_negative_value_has_many_reasons():
    assert cause([5, 0, 1, 8, 9], [5, -2, 1, 8, 9]) is None
    assert cause([5, 0, 1, 8, 0], [5, -2, 1, 8, -9]) == "negative values have become 0"


def test_the_axes_of_images_are_only_spoken_of_where_there_are_images():
    assert cause(np.ones(3), np.ones((1, 3))) == "an axis is missing"
    assert "the batch and the channels" in str(cause(np.ones((3, 3)), np.ones((1, 3, 3))))
    assert "the batch" not in str(cause(np.ones((5, 5)), np.ones(5)))


def test_a_fraction_that_is_cut_off_by_integers():
    right = np.array([0.0, 1.5, -2.5, 3.0])
    assert cause(np.array([0, 1, -2, 3]), right) == CUT
    assert cause(np.array([9, 9, 9, 3]), right) == CUT  # a later sum was cut off as well
    # A zero is right by luck, and values without a fraction lose none.
    assert cause(np.array([0, 9, 9, 9]), right) is None
    assert cause(np.array([0, 9, 8, 9]), np.array([0.0, 1.0, 2.0, 9.0])) != CUT


def test_integers_too_large_for_a_float_are_told_apart():
    right, got = np.array([2**60, 7]), np.array([2**60 + 1, 7])
    wanted = f"at [0]: expected {2**60}, got {2**60 + 1} (1 of 2 values differs)"
    assert first_difference(got, right, 0) == wanted
    assert wanted in message(answer(got), 1, expect=right)


def test_a_mistake_explains_all_numbers_of_a_tuple_or_none():
    causes = {"turned around": (1, 5, 20), "all one": (1, 1, 1), "too few": (20, 5)}
    said = message(answer((1, 5, 20)), 1, expect=(20, 5, 1), causes=causes)
    assert said.split("\n")[2:] == [
        "  first difference: expected 20, got 1",
        "  usual cause:      turned around",
    ]
    assert "usual cause" not in message(answer((1, 5, 1)), 1, expect=(20, 5, 1), causes=causes)
    said = message(answer((20, 5)), 1, expect=(20, 5, 1), causes=causes)
    assert said.split("\n")[-2:] == [
        "  got:              a tuple of 2 entries",
        "  usual cause:      too few",
    ]


def test_a_tuple_of_too_many_entries_is_refused():
    assert "expected:         a tuple of 2 entries" in message(answer((1, 2, 3)), 1, expect=(1, 2))
    assert "got:              a tuple of 3 entries" in message(answer((1, 2, 3)), 1, expect=(1, 2))


@pytest.mark.parametrize("change", [lambda x: x.append(9), lambda x: x.pop(), lambda x: x.clear()])
def test_a_list_that_grows_or_shrinks_has_been_changed(change: Any):
    def solution(x: list[int]) -> int:
        change(x)
        return 1

    assert "x" in message(solution, [1, 2], expect=1)
    assert "chang" in message(solution, [1, 2], expect=1)


def test_an_argument_that_holds_nan_is_unchanged_where_nothing_is_written():
    for x in (np.array([np.nan, 1]), np.array([np.nan], np.float32), [np.array([np.nan])]):
        check(lambda each: 3, x, expect=3)


def test_an_integer_beyond_every_float_keeps_its_sign():
    assert "expected 1, got -inf" in message(answer(-(10**400)), 1, expect=1)
    assert "expected 1, got inf" in message(answer(10**400), 1, expect=1)


def test_a_dictionary_with_another_key_has_been_changed():
    def solution(x: dict[str, int]) -> int:
        x["c"] = x.pop("b")
        return 1

    assert "chang" in message(solution, {"a": 1, "b": 2}, expect=1)
