"""Layers as matrices: which entries are zero, which are equal, and the matrix of a convolution."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convbook.arrays import Array, array_of, integer, integers, shown, truth
from convbook.conv import conv
from convbook.windows import padded_size

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
        raise ValueError(f"layer must be 'dense', 'local' or 'shared'; it is {shown(layer)}")
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


def toeplitz_matrix(
    kernel: ArrayLike, shape: int | Sequence[int], padding: int | Sequence[int] = 0
) -> Array:
    """The matrix that correlates a signal or image of `shape` with `kernel`.

    Shapes: `kernel` (s,) and `shape` n → (n + 2p − s + 1, n); `kernel` (s_h, s_w) and `shape`
    (h, w) → (outputs, h·w), a doubly blocked Toeplitz matrix. More axes work alike; one integer as
    `shape` or `padding` serves every axis. `toeplitz_matrix(u, n) @ x` is the correlation of the
    zero-padded `x` with `u`. The dtype is that of `kernel`; integers and bools give int64.
    Raises ValueError when the kernel does not fit.

    >>> toeplitz_matrix([1, 2, 3], 4, padding=1)
    array([[2, 3, 0, 0],
           [1, 2, 3, 0],
           [0, 1, 2, 3],
           [0, 0, 1, 2]])
    """
    kernel = array_of("kernel", kernel)
    if kernel.ndim < 1:
        raise ValueError(f"kernel must have at least 1 axis; it is the number {kernel}")
    sizes = integers("shape", shape, kernel.ndim, least=1)
    padded_size("kernel", kernel.shape, sizes, padding)
    # The columns of a linear map are what it makes of the basis vectors.
    pixels = math.prod(sizes)
    basis = np.eye(pixels, dtype=kernel.dtype).reshape(pixels, 1, *sizes)
    columns = conv(basis, kernel[None, None], padding=padding).reshape(pixels, -1)
    return np.ascontiguousarray(columns.T)


def is_toeplitz(matrix: ArrayLike) -> bool:
    """Whether every diagonal of a matrix is constant: exactly, so that a NaN never is.

    >>> is_toeplitz([[1, 2, 3], [0, 1, 2]]), is_toeplitz([[1, 2], [3, 4]])
    (True, False)
    """
    matrix = array_of("matrix", matrix, 2)
    return bool(np.array_equal(matrix[1:, 1:], matrix[:-1, :-1]))
