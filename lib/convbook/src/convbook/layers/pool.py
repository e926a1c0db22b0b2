"""Max and average pooling, forward and backward: one number for every window of every channel."""

import math
from collections.abc import Sequence
from typing import Any, Literal, overload

from numpy.typing import ArrayLike

from convbook.arguments import (
    array_of,
    grad_of,
    images_of,
    integer,
    integers,
    short_repr,
    truth,
    with_pixels,
)
from convbook.arrays import Array, array_module, floating, kind_of, same_device
from convbook.engine import dispatch
from convbook.geometry import ConvGeometry, Padding, conv_geometry, window_without_pixel
from convbook.layers.for_axes import for_axes


@overload
def max_pool(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = ...,
    padding: Padding = ...,
    dilation: int | Sequence[int] = ...,
    ceil_mode: bool = ...,
    return_indices: Literal[False] = ...,
) -> Array: ...


@overload
def max_pool(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = ...,
    padding: Padding = ...,
    dilation: int | Sequence[int] = ...,
    ceil_mode: bool = ...,
    *,
    return_indices: Literal[True],
) -> tuple[Array, Array]: ...


@same_device("x")
def max_pool(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """The largest number in every window of every channel.

    Shapes, for an image: `x` (n, c, h, w) → (n, c, h_out, w_out), with the output's size as in
    `output_size`; any number of spatial axes works alike, so that three axes are (n, c, w) and
    never an image without its batch: `max_pool2d` asks for four. Windows stand side by side when
    `stride` is None. `x` is padded with −∞, so that padding never wins. The dtype of `x` is kept,
    and NaN wins over every number. With `return_indices` the places of the maxima come too: each is
    the number of a pixel of its channel in raster order, the first of equal ones, or of several
    NaN.
    Cost: 2·(s − 1) comparisons an output for a window of s × s; memory beyond the output: some
    chunks that fit in a cache.
    Raises ValueError when a window does not fit or sees padding alone.

    >>> import numpy as np
    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> max_pool(x, 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    >>> max_pool([[[-3, -1, -2]]], 3, stride=1, padding=1)
    array([[[-1, -1, -1]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, dilation, ceil_mode)
    if truth("return_indices", return_indices):
        return dispatch.max_pool_with_indices(x, geometry)
    return dispatch.max_pool(x, geometry)


@same_device("grad", "x", "indices")
def max_pool_backward(
    grad: ArrayLike,
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    indices: ArrayLike | None = None,
) -> Array:
    """The gradient with respect to `x`, from `grad` at the output: each number to its maximum.

    `indices` are those of `max_pool(…, return_indices=True)`; without them they are found again.
    Raises ValueError when the shapes do not fit or an index is no pixel.

    >>> max_pool_backward([[[1.0, 10.0]]], [[[5.0, 9.0, 7.0]]], 2, stride=1)
    array([[[ 0., 11.,  0.]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, dilation, ceil_mode)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *geometry.output_shape)))
    if indices is None:  # found again: then nothing has to be kept from the forward pass
        _, indices = dispatch.max_pool_with_indices(x, geometry)
    else:
        indices = _check_indices(indices, grad.shape, math.prod(geometry.input_shape))
    return dispatch.max_pool_backward(grad, indices, geometry)


@same_device("x")
def avg_pool(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """The mean of every window of every channel.

    Shapes, cost, and `stride` and `ceil_mode`, as in `max_pool`. `x` is padded with zeros, which
    count as pixels unless `count_include_pad` is False; what lies beyond the padding never counts.
    `divisor_override` divides every sum by the same number instead. Floats keep their dtype;
    integers give float64.
    Raises ValueError when a window does not fit or sees padding alone.

    >>> import numpy as np
    >>> avg_pool(np.arange(16).reshape(1, 1, 4, 4), 2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    >>> avg_pool([[[6, 6]]], 3, stride=1, padding=1, count_include_pad=False)
    array([[[6., 6.]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, 1, ceil_mode)
    count_include_pad = truth("count_include_pad", count_include_pad)
    return dispatch.avg_pool(x, geometry, count_include_pad, _divisor(divisor_override))


@same_device("grad", "x")
def avg_pool_backward(
    grad: ArrayLike,
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """The gradient with respect to `x`: each number of `grad` in equal shares to its window.

    Only the shape of `x` matters, for the mean is linear.

    >>> import numpy as np
    >>> avg_pool_backward([[[2.0, 20.0]]], np.zeros((1, 1, 3)), 2, stride=1)
    array([[[ 1., 11., 10.]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, 1, ceil_mode)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *geometry.output_shape)))
    count_include_pad = truth("count_include_pad", count_include_pad)
    divisor = _divisor(divisor_override)
    return dispatch.avg_pool_backward(grad, geometry, count_include_pad, divisor)


