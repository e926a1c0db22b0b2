"""Copy the windows into the columns of a matrix and multiply once: im2col.

Cost: c·s_h·s_w multiply-adds for every output in one matrix product, and a copy of every window; a
1×1 kernel at stride 1 needs no copy. Memory: the columns of a few rows of the output at a time,
`BLOCK` bytes or `COLUMNS` of them, never the whole matrix, which is s_h·s_w times as large as the
image. Error: that of sums of c·s_h·s_w products, in the order of the matrix product.
Source: Chellapilla, Puri and Simard, "High Performance Convolutional Neural Networks for Document
Processing" (2006); in blocks: Anderson et al., arXiv:1709.03395.
"""

import math
from collections.abc import Iterator
from typing import Any

from convbook.algorithms.blocks import AnyArray, Shape, at_a_time, in_groups, rows_of
from convbook.arrays import array_module
from convbook.geometry import Fit

# Bytes of a block: about what a second-level cache holds.
BLOCK = 1 << 20
# Columns of a block, at least: matrix products with fewer are slow.
COLUMNS = 256


def refusal(dtype: Any, lay: Fit) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` with the convolution."""
    xp = array_module(x)
    for seen, kernels, made in in_groups(x, weight, out):
        matrix = kernels.reshape(len(kernels), -1)
        flat = made.reshape(*made.shape[:2], -1)
        for images, places, columns in _blocks(seen, lay):
            here = flat[images, :, places]
            if len(here) == 1:
                xp.matmul(matrix, columns, out=here[0])
            else:
                product = (matrix @ columns).reshape(len(matrix), len(here), -1)
                here[...] = product.swapaxes(0, 1)


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    out[...] = 0
    for seen, kernels, made in in_groups(x, out, grad):
        flat = made.reshape(*made.shape[:2], -1)
        total = kernels.reshape(len(kernels), -1)
        for images, places, columns in _blocks(seen, lay):
            here = xp.moveaxis(flat[images, :, places], 1, 0).reshape(len(total), -1)
            total += here @ columns.T


def _blocks(x: AnyArray, lay: Fit) -> Iterator[tuple[slice, slice, AnyArray]]:
    """The matrix of windows by blocks: (images, places, its columns (c·s_h·s_w, images·places)).

    A block is some rows of one image or, if the images are small, several of them.
    """
    xp = array_module(x)
    n, c = x.shape[:2]
    rows, *others = lay.positions
    rest = math.prod(others)
    height = c * math.prod(lay.size)
    if set(lay.size) == {1} and not any(map(any, lay.pairs)):
        ((_, seen),) = lay.taps()
        for image in range(n):
            pixels = x[(image, slice(None), *seen)]
            yield slice(image, image + 1), slice(None), pixels.reshape(c, -1)
        return
    wanted = max(BLOCK // (height * x.itemsize), COLUMNS)
    many = at_a_time(rows, rest, wanted)
    several = at_a_time(n, many * rest, wanted) if many == rows else 1
    buffer = xp.empty(height * several * many * rest, dtype=x.dtype)
    step, span = lay.stride[0], lay.spans[0]
    for first in range(0, n, several):
        images = slice(first, min(first + several, n))
        for row in range(0, rows, many):
            count = min(many, rows - row)
            start = row * step
            band = rows_of(x[images], start, start + (count - 1) * step + span, lay.pairs)
            windows = _windows(band, (count, *others), lay)
            columns = buffer[: windows.size].reshape(windows.shape)
            columns[...] = windows
            yield images, slice(row * rest, (row + count) * rest), columns.reshape(height, -1)


def _windows(x: AnyArray, positions: Shape, lay: Fit) -> AnyArray:
    """Every window of the padded (n, c, …), as a view (c, kernel, n, positions)."""
    pixel = x.strides[2:]
    taps = (p * d for p, d in zip(pixel, lay.dilation, strict=True))
    steps = (p * step for p, step in zip(pixel, lay.stride, strict=True))
    view: AnyArray = array_module(x).lib.stride_tricks.as_strided(
        x,
        (x.shape[1], *lay.size, x.shape[0], *positions),
        (x.strides[1], *taps, x.strides[0], *steps),
    )
    return view
