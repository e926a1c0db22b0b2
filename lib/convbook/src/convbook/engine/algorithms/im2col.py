"""Copy the windows into the columns of a matrix and multiply once: im2col.

Cost: c·s_h·s_w multiply-adds for every output in one matrix product, and a copy of every window; a
1×1 kernel at stride 1 needs no copy. Memory: the columns of a few rows of the output at a time,
from `BLOCK` to `LARGEST` bytes or `COLUMNS` of them, never the whole matrix, which is s_h·s_w times
as large as the image. Error: that of sums of c·s_h·s_w products.
Source: Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for Document
Processing" (2006); in blocks: Anderson et al., arXiv:1709.03395.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import AnyArray, PaddedRows, Shape, Workspace, at_a_time
from convbook.geometry import ConvGeometry

# Bytes of a block, at least: about what a second-level cache holds.
BLOCK = 1 << 20
# At most as many where the weights take more: each product reads them all.
LARGEST = 1 << 23
# Columns of a block, at least: matrix products with fewer are slow.
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
    for block in blocks(x, geometry, groups, matrices[0].nbytes):
        here = answers[block.images, block.groups, :, block.places]
        if len(here) == 1:
            xp.matmul(matrices[block.groups], block.columns, out=here[0])
        else:
            product = xp.matmul(matrices[block.groups], block.columns)
            product = product.reshape(*product.shape[:2], len(here), -1)
            here[...] = xp.moveaxis(product, 2, 0)


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    out[...] = 0
    groups = x.shape[1] // out.shape[1]
    matrices = out.reshape(groups, len(out) // groups, -1)
    answers = grad.reshape(len(grad), groups, -1, math.prod(geometry.output_shape))
    for block in blocks(x, geometry, groups, matrices[0].nbytes):
        here = xp.moveaxis(answers[block.images, block.groups, :, block.places], 0, 2)
        here = here.reshape(*here.shape[:2], -1)
        matrices[block.groups] += here @ block.columns.swapaxes(1, 2)


class Block(NamedTuple):
    """Some columns of the matrix of windows, and where their answers belong."""

    groups: slice
    images: slice
    places: slice
    columns: AnyArray


def blocks(
    x: AnyArray, geometry: ConvGeometry, groups: int, weights: int, columns: int = COLUMNS
) -> Iterator[Block]:
    """The matrix of windows by blocks: columns (groups, c/groups·s_h·s_w, images·places).

    A block is some rows of one image or, if the images are small, several images or groups. It has
    as many `columns` at least, unless there are fewer, and takes as many bytes as the `weights` of
    a group do, within bounds.
    """
    n, c = len(x), x.shape[1] // groups
    rows, *others = geometry.output_shape
    rest = math.prod(others)
    height = c * math.prod(geometry.kernel_size)
    if _is_pointwise(geometry):
        ((_, seen),) = geometry.taps()
        for image in range(n):
            pixels = x[(image, slice(None), *seen)].reshape(groups, c, -1)
            yield Block(slice(0, groups), slice(image, image + 1), slice(0, rows * rest), pixels)
        return
    budget = min(max(BLOCK, weights), LARGEST)
    wanted = columns if groups > 1 else max(budget // (height * x.itemsize), columns)
    many = at_a_time(rows, rest, wanted)
    several = at_a_time(n, many * rest, wanted) if many == rows and groups == 1 else 1
    some = at_a_time(groups, height * many * rest * x.itemsize, budget)
    workspace = Workspace(x)
    step, span = geometry.stride[0], geometry.extent[0]
    padded_rows = PaddedRows(x[:several, : some * c], geometry.padding, (many - 1) * step + span)
    for group, first, row in (
        (group, first, row)
        for group in range(0, groups, some)
        for first in range(0, n, several)
        for row in range(0, rows, many)
    ):
        own, images = slice(group, group + some), slice(first, first + several)
        count, start = min(many, rows - row), row * step
        seen = x[images, group * c : (group + some) * c]
        band = padded_rows.of(seen, start, start + (count - 1) * step + span)
        windows = _windows(band, (count, *others), geometry)
        copied = workspace(*windows.shape)
        copied[...] = windows
        copied = copied.reshape(-1, height, len(seen) * count * rest)
        yield Block(own, images, slice(row * rest, (row + count) * rest), copied)


def _is_pointwise(geometry: ConvGeometry) -> bool:
    """Whether the pixels themselves are the columns."""
    return set(geometry.kernel_size) == {1} and not any(map(any, geometry.padding))


def _windows(x: AnyArray, positions: Shape, geometry: ConvGeometry) -> AnyArray:
    """Every window of the padded (n, c, …), as a view (c, kernel, n, positions)."""
    pixel = x.strides[2:]
    taps = (p * d for p, d in zip(pixel, geometry.dilation, strict=True))
    steps = (p * step for p, step in zip(pixel, geometry.stride, strict=True))
    return array_module(x).lib.stride_tricks.as_strided(
        x,
        (x.shape[1], *geometry.kernel_size, x.shape[0], *positions),
        (x.strides[1], *taps, x.strides[0], *steps),
    )