@same_device("x")
def global_max_pool(x: ArrayLike) -> Array:
    """The largest number of every channel: `x` (n, c, pixels) → (n, c).

    >>> global_max_pool([[[1, 5, 2], [-3, -1, -2]]])
    array([[ 5, -1]])
    """
    x = with_pixels(x)
    return _without_pixels(dispatch.max_pool(x, _whole(x)))


@same_device("grad", "x")
def global_max_pool_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `global_max_pool` with respect to `x`; `grad` is (n, c).

    >>> global_max_pool_backward([[2.0]], [[[1.0, 5.0, 5.0]]])
    array([[[0., 2., 0.]]])
    """
    x = with_pixels(x)
    (grad,) = floating(_with_pixel(grad, x))
    _, indices = dispatch.max_pool_with_indices(x, _whole(x))
    return dispatch.max_pool_backward(grad, indices, _whole(x))


@same_device("x")
def global_avg_pool(x: ArrayLike) -> Array:
    """The mean of every channel: `x` (n, c, pixels) → (n, c).

    A network that ends so takes images of any size. Dtypes as in `avg_pool`.
    Source: Lin, Chen and Yan, *Network in network*, 2014.

    >>> global_avg_pool([[[1, 5, 3], [-3, -1, -2]]])
    array([[ 3., -2.]])
    """
    x = with_pixels(x)
    return _without_pixels(dispatch.avg_pool(x, _whole(x)))


@same_device("grad", "x")
def global_avg_pool_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `global_avg_pool` with respect to `x`; `grad` is (n, c).

    >>> global_avg_pool_backward([[6.0]], [[[1.0, 5.0, 3.0]]])
    array([[[2., 2., 2.]]])
    """
    x = with_pixels(x)
    (grad,) = floating(_with_pixel(grad, x))  # `x` has no part in it but its shape
    return dispatch.avg_pool_backward(grad, _whole(x))


max_pool1d, max_pool2d, max_pool3d = (for_axes(max_pool, axes) for axes in (1, 2, 3))
avg_pool1d, avg_pool2d, avg_pool3d = (for_axes(avg_pool, axes) for axes in (1, 2, 3))


def _whole(x: Array) -> ConvGeometry:
    """One window over the whole of every channel."""
    return conv_geometry("kernel_size", x.shape[2:], x.shape[2:])


def _without_pixels(out: Array) -> Array:
    """(n, c, 1, …) as (n, c)."""
    numbers: Array = array_module(out).reshape(out, out.shape[:2])
    return numbers


def _with_pixel(grad: ArrayLike, x: Array) -> Array:
    """(n, c) as (n, c, 1, …), with as many axes as `x`."""
    grad = grad_of(grad, x.shape[:2])
    numbers: Array = array_module(grad).reshape(grad, (*x.shape[:2], *(1,) * (x.ndim - 2)))
    return numbers


def _check(
    x: ArrayLike, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> tuple[Array, ConvGeometry]:
    """The image and how the windows lie on it, each of which must see a pixel."""
    x = images_of("x", x)
    kernel_size = integers("kernel_size", kernel_size, x.ndim - 2, 1)
    stride = kernel_size if stride is None else stride  # side by side, as in PyTorch
    geometry = conv_geometry(
        "kernel_size", kernel_size, x.shape[2:], stride, padding, dilation, ceil_mode
    )
    # The maximum of nothing is −∞ and its mean 0/0: refused before any work.
    if empty := window_without_pixel(geometry):
        axis, window = empty
        raise ValueError(
            f"padding must leave every window a pixel; with {short_repr(padding)} window "
            f"{window} along axis {axis + 2} has none"
        )
    return x, geometry


def _check_indices(indices: ArrayLike, shape: tuple[int, ...], pixels: int) -> Array:
    indices = array_of("indices", indices)
    if kind_of(indices) not in "iu" or indices.shape != shape:
        raise ValueError(
            f"indices must be integers of shape {shape}; they are {indices.dtype} of "
            f"shape {indices.shape}"
        )
    unsigned = indices.view(indices.dtype.str.replace("i", "u"))  # what is negative is huge
    if indices.size and int(unsigned.max()) >= pixels:
        raise ValueError(
            f"indices must be from 0 to {pixels - 1}; "
            f"they are from {int(indices.min())} to {int(indices.max())}"
        )
    return indices


def _divisor(divisor_override: int | None) -> int | None:
    return None if divisor_override is None else integer("divisor_override", divisor_override, 1)
