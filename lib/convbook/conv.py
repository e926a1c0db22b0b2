"""The convolutional layer: one kernel for all positions.

As everywhere in deep learning, "convolution" here is cross-correlation: the kernel is not flipped.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of, bias_of, in_one_dtype
from convbook.windows import pad, padded_size, sliding_windows


def conv(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    padding: int | Sequence[int] = 0,
) -> Array:
    """Correlate `x` with `weight` over any number of spatial axes.

    Shapes, for an image: `x` (n, c, h, w), `weight` (c_out, c, s_h, s_w), `bias` (c_out,) →
    (n, c_out, h + 2·padding − s_h + 1, w + 2·padding − s_w + 1). `x` is padded with zeros;
    `padding` is one integer or one for each spatial axis. The dtype is the one to which NumPy
    promotes the arguments; integers and bools give int64.
    Raises ValueError when the shapes do not fit.

    >>> conv([[[1, 2, 3, 4]]], [[[3, 2]]])
    array([[[ 7, 12, 17]]])
    """
    x, weight = array_of("x", x), array_of("weight", weight)
    axes = x.ndim - 2
    if axes < 1:
        raise ValueError(f"x must have shape (n, c, pixels of one or more axes); it has {x.shape}")
    if weight.ndim != x.ndim or weight.shape[1] != x.shape[1]:
        raise ValueError(
            "weight must have shape (c_out, c, kernel size) with the channels of x; "
            f"weight has {weight.shape} and x has {x.shape}"
        )
    size = weight.shape[2:]
    padded_size("weight", size, x.shape[2:], padding)
    x, weight, bias = in_one_dtype(x, weight, bias_of(bias, weight.shape[:1]))

    windows = sliding_windows(pad(x, padding, axes=axes), size)
    # Contract channels and window axes: (n, …, c·s) with (c_out, c·s).
    kernel_axes = range(2 + axes, 2 + 2 * axes)
    out = np.tensordot(windows, weight, axes=([1, *kernel_axes], range(1, 2 + axes)))
    return np.moveaxis(out, -1, 1) + bias.reshape(-1, *(1,) * axes)


def conv1d(
    x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None, padding: int = 0
) -> Array:
    """`conv` for signals: `x` (n, c, w), `weight` (c_out, c, s).

    >>> conv1d([[[0, 0, 1, 2, 3, 4, 4, 4]]], [[[-1, 1]]])
    array([[[0, 1, 1, 1, 1, 0, 0]]])
    """
    return conv(array_of("x", x, 3), weight, bias, padding)


def conv2d(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    padding: int | Sequence[int] = 0,
) -> Array:
    """`conv` for images: `x` (n, c, h, w), `weight` (c_out, c, s_h, s_w).

    >>> conv2d(np.ones((1, 2, 5, 4)), np.ones((3, 2, 3, 3))).shape
    (1, 3, 3, 2)
    """
    return conv(array_of("x", x, 4), weight, bias, padding)
