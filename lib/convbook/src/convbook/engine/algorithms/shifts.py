"""Multiply the pixels with all weights, and add the products up where they belong.

Every weight of the kernel makes an image of its own, by a matrix product over the channels; the
output is the sum of these images, each shifted to its place. Nothing is copied before the product,
and only functions of the array standard are used.

Cost: c·s_h·s_w multiply-adds for every pixel in one matrix product, and s_h·s_w passes of adding
over every output: it pays where the input has many more channels than the output. Memory: the
products of some rows, `CHUNK` bytes or those of one row. Error: that of adding s_h·s_w sums of c
products one after another.
Source: Vasudevan, Anderson and Gregg, "Parallel multi channel convolution using general matrix
multiplication", arXiv:1704.04428.
"""

import math
from typing import Any

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import AnyArray, Shape, at_a_time, in_groups, zero_padded
from convbook.geometry import ConvGeometry

# Bytes of the products of a chunk: about what a second-level cache holds.
CHUNK = 1 << 20


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def cost(geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int) -> float:
    """About how many nanoseconds a layer takes, as measured on one core in float32."""
    calls = 10e3 * math.prod(geometry.kernel_size)
    products = c_out * math.prod(geometry.kernel_size)
    adding = 1.2 * math.prod(geometry.output_shape)
    multiplying = 0.03 * max(c, 16) * math.prod(geometry.input_shape)
    return n * groups * (calls + products * (adding + multiplying))


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    out[...] = 0
    for inp, kernels, dst in in_groups(x, weight, out):
        for image in range(x.shape[0]):
            _add(inp[image, ...], kernels, dst[image, ...], geometry)


def _add(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Add to `out` (c_out, …) the convolution of one image (c, …)."""
    xp = array_module(x)
    (c_out, c), taps = weight.shape[:2], [tap for tap, _ in geometry.taps()]
    kernel_axes = range(2, weight.ndim)
    stack = xp.reshape(xp.permute_dims(weight, (*kernel_axes, 0, 1)), (len(taps) * c_out, c))
    rows, *others = geometry.input_shape
    bytes_of_row = stack.shape[0] * math.prod(others) * (8 if x.dtype == xp.float64 else 4)
    step = at_a_time(rows, bytes_of_row, CHUNK)
    for first in range(0, rows, step):
        chunk = x[:, first : min(first + step, rows), ...]
        products = stack @ xp.reshape(chunk, (c, -1))
        products = xp.reshape(products, (len(taps), c_out, *chunk.shape[1:]))
        starts = (first, *(0 for _ in others))
        for number, tap in enumerate(taps):
            src, dst = _slices_of_tap(tap, starts, chunk.shape[1:], geometry)
            out[(slice(None), *dst)] += products[(number, slice(None), *src)]


def _slices_of_tap(
    tap: Shape, starts: Shape, counts: Shape, geometry: ConvGeometry
) -> tuple[list[slice], list[slice]]:
    """Which of some pixels an entry of the kernel sees, and at which positions it sees them.

    The pixels are `counts` along each axis, from `starts`.
    """
    src, dst = [], []
    for t, start, count, stride, (before, _), gap, positions in zip(
        tap,
        starts,
        counts,
        geometry.stride,
        geometry.padding,
        geometry.dilation,
        geometry.output_shape,
        strict=True,
    ):
        shift = t * gap - before - start  # position m sees pixel m·stride + shift of these
        first = max(-(shift // stride), 0)
        last = min((count - 1 - shift) // stride, positions - 1)
        if first > last:
            src.append(slice(0, 0))
            dst.append(slice(0, 0))
        else:
            src.append(slice(first * stride + shift, last * stride + shift + 1, stride))
            dst.append(slice(first, last + 1))
    return src, dst


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp = array_module(x)
    out[...] = 0
    # One image at a time, so that the shifted copies of its pixels stay small.
    for image in range(x.shape[0]):
        one = slice(image, image + 1)
        padded = zero_padded(x[one, ...], geometry.padding)
        for inp, dst, answers in in_groups(padded, out, grad[one, ...]):
            c_out, c = dst.shape[:2]
            rows = xp.reshape(answers[0, ...], (c_out, -1))
            for tap, seen in geometry.taps():
                shifted = xp.reshape(inp[(0, slice(None), *seen)], (c, -1))
                dst[(..., *tap)] += rows @ xp.permute_dims(shifted, (1, 0))
