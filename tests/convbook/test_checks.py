"""How a check calls a function: with copies, described in words, whatever the function does."""

import inspect
import sys
from typing import Any

import numpy as np
import pytest
from reports import CALLED, Pretender, X, message, report

from convbook.checking import CheckFailed, check, check_handwritten, check_raises, rng


def test_the_call_is_described_by_name_and_never_wholesale():
    def layer(x: Any, weight: Any = None, *more: Any, padding: int = 0, **others: Any) -> int:
        return 1

    large = np.arange(10**4).reshape(100, 100)
    arguments = (large, [X, X], large.tolist(), np.int64(5))
    text = message(layer, *arguments, expect=2, padding=(1, 2), f=len)
    numbers = "[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,…"
    assert text.split("\n")[1] == (
        "  called with:      x of shape (100, 100) (int64), weight (a list of 2 entries), "
        f"argument 3 = {numbers}, argument 4 = 5, padding = (1, 2), f (a function)"
    )
    text = message(lambda: 1, expect=2, name="my function")
    assert text.startswith("my function gives a wrong value.\n  called with:      no arguments\n")
    assert message(lambda: 1, expect=2).startswith("your function gives a wrong value.\n")


def test_the_function_gets_copies():
    class Layer:
        weights = 3

    inside, layer = [np.ones(2)], Layer()

    def careless(x: Any, pair: Any, options: Any, layer: Any) -> Any:
        return x is X or pair is inside or pair[0] is inside[0], layer.weights

    check(careless, X, inside, {"a": inside}, layer, expect=(False, 3))


def add_in_place(x: Any) -> Any:
    x += 1
    return x


def reshape_in_place(x: Any) -> Any:
    x.resize((4,))
    return x


def sort_list(x: Any) -> Any:
    x.sort()
    return x


def put(x: Any) -> Any:
    x["new"] = 1


def fill_with_liars(x: Any) -> Any:
    x[0] = Pretender()


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (add_in_place, X),
        (sort_list, [2, 1]),
        (lambda x: x[0].fill(7), (X, 1)),
        (put, {"old": 2}),
        (fill_with_liars, [1, 2]),
        (lambda x: x.__setitem__(0, True), [1, 2]),
    ],
)
def test_an_argument_must_stay_as_it_is(function: Any, argument: Any):
    (own_name,) = inspect.signature(function).parameters
    lines = message(function, argument, expect=X + 1, name="layer").split("\n")
    assert lines[0] == f"layer changes its input {own_name}."
    assert lines[2] == (
        f"  usual cause:      an assignment such as {own_name}[...] = … or {own_name} += …: "
        f"work on {own_name}.copy()"
    )


def test_an_argument_must_keep_its_shape():
    lines = message(reshape_in_place, X, expect=X + 1).split("\n")
    assert lines[0] == "reshape_in_place changes its input x."
    assert lines[2].startswith("  usual cause:      x itself gets another shape, as by x.shape = …")


def test_an_argument_keeps_its_order_in_memory():
    columns_first = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    check(lambda x: x.ravel(order="K"), columns_first, expect=np.array([0.0, 3, 1, 4, 2, 5]))


@pytest.mark.parametrize("returned", [ValueError("no"), ValueError])
def test_an_error_that_is_returned_is_not_raised(returned: Any):
    with pytest.raises(CheckFailed, match="an error is returned: `raise` it"):
        check_raises(lambda x: returned, 1, because="x is 1")


def test_the_argument_that_changed_is_named():
    def layer(x, weight, *, bias):
        bias[0] = 7

    arguments = (np.zeros(2), np.zeros(3))
    text = message(layer, *arguments, bias=np.zeros(1), expect=0)
    assert text.startswith("layer changes its input bias.")


def test_nan_in_an_argument_is_no_change():
    check(lambda x: np.isnan(x), np.array([np.nan, 1]), expect=np.array([True, False]))


def stops(x: Any) -> Any:
    rows = list(x)
    return rows[5]


def stops_inside_numpy(x: Any) -> Any:
    return np.concatenate([x, x[0]])


def quits(x: Any) -> Any:
    sys.exit("enough")


class SilentError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def raises_badly(x: Any) -> Any:
    raise SilentError


@pytest.mark.parametrize(
    ("function", "error", "line"),
    [
        (stops, "IndexError: list index out of range", "return rows[5]"),
        (
            stops_inside_numpy,
            "ValueError: all the input arrays must have same number of dimensions, but the array "
            "at index 0 has 2 dimension(s) and the array at index 1 has 1 dimension(s)",
            "return np.concatenate([x, x[0]])",
        ),
        (quits, "SystemExit: enough", 'sys.exit("enough")'),
        (raises_badly, "SilentError: ", "raise SilentError"),
    ],
)
def test_an_error_is_told_with_the_students_line(function: Any, error: str, line: str):
    number = function.__code__.co_firstlineno + (2 if function is stops else 1)
    headline = f"{function.__name__} stops with an error."
    where = f"in {function.__name__}, line {number}"
    expected = report(headline, CALLED, f"error: {error}", f"{where}: {line}")
    assert message(function, X, expect=0) == expected


def test_an_error_before_the_first_line_has_no_line():
    text = message(lambda: 1, X, expect=0, name="layer")
    assert text.endswith("takes 0 positional arguments but 1 was given")


def test_a_long_error_is_shortened():
    def long(x: Any) -> Any:
        raise ValueError(np.arange(10**4).reshape(100, 100).tolist())

    lines = message(long, X, expect=0).split("\n")
    assert len(lines) == 4
    assert len(lines[2]) <= 220


