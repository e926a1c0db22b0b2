"""Copy the windows into the columns of a matrix and multiply once: im2col.

Cost: c·s_h·s_w multiply-adds for every output in one matrix product, and a copy of every window; a
1×1 kernel at stride 1 needs no copy. Memory: the columns of a few rows of the output at a time,
from `CHUNK` to `LARGEST` bytes or `COLUMNS` of them, never the whole matrix, which is s_h·s_w times
as large as the image. Error: that of sums of c·s_h·s_w products.
Source: Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for Document
Processing" (2006); in chunks: Anderson et al., arXiv:1709.03395.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import AnyArray, PaddedRows, Shape, Workspace, at_a_time
from convbook.geometry import ConvGeometry

# Bytes of a chunk, at least: about what a second-level cache holds.
CHUNK = 1 << 20
# At most as many where the weights take more: each product reads them all.
LARGEST = 1 << 23
# Columns of a chunk, at least: matrix products with fewer are slow.
COLUMNS = 256


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def cost(geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int) -> float:
    """About how many nanoseconds a layer takes, as measured on one core in float32."""
    windows = n * groups * c * math.prod(geometry.output_shape) * math.prod(geometry.kernel_size)
    copying = 0.0 if _is_pointwise(geometry) else 0.4 if groups == 1 else 0.8
    return windows * (copying + 0.03 * max(c_out, 4))


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    xp = array_module(x)
    groups = x.shape[1] // weight.shape[1]
    matrices = weight.reshape(groups, len(weight) // groups, -1)
    answers = out.reshape(len(out), groups, -1, math.prod(geometry.output_shape))
    for chunk in chunks(x, geometry, groups, matrices[0].nbytes):
        dst = answers[chunk.images, chunk.groups, :, chunk.places]
        if len(dst) == 1:  # one image: the product has the order of the output
            xp.matmul(matrices[chunk.groups], chunk.columns, out=dst[0])
        else:
            outputs = xp.matmul(matrices[chunk.groups], chunk.columns)
            outputs = outputs.reshape(*outputs.shape[:2], len(dst), -1)
            dst[...] = xp.moveaxis(outputs, 2, 0)


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    out[...] = 0
    groups = x.shape[1] // out.shape[1]
    matrices = out.reshape(groups, len(out) // groups, -1)
    answers = grad.reshape(len(grad), groups, -1, math.prod(geometry.output_shape))
    for chunk in chunks(x, geometry, groups, matrices[0].nbytes):
        part = xp.moveaxis(answers[chunk.images, chunk.groups, :, chunk.places], 0, 2)
        part = part.reshape(*part.shape[:2], -1)
        matrices[chunk.groups] += part @ chunk.columns.swapaxes(1, 2)


class Chunk(NamedTuple):
    """Some columns of the matrix of windows, and where their answers belong."""

    groups: slice
    images: slice
    places: slice
    columns: AnyArray


def chunks(
    x: AnyArray, geometry: ConvGeometry, groups: int, weights: int, columns: int = COLUMNS
) -> Iterator[Chunk]:
    """The matrix of windows by chunks: columns (groups, c/groups·s_h·s_w, images·places).

    A chunk is some rows of one image or, if the images are small, several images or groups. It has
    as many `columns` at least, unless there are fewer, and takes as many bytes as the `weights` of
    a group do, within bounds.
    """
    n, c = len(x), x.shape[1] // groups
    rows, *others = geometry.output_shape
    row_length = math.prod(others)
    height = c * math.prod(geometry.kernel_size)
    if _is_pointwise(geometry):
        ((_, seen),) = geometry.taps()
        for image in range(n):
            pixels = x[(image, slice(None), *seen)].reshape(groups, c, -1)
            places = slice(0, rows * row_length)
            yield Chunk(slice(0, groups), slice(image, image + 1), places, pixels)
        return
    budget = min(max(CHUNK, weights), LARGEST)
    # With one group, columns as the budget allows; with more, as few as make a fast product, so
    # that as many groups as possible go into one call.
    wanted = columns if groups > 1 else max(budget // (height * x.itemsize), columns)
    row_step = at_a_time(rows, row_length, wanted)
    whole_images = row_step == rows and groups == 1
    image_step = at_a_time(n, row_step * row_length, wanted) if whole_images else 1
    group_step = at_a_time(groups, height * row_step * row_length * x.itemsize, budget)
    workspace = Workspace(x)
    stride, extent = geometry.stride[0], geometry.extent[0]
    tallest = (row_step - 1) * stride + extent
    padded = PaddedRows(x[:image_step, : group_step * c], geometry.padding, tallest)
    for group, image, row in product(
        range(0, groups, group_step), range(0, n, image_step), range(0, rows, row_step)
    ):
        images, own = slice(image, image + image_step), slice(group, group + group_step)
        inp = x[images, group * c : (group + group_step) * c]
        count, top = min(row_step, rows - row), row * stride
        inp_rows = padded.rows(inp, top, top + (count - 1) * stride + extent)
        windows = _windows(inp_rows, (count, *others), geometry)
        # The one copy of this algorithm: after it, windows are columns side by side.
        copied = workspace(*windows.shape)
        copied[...] = windows
        copied = copied.reshape(-1, height, len(inp) * count * row_length)
        yield Chunk(own, images, slice(row * row_length, (row + count) * row_length), copied)


def _is_pointwise(geometry: ConvGeometry) -> bool:
    """Whether the pixels themselves are the columns."""
    return set(geometry.kernel_size) == {1} and not any(map(any, geometry.padding))


def _windows(x: AnyArray, positions: Shape, geometry: ConvGeometry) -> AnyArray:
    """Every window of the padded (n, c, …), as a view (c, kernel, n, positions)."""
    pixel_strides = x.strides[2:]
    taps = (p * gap for p, gap in zip(pixel_strides, geometry.dilation, strict=True))
    steps = (p * step for p, step in zip(pixel_strides, geometry.stride, strict=True))
    return array_module(x).lib.stride_tricks.as_strided(
        x,
        (x.shape[1], *geometry.kernel_size, x.shape[0], *positions),
        (x.strides[1], *taps, x.strides[0], *steps),
    )
