"""Padding, and every window of an array: as a view, or as the columns of a matrix."""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from convbook.arguments import array_of, axes_in_words, images_of, integer, integers, short_repr
from convbook.arrays import Array, array_module, floating, kind_of, same_device
from convbook.geometry import Padding, conv_geometry, number_pairs, support

Mode = Literal["constant", "reflect", "replicate", "circular"]


@same_device("x")
def pad(
    x: ArrayLike,
    padding: int | Sequence[int | Sequence[int]],
    value: float = 0.0,
    axes: int = 2,
    mode: Mode = "constant",
) -> Array:
    """Surround the last `axes` axes of `x` with `padding` entries on both sides.

    Two axes, unless one says otherwise: of signals (n, c, w) that would be the channels too.

    `padding` is one integer, one for each of those axes, or a pair (before, after) for each. The
    entries are `value` (`constant`), the image seen in a mirror that stands on its edge
    (`reflect`), its edge again (`replicate`), or its other side (`circular`), as in PyTorch. The
    dtype of `x` is kept.
    Raises ValueError when that dtype can't hold `value`, as integers can't hold 0.5, and when the
    image is too small to be reflected or wrapped around.

    >>> pad([1, 2], 1, axes=1)
    array([0, 1, 2, 0])
    >>> pad([1, 2, 3], [(2, 1)], axes=1, mode="reflect")
    array([3, 2, 1, 2, 3, 2])
    """
    x, pairs = _check_pad(x, padding, axes, mode)
    xp, first = array_module(x), x.ndim - len(pairs)
    if mode == "constant":
        padded = (n + sum(pair) for n, pair in zip(x.shape[first:], pairs, strict=True))
        with np.errstate(over="ignore"):  # a value too large for a float is infinite
            out: Array = xp.full((*x.shape[:first], *padded), _fill_value(x, value), dtype=x.dtype)
        out[_image_slices(x.shape[first:], pairs)] = x
        return out
    for axis, pair in enumerate(pairs, first):
        # NumPy takes nothing wider than its own indices, which in a page have 32 bits.
        indices = np.asarray(_source_pixels(x.shape[axis], pair, mode), dtype=np.intp)
        x = xp.take(x, xp.asarray(indices), axis=axis)
    return x


@same_device("grad")
def pad_backward(
    grad: ArrayLike,
    padding: int | Sequence[int | Sequence[int]],
    axes: int = 2,
    mode: Mode = "constant",
) -> Array:
    """The gradient with respect to the argument of `pad`: each entry collects from its copies.

    >>> pad_backward([1.0, 10.0, 100.0, 1000.0], 1, axes=1)
    array([ 10., 100.])
    >>> pad_backward([1.0, 10.0, 100.0, 1000.0], 1, axes=1, mode="replicate")
    array([  11., 1100.])
    """
    (grad,) = floating(array_of("grad", grad))
    axes = _axes_of("grad", grad, axes)
    pairs, first = number_pairs("padding", padding, axes), grad.ndim - axes
    sizes = [n - sum(pair) for n, pair in zip(grad.shape[first:], pairs, strict=True)]
    if any(n < 0 for n in sizes):
        raise ValueError(f"grad must contain its padding {pairs}; its shape is {grad.shape}")
    xp = array_module(grad)
    for axis, (n, (before, after)) in enumerate(zip(sizes, pairs, strict=True), first):
        part: list[Any] = [slice(None)] * grad.ndim
        part[axis] = slice(before, before + n)
        out = xp.asarray(grad[tuple(part)], copy=True)
        if mode != "constant":
            sources = _source_pixels(n, (before, after), mode)
            for place in (*range(before), *range(before + n, before + n + after)):
                target, part[axis] = list(part), slice(place, place + 1)
                target[axis] = slice(sources[place], sources[place] + 1)
                out[tuple(target)] += grad[tuple(part)]
        grad = out
    return grad


def _check_pad(x: ArrayLike, padding: Any, axes: int, mode: str) -> tuple[Array, Any]:
    x = array_of("x", x)
    axes = _axes_of("x", x, axes)
    pairs = number_pairs("padding", padding, axes)
    if mode not in ("constant", "reflect", "replicate", "circular"):
        raise ValueError(
            "mode must be 'constant', 'reflect', 'replicate' or 'circular'; "
            f"it is {short_repr(mode)}"
        )
    return x, pairs


def _axes_of(name: str, x: Array, axes: int) -> int:
    axes = integer("axes", axes, 1)
    if x.ndim < axes:
        raise ValueError(f"{name} must have at least {axes_in_words(axes)}; its shape is {x.shape}")
    return axes


def _fill_value(x: Array, value: float) -> float:
    """`value` as a Python number that the dtype of `x` can hold."""
    number: float = array_of("value", value, 0).item()
    kind = kind_of(x)
    if kind == "f":
        return number
    limits = None if kind == "b" else array_module(x).iinfo(x.dtype)
    low, high = (limits.min, limits.max) if limits else (0, 1)
    if not low <= number <= high or number != int(number):
        raise ValueError(f"value must fit in the dtype of x, {x.dtype}; it is {short_repr(value)}")
    return int(number)


def _image_slices(pixels: Sequence[int], pairs: Sequence[tuple[int, int]]) -> tuple[Any, ...]:
    """Where the image lies in itself padded."""
    places = zip(pixels, pairs, strict=True)
    return (..., *(slice(before, before + n) for n, (before, _) in places))


