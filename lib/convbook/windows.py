"""Padding, and views of every window of an array."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of, axes_in_words, integer, integers, shown


def pad(x: ArrayLike, padding: int | Sequence[int], value: float = 0.0, axes: int = 2) -> Array:
    """Surround the last `axes` axes of `x` with `padding` entries of `value` on both sides.

    `padding` is one integer or one for each of those axes. The dtype of `x` is kept.
    Raises ValueError when that dtype can't hold `value`, as integers can't hold 0.5.

    >>> pad([1, 2], 1, axes=1)
    array([0, 1, 2, 0])
    """
    x, axes, filling = array_of("x", x), integer("axes", axes, 1), array_of("value", value, 0)
    if x.ndim < axes:
        raise ValueError(f"x must have at least {axes_in_words(axes)}; its shape is {x.shape}")
    with np.errstate(invalid="ignore", over="ignore"):
        held = filling.astype(x.dtype)
    if x.dtype.kind != "f" and held != filling:
        raise ValueError(f"value must fit in the dtype of x, {x.dtype}; it is {shown(value)}")
    widths = [(0, 0)] * (x.ndim - axes) + [(p, p) for p in integers("padding", padding, axes)]
    return np.pad(x, widths, constant_values=held)


def sliding_windows(x: ArrayLike, size: Sequence[int]) -> Array:
    """Every window of `size` over the last axes of `x`, as a read-only view: nothing is copied.

    An input (..., h, w) and a size (s_h, s_w) give (..., h−s_h+1, w−s_w+1, s_h, s_w).
    Raises ValueError when a window does not fit.

    >>> sliding_windows([1, 2, 3, 4], (2,))
    array([[1, 2],
           [2, 3],
           [3, 4]])
    """
    x, size = array_of("x", x), integers("size", size, None, least=1)
    spatial = x.shape[max(x.ndim - len(size), 0) :]
    if len(spatial) < len(size) or any(s > n for s, n in zip(size, spatial, strict=True)):
        raise ValueError(f"size must fit in the last axes of x, {spatial}; it is {size}")
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=tuple(range(-len(size), 0)))


def padded_size(
    name: str, kernel: tuple[int, ...], pixels: tuple[int, ...], padding: int | Sequence[int]
) -> tuple[int, ...]:
    """The size of an image of `pixels` with its padding.

    Raises ValueError, about the argument `name`, unless a kernel of this size fits in it.

    >>> padded_size("weight", (3, 3), (4, 1), padding=(0, 1))
    (4, 3)
    """
    widths = integers("padding", padding, len(pixels))
    padded = tuple(n + 2 * p for n, p in zip(pixels, widths, strict=True))
    if any(not 1 <= s <= n for s, n in zip(kernel, padded, strict=True)):
        raise ValueError(
            f"{name} must have a kernel size of at least 1 that fits in the padded size {padded}; "
            f"its kernel size is {kernel}"
        )
    return padded
