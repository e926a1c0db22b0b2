"""Adaptive pooling: as many windows as the output is to have, whatever the size of the image.

Along an axis of n pixels, window i of m is the pixels from ⌊i·n/m⌋ up to, but not including,
⌈(i + 1)·n/m⌉: PyTorch's windows, which differ by at most one pixel, overlap where m does not
divide n, and repeat pixels where m is larger.
"""

from collections.abc import Sequence
from typing import Any, Literal, overload

from numpy.typing import ArrayLike

from convbook.arrays import (
    Array,
    array_module,
    cast,
    floating,
    grad_of,
    integers,
    promote,
    same_device,
    truth,
)
from convbook.engine.pooling import scattered
from convbook.layers.for_axes import for_axes
from convbook.layers.pool import avg_pool, max_pool, with_pixels


@same_device("x")
def adaptive_avg_pool(x: ArrayLike, output_size: int | Sequence[int]) -> Array:
    """The mean of every window, of which there are `output_size` along each axis.

    Shapes, for an image: `x` (n, c, h, w) and `output_size` (h_out, w_out), or one integer for
    every axis → (n, c, h_out, w_out). Floats keep their dtype; integers give float64.
    Raises ValueError when `x` has no pixels.

    >>> adaptive_avg_pool([[[0, 2, 4, 6]]], 2)
    array([[[1., 5.]]])
    >>> adaptive_avg_pool([[[0, 2, 4, 6, 8]]], 2)               # pixel 2 is in both windows
    array([[[2., 6.]]])
    """
    x, sizes = _check(x, output_size)
    if (size := _equal_windows(x, sizes)) is not None:
        return avg_pool(x, size)
    (x,) = floating(x)
    xp = array_module(x)
    out, wide = x, xp.result_type(x.dtype, xp.float32)  # sums of float16 lose digits
    for axis, count in enumerate(sizes, 2):
        windows = _windows(x.shape[axis], count, axis)
        sums = [xp.sum(out[w], axis=axis, dtype=wide) / _length(w) for w in windows]
        out = xp.stack(sums, axis=axis)
    return cast(out, x.dtype)


@same_device("grad", "x")
def adaptive_avg_pool_backward(
    grad: ArrayLike, x: ArrayLike, output_size: int | Sequence[int]
) -> Array:
    """The gradient with respect to `x`: each number of `grad` in equal shares to its window.

    Only the shape of `x` matters, for the mean is linear.

    >>> adaptive_avg_pool_backward([[[2.0, 8.0]]], [[[0, 2, 4, 6]]], 2)
    array([[[1., 1., 4., 4.]]])
    """
    x, sizes = _check(x, output_size)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *sizes)))
    xp = array_module(grad)
    shares = cast(grad, xp.result_type(grad.dtype, xp.float32))
    for axis, count in reversed(list(enumerate(sizes, 2))):
        shape = (*shares.shape[:axis], x.shape[axis], *shares.shape[axis + 1 :])
        out: Array = xp.zeros(shape, dtype=shares.dtype)
        for i, window in enumerate(_windows(x.shape[axis], count, axis)):
            out[window] += shares[_part(slice(i, i + 1), axis)] / _length(window)
        shares = out
    return cast(shares, grad.dtype)


@overload
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int], return_indices: Literal[False] = ...
) -> Array: ...


@overload
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int], return_indices: Literal[True]
) -> tuple[Array, Array]: ...


@same_device("x")
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int], return_indices: bool = False
) -> Array | tuple[Array, Array]:
    """The largest number of every window, of which there are `output_size` along each axis.

    Shapes as in `adaptive_avg_pool`; dtype, NaN and indices as in `max_pool`.
    Raises ValueError when `x` has no pixels.

    >>> adaptive_max_pool([[[0, 2, 4, 3, 1]]], 2)
    array([[[4, 4]]])
    """
    x, sizes = _check(x, output_size)
    if truth("return_indices", return_indices):
        return _with_indices(x, sizes)
    if (size := _equal_windows(x, sizes)) is not None:
        return max_pool(x, size)
    xp = array_module(x)
    for axis, count in enumerate(sizes, 2):
        windows = _windows(x.shape[axis], count, axis)
        x = xp.stack([xp.max(x[window], axis=axis) for window in windows], axis=axis)
    return x


@same_device("grad", "x")
def adaptive_max_pool_backward(
    grad: ArrayLike, x: ArrayLike, output_size: int | Sequence[int]
) -> Array:
    """The gradient with respect to `x`: each number of `grad` to the first maximum of its window.

    >>> adaptive_max_pool_backward([[[1.0, 10.0]]], [[[0, 2, 4, 3, 1]]], 2)
    array([[[ 0.,  0., 11.,  0.,  0.]]])
    """
    x, sizes = _check(x, output_size)
    (grad,) = promote(grad_of(grad, (*x.shape[:2], *sizes)))
    _, indices = _with_indices(x, sizes)
    return scattered(grad, indices, x.shape)


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = (
    for_axes(adaptive_avg_pool, axes) for axes in (1, 2, 3)
)
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = (
    for_axes(adaptive_max_pool, axes) for axes in (1, 2, 3)
)


def _check(x: ArrayLike, output_size: int | Sequence[int]) -> tuple[Array, tuple[int, ...]]:
    x = with_pixels(x)
    return x, integers("output_size", output_size, x.ndim - 2, 1)


def _equal_windows(x: Array, sizes: tuple[int, ...]) -> tuple[int, ...] | None:
    """The size of the windows where all have the same and stand side by side."""
    both = list(zip(x.shape[2:], sizes, strict=True))
    return None if any(n % count for n, count in both) else tuple(n // m for n, m in both)


def _part(places: slice, axis: int) -> Any:
    return (*(slice(None),) * axis, places, ...)


def _windows(n: int, count: int, axis: int) -> list[Any]:
    """For each window along this axis, the index that takes its pixels."""
    bounds = ((i * n // count, -(-(i + 1) * n // count)) for i in range(count))
    return [_part(slice(start, stop), axis) for start, stop in bounds]


def _length(window: Any) -> int:
    return int(window[-2].stop - window[-2].start)


def _with_indices(x: Array, sizes: tuple[int, ...]) -> tuple[Array, Array]:
    """The last axis first: then the first row that holds the maximum knows its first column."""
    xp, below = array_module(x), 1
    indices: Array = xp.zeros(x.shape, dtype=xp.int64)
    for axis, count in reversed(list(enumerate(sizes, 2))):
        n, maxima, numbers = x.shape[axis], [], []
        for window in _windows(n, count, axis):
            first = xp.expand_dims(xp.argmax(x[window], axis=axis), axis=axis)
            number = xp.take_along_axis(indices[window], first, axis=axis)
            numbers.append(number + (first + window[-2].start) * below)
            maxima.append(xp.take_along_axis(x[window], first, axis=axis))
        x, indices = xp.concat(maxima, axis=axis), xp.concat(numbers, axis=axis)
        below *= n
    return x, indices
