"""Where two arrays first differ, and what mistake usually makes such a difference."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def first_difference(got: Array, right: Array, tolerance: float) -> str | None:
    """Say in words where `got` first differs from `right`, in raster order; None if nowhere.

    A value differs when its error exceeds `tolerance` times the largest finite expected value, at
    least 1. NaN equals NaN, and an infinity only itself.

    >>> first_difference(np.array([1, 2, 9]), np.array([1, 2, 3]), 0)
    'at [2]: expected 3, got 9 (1 of 3 values differs)'
    """
    wrong = ~_close(got, right, tolerance)
    count = int(wrong.sum())
    if not count:
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    values = _pair(right[place], got[place])
    if right.ndim == 0:
        return values
    where = ", ".join(map(str, place))
    verb = "differs" if count == 1 else "differ"
    return f"at [{where}]: {values} ({count} of {right.size} values {verb})"


@np.errstate(invalid="ignore")  # infinities may stand anywhere in an answer
def usual_cause(
    got: Array, right: Array, inputs: list[Array], causes: Mapping[str, Any], tolerance: float
) -> str | None:
    """The mistake that explains `got`, which is wrong, if it is one that is known; else None.

    `causes` are this task's known wrong answers, or functions that compute them, which raise
    ValueError where they can't; the causes that any task can have are tried after them. When two
    explain `got` alike both are named, and none when there are more.

    >>> usual_cause(np.zeros(3), np.ones(3), [], {}, 1e-6)
    'every value is zero: is the result ever written to?'
    """
    fitting = fitting_causes(got, right, causes, tolerance)
    if fitting:
        return in_words(fitting)
    if any(_equal(got, x, tolerance) for x in inputs):
        return "the input comes back as it is"
    if got.shape != right.shape:
        return _shape_cause(got.shape, right.shape)
    if right.ndim == 0:
        return None
    if right.dtype.kind == "b":
        return "True and False are exchanged" if _equal(got, ~right, tolerance) else None
    integers = got.dtype.kind in "biu"
    got, right = got.astype(float), right.astype(float)
    fraction = np.isfinite(right) & (right % 1 != 0)
    some_agree = integers and bool((_close(got, right, tolerance) & (right != 0)).any())
    if fraction.any() and (some_agree or _equal(got, np.trunc(right), tolerance)):
        return "the result is stored in an array of integers, which cuts off the fraction"
    return _value_cause(got, right, tolerance)


def fitting_causes(
    got: Array, right: Array, causes: Mapping[str, Any], tolerance: float
) -> list[str]:
    """The known mistakes that lead to `got`, each in its own words."""
    fitting = [
        cause
        for cause, known in causes.items()
        if (answer := known_answer(known)) is not None
        and _equal(got, answer, tolerance)
        and not _equal(answer, right, tolerance)
    ]
    # The words before a colon name the mistake, those behind it what to do.
    different = {cause.partition(":")[0]: cause for cause in reversed(fitting)}
    return list(reversed(different.values()))


def in_words(fitting: list[str]) -> str | None:
    """One or two causes in a sentence; None where more of them fit, for then none is singled out.

    >>> in_words(["it is flipped", "it is late"]), in_words(["a", "b", "c"])
    ('it is flipped – or: it is late', None)
    """
    return " – or: ".join(fitting) if 1 <= len(fitting) <= 2 else None


def known_answer(known: Any) -> Array | None:
    """A mistake's answer, which may have to be computed; None where it can't be."""
    try:
        return np.asarray(known() if callable(known) else known)
    except ValueError:
        return None


def same_values(answer: Any, right: Any) -> bool:
    """Whether a mistake's answer is the right one, as near as float32 would bring it.

    >>> same_values((np.zeros(2), 1), (np.zeros(2), 1)), same_values(np.zeros(2), np.zeros(3))
    (True, False)
    """
    if isinstance(right, (tuple, list)):
        several = isinstance(answer, (tuple, list)) or np.ndim(answer) > 0
        return several and len(answer) == len(right) and all(map(same_values, answer, right))
    return _equal(np.asarray(answer), np.asarray(right), 1e-4)


def _value_cause(got: Array, right: Array, tolerance: float) -> str | None:
    if (np.isnan(got) & ~np.isnan(right)).any():
        return "NaN comes from 0/0, from inf − inf, or from np.empty that is not filled"
    if not got.any():
        return "every value is zero: is the result ever written to?"
    for cause, wrong_answer in _rearranged(right):
        if _equal(got, wrong_answer, tolerance):
            return cause
    axis = _shifted_axis(got, right, tolerance)
    if axis is not None:
        return f"everything is one place off along axis {axis}"
    wrong = ~_close(got, right, tolerance)
    for depth in (1, 2, 3):
        inside = [slice(depth, -depth) if n > 2 * depth else slice(None) for n in right.shape[-2:]]
        # A patch has a middle, but no inside: few right values may be luck, and so may zeros.
        within = wrong[..., *inside]
        enough = np.prod(within.shape[-2:]) >= 2 ** min(right.ndim, 2)
        if enough and right[..., *inside].any() and not within.any():
            return "the inside is right and the border is wrong: look at the padding and the ranges"
    for axis in range(right.ndim - 2):
        others = tuple(a for a in range(right.ndim) if a != axis)
        hit = np.asarray(wrong.any(axis=others))
        if hit.size > 1 and not hit[0] and hit[1:].all():
            if not got[(slice(None),) * axis + (slice(1, None),)].any():
                return f"only the first entry along axis {axis} is computed; the others are zero"
            return (
                f"only the first entry along axis {axis} is right: does something go on from one "
                "to the next, or is the first used for all?"
            )
    if _equal(np.sort(got, None), np.sort(right, None), tolerance):
        return "the right values are in the wrong places"
    return None


def _rearranged(right: Array) -> Iterator[tuple[str, Array]]:
    """The right values, moved about or negated as mistakes do it."""
    yield "the sign is turned around", -right
    yield "negative values have lost their sign", np.abs(right)
    # A single zero may have many reasons, such as a range that ends too early.
    if (right < 0).sum() > 1:
        yield "negative values have become 0", np.maximum(right, 0)
    if right.size > 2:
        running = np.cumsum(right).reshape(right.shape)
        yield "each value holds those before it too: is the sum set back to 0?", running
    for axis in range(right.ndim):
        yield f"the answer is reversed along axis {axis}", np.flip(right, axis)
    if right.ndim >= 2:
        yield "the answer is reversed along its last two axes", np.flip(right, (-2, -1))
    for first, second in combinations(range(right.ndim), 2):
        yield f"axes {first} and {second} are swapped", np.swapaxes(right, first, second)


def _shifted_axis(got: Array, right: Array, tolerance: float) -> int | None:
    """The last or last but one axis, if `got` is `right` moved one place along it.

    What enters at the end may be anything.
    """
    for axis in range(max(right.ndim - 2, 0), right.ndim):
        given, wanted = np.moveaxis(got, axis, 0), np.moveaxis(right, axis, 0)
        for moved, unmoved in ((given[1:], wanted[:-1]), (given[:-1], wanted[1:])):
            # Equal values look the same wherever they are, and one row may fit by luck.
            tells = len(unmoved) > 1 and unmoved.size > 0 and np.ptp(unmoved) != 0
            if tells and _equal(moved, unmoved, tolerance):
                return axis
    return None


def _shape_cause(got: tuple[int, ...], right: tuple[int, ...]) -> str | None:
    if 0 in got and 0 not in right:
        return "the array is empty: so is a slice such as a[p:-p] where p is 0"
    if len(got) != len(right):
        sizes, wanted = ([n for n in shape if n != 1] for shape in (got, right))
        if prod(got) == prod(right) and sizes != wanted:
            return "there are as many values as expected, in another shape: look at the reshape"
        if len(got) > len(right):
            return (
                "there is an axis too many: is a sum over it missing, or does a slice such as "
                "[i:i+1] stand for an index?"
            )
        kept = ": the batch and the channels keep axes of their own, even of size 1"
        return "an axis is missing" + (kept if len(right) > 2 else "")
    if sorted(got) == sorted(right):
        pixels = "; height comes before width, and the channels before both"
        return "axes are swapped" + (pixels if len(right) > 2 else ": rows come before columns")
    more = np.subtract(got, right)
    if set(more) <= {-1, 0, 1}:
        return "an axis is one too long or too short: look at both ends of the ranges"
    return None


def _close(got: Array, right: Array, tolerance: float) -> NDArray[np.bool_]:
    if tolerance == 0:
        return np.asarray(got == right)
    size = np.abs(right.astype(float))
    scale = max(1.0, float(size[np.isfinite(size)].max(initial=0)))
    close: NDArray[np.bool_] = np.isclose(
        got.astype(float), right.astype(float), rtol=0, atol=tolerance * scale, equal_nan=True
    )
    return close


def _equal(got: Array, right: Array, tolerance: float) -> bool:
    return got.shape == right.shape and bool(_close(got, right, tolerance).all())


def _pair(right: Any, got: Any) -> str:
    """Both values, with as many digits as it takes to tell them apart."""
    for digits in (6, 9, 17):
        texts = [_number(value, digits) for value in (right, got)]
        if texts[0] != texts[1]:
            break
    return f"expected {texts[0]}, got {texts[1]}"


def _number(value: Any, digits: int) -> str:
    is_float = isinstance(value, (float, np.floating))
    return f"{float(value):.{digits}g}" if is_float else str(value)[:40]
