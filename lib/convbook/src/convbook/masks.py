"""Dense, local and shared layers as three masks of one matrix: what is connected, what is equal."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from convbook.arrays import integer, integers, short_repr, truth

Layer = Literal["dense", "local", "shared"]


def parameter_map(
    layer: Layer, shape: int | Sequence[int], k: int, padded: bool = False
) -> NDArray[np.int64]:
    """Number the free parameters of a layer that answers once per pixel, in its matrix.

    The matrix has a row for each output pixel and a column for each input pixel of an image of
    `shape` (an integer for a signal), in raster order. An entry is −1 where there is no
    connection, otherwise the number of its parameter. `dense` connects everything and `local` what
    lies within max-distance `k`; both count their parameters in raster order. `shared` has one
    parameter for each offset, numbered by its place in the kernel. With `padded`, the columns are
    the pixels of the image surrounded by `k` zeros, so that every row is whole.

    >>> parameter_map("local", 4, k=1)
    array([[ 0,  1, -1, -1],
           [ 2,  3,  4, -1],
           [-1,  5,  6,  7],
           [-1, -1,  8,  9]])
    >>> parameter_map("shared", 4, k=1)
    array([[ 1,  2, -1, -1],
           [ 0,  1,  2, -1],
           [-1,  0,  1,  2],
           [-1, -1,  0,  1]])
    """
    if not isinstance(layer, str) or layer not in ("dense", "local", "shared"):
        raise ValueError(f"layer must be 'dense', 'local' or 'shared'; it is {short_repr(layer)}")
    sizes, k = integers("shape", shape, None, least=1), integer("k", k)
    border = k if truth("padded", padded) else 0
    outputs = np.indices(sizes).reshape(len(sizes), -1, 1)
    inputs = np.indices([n + 2 * border for n in sizes]).reshape(len(sizes), 1, -1) - border
    offsets = inputs - outputs
    connected = (abs(offsets) <= k).all(axis=0) | (layer == "dense")
    if layer == "shared":
        window = (2 * k + 1,) * len(sizes)
        numbers = np.ravel_multi_index(tuple((offsets + k) * connected), window)
    else:
        numbers = connected.cumsum().reshape(connected.shape) - 1
    return np.where(connected, numbers, -1)
