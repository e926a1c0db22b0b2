"""Add up shifted images, one for every weight of the kernel.

Each shift is a matrix product over the channels, added to the output. Only functions of the array
standard are used.

Cost: c·s_h·s_w multiply-adds for every output, in s_h·s_w passes over it. Memory: a padded image,
one shifted image and one product. Error: that of adding s_h·s_w
terms one after another.
Source: Anderson et al., arXiv:1709.03395, "low-memory GEMM-based convolution".
"""

from typing import Any

from convbook.algorithms.blocks import AnyArray, in_groups, zero_padded
from convbook.arrays import array_module
from convbook.geometry import Fit


def refusal(dtype: Any, lay: Fit) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` with the convolution."""
    xp = array_module(x)
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


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    out[...] = 0
    for image in range(x.shape[0]):
        one = slice(image, image + 1)
        padded = zero_padded(x[one, ...], lay.pairs)
        for seen, kernels, made in in_groups(padded, out, grad[one, ...]):
            c_out, c = kernels.shape[:2]
            answers = xp.reshape(made[0, ...], (c_out, -1))
            for tap, pixels in lay.taps():
                shifted = xp.reshape(seen[(0, slice(None), *pixels)], (c, -1))
                kernels[(..., *tap)] += answers @ xp.permute_dims(shifted, (1, 0))
