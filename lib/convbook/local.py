"""The locally-connected layer: every output sees its neighbourhood, through weights of its own."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of, bias_of, in_one_dtype
from convbook.windows import pad, padded_size, sliding_windows


def locally_connected(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    padding: int | Sequence[int] = 0,
) -> Array:
    """Correlate every window of `x` with the kernel that belongs to its position.

    Shapes, for an image: `x` (n, c, h, w), `weight` (h_out, w_out, c_out, c, s_h, s_w), `bias`
    (c_out, h_out, w_out) → (n, c_out, h_out, w_out), with h_out = h + 2·padding − s_h + 1. One
    spatial axis fewer or more works alike. `x` is padded with zeros; `padding` is one integer or
    one for each spatial axis. The dtype is the one to which NumPy promotes the arguments; integers
    and bools give int64.
    Raises ValueError when the shapes do not fit.

    >>> x = np.array([[[1, 2, 3]]])                       # one image, one channel, three pixels
    >>> weight = np.array([[1, 0], [0, 10]]).reshape(2, 1, 1, 2)
    >>> locally_connected(x, weight)
    array([[[ 1, 30]]])
    """
    x, weight = array_of("x", x), array_of("weight", weight)
    axes = x.ndim - 2
    if axes < 1:
        raise ValueError(f"x must have shape (n, c, pixels of one or more axes); it has {x.shape}")
    if weight.ndim != 2 * axes + 2 or weight.shape[axes + 1] != x.shape[1]:
        raise ValueError(
            "weight must have shape (positions of the output, c_out, c, kernel size) with the "
            f"channels of x; weight has {weight.shape} and x has {x.shape}"
        )
    size, c_out = weight.shape[axes + 2 :], weight.shape[axes]
    padded = padded_size("weight", size, x.shape[2:], padding)
    positions = tuple(n - s + 1 for n, s in zip(padded, size, strict=True))
    if weight.shape[:axes] != positions:
        raise ValueError(
            f"weight must have a kernel for each position of the output, {positions}; "
            f"its shape is {weight.shape}"
        )
    x, weight, bias = in_one_dtype(x, weight, bias_of(bias, (c_out, *positions)))

    windows = sliding_windows(pad(x, padding, axes=axes), size)
    # One small matrix product for every position: (c_out, c·s) times (c·s, n).
    n, seen = len(x), x.shape[1] * math.prod(size)
    columns = np.moveaxis(windows, (0, 1), (-1, axes)).reshape(*positions, seen, n)
    out = weight.reshape(*positions, c_out, seen) @ columns
    return np.moveaxis(out, (-1, -2), (0, 1)) + bias
