"""Padding, and views of every window of an array."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of, integer, integers


def pad(x: ArrayLike, padding: int | Sequence[int], value: float = 0.0, axes: int = 2) -> Array:
    """Surround the last `axes` axes of `x` with `padding` entries of `value` on both sides.

    `padding` is one integer or one for each of those axes. The dtype of `x` is kept.

    >>> pad([1, 2], 1, axes=1)
    array([0, 1, 2, 0])
    """
    x, axes = array_of("x", x), integer("axes", axes, 1)
    if x.ndim < axes:
        raise ValueError(f"x must have at least {axes} axes; its shape is {x.shape}")
    widths = [(0, 0)] * (x.ndim - axes) + [(p, p) for p in integers("padding", padding, axes)]
    return np.pad(x, widths, constant_values=value)


def sliding_windows(x: ArrayLike, size: Sequence[int]) -> Array:
    """Every window of `size` over the last axes of `x`, as a read-only view: nothing is copied.

    An input (..., h, w) and a size (s_h, s_w) give (..., h−s_h+1, w−s_w+1, s_h, s_w).

    >>> sliding_windows([1, 2, 3, 4], (2,))
    array([[1, 2],
           [2, 3],
           [3, 4]])
    """
    x = array_of("x", x)
    size = integers("size", size, len(size), least=1)
    spatial = x.shape[x.ndim - len(size) :]
    if len(spatial) < len(size) or any(s > n for s, n in zip(size, spatial, strict=True)):
        raise ValueError(f"size must fit in the last axes of x, {spatial}; it is {tuple(size)}")
    return np.lib.stride_tricks.sliding_window_view(x, size, axis=tuple(range(-len(size), 0)))
