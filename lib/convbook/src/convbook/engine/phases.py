"""The transpose of a convolution in its input, as a few convolutions at stride 1.

There is one for each remainder of the pixels by the stride: such pixels meet the same entries of
the kernel, turned around. So whatever computes convolutions computes their gradients too.
"""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import AnyArray
from convbook.geometry import ConvGeometry


class Phase(NamedTuple):
    """One of the convolutions: at which pixels it answers, and with which entries of the kernel.

    `taps` are those of the kernel turned around; `geometry` says how they lie on the gradient of
    the output.
    """

    pixels: tuple[slice, ...]
    taps: tuple[slice, ...]
    geometry: ConvGeometry


def phases(geometry: ConvGeometry) -> Iterator[Phase]:
    """The convolutions that make up the transpose of one; pixels that meet no kernel have none."""
    befores = (before for before, _ in geometry.padding)
    axes = zip(
        geometry.kernel_size,
        geometry.stride,
        befores,
        geometry.dilation,
        geometry.input_shape,
        geometry.output_shape,
        strict=True,
    )
    for along_axes in itertools.product(*(list(_phases_along(*axis)) for axis in axes)):
        pixels, taps, *fields = zip(*along_axes, strict=True)
        yield Phase(pixels, taps, ConvGeometry(*fields))


def _phases_along(
    size: int, stride: int, before: int, dilation: int, pixels: int, positions: int
) -> Iterator[tuple[slice, slice, int, int, tuple[int, int], int, int, int]]:
    """For each phase along an axis its pixels, its taps, and the fields of its geometry."""
    # Entries of the kernel that are `period` apart meet pixels of the same remainder, and stand
    # `gap` positions apart in the output.
    common = math.gcd(stride, dilation)
    period, gap = stride // common, dilation // common
    for tap in range(min(period, size)):
        shift, remainder = divmod(tap * dilation, stride)
        count = -(-(size - tap) // period)
        first = -((remainder - before) // stride)  # the first padded pixel that isn't padding
        start = first * stride + remainder - before
        answers = len(range(start, pixels, stride))
        if answers:
            reach = (count - 1) * gap
            left = shift + reach - first
            padding = (left, answers + reach - positions - left)
            last = size - 1 - tap  # in the turned kernel
            taps = slice(last - (count - 1) * period, last + 1, period)
            yield slice(start, None, stride), taps, count, 1, padding, gap, positions, answers


def turned(weight: AnyArray, groups: int) -> AnyArray:
    """The kernels turned around, with inputs and outputs exchanged within each group."""
    xp = array_module(weight)
    c_out, c, *size = weight.shape
    parts = xp.reshape(weight, (groups, c_out // groups, c, *size))
    parts = xp.permute_dims(parts, (0, 2, 1, *range(3, 3 + len(size))))
    exchanged: AnyArray = xp.reshape(parts, (groups * c, c_out // groups, *size))
    return exchanged[(..., *(slice(None, None, -1),) * len(size))]
