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
from convbook.engine.algorithms.im2col import COLUMNS, chunks
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
    rows, row_length = _rows(geometry), math.prod(geometry.output_shape[1:])
    matrices = xp.zeros((len(weight), rows, weight.shape[1], *tall.kernel_size), dtype=x.dtype)
    for row in range(rows):
        matrices[:, row, :, _kernel_rows(row, geometry)] = weight
    matrices = matrices.reshape(groups, len(weight) // groups * rows, -1)
    answers = out.reshape(len(out), groups, -1, geometry.output_shape[0], row_length)
    for chunk in chunks(x, tall, groups, 0, _columns(groups, row_length)):
        first, last = (place // row_length for place in (chunk.places.start, chunk.places.stop))
        dst = answers[chunk.images, chunk.groups, :, first * rows : last * rows]
        # One row of windows of one image: the product is as the output lies.
        if len(dst) == dst.shape[2] == last - first == 1 and dst.shape[3] == rows:
            xp.matmul(matrices[chunk.groups], chunk.columns, out=dst[0, :, 0])
            continue
        product = xp.matmul(matrices[chunk.groups], chunk.columns)
        product = product.reshape(len(product), -1, rows, len(dst), last - first, row_length)
        product = product.transpose(3, 0, 1, 4, 2, 5)
        product = product.reshape(*dst.shape[:3], -1, row_length)
        dst[...] = product[:, :, :, : dst.shape[3]]  # the last window may answer too many rows


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    tall, groups = _tall(geometry), x.shape[1] // out.shape[1]
    rows, row_length = _rows(geometry), math.prod(geometry.output_shape[1:])
    matrices = xp.zeros((len(out), rows, out.shape[1], *tall.kernel_size), dtype=x.dtype)
    totals = matrices.reshape(groups, len(out) // groups * rows, -1)
    answers = grad.reshape(len(grad), groups, -1, geometry.output_shape[0], row_length)
    for chunk in chunks(x, tall, groups, 0, _columns(groups, row_length)):
        first, last = (place // row_length for place in (chunk.places.start, chunk.places.stop))
        part = answers[chunk.images, chunk.groups, :, first * rows : last * rows]
        missing = (last - first) * rows - part.shape[3]
        part = zero_padded(part, ((0, missing), (0, 0)))
        part = part.reshape(*part.shape[:3], last - first, rows, row_length)
        part = part.transpose(1, 2, 4, 0, 3, 5).reshape(len(chunk.columns), totals.shape[1], -1)
        totals[chunk.groups] += part @ chunk.columns.swapaxes(1, 2)
    # Every entry of the kernel stands in each of the rows, and collects from all of them.
    out[...] = sum(matrices[:, row, :, _kernel_rows(row, geometry)] for row in range(rows))


def _rows(geometry: ConvGeometry) -> int:
    """Rows of the output that a window serves: about as many each time."""
    return -(-geometry.output_shape[0] // -(-geometry.output_shape[0] // ROWS))


def _kernel_rows(row: int, geometry: ConvGeometry) -> slice:
    """The rows of a tall window that the kernel of this row of the output meets."""
    start = row * geometry.stride[0]
    return slice(start, start + geometry.extent[0], geometry.dilation[0])


def _columns(groups: int, row_length: int) -> int:
    """How wide a chunk should be: with many groups a row of windows, whose answers need no copy."""
    return 1 if groups > 1 and row_length >= SHORT else COLUMNS


def _tall(geometry: ConvGeometry) -> ConvGeometry:
    """How the windows that serve several rows lie on the pixels."""
    rows, (before, after) = _rows(geometry), geometry.padding[0]
    windows, step = -(-geometry.output_shape[0] // rows), rows * geometry.stride[0]
    height = step - geometry.stride[0] + geometry.extent[0]
    # The last window may reach further than the last kernel.
    after = max(after, (windows - 1) * step + height - before - geometry.input_shape[0])
    return ConvGeometry(
        (height, *geometry.kernel_size[1:]),
        (step, *geometry.stride[1:]),
        ((before, after), *geometry.padding[1:]),
        (1, *geometry.dilation[1:]),
        geometry.input_shape,
        (windows, *geometry.output_shape[1:]),
    )
