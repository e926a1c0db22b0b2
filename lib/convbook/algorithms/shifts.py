"""Add up shifted images, one for every weight of the kernel.

Each shift is a matrix product over the channels, added to the output. Where an output sees one
channel only (depthwise), the channels are laid out as lines, of which every shift is a view:
nothing is copied, and each pass multiplies and adds at the speed of the cache.

Cost: c·s_h·s_w multiply-adds for every output, in s_h·s_w passes over it. Memory: a padded image,
one shifted image and one product; depthwise, a few channels of them. Error: that of adding s_h·s_w
terms one after another.
Source: Anderson et al., arXiv:1709.03395, "low-memory GEMM-based convolution".
"""

from typing import Any

from convbook.algorithms.blocks import AnyArray, at_a_time, in_groups, zero_padded
from convbook.algorithms.lines import Lines
from convbook.arrays import array_module
from convbook.geometry import Fit

# Bytes of the lines of a block: with the products, about what a second-level cache holds.
BLOCK = 1 << 17


def refusal(dtype: Any, lay: Fit) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` with the convolution."""
    xp = array_module(x)
    if weight.shape[1] == 1 and hasattr(x, "strides"):
        _depthwise(x, weight, out, lay)
        return
    out[...] = 0
    for image in range(x.shape[0]):
        one = slice(image, image + 1)
        padded = zero_padded(x[one, ...], lay.pairs)
        for seen, kernels, made in in_groups(padded, weight, out[one, ...]):
            c_out, c = kernels.shape[:2]
            for tap, pixels in lay.taps():
                shifted = xp.reshape(seen[(0, slice(None), *pixels)], (c, -1))
                product = kernels[(..., *tap)] @ shifted
                made[0, ...] += xp.reshape(product, (c_out, *lay.positions))


def _depthwise(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    xp = array_module(x)
    n, c = x.shape[:2]
    many = weight.shape[0] // c
    lines = Lines(lay)
    x = x.reshape(n * c, *lay.pixels)
    kernels = weight.reshape(c, many, *lay.size)
    answers = out.reshape(n * c, many, *lay.positions)
    some = at_a_time(n * c, many * lines.length * x.itemsize, BLOCK)
    for first in range(0, n * c, some):
        block = slice(first, min(first + some, n * c))
        own = xp.take(kernels, xp.arange(block.start, block.stop) % c, axis=0)
        total = lines.products(lines.of(x[block]), own)
        total = total.reshape(*total.shape[:2], lay.positions[0], *lines.row)
        answers[block] = total[(..., *map(slice, lay.positions[1:]))]


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` (c_out, 1, kernel) with the gradient of a depthwise layer, given the output's."""
    xp = array_module(x)
    n, c = x.shape[:2]
    lines = Lines(lay)
    x = x.reshape(n * c, *lay.pixels)
    many = out.shape[0] // c
    grad = grad.reshape(n * c, many, *lay.positions)
    total = xp.zeros((n * c, many, *lay.size), dtype=x.dtype)
    some = at_a_time(n * c, lines.length * x.itemsize, BLOCK)
    for first in range(0, n * c, some):
        block = slice(first, min(first + some, n * c))
        flat = lines.of(x[block])
        answers = xp.zeros((len(flat), many, lay.positions[0], *lines.row), dtype=x.dtype)
        answers[(..., *map(slice, lay.positions[1:]))] = grad[block]
        answers = answers.reshape(len(flat), many, -1)
        for tap, _ in lay.taps():
            phase, start = lines.start(tap)
            seen = flat[:, phase, start : start + answers.shape[2]]
            total[(block, slice(None), *tap)] = xp.matmul(answers, seen[..., None])[..., 0]
    out[...] = total.reshape(n, *out.shape).sum(axis=0)
