"""Winograd's minimal filtering F(4×4, 3×3): 36 products for 16 outputs instead of 144.

Tiles of 6×6 pixels, kernels and answers pass through small fixed matrices; in between, each of
the 36 coefficients is a matrix product over the channels.

Cost: 2.25 c multiply-adds for every output instead of 9 c, and 81 c/c′ + 36 for the transforms of
pixels and answers, which are matrix products with Bᵀ⊗Bᵀ and Aᵀ⊗Aᵀ. Memory: 36 numbers for every
kernel, and for every channel of a block of tiles (`COEFFICIENTS` bytes). Error: about 10⁻⁵ of the
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
# Tiles of a block: enough for fast matrix products, unless their coefficients take too many bytes.
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
        return f"the dtype must be floating; it is {dtype}"
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
    xp, product = array_module(x), Workspace(x)
    back = _Transform(ANSWER, x)
    for seen, kernels, made in in_groups(x, weight, out):
        c_out, c = kernels.shape[:2]
        kernel = (_twice(KERNEL, x) @ kernels.reshape(-1, 9).T).reshape(36, c_out, c)
        for images, rows, pixels in _blocks(seen, geometry):
            answers = product(36, c_out, pixels.shape[2])
            xp.matmul(kernel, pixels, out=answers)
            back.put(answers, made[images, :, rows])


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, 3, 3) with the gradient, given that of the output."""
    xp, product = array_module(x), Workspace(x)
    forth = _Transform(ANSWER.T, x)
    for seen, kernels, made in in_groups(x, out, grad):
        c_out, c = kernels.shape[:2]
        kernel = xp.zeros((36, c_out, c), dtype=x.dtype)
        part = product(c_out, c)
        for images, rows, pixels in _blocks(seen, geometry):
            answers = made[images, :, rows]
            short = (-answers.shape[2] % 4, -answers.shape[3] % 4)
            answers = forth.of(zero_padded(answers, ((0, short[0]), (0, short[1]))))
            for total, left, right in zip(kernel, answers, pixels, strict=True):
                total += xp.matmul(left, right.T, out=part)
        kernels[...] = (_twice(KERNEL.T, x) @ kernel.reshape(36, -1)).T.reshape(kernels.shape)


def _blocks(x: AnyArray, geometry: ConvGeometry) -> Iterator[tuple[slice, slice, AnyArray]]:
    """Blocks of the image: (images, rows of the output, coefficients (36, c, tiles))."""
    forth = _Transform(PIXELS, x)
    down, across = -(-geometry.output_shape[0] // 4), -(-geometry.output_shape[1] // 4)
    tiles = min(TILES, COEFFICIENTS // (36 * x.shape[1] * x.itemsize))
    high = at_a_time(down, across, tiles)
    several = at_a_time(len(x), high * across, tiles) if high == down else 1
    left = geometry.padding[1][0]
    sides = (left, 4 * across + 2 - left - x.shape[3])
    padded_rows = PaddedRows(x[:several], (geometry.padding[0], sides), 4 * high + 2)
    for first in range(0, len(x), several):
        images = slice(first, min(first + several, len(x)))
        for top in range(0, down, high):
            bottom = min(top + high, down)
            band = padded_rows.of(x[images], 4 * top, 4 * bottom + 2)
            yield images, slice(4 * top, 4 * bottom), forth.of(band)


def _twice(matrix: AnyArray, like: AnyArray) -> AnyArray:
    """The matrix that passes both axes of a tile through `matrix`, on the device of `like`."""
    return array_module(like).asarray(np.kron(matrix, matrix), like.dtype)


class _Transform:
    """Both axes of all tiles through one of the matrices, some channels at a time."""

    def __init__(self, matrix: AnyArray, like: AnyArray) -> None:
        self.edge = matrix.shape[1]
        self.matrix = _twice(matrix, like)
        self.gathered, self.passed = Workspace(like), Workspace(like)

    def of(self, x: AnyArray) -> AnyArray:
        """The coefficients (36, c, tiles) of the tiles of (n, c, h, w)."""
        xp, tiles = array_module(x), _tiles(x, self.edge)
        c, each = tiles.shape[2], tiles[0, 0, 0].size
        out = self.passed(36, c * each)
        for first in range(0, c, CHANNELS):
            some = tiles[:, :, first : first + CHANNELS]
            gathered = self.gathered(*some.shape)
            gathered[...] = some
            own = slice(first * each, (first + CHANNELS) * each)
            xp.matmul(self.matrix, gathered.reshape(len(tiles) ** 2, -1), out=out[:, own])
        return out.reshape(36, c, each)

    def put(self, coefficients: AnyArray, out: AnyArray) -> None:
        """Turn coefficients (36, c, tiles) into answers, and cut these to `out` (n, c, h, w)."""
        xp = array_module(out)
        n, c, height, width = out.shape
        down, across = -(-height // 4), -(-width // 4)
        whole = height % 4 == width % 4 == 0
        for first in range(0, c, CHANNELS):
            here = out[:, first : first + CHANNELS]
            count = here.shape[1]
            some = coefficients[:, first : first + CHANNELS].reshape(36, -1)
            passed = self.passed(16, some.shape[1])
            xp.matmul(self.matrix, some, out=passed)
            passed = passed.reshape(4, 4, count, n, down, across)
            target = here if whole else self.gathered(n, count, 4 * down, 4 * across)
            places = _tiles(target, 4)
            for column in range(4):  # one by one, so that the longest axis is the innermost
                places[:, column] = passed[:, column]
            if not whole:
                here[...] = target[:, :, :height, :width]


def _tiles(x: AnyArray, edge: int) -> AnyArray:
    """Tiles with this edge, 4 pixels apart, of (n, c, h, w): a view (edge, edge, c, n, …)."""
    image, channel, row, pixel = x.strides
    fit = ((size - edge) // 4 + 1 for size in x.shape[2:])
    return array_module(x).lib.stride_tricks.as_strided(
        x,
        (edge, edge, x.shape[1], x.shape[0], *fit),
        (row, pixel, channel, image, 4 * row, 4 * pixel),
    )
