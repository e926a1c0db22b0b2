"""Multiply with the Toeplitz matrix of the kernel, some rows of the output at a time.

As a linear map a convolution is a matrix in which every row of pixels repeats the last one, shifted
by the stride. A window that is R − 1 steps taller than the kernel sees all that R rows of the
output need; R copies of the kernel, each a step further down, make a Toeplitz matrix that turns it
into R answers at once. With as many rows as the image has, that is the matrix of the layer.

Cost: for every output c·r·s_w multiply-adds, most of them with zeros, instead of c·s_h·s_w, where
r = s_h + (R − 1)·stride; but R times fewer windows to copy, of r/s_h times the size. It pays where
an output sees few channels (depthwise). Memory and error: those of `im2col`; an infinity or a NaN
reaches up to R rows.
Source: Gray, "Toeplitz and Circulant Matrices: A Review" (2006), doi:10.1561/0100000006.
"""

import math
from typing import Any

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import AnyArray, zero_padded
from convbook.engine.algorithms.im2col import COLUMNS, blocks
from convbook.geometry import ConvGeometry

# Rows of the output that a window serves.
ROWS = 8
# Columns in a row below which a matrix product is better made of several rows.
SHORT = 12


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def cost(geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int) -> float:
    """About how many nanoseconds a layer takes, as measured on one core in float32."""
    rows, tall = _rows(geometry), _tall(geometry)
    windows = n * groups * c * math.prod(tall.output_shape) * math.prod(tall.kernel_size)
    return windows * (0.7 + 0.03 * max(c_out * rows, 16))


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    xp = array_module(x)
    tall, groups = _tall(geometry), x.shape[1] // weight.shape[1]
    rows, rest = _rows(geometry), math.prod(geometry.output_shape[1:])
    matrices = xp.zeros((len(weight), rows, weight.shape[1], *tall.kernel_size), dtype=x.dtype)
    for row in range(rows):
        matrices[:, row, :, _seen(row, geometry)] = weight
    matrices = matrices.reshape(groups, len(weight) // groups * rows, -1)
    answers = out.reshape(len(out), groups, -1, geometry.output_shape[0], rest)
    for block in blocks(x, tall, groups, 0, _columns(groups, rest)):
        first, last = (place // rest for place in (block.places.start, block.places.stop))
        here = answers[block.images, block.groups, :, first * rows : last * rows]
        if len(here) == here.shape[2] == last - first == 1 and here.shape[3] == rows:
            xp.matmul(matrices[block.groups], block.columns, out=here[0, :, 0])
            continue
        product = xp.matmul(matrices[block.groups], block.columns)
        product = product.reshape(len(product), -1, rows, len(here), last - first, rest)
        product = product.transpose(3, 0, 1, 4, 2, 5)
        product = product.reshape(*here.shape[:3], -1, rest)
        here[...] = product[:, :, :, : here.shape[3]]


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    tall, groups = _tall(geometry), x.shape[1] // out.shape[1]
    rows, rest = _rows(geometry), math.prod(geometry.output_shape[1:])
    matrices = xp.zeros((len(out), rows, out.shape[1], *tall.kernel_size), dtype=x.dtype)
    totals = matrices.reshape(groups, len(out) // groups * rows, -1)
    answers = grad.reshape(len(grad), groups, -1, geometry.output_shape[0], rest)
    for block in blocks(x, tall, groups, 0, _columns(groups, rest)):
        first, last = (place // rest for place in (block.places.start, block.places.stop))
        here = answers[block.images, block.groups, :, first * rows : last * rows]
        missing = (last - first) * rows - here.shape[3]
        here = zero_padded(here, ((0, missing), (0, 0)))
        here = here.reshape(*here.shape[:3], last - first, rows, rest)
        here = here.transpose(1, 2, 4, 0, 3, 5).reshape(len(block.columns), totals.shape[1], -1)
        totals[block.groups] += here @ block.columns.swapaxes(1, 2)
    out[...] = sum(matrices[:, row, :, _seen(row, geometry)] for row in range(rows))


def _rows(geometry: ConvGeometry) -> int:
    """Rows of the output that a window serves: about as many each time."""
    return -(-geometry.output_shape[0] // -(-geometry.output_shape[0] // ROWS))


def _seen(row: int, geometry: ConvGeometry) -> slice:
    """The rows of a tall window that an output's kernel meets."""
    start = row * geometry.stride[0]
    return slice(start, start + geometry.extent[0], geometry.dilation[0])


def _columns(groups: int, rest: int) -> int:
    """How wide a block should be: with many groups a row of windows, whose answers need no copy."""
    return 1 if groups > 1 and rest >= SHORT else COLUMNS


def _tall(geometry: ConvGeometry) -> ConvGeometry:
    """How the windows that serve several rows lie on the pixels."""
    rows, (before, after) = _rows(geometry), geometry.padding[0]
    tiles, step = -(-geometry.output_shape[0] // rows), rows * geometry.stride[0]
    size = step - geometry.stride[0] + geometry.extent[0]
    # The last window may reach further than the last kernel.
    after = max(after, (tiles - 1) * step + size - before - geometry.input_shape[0])
    return ConvGeometry(
        (size, *geometry.kernel_size[1:]),
        (step, *geometry.stride[1:]),
        ((before, after), *geometry.padding[1:]),
        (1, *geometry.dilation[1:]),
        geometry.input_shape,
        (tiles, *geometry.output_shape[1:]),
    )