@pytest.mark.parametrize(
    "filename", ["/tmp/ipykernel_123/456.py", "<ipython-input-3-abc>", "<string>"]
)
def test_code_without_a_file_still_has_a_line_number(filename: str):
    room: dict[str, Any] = {"np": np}
    source = "def solution(x):\n    y = np.ones(3)\n    return np.stack([x, y])\n"
    exec(compile(source, filename, "exec"), room)
    last = message(room["solution"], X, expect=0).split("\n")[-1]
    assert last == "  in solution, line 3: (its text can't be shown)"


def test_what_is_not_written_yet():
    def later(x: Any) -> Any:
        raise NotImplementedError

    expected = report(
        "later is not written yet.",
        "what to do: replace `raise NotImplementedError()` by your solution",
    )
    assert message(later, X, expect=0) == expected
    with pytest.raises(CheckFailed) as failed:
        check_raises(later, X, error=RuntimeError, because="x is odd")
    assert str(failed.value) == expected


@pytest.mark.parametrize(
    ("thing", "got"), [(None, "None"), (3, "3 (int)"), (X, "an array of shape (2, 2) (float64)")]
)
def test_what_is_no_function(thing: Any, got: str):
    expected = report("shift is not a function.", f"got: {got}")
    assert message(thing, X, expect=0, name="shift") == expected
    with pytest.raises(CheckFailed) as failed:
        check_raises(thing, X, because="x is odd", name="shift")
    assert str(failed.value) == expected


def test_an_interrupt_goes_through():
    def interrupted(x: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(interrupted, X, expect=0)


def test_check_raises():
    def strict(n: int) -> int:
        if n < 0:
            raise ValueError("n is negative")
        if n == 0:
            raise ZeroDivisionError("n is 0")
        return np.float64(n)

    check_raises(strict, -1, because="a size is positive")
    check_raises(strict, -1, error=Exception, because="a size is positive")
    check_raises(strict, n=0, error=ArithmeticError, because="a size is positive")
    with pytest.raises(CheckFailed) as failed:
        check_raises(strict, 4, because="4 is even")
    assert str(failed.value) == report(
        "strict must raise ValueError, because 4 is even.",
        "called with: n = 4",
        "got: 4.0 (numpy.float64)",
    )
    with pytest.raises(CheckFailed) as failed:
        check_raises(strict, 0, because="0 is even")
    line = strict.__code__.co_firstlineno + 4
    assert str(failed.value) == report(
        "strict must raise ValueError, because 0 is even; it raises another error.",
        "called with: n = 0",
        "error: ZeroDivisionError: n is 0",
        f'in strict, line {line}: raise ZeroDivisionError("n is 0")',
    )


def test_the_seed_of_the_grader_is_repeated(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GRADING_SEED", "7")
    first = rng("shift").random(5)
    np.testing.assert_array_equal(first, rng("shift").random(5))
    assert not np.array_equal(first, rng("patch").random(5))
    monkeypatch.setenv("GRADING_SEED", "8")
    assert not np.array_equal(first, rng("shift").random(5))
    monkeypatch.delenv("GRADING_SEED")
    assert not np.array_equal(rng("shift").random(5), rng("shift").random(5))


@pytest.mark.parametrize("seed", ["seven", "-1", "1.5", " "])
def test_a_seed_must_be_an_integer(monkeypatch: pytest.MonkeyPatch, seed: str):
    monkeypatch.setenv("GRADING_SEED", seed)
    message = f"^GRADING_SEED must be an integer of at least 0; it is '{seed}'$"
    with pytest.raises(ValueError, match=message):
        rng("shift")


def test_check_handwritten_says_what_is_called_and_where():
    def lazy(x, u):
        return slide(x) @ u

    def slide(x):
        return np.fft.fft(np.linalg.inv(x))

    line = slide.__code__.co_firstlineno + 1
    where = f"in slide, line {line}: return np.fft.fft(np.linalg.inv(x))"
    todo = "what to do: write it yourself with indexing, products and sums"
    for allowed, headline in (
        (["np.linalg"], "lazy calls `np.fft.fft`, a ready-made Fourier transform."),
        (["np.fft"], "lazy calls `np.linalg.inv`, which this task doesn't allow."),
    ):
        with pytest.raises(CheckFailed) as failed:
            check_handwritten(lazy, allowed=allowed)
        assert str(failed.value) == report(headline, where, todo)
    check_handwritten(lazy, allowed=["np.linalg", "np.fft"])


def test_check_handwritten_needs_a_text():
    room: dict[str, Any] = {}
    exec("def layer(x):\n    return x", room)
    with pytest.raises(CheckFailed) as failed:
        check_handwritten(room["layer"])
    assert str(failed.value) == report(
        "the text of layer can't be read.",
        "what to do: write it in a cell of its own that begins with `def layer(`",
    )
    with pytest.raises(CheckFailed) as failed:
        check_handwritten(3)  # type: ignore[arg-type]
    assert str(failed.value) == report("your function is not a function.", "got: 3 (int)")


def test_check_handwritten_calls_a_lambda_your_function():
    lazy = lambda x, u: np.correlate(x, u)  # noqa: E731
    with pytest.raises(CheckFailed) as failed:
        check_handwritten(lazy)
    headline = str(failed.value).split("\n")[0]
    assert headline == "your function calls `np.correlate`, a ready-made cross-correlation."


def test_check_handwritten_refuses_a_library_function_itself():
    with pytest.raises(CheckFailed) as failed:
        check_handwritten(np.correlate)
    assert str(failed.value) == report(
        "correlate calls `numpy.correlate`, a ready-made cross-correlation.",
        "what to do: write it yourself with indexing, products and sums",
    )
