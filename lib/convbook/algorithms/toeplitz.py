"""Multiply every row of the image with the Toeplitz matrix of a row of the kernel.

The matrix of a convolution is Toeplitz, and in two dimensions a Toeplitz matrix of Toeplitz
blocks. Here the blocks are dense matrices and a sum over the rows of the kernel takes the place of
the outer matrix.

Cost: c·w·s multiply-adds for every output, with rows of w pixels and kernels of s rows: w/s times
as many as needed, though all in matrix products. Memory: the padded image, and `BLOCK` bytes or
c·w·w′ numbers for a block. Error: that of sums of c·w·s products, most of them with zero; an
infinity or a NaN reaches the whole row.
Source: Gray, "Toeplitz and Circulant Matrices: A Review" (2006), doi:10.1561/0100000006.
"""

import math
from typing import Any

from convbook.algorithms.blocks import AnyArray, at_a_time, in_groups, zero_padded
from convbook.arrays import array_module
from convbook.geometry import Fit

BLOCK = 1 << 22


def refusal(dtype: Any, lay: Fit) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` with the convolution."""
    out[...] = 0
    for image in range(len(x)):
        one = slice(image, image + 1)
        padded = zero_padded(x[one], lay.pairs)
        for seen, kernels, made in in_groups(padded, weight, out[one]):
            _add(seen[0], kernels, made[0], lay)


def _add(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Add to `out` (c_out, …) the convolution of one image (c, …)."""
    xp = array_module(x)
    c, width = x.shape[0], x.shape[-1]
    *rows, places = lay.positions
    some = at_a_time(len(weight), c * width * places * x.itemsize, BLOCK)
    for first in range(0, len(weight), some):
        kernels = weight[first : first + some]
        for tap, seen in lay.taps():
            if tap[-1]:
                continue  # the block holds the whole row of the kernel
            block = _block(kernels[(..., *tap[:-1], slice(None))], width, lay)
            lines = xp.moveaxis(x[(slice(None), *seen[:-1])], 0, -2)  # (rows, c, width)
            made = lines.reshape(math.prod(rows), c * width) @ block
            made = made.reshape(*rows, len(kernels), places)
            out[first : first + some] += xp.moveaxis(made, -2, 0)


def _block(kernels: AnyArray, width: int, lay: Fit) -> AnyArray:
    """The matrix (c·width, c_out·places) of one-dimensional kernels (c_out, c, s)."""
    xp = array_module(kernels)
    c_out, c, size = kernels.shape
    places = lay.positions[-1]
    block = xp.zeros((c, width, c_out, places), dtype=kernels.dtype)
    place = xp.arange(places)
    for i in range(size):
        pixel = place * lay.stride[-1] + i * lay.dilation[-1]
        block[:, pixel, :, place] = kernels[:, :, i].T
    matrix: AnyArray = block.reshape(c * width, c_out * places)
    return matrix
