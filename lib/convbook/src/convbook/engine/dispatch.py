"""A convolution and its two transposes, of checked arrays of one dtype.

A convolution is linear in its input and in its weights. Its transpose in the input is itself a
few convolutions at stride 1: one for each remainder of the pixels by the stride, with those
weights that such pixels meet, turned around.
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any

from convbook.arrays import array_module, cast, kind_of
from convbook.engine import cuda
from convbook.engine.algorithms import algorithm
from convbook.engine.algorithms.buffers import AnyArray, Shape, at_a_time
from convbook.geometry import ConvGeometry
from convbook.windows import Mode, pad, pad_backward

# Numbers copied at a time, where a copy with another dtype, order or border is needed.
COPIED = 1 << 21


def correlate(
    x: AnyArray,
    weight: AnyArray,
    geometry: ConvGeometry,
    method: str = "auto",
    mode: Mode = "constant",
) -> AnyArray:
    """The convolution of `x` (n, c, pixels) and `weight` (c_out, c/groups, kernel)."""
    shape = (x.shape[0], weight.shape[0], *geometry.output_shape)
    out: AnyArray = array_module(x).empty(shape, dtype=x.dtype)
    _fill(out, x, weight, geometry, method, mode)
    return out


def input_gradient(
    grad: AnyArray, weight: AnyArray, geometry: ConvGeometry, groups: int, mode: Mode = "constant"
) -> AnyArray:
    """The transpose of `correlate` in `x`: from the output's shape to that of `x`."""
    shape = (grad.shape[0], groups * weight.shape[1], *geometry.input_shape)
    out: AnyArray = array_module(grad).zeros(shape, dtype=grad.dtype)
    if mode != "constant":
        for images in _parts(out):
            padded = input_gradient(grad[images, ...], weight, _inside(geometry), groups)
            out[images, ...] = pad_backward(
                padded, geometry.padding, len(geometry.kernel_size), mode
            )
        return out
    if cuda.takes(grad, geometry):
        cuda.input_gradient(grad, weight, out, geometry)
        return out
    turned = _turned(weight, groups)
    befores = tuple(before for before, _ in geometry.padding)
    each = zip(
        geometry.kernel_size,
        geometry.stride,
        befores,
        geometry.dilation,
        geometry.input_shape,
        geometry.output_shape,
        strict=True,
    )
    for phases in itertools.product(*(list(_phases(*axis)) for axis in each)):
        pixels, taps, *how = zip(*phases, strict=True)
        part = turned[(..., *taps)]
        _fill(
            out[(..., *pixels)], grad, part, ConvGeometry(part.shape[2:], *how), "auto", "constant"
        )
    return out


def weight_gradient(
    grad: AnyArray, x: AnyArray, shape: Shape, geometry: ConvGeometry, mode: Mode = "constant"
) -> AnyArray:
    """The transpose of `correlate` in `weight`, which has this shape, from that of the output."""
    xp, dtype = array_module(x), _working_dtype(x)
    total: AnyArray = xp.zeros(shape, dtype=dtype)
    if not _is_nothing(x, total, grad, mode):
        chosen = algorithm("auto", x, total, geometry, gradient=True)
        inside = geometry if mode == "constant" else _inside(geometry)
        for images in _parts(*_copied(dtype, grad), *_copied(dtype, x, mode)):
            part = xp.zeros(shape, dtype=dtype)
            seen = _laid_out(_padded(x[images, ...], geometry, mode), dtype)
            chosen.weight_gradient(_laid_out(grad[images, ...], dtype), seen, part, inside)
            total += part
    return cast(total, x.dtype)


