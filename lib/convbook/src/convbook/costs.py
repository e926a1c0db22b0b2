"""What a layer costs, before it is computed: parameters, multiply-adds and bytes.

Pure integers, no arrays. Biases are counted only when asked for.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from convbook.arguments import integer, integers, short_repr, truth
from convbook.geometry import Padding, conv_geometry, transposed_size


def dense_parameters(h: int, w: int, c: int, c_out: int, bias: bool = False) -> int:
    """Weights of a fully-connected layer from (h, w, c) to (h, w, c_out): `(hw)² c c_out`.

    >>> dense_parameters(256, 256, 3, 3)
    38654705664
    """
    pixels = integer("h", h, 1) * integer("w", w, 1)
    c, c_out = integer("c", c, 1), integer("c_out", c_out, 1)
    return (pixels * c + truth("bias", bias)) * pixels * c_out


def locally_connected_parameters(
    h: int, w: int, c: int, c_out: int, s: int, bias: bool = False
) -> int:
    """Weights of a locally-connected layer with its own kernel at every pixel: `hw s² c c_out`.

    >>> locally_connected_parameters(256, 256, 3, 3, s=3)
    5308416
    """
    positions = integer("h", h, 1) * integer("w", w, 1)
    return positions * conv_parameters(c, c_out, s, bias)


def conv_parameters(c: int, c_out: int, s: int, bias: bool = False, groups: int = 1) -> int:
    """Weights of a convolutional layer: `s² c c_out / groups`, whatever the size of the image.

    >>> conv_parameters(3, 3, s=3), conv_parameters(3, 64, s=3, bias=True)
    (81, 1792)
    >>> conv_parameters(64, 64, s=3, groups=64) + conv_parameters(64, 128, s=1)   # separable
    8768
    """
    c, c_out, s = integer("c", c, 1), integer("c_out", c_out, 1), integer("s", s, 1)
    return (s * s * channels_per_group(c, c_out, groups) + truth("bias", bias)) * c_out


def channels_per_group(c: int, c_out: int, groups: int) -> int:
    """Input channels that an output channel sees when both are divided into `groups`.

    >>> channels_per_group(64, 128, 4)
    16
    """
    groups = integer("groups", groups, 1)
    if c % groups or c_out % groups:
        raise ValueError(
            f"groups must divide the {c} channels of the input and the {c_out} of the output; "
            f"it is {groups}"
        )
    return c // groups


class Cost(NamedTuple):
    """The price of one forward pass of a layer.

    `output` is the shape of what it answers. `multiply_adds` counts one for each product that is
    added to a sum; a pooling layer takes one comparison or sum for each pixel of a window, which
    is counted as one. `bytes` is the least traffic with memory: input and parameters read once,
    output written once.
    """

    output: tuple[int, ...]
    parameters: int
    multiply_adds: int
    bytes: int

    @property
    def intensity(self) -> float:
        """Multiply-adds for each byte: what decides whether arithmetic or memory is the limit."""
        return self.multiply_adds / self.bytes


def dense_cost(shape: Sequence[int], d_out: int, bias: bool = False, itemsize: int = 4) -> Cost:
    """The cost of `dense` on inputs of `shape` (n, d).

    >>> dense_cost((8, 512), 10, bias=True)
    Cost(output=(8, 10), parameters=5130, multiply_adds=40960, bytes=37224)
    """
    n, d = integers("shape", shape, 2)
    d_out = integer("d_out", d_out, 1)
    parameters = (d + truth("bias", bias)) * d_out
    return _cost((n, d), (n, d_out), parameters, n * d * d_out, itemsize)


def conv_cost(
    shape: Sequence[int],
    c_out: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    bias: bool = False,
    itemsize: int = 4,
) -> Cost:
    """The cost of `conv` on images of `shape` (n, c, h, w), or with another number of axes.

    A depthwise layer has as many groups as channels, a pointwise layer kernel size 1.

    >>> conv_cost((1, 64, 56, 56), 64, 3, padding=1)
    Cost(output=(1, 64, 56, 56), parameters=36864, multiply_adds=115605504, bytes=1753088)
    """
    output, terms = _output_and_terms(shape, c_out, kernel_size, stride, padding, dilation, groups)
    parameters = (terms + truth("bias", bias)) * output[1]
    return _cost(shape, output, parameters, math.prod(output) * terms, itemsize)


def locally_connected_cost(
    shape: Sequence[int],
    c_out: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    bias: bool = False,
    itemsize: int = 4,
) -> Cost:
    """The cost of `locally_connected`: the arithmetic of `conv`, a kernel for every position.

    >>> locally_connected_cost((1, 64, 56, 56), 64, 3, padding=1).parameters
    115605504
    """
    output, terms = _output_and_terms(shape, c_out, kernel_size, stride, padding, dilation, 1)
    parameters = (terms + truth("bias", bias)) * math.prod(output[1:])
    return _cost(shape, output, parameters, math.prod(output) * terms, itemsize)


def separable_cost(
    shape: Sequence[int],
    c_out: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    itemsize: int = 4,
) -> Cost:
    """The cost of a depthwise-separable layer: a depthwise one, then a pointwise one.

    Source: Howard et al., *MobileNets*, arXiv:1704.04861.

    >>> separable_cost((1, 64, 56, 56), 128, 3, padding=1).parameters
    8768
    """
    c = _image_shape(shape)[1]
    depthwise = conv_cost(shape, c, kernel_size, stride, padding, dilation, c, False, itemsize)
    pointwise = conv_cost(depthwise.output, c_out, 1, itemsize=itemsize)
    sums = (a + b for a, b in zip(depthwise[1:], pointwise[1:], strict=True))
    return Cost(pointwise.output, *sums)


def conv_transpose_cost(
    shape: Sequence[int],
    c_out: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    bias: bool = False,
    itemsize: int = 4,
) -> Cost:
    """The cost of `conv_transpose`: every input entry is multiplied by a whole kernel.

    >>> conv_transpose_cost((1, 64, 28, 28), 32, 2, stride=2).output
    (1, 32, 56, 56)
    """
    n, c, *pixels = _image_shape(shape)
    c_out, axes = integer("c_out", c_out, 1), len(pixels)
    size = integers("kernel_size", kernel_size, axes, 1)
    settings = [
        integers(name, value, axes, least)
        for name, value, least in (
            ("padding", padding, 0),
            ("stride", stride, 1),
            ("dilation", dilation, 1),
            ("output_padding", output_padding, 0),
        )
    ]
    channels_per_group(c, c_out, groups)
    spatial = (transposed_size(*axis) for axis in zip(pixels, size, *settings, strict=True))
    of_entry = c_out // groups * math.prod(size)
    parameters = c * of_entry + truth("bias", bias) * c_out
    multiply_adds = n * c * math.prod(pixels) * of_entry
    return _cost(shape, (n, c_out, *spatial), parameters, multiply_adds, itemsize)


def pool_cost(
    shape: Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    itemsize: int = 4,
) -> Cost:
    """The cost of `max_pool` or `avg_pool`: no parameters.

    >>> pool_cost((1, 64, 56, 56), 2)
    Cost(output=(1, 64, 28, 28), parameters=0, multiply_adds=200704, bytes=1003520)
    """
    stride = kernel_size if stride is None else stride
    c = _image_shape(shape)[1]
    output, terms = _output_and_terms(
        shape, c, kernel_size, stride, padding, dilation, c, ceil_mode
    )
    return _cost(shape, output, 0, math.prod(output) * terms, itemsize)


def batch_norm_cost(shape: Sequence[int], itemsize: int = 4) -> Cost:
    """The cost of `batch_norm` on (n, c, h, w): a scale and a shift for each channel.

    >>> batch_norm_cost((1, 64, 56, 56)).parameters
    128
    """
    output = _image_shape(shape)
    return _cost(output, output, 2 * output[1], math.prod(output), itemsize)


def _output_and_terms(
    shape: Sequence[int],
    c_out: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int],
    padding: Padding,
    dilation: int | Sequence[int],
    groups: int,
    ceil_mode: bool = False,
) -> tuple[tuple[int, ...], int]:
    """The output's shape, and how many input entries each output entry is a sum over."""
    n, c, *pixels = _image_shape(shape)
    geometry = conv_geometry(
        "kernel_size", kernel_size, tuple(pixels), stride, padding, dilation, ceil_mode
    )
    c_out = integer("c_out", c_out, 1)
    return (n, c_out, *geometry.output_shape), channels_per_group(c, c_out, groups) * math.prod(
        geometry.kernel_size
    )


def _image_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of a batch of images, with at least one axis of pixels."""
    sizes = integers("shape", shape, None)
    if len(sizes) < 3:
        raise ValueError(
            f"shape must be (n, c, pixels of one or more axes); it is {short_repr(shape)}"
        )
    return sizes


def _cost(
    shape: Sequence[int],
    output: tuple[int, ...],
    parameters: int,
    multiply_adds: int,
    itemsize: int,
) -> Cost:
    entries = math.prod(shape) + math.prod(output) + parameters
    return Cost(output, parameters, multiply_adds, entries * integer("itemsize", itemsize, 1))
