"""Where two arrays first differ, and what mistake usually makes such a difference."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def first_difference(got: Array, right: Array, tolerance: float) -> str | None:
    """Say in words where `got` first differs from `right`, in raster order; None if nowhere.

    A value differs when its error exceeds `tolerance` times the largest expected value, at least 1.

    >>> first_difference(np.array([1, 2, 9]), np.array([1, 2, 3]), 0)
    'at [2]: expected 3, got 9 (1 of 3 values differs)'
    """
    wrong = ~_close(got, right, tolerance)
    count = int(wrong.sum())
    if not count:
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    values = f"expected {_number(right[place])}, got {_number(got[place])}"
    if right.ndim == 0:
        return values
    where = ", ".join(map(str, place))
    verb = "differs" if count == 1 else "differ"
    return f"at [{where}]: {values} ({count} of {right.size} values {verb})"


def usual_cause(
    got: Array, right: Array, inputs: list[Array], causes: Mapping[str, Any], tolerance: float
) -> str | None:
    """The mistake that explains `got`, if it is one that is known; else None.

    `causes` are this task's known wrong answers; the ones that any task can have are tried after
    them.

    >>> usual_cause(np.zeros(3), np.ones(3), [], {}, 1e-6)
    'every value is zero: is the result ever written to?'
    """
    for cause, answer in causes.items():
        answer = np.asarray(answer)
        if answer.shape == got.shape and not _equal(answer, right, tolerance):
            if _equal(got, answer, tolerance):
                return cause
    if got.shape != right.shape:
        return _shape_cause(got.shape, right.shape)
    if right.ndim == 0:
        return None
    if np.isnan(got.astype(float)).any():
        return "some values are NaN: an array from np.empty that is not filled, or a division by 0"
    if not got.any():
        return "every value is zero: is the result ever written to?"
    if any(x.shape == got.shape and _equal(got, x, tolerance) for x in inputs):
        return "the input comes back as it is"
    if right.dtype.kind == "f" and _equal(got, np.trunc(right), tolerance):
        return "the result is stored in an array of integers, which cuts off the fraction"
    if _equal(got, -right, tolerance):
        return "the sign is turned around"
    for axis in range(right.ndim):
        if _equal(got, np.flip(right, axis), tolerance):
            return f"the answer is reversed along axis {axis}"
    for first in range(right.ndim):
        for second in range(first + 1, right.ndim):
            swapped = np.swapaxes(right, first, second)
            if swapped.shape == got.shape and _equal(got, swapped, tolerance):
                return f"axes {first} and {second} are swapped"
    for axis in range(right.ndim):
        for step in (-1, 1):
            if right.shape[axis] > 1 and _equal(got, np.roll(right, step, axis), tolerance):
                return f"everything is one place off along axis {axis}"
    wrong = ~_close(got, right, tolerance)
    inner = tuple(slice(1, -1) if n > 2 else slice(None) for n in right.shape[-2:])
    if right.ndim >= 2 and wrong[..., *inner].size and not wrong[..., *inner].any():
        return "the inside is right and the border is wrong: look at the padding and the ranges"
    for axis in range(max(right.ndim - 2, 0)):
        first_only = np.take(wrong, 0, axis)
        if right.shape[axis] > 1 and not first_only.any():
            return f"right for index 0 of axis {axis} only: the other images or channels are wrong"
    if np.isclose(got.sum(), right.sum()) and _equal(
        np.sort(got, None), np.sort(right, None), tolerance
    ):
        return "the right values are in the wrong places"
    return None


def _shape_cause(got: tuple[int, ...], right: tuple[int, ...]) -> str | None:
    if len(got) != len(right):
        return "an axis is missing or too many: batches and channels keep their own axes"
    if sorted(got) == sorted(right):
        return "axes are swapped: height comes before width, channels before both"
    off = [(g - r) for g, r in zip(got, right, strict=True)]
    if set(off) <= {-1, 0, 1}:
        return "one too many or too few along an axis: n − s + 1 windows of size s fit on n pixels"
    return None


def _close(got: Array, right: Array, tolerance: float) -> NDArray[np.bool_]:
    if tolerance == 0:
        return np.asarray(got == right)
    scale = max(1.0, float(np.abs(right).max(initial=0)))
    return np.isclose(got, right, rtol=0, atol=tolerance * scale, equal_nan=True)


def _equal(got: Array, right: Array, tolerance: float) -> bool:
    return bool(_close(got, right, tolerance).all())


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else str(value)
