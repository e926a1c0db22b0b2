"""Adaptive pooling on any array module: one axis after the other, window by window.

Along an axis of n pixels, window i of m is the pixels from ⌊i·n/m⌋ up to, but not including,
⌈(i + 1)·n/m⌉. Windows differ in size, so nothing moves over all of them at once.
"""

from typing import Any

from convbook.arrays import Array, array_module, cast

Shape = tuple[int, ...]


def avg_pool(x: Array, output_shape: Shape) -> Array:
    """The mean of every window of floating `x` (n, c, pixels)."""
    xp = array_module(x)
    out, wide = x, xp.result_type(x.dtype, xp.float32)  # sums of float16 lose digits
    # A mean of means is the mean of the window, for along one axis all its rows are as long.
    for axis, count in enumerate(output_shape, 2):
        bounds = _bounds(x.shape[axis], count)
        means = [
            xp.sum(out[_along(axis, start, stop)], axis=axis, dtype=wide) / (stop - start)
            for start, stop in bounds
        ]
        out = xp.stack(means, axis=axis)
    return cast(out, x.dtype)


def avg_pool_backward(grad: Array, input_shape: Shape) -> Array:
    """The transpose of `avg_pool`, from `grad` (n, c, windows) to (n, c, pixels)."""
    xp = array_module(grad)
    wide = xp.result_type(grad.dtype, xp.float32)
    shares = cast(grad, wide)
    for axis, n in reversed(list(enumerate(input_shape, 2))):
        out: Array = xp.zeros((*shares.shape[:axis], n, *shares.shape[axis + 1 :]), dtype=wide)
        for i, (start, stop) in enumerate(_bounds(n, grad.shape[axis])):
            out[_along(axis, start, stop)] += shares[_along(axis, i, i + 1)] / (stop - start)
        shares = out
    return cast(shares, grad.dtype)


def max_pool(x: Array, output_shape: Shape) -> Array:
    """The largest number of every window of `x` (n, c, pixels)."""
    xp = array_module(x)
    for axis, count in enumerate(output_shape, 2):
        bounds = _bounds(x.shape[axis], count)
        maxima = [xp.max(x[_along(axis, *ends)], axis=axis) for ends in bounds]
        x = xp.stack(maxima, axis=axis)
    return x


def max_pool_with_indices(x: Array, output_shape: Shape) -> tuple[Array, Array]:
    """The largest number of every window, and the number of the first pixel that holds it."""
    xp, pixels_of_step = array_module(x), 1
    indices: Array = xp.zeros(x.shape, dtype=xp.int64)
    # The last axis first: then the first row that holds the maximum knows its first column.
    for axis, count in reversed(list(enumerate(output_shape, 2))):
        n, maxima, numbers = x.shape[axis], [], []
        for start, stop in _bounds(n, count):
            window = _along(axis, start, stop)
            first = xp.expand_dims(xp.argmax(x[window], axis=axis), axis=axis)
            number = xp.take_along_axis(indices[window], first, axis=axis)
            numbers.append(number + (first + start) * pixels_of_step)
            maxima.append(xp.take_along_axis(x[window], first, axis=axis))
        x, indices = xp.concat(maxima, axis=axis), xp.concat(numbers, axis=axis)
        pixels_of_step *= n
    return x, indices


def _bounds(n: int, count: int) -> list[tuple[int, int]]:
    """Where each of `count` windows on `n` pixels begins and ends."""
    return [(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]


def _along(axis: int, start: int, stop: int) -> Any:
    """The index that takes these places of an axis."""
    return (*(slice(None),) * axis, slice(start, stop), ...)
