"""Winograd's minimal filtering F(4×4, 3×3): 36 products for 16 outputs instead of 144.

Tiles of 6×6 pixels, kernels and answers pass through small fixed matrices; in between, each of
the 36 coefficients is a matrix product over the channels.

Cost: 2.25 c multiply-adds for every output instead of 9 c, and 81 c/c′ + 36 for the transforms of
pixels and answers, which are matrix products with Bᵀ⊗Bᵀ and Aᵀ⊗Aᵀ. Memory: 36 numbers for every
kernel, and for every channel of a chunk of tiles (`COEFFICIENTS` bytes). Error: about 10⁻⁵ of the
largest output in float32, some thirty times that of a sum of products, as the matrices hold numbers
from 1/24 to 8; 10⁻¹⁴ in float64. An infinite pixel or a NaN spreads over its tile.
Can do: 3×3 kernels at stride 1 without dilation, in float32 and float64.
Source: Lavin and Gray, arXiv:1509.09308.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import (
    AnyArray,
    PaddedRows,
    Workspace,
    at_a_time,
    in_groups,
    zero_padded,
)
from convbook.geometry import ConvGeometry

PIXELS = np.array(  # Bᵀ of the paper: 6 pixels to 6 coefficients
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
KERNEL = (  # G: 3 weights to 6 coefficients
    np.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24
)
ANSWER = np.array(  # Aᵀ: 6 coefficients to 4 outputs
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
)
# Tiles of a chunk: enough for fast matrix products, unless their coefficients take too many bytes.
TILES, COEFFICIENTS = 196, 1 << 23
# Bytes of the kernels' coefficients.
KERNELS = 40 << 20
# Channels to transform at a time: they should stay in the cache.
CHANNELS = 16


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job, or None if it can."""
    if geometry.kernel_size != (3, 3):
        return f"the kernel size must be (3, 3); it is {geometry.kernel_size}"
    if set(geometry.stride) != {1}:
        return f"stride must be 1; it is {geometry.stride}"
    if set(geometry.dilation) != {1}:
        return f"dilation must be 1; it is {geometry.dilation}"
    if dtype not in (np.float32, np.float64):
        return f"the dtype must be float32 or float64; it is {dtype}"
    return None


