"""The locally-connected layer: every output sees its neighbourhood, through weights of its own."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of
from convbook.windows import pad, sliding_windows


def locally_connected(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    padding: int | Sequence[int] = 0,
) -> Array:
    """Correlate every window of `x` with the kernel that belongs to its position.

    Shapes, for an image: `x` (n, c, h, w), `weight` (h_out, w_out, c_out, c, s_h, s_w), `bias`
    (c_out, h_out, w_out) → (n, c_out, h_out, w_out), with h_out = h + 2·padding − s_h + 1. One
    spatial axis fewer or more works alike. `x` is padded with zeros.
    Raises ValueError when the shapes do not fit.

    >>> x = np.array([[[1, 2, 3]]])                       # one image, one channel, three pixels
    >>> weight = np.array([[1, 0], [0, 10]]).reshape(2, 1, 1, 2)
    >>> locally_connected(x, weight)
    array([[[ 1, 30]]])
    """
    x, weight = array_of("x", x), array_of("weight", weight)
    axes = x.ndim - 2
    if axes < 1 or weight.ndim != 2 * axes + 2:
        raise ValueError(
            "weight must have shape (positions of the output, c_out, c, kernel size) for "
            f"x (n, c, pixels); weight has {weight.shape} and x has {x.shape}"
        )
    positions, (c_out, c), size = (
        weight.shape[:axes],
        weight.shape[axes : axes + 2],
        weight.shape[axes + 2 :],
    )
    windows = sliding_windows(pad(x, padding, axes=axes), size)
    if windows.shape[1 : 2 + axes] != (c, *positions):
        raise ValueError(
            f"weight must have a kernel for each of {windows.shape[2 : 2 + axes]} positions and "
            f"{windows.shape[1]} channels; its shape is {weight.shape}"
        )
    # One small matrix product for every position: (c_out, c·s) times (c·s, n).
    columns = np.moveaxis(windows, (0, 1), (-1, axes)).reshape(
        *positions, c * math.prod(size), len(x)
    )
    out = weight.reshape(*positions, c_out, c * math.prod(size)) @ columns
    out = np.moveaxis(out, (-1, -2), (0, 1))
    if bias is None:
        return out
    bias = array_of("bias", bias)
    if bias.shape != (c_out, *positions):
        raise ValueError(f"bias must have shape {(c_out, *positions)}; it has {bias.shape}")
    return out + bias