def _source_pixels(n: int, pair: tuple[int, int], mode: str) -> list[int]:
    """For each entry along a padded axis, the pixel of which it is a copy."""
    check_room(n, pair, mode)
    places = range(-pair[0], n + pair[1])
    if mode == "circular":
        return [place % n for place in places]
    if mode == "replicate":
        return [min(max(place, 0), n - 1) for place in places]
    return [n - 1 - abs(n - 1 - abs(place)) for place in places]


def check_room(n: int, pair: tuple[int, int], mode: str) -> None:
    """Raise ValueError where an axis of n pixels is too short for this padding by its own pixels.

    >>> check_room(4, (3, 3), "reflect")
    >>> check_room(4, (0, 5), "circular")
    Traceback (most recent call last):
    ...
    ValueError: padding must be at most 4 for mode 'circular' on an axis of 4 pixels; it is (0, 5)
    """
    most = {"constant": math.inf, "circular": n, "reflect": n - 1, "replicate": math.inf}[mode]
    if n == 0 and mode != "constant":
        most = 0
    if max(pair) > most:
        raise ValueError(
            f"padding must be at most {most} for mode {mode!r} on an axis of {n} pixels; "
            f"it is {pair}"
        )


@same_device("x")
def sliding_windows(
    x: ArrayLike,
    size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Every window of `size` over the last axes of `x`, as a read-only view: nothing is copied.

    An input (..., h, w) and a size (s_h, s_w) give (..., h−s_h+1, w−s_w+1, s_h, s_w); with a
    stride every so many windows, with a dilation every so many pixels of a window.
    Raises ValueError when a window does not fit.

    >>> sliding_windows([1, 2, 3, 4], (2,))
    array([[1, 2],
           [2, 3],
           [3, 4]])
    >>> sliding_windows([1, 2, 3, 4, 5], 2, stride=2, dilation=2)
    array([[1, 3],
           [3, 5]])
    """
    x, size = array_of("x", x), integers("size", size, None, least=1)
    stride = integers("stride", stride, len(size), 1)
    dilation = integers("dilation", dilation, len(size), 1)
    extent = tuple(support(s, d) for s, d in zip(size, dilation, strict=True))
    spatial = x.shape[max(x.ndim - len(size), 0) :]
    if len(spatial) < len(size) or any(s > n for s, n in zip(extent, spatial, strict=True)):
        dilated = "" if extent == size else f" with dilation {dilation}"
        raise ValueError(f"size must fit in the last axes of x, {spatial}; it is {size}{dilated}")
    tricks, axes = array_module(x).lib.stride_tricks, tuple(range(-len(size), 0))
    windows = tricks.sliding_window_view(x, extent, axis=axes)
    # All windows of the whole extent first: strides and gaps are then taken out of the view.
    steps = (slice(None, None, step) for step in (*stride, *dilation))
    stepped: Array = windows[(..., *steps)]
    return stepped


@same_device("x")
def unfold(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Every window of `x` as a column (im2col): (n, c, h, w) → (n, c·s_h·s_w, windows).

    Windows are in raster order; a column holds one channel after the other. Any number of spatial
    axes works alike. `x` is padded with zeros. A convolution is a product of matrices: the kernel,
    one row for each output channel, times these columns. They take s_h·s_w times the memory of the
    image. Source: Chellapilla, Puri and Simard, 2006.
    Raises ValueError when a window does not fit.

    >>> unfold([[[1, 2, 3, 4]]], 2)
    array([[[1, 2, 3],
            [2, 3, 4]]])
    """
    x = images_of("x", x)
    axes = x.ndim - 2
    geometry = conv_geometry("kernel_size", kernel_size, x.shape[2:], stride, padding, dilation)
    windows = sliding_windows(
        pad(x, geometry.padding, axes=axes),
        geometry.kernel_size,
        geometry.stride,
        geometry.dilation,
    )
    order = (0, 1, *range(2 + axes, 2 + 2 * axes), *range(2, 2 + axes))
    xp, (n, c) = array_module(x), x.shape[:2]
    shape = n, c * math.prod(geometry.kernel_size), math.prod(geometry.output_shape)
    columns: Array = xp.reshape(xp.permute_dims(windows, order), shape)
    return columns


@same_device("columns")
def fold(
    columns: ArrayLike,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Add columns up where `unfold` took them (col2im): its transpose as a linear map.

    Shapes: `columns` (n, c·s_h·s_w, windows), `output_size` (h, w) → (n, c, h, w). As many spatial
    axes as `output_size` has; a number stands for one axis.
    Raises ValueError when the shapes do not fit.

    >>> fold(np.ones((1, 2, 3)), 4, 2)
    array([[[1., 2., 2., 1.]]])
    """
    columns = array_of("columns", columns, 3)
    pixels = integers("output_size", output_size, None)
    geometry = conv_geometry("kernel_size", kernel_size, pixels, stride, padding, dilation)
    n, rows, windows = columns.shape
    taps, positions = math.prod(geometry.kernel_size), math.prod(geometry.output_shape)
    if rows % taps or windows != positions:
        raise ValueError(
            f"columns must have a multiple of {taps} rows and {positions} columns; "
            f"its shape is {columns.shape}"
        )
    xp, batch = array_module(columns), (slice(None), slice(None))
    columns = xp.reshape(columns, (n, rows // taps, *geometry.kernel_size, *geometry.output_shape))
    out: Array = xp.zeros((n, rows // taps, *geometry.padded_shape), dtype=columns.dtype)
    for tap, seen in geometry.taps():
        out[batch + seen] += columns[(*batch, *tap, ...)]
    image: Array = out[_image_slices(pixels, geometry.padding)]
    return image