def cost(geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int) -> float:
    """About how many nanoseconds a layer takes, as measured on one core in float32.

    The kernels are as much work for one small image as for many large ones; infinite, where they
    take more memory than should be taken unasked.
    """
    if 36 * c * c_out * 4 > KERNELS:
        return math.inf
    tiles = n * math.prod(-(-m // 4) for m in geometry.output_shape)
    each = 2.5 * c * c_out + 2.5 * tiles * (c + c_out) + 0.03 * tiles * c * c_out
    return groups * (36 * each + 60e3)


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    xp, workspace = array_module(x), Workspace(x)
    to_outputs = _Transform(ANSWER, x)
    for inp, kernels, dst in in_groups(x, weight, out):
        c_out, c = kernels.shape[:2]
        kernel = (_both_axes(KERNEL, x) @ kernels.reshape(-1, 9).T).reshape(36, c_out, c)
        for images, rows, pixels in _chunks(inp, geometry):
            answers = workspace(36, c_out, pixels.shape[2])
            xp.matmul(kernel, pixels, out=answers)
            to_outputs.write(answers, dst[images, :, rows])


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, 3, 3) with the gradient, given that of the output."""
    xp, workspace = array_module(x), Workspace(x)
    # The transpose of the forward pass: its matrices, transposed, in the opposite order.
    from_outputs = _Transform(ANSWER.T, x)
    for inp, kernels, outputs in in_groups(x, out, grad):
        c_out, c = kernels.shape[:2]
        kernel = xp.zeros((36, c_out, c), dtype=x.dtype)
        product = workspace(c_out, c)
        for images, rows, pixels in _chunks(inp, geometry):
            part = outputs[images, :, rows]
            missing = (-part.shape[2] % 4, -part.shape[3] % 4)
            part = zero_padded(part, ((0, missing[0]), (0, missing[1])))
            answers = from_outputs.coefficients(part)
            for total, left, right in zip(kernel, answers, pixels, strict=True):
                total += xp.matmul(left, right.T, out=product)
        kernels[...] = (_both_axes(KERNEL.T, x) @ kernel.reshape(36, -1)).T.reshape(kernels.shape)


def _chunks(x: AnyArray, geometry: ConvGeometry) -> Iterator[tuple[slice, slice, AnyArray]]:
    """Chunks of the image: (images, rows of the output, coefficients (36, c, tiles))."""
    from_pixels = _Transform(PIXELS, x)
    down, across = -(-geometry.output_shape[0] // 4), -(-geometry.output_shape[1] // 4)
    tiles = min(TILES, COEFFICIENTS // (36 * x.shape[1] * x.itemsize))
    tile_rows = at_a_time(down, across, tiles)
    image_step = at_a_time(len(x), tile_rows * across, tiles) if tile_rows == down else 1
    left = geometry.padding[1][0]
    # Tiles may reach beyond the padding; behind it are zeros too.
    sides = (left, 4 * across + 2 - left - x.shape[3])
    padded = PaddedRows(x[:image_step], (geometry.padding[0], sides), 4 * tile_rows + 2)
    for first in range(0, len(x), image_step):
        images = slice(first, min(first + image_step, len(x)))
        for top in range(0, down, tile_rows):
            bottom = min(top + tile_rows, down)
            inp = padded.rows(x[images], 4 * top, 4 * bottom + 2)
            yield images, slice(4 * top, 4 * bottom), from_pixels.coefficients(inp)


def _both_axes(matrix: AnyArray, like: AnyArray) -> AnyArray:
    """The matrix that passes both axes of a tile through `matrix`, on the device of `like`."""
    return array_module(like).asarray(np.kron(matrix, matrix), like.dtype)


class _Transform:
    """Both axes of all tiles through one of the matrices, some channels at a time."""

    def __init__(self, matrix: AnyArray, like: AnyArray) -> None:
        self.edge = matrix.shape[1]
        self.matrix = _both_axes(matrix, like)
        self.tiles, self.transformed = Workspace(like), Workspace(like)

    def coefficients(self, x: AnyArray) -> AnyArray:
        """The coefficients (36, c, tiles) of the tiles of (n, c, h, w)."""
        xp, tiles = array_module(x), _tiles(x, self.edge)
        c, tile_count = tiles.shape[2], tiles[0, 0, 0].size
        out = self.transformed(36, c * tile_count)
        for first in range(0, c, CHANNELS):
            chunk = tiles[:, :, first : first + CHANNELS]
            # Tiles meet, so their pixels must be copied: the product takes no such view.
            copied = self.tiles(*chunk.shape)
            copied[...] = chunk
            columns = slice(first * tile_count, (first + CHANNELS) * tile_count)
            xp.matmul(self.matrix, copied.reshape(self.edge**2, -1), out=out[:, columns])
        return out.reshape(36, c, tile_count)

    def write(self, coefficients: AnyArray, out: AnyArray) -> None:
        """Turn coefficients (36, c, tiles) into answers, and cut these to `out` (n, c, h, w)."""
        xp = array_module(out)
        n, c, height, width = out.shape
        down, across = -(-height // 4), -(-width // 4)
        whole_tiles = height % 4 == width % 4 == 0
        for first in range(0, c, CHANNELS):
            dst = out[:, first : first + CHANNELS]
            count = dst.shape[1]
            chunk = coefficients[:, first : first + CHANNELS].reshape(36, -1)
            answers = self.transformed(16, chunk.shape[1])
            xp.matmul(self.matrix, chunk, out=answers)
            answers = answers.reshape(4, 4, count, n, down, across)
            uncut = dst if whole_tiles else self.tiles(n, count, 4 * down, 4 * across)
            tiles = _tiles(uncut, 4)
            for column in range(4):  # one by one, so that the longest axis is the innermost
                tiles[:, column] = answers[:, column]
            if not whole_tiles:
                dst[...] = uncut[:, :, :height, :width]


def _tiles(x: AnyArray, edge: int) -> AnyArray:
    """Tiles with this edge, 4 pixels apart, of (n, c, h, w): a view (edge, edge, c, n, …)."""
    image, channel, row, pixel = x.strides
    counts = ((size - edge) // 4 + 1 for size in x.shape[2:])
    return array_module(x).lib.stride_tricks.as_strided(
        x,
        (edge, edge, x.shape[1], x.shape[0], *counts),
        (row, pixel, channel, image, 4 * row, 4 * pixel),
    )