def _fill(
    out: AnyArray, x: AnyArray, weight: AnyArray, geometry: ConvGeometry, method: str, mode: Mode
) -> None:
    """Write the convolution into `out`, which may be a view."""
    xp, dtype = array_module(x), _working_dtype(x)
    weight = _laid_out(weight, dtype)
    chosen = algorithm(method, x, weight, geometry)
    if _is_nothing(x, weight, out, mode):
        out[...] = 0
        return
    inside = geometry if mode == "constant" else _inside(geometry)
    for images in _parts(*_copied(dtype, x, mode), *_copied(dtype, out)):
        made = out[images, ...]
        target = xp.empty(made.shape, dtype=dtype) if _copied(dtype, made) else made
        seen = _laid_out(_padded(x[images, ...], geometry, mode), dtype)
        chosen.forward(seen, weight, target, inside)
        if target is not made:
            made[...] = cast(target, out.dtype)


def _is_nothing(x: AnyArray, weight: AnyArray, out: AnyArray, mode: Mode) -> bool:
    """Whether every sum is empty or of zeros around an image without pixels."""
    empty = 0 in (*weight.shape, *out.shape)
    return empty or (mode == "constant" and 0 in x.shape)


def _padded(x: AnyArray, geometry: ConvGeometry, mode: Mode) -> AnyArray:
    return (
        x
        if mode == "constant"
        else pad(x, geometry.padding, axes=len(geometry.kernel_size), mode=mode)
    )


def _inside(geometry: ConvGeometry) -> ConvGeometry:
    """The same for an image that has been padded already."""
    return geometry._replace(
        input_shape=geometry.padded_shape, padding=((0, 0),) * len(geometry.kernel_size)
    )


def _phases(
    size: int, stride: int, before: int, dilation: int, pixels: int, positions: int
) -> Iterator[tuple[slice, slice, int, tuple[int, int], int, int, int]]:
    """The convolutions that make up the transpose of one, along an axis.

    Each gives the pixels at which it answers, the entries of the turned kernel that it takes, and
    how these lie on the output's gradient: what a `ConvGeometry` holds, without the size.
    """
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
            last = size - 1 - tap  # in the turned kernel, of which the entries are `period` apart
            yield (
                slice(start, None, stride),
                slice(last - (count - 1) * period, last + 1, period),
                1,
                (left, answers + reach - positions - left),
                gap,
                positions,
                answers,
            )


def _turned(weight: AnyArray, groups: int) -> AnyArray:
    """The kernels turned around, with inputs and outputs exchanged within each group."""
    xp = array_module(weight)
    c_out, c, *size = weight.shape
    parts = xp.reshape(weight, (groups, c_out // groups, c, *size))
    parts = xp.permute_dims(parts, (0, 2, 1, *range(3, 3 + len(size))))
    turned: AnyArray = xp.reshape(parts, (groups * c, c_out // groups, *size))
    return turned[(..., *(slice(None, None, -1),) * len(size))]


def _working_dtype(x: AnyArray) -> Any:
    """The dtype to compute in: float32 for float16, otherwise that of `x`."""
    xp = array_module(x)
    half = kind_of(x) == "f" and xp.finfo(x.dtype).bits < 32
    return xp.float32 if half else x.dtype


def _is_laid_out(array: AnyArray, dtype: Any) -> bool:
    """Whether an array has this dtype and lies row by row."""
    flags = getattr(array, "flags", None)
    return array.dtype == dtype and (flags is None or bool(flags.c_contiguous))


def _laid_out(array: AnyArray, dtype: Any) -> AnyArray:
    if _is_laid_out(array, dtype):
        return array
    laid: AnyArray = array_module(array).ascontiguousarray(array, dtype)
    return laid


def _copied(dtype: Any, array: AnyArray, mode: Mode = "constant") -> list[AnyArray]:
    """The array, if its images must be copied to be computed with; otherwise nothing."""
    return [] if mode == "constant" and _is_laid_out(array, dtype) else [array]


def _parts(*copied: AnyArray) -> list[slice]:
    """Some images at a time where such arrays of images must be copied, otherwise all of them."""
    if not copied:
        return [slice(None)]
    n = copied[0].shape[0]
    some = at_a_time(n, sum(math.prod(array.shape[1:]) for array in copied), COPIED)
    return [slice(first, first + some) for first in range(0, n, some)]
