"""Max and average pooling, forward and backward: one number for every window of every channel."""

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import (
    Array,
    array_module,
    array_of,
    cast,
    floating,
    grad_of,
    integer,
    integers,
    kind_of,
    promote,
    same_device,
    short_repr,
    truth,
)
from convbook.engine import cuda
from convbook.engine.pooling import (
    blocks,
    combined,
    first_maxima,
    images_from,
    lowest,
    overlap,
    planes_of,
    reached,
    scattered,
    spread,
)
from convbook.geometry import ConvGeometry, Padding, conv_geometry
from convbook.layers.for_axes import for_axes
from convbook.windows import images_of


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
    `output_size`; any number of spatial axes works alike. Windows stand side by side when `stride`
    is None. `x` is padded with −∞, so that padding never wins. The dtype of `x` is kept, and NaN
    wins over every number. With `return_indices` the places of the maxima come too: each is the
    number of a pixel of its channel in raster order, the first of equal ones, or of several NaN.
    Cost: 2·(s − 1) comparisons an output for a window of s × s; memory beyond the output: some
    blocks that fit in a cache.
    Raises ValueError when a window does not fit or sees padding alone.

    >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
    >>> max_pool(x, 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    >>> max_pool([[[-3, -1, -2]]], 3, stride=1, padding=1)
    array([[[-1, -1, -1]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, dilation, ceil_mode)
    return_indices = truth("return_indices", return_indices)
    if cuda.pool.takes(x, geometry):
        largest, places = cuda.max_pool(x, geometry, return_indices)
        return largest if places is None else (largest, places)
    xp, below, shape = array_module(x), lowest(x), (math.prod(x.shape[:2]), *geometry.output_shape)
    maxima: Array = xp.empty(shape, dtype=x.dtype)
    if return_indices:
        indices: Array = xp.empty(shape, dtype=xp.int64)
        pixel_of = _Pixels(geometry, xp)
        for block, part in reached(x, geometry, below, x.dtype):
            maxima[block], entries = first_maxima(part, geometry)
            indices[block] = pixel_of(entries, maxima[block], below)
        return images_from(maxima, x.shape[:2]), images_from(indices, x.shape[:2])
    for block, part in reached(x, geometry, below, x.dtype):
        maxima[block, ...] = combined(part, geometry, xp.maximum, xp.max)
    return images_from(maxima, x.shape[:2])


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
    (grad,) = promote(grad_of(grad, (*x.shape[:2], *geometry.output_shape)))
    if indices is None:
        _, indices = max_pool(
            x, kernel_size, stride, padding, dilation, ceil_mode, return_indices=True
        )
    indices = _check_indices(indices, grad.shape, math.prod(geometry.input_shape))
    if cuda.pool.takes(grad, geometry):
        return cuda.max_pool_backward(grad, indices, geometry)
    return scattered(grad, indices, x.shape)


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

    >>> avg_pool(np.arange(16).reshape(1, 1, 4, 4), 2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    >>> avg_pool([[[6, 6]]], 3, stride=1, padding=1, count_include_pad=False)
    array([[[6., 6.]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, 1, ceil_mode)
    if divisor_override is None and cuda.pool.takes(x, geometry):
        return cuda.avg_pool(x, geometry, truth("count_include_pad", count_include_pad))
    xp, dtype = array_module(x), _floating_dtype(x)
    wide = xp.result_type(dtype, xp.float32)  # sums of float16 lose digits
    divisor = _divisor(geometry, count_include_pad, divisor_override, xp, wide)
    means: Array = xp.empty((math.prod(x.shape[:2]), *geometry.output_shape), dtype=dtype)
    for block, part in reached(x, geometry, 0, wide):
        means[block, ...] = cast(combined(part, geometry, operator.add, _row_sums) / divisor, dtype)
    return images_from(means, x.shape[:2])


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

    >>> avg_pool_backward([[[2.0, 20.0]]], np.zeros((1, 1, 3)), 2, stride=1)
    array([[[ 1., 11., 10.]]])
    """
    x, geometry = _check(x, kernel_size, stride, padding, 1, ceil_mode)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *geometry.output_shape)))
    if divisor_override is None and cuda.pool.takes(grad, geometry):
        return cuda.avg_pool_backward(grad, geometry, truth("count_include_pad", count_include_pad))
    xp = array_module(x)
    wide = xp.result_type(grad.dtype, xp.float32)
    divisor = _divisor(geometry, count_include_pad, divisor_override, xp, wide)
    shares: Array = xp.zeros((math.prod(x.shape[:2]), *geometry.input_shape), dtype=grad.dtype)
    means, (here, there) = planes_of(grad), overlap(geometry)
    for block in blocks(shares):
        part = spread(cast(means[block, ...], wide) / divisor, geometry)[(..., *there)]
        shares[(block, *here)] = cast(part, grad.dtype)
    return images_from(shares, x.shape[:2])


@same_device("x")
def global_max_pool(x: ArrayLike) -> Array:
    """The largest number of every channel: `x` (n, c, pixels) → (n, c).

    >>> global_max_pool([[[1, 5, 2], [-3, -1, -2]]])
    array([[ 5, -1]])
    """
    return _global(max_pool, x)


@same_device("grad", "x")
def global_max_pool_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `global_max_pool` with respect to `x`; `grad` is (n, c).

    >>> global_max_pool_backward([[2.0]], [[[1.0, 5.0, 5.0]]])
    array([[[0., 2., 0.]]])
    """
    return _global_backward(max_pool_backward, grad, x)


@same_device("x")
def global_avg_pool(x: ArrayLike) -> Array:
    """The mean of every channel: `x` (n, c, pixels) → (n, c).

    A network that ends so takes images of any size. Dtypes as in `avg_pool`.
    Source: Lin, Chen and Yan, *Network in network*, 2014.

    >>> global_avg_pool([[[1, 5, 3], [-3, -1, -2]]])
    array([[ 3., -2.]])
    """
    return _global(avg_pool, x)


@same_device("grad", "x")
def global_avg_pool_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """The gradient of `global_avg_pool` with respect to `x`; `grad` is (n, c).

    >>> global_avg_pool_backward([[6.0]], [[[1.0, 5.0, 3.0]]])
    array([[[2., 2., 2.]]])
    """
    return _global_backward(avg_pool_backward, grad, x)


max_pool1d, max_pool2d, max_pool3d = (for_axes(max_pool, axes) for axes in (1, 2, 3))
avg_pool1d, avg_pool2d, avg_pool3d = (for_axes(avg_pool, axes) for axes in (1, 2, 3))


def _global(pool: Callable[..., Array], x: ArrayLike) -> Array:
    """One window over the whole of every channel."""
    x = with_pixels(x)
    numbers: Array = array_module(x).reshape(pool(x, x.shape[2:]), x.shape[:2])
    return numbers


def _global_backward(backward: Callable[..., Array], grad: ArrayLike, x: ArrayLike) -> Array:
    x = with_pixels(x)
    grad, ones = grad_of(grad, x.shape[:2]), (1,) * (x.ndim - 2)
    return backward(array_module(x).reshape(grad, (*x.shape[:2], *ones)), x, x.shape[2:])


def _check(
    x: ArrayLike, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> tuple[Array, ConvGeometry]:
    x = images_of("x", x)
    kernel_size = integers("kernel_size", kernel_size, x.ndim - 2, 1)
    stride = kernel_size if stride is None else stride
    geometry = conv_geometry(
        "kernel_size", kernel_size, x.shape[2:], stride, padding, dilation, ceil_mode
    )
    for axis, n in enumerate(geometry.input_shape):
        gap, reach = (
            geometry.dilation[axis],
            (geometry.kernel_size[axis] - 1) * geometry.dilation[axis],
        )
        before, last = (
            geometry.padding[axis][0],
            (geometry.output_shape[axis] - 1) * geometry.stride[axis],
        )
        if before <= reach and last - before < n and gap <= n:
            continue  # the outermost windows see a pixel, and no gap is wider than the image
        starts = _starts(geometry, axis)
        first = starts + _entries_before(geometry, axis) * geometry.dilation[axis]
        empty = first >= np.minimum(
            n, starts + geometry.kernel_size[axis] * geometry.dilation[axis]
        )
        if empty.any():
            raise ValueError(
                f"padding must leave every window a pixel; with {short_repr(padding)} window "
                f"{int(empty.argmax())} along axis {axis + 2} has none"
            )
    return x, geometry


def with_pixels(x: ArrayLike) -> Array:
    """`x` as a batch of images that are not empty."""
    x = images_of("x", x)
    if 0 in x.shape[2:]:
        raise ValueError(f"x must have at least one pixel; its shape is {x.shape}")
    return x


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


def _starts(geometry: ConvGeometry, axis: int) -> Any:
    """The pixel at which each window begins; negative in the padding."""
    return (
        np.arange(geometry.output_shape[axis]) * geometry.stride[axis] - geometry.padding[axis][0]
    )


def _entries_before(geometry: ConvGeometry, axis: int) -> Any:
    """How many entries of each window lie in the padding before the first pixel."""
    return -(np.minimum(_starts(geometry, axis), 0) // geometry.dilation[axis])


def _grid(geometry: ConvGeometry, along: Any) -> Any:
    """Numbers for each axis, which stand there in their order: the axes' sum by broadcasting."""
    axes = len(geometry.input_shape)
    return sum(along(axis).reshape(-1, *(1,) * (axes - 1 - axis)) for axis in range(axes))


class _Pixels:
    """From the entry of its window that is the maximum to the number of its pixel."""

    def __init__(self, geometry: ConvGeometry, xp: Any) -> None:
        row = [
            math.prod(geometry.input_shape[axis + 1 :]) for axis in range(len(geometry.input_shape))
        ]
        entry = [
            math.prod(geometry.kernel_size[axis + 1 :]) for axis in range(len(geometry.input_shape))
        ]

        def of_entry(axis: int) -> Any:
            return np.arange(geometry.kernel_size[axis]) * geometry.dilation[axis] * row[axis]

        self.of_start = xp.asarray(
            _grid(geometry, lambda axis: _starts(geometry, axis) * row[axis])
        )
        self.of_entry = xp.asarray(_grid(geometry, of_entry).ravel())
        first = _grid(geometry, lambda axis: _entries_before(geometry, axis) * entry[axis])
        self.first = xp.asarray(first) if first.any() else None

    def __call__(self, entries: Array, maxima: Array, below: float) -> Array:
        xp = array_module(maxima)
        if self.first is not None:  # where pixels are as low as the padding before them
            first = cast(self.first, entries.dtype)
            entries = xp.maximum(entries, first * (maxima == below))
        pixels: Array = self.of_entry[cast(entries, xp.int64)]
        pixels += self.of_start
        return pixels


def _floating_dtype(x: Array) -> Any:
    return x.dtype if kind_of(x) == "f" else array_module(x).float64


def _row_sums(rows: Array, axis: int) -> Array:
    """The sum of each row; of short ones, as a product with ones, which is three times as fast."""
    xp, length = array_module(rows), rows.shape[axis]
    short = length <= 256  # in long ones a sum by halves is more exact
    sums: Array = rows @ xp.ones(length, dtype=rows.dtype) if short else xp.sum(rows, axis=axis)
    return sums


def _divisor(
    geometry: ConvGeometry,
    count_include_pad: bool,
    divisor_override: int | None,
    xp: Any,
    dtype: Any,
) -> Any:
    """The number of pixels in each window: one number where all have the same."""
    padding_counts = truth("count_include_pad", count_include_pad)
    if divisor_override is not None:
        return integer("divisor_override", divisor_override, 1)
    total: Any = np.ones((1,) * len(geometry.input_shape), np.int64)
    for axis, n in enumerate(geometry.input_shape):
        before, after = geometry.padding[axis]
        low, high = (-before, n + after) if padding_counts else (0, n)
        starts = _starts(geometry, axis)
        counts = np.minimum(starts + geometry.kernel_size[axis], high) - np.maximum(starts, low)
        total = total * counts.reshape(-1, *(1,) * (len(geometry.input_shape) - 1 - axis))
    if total.size and total.min() == total.max():
        return int(total.flat[0])
    return xp.asarray(total, dtype=dtype)
