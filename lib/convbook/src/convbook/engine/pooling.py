"""Pooling on any array module: windows combined axis by axis, some maps at a time.

A map is one channel of one image: pooling looks at each of them alone, so a batch is (maps,
pixels). What a window holds is combined along one axis after the other, so a window of s × s pixels
costs 2·(s − 1) operations on whole arrays rather than s². Maps are worked on in chunks that fit in
the processor's cache; what is needed beyond input and output is the size of a few chunks, 8 MB, or
a copy of an input whose maps do not lie in memory one after the other.
"""

import contextlib
import functools
import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from convbook.arrays import Array, array_module, cast, kind_of
from convbook.engine.algorithms.buffers import copy_slices
from convbook.geometry import ConvGeometry

#: Bytes of input that are worked on at once: they and what is made of them stay in the cache.
CHUNK = 2**18
#: Numbers in a row up to which a product with ones is exact enough as a sum.
SHORT = 256


def max_pool(x: Array, geometry: ConvGeometry) -> Array:
    """The largest number of every window."""
    xp = array_module(x)
    maps, batch = as_maps(x), x.shape[:2]
    out: Array = xp.empty((maps.shape[0], *geometry.output_shape), dtype=x.dtype)
    for chunk, inp in _padded_chunks(maps, geometry, _lowest(x), x.dtype):
        out[chunk, ...] = _reduce_windows(inp, geometry, xp.maximum, xp.max)
    return as_images(out, batch)


def max_pool_with_indices(x: Array, geometry: ConvGeometry) -> tuple[Array, Array]:
    """The largest number of every window, and the number of the first pixel that holds it."""
    xp = array_module(x)
    maps, batch, lowest = as_maps(x), x.shape[:2], _lowest(x)
    shape = (maps.shape[0], *geometry.output_shape)
    maxima: Array = xp.empty(shape, dtype=x.dtype)
    indices: Array = xp.empty(shape, dtype=xp.int64)
    pixels_of = _PixelsOfEntries(geometry, xp)
    for chunk, inp in _padded_chunks(maps, geometry, lowest, x.dtype):
        maxima[chunk], entries = _first_maxima(inp, geometry)
        indices[chunk] = pixels_of(entries, maxima[chunk] == lowest)
    return as_images(maxima, batch), as_images(indices, batch)


def avg_pool(
    x: Array, geometry: ConvGeometry, count_include_pad: bool, divisor: int | None
) -> Array:
    """The mean of every window, or its sum over one `divisor` for all."""
    xp = array_module(x)
    dtype = x.dtype if kind_of(x) == "f" else xp.float64
    wide = xp.result_type(dtype, xp.float32)  # sums of float16 lose digits
    counts = divisor or _pixels_in_windows(geometry, count_include_pad, xp, wide)
    maps, batch = as_maps(x), x.shape[:2]
    means: Array = xp.empty((maps.shape[0], *geometry.output_shape), dtype=dtype)
    for chunk, inp in _padded_chunks(maps, geometry, 0, wide):
        sums = _reduce_windows(inp, geometry, operator.add, _row_sums)
        means[chunk, ...] = cast(sums / counts, dtype)
    return as_images(means, batch)


def avg_pool_backward(
    grad: Array, geometry: ConvGeometry, count_include_pad: bool, divisor: int | None
) -> Array:
    """The transpose of `avg_pool`: each number of `grad` in equal shares to its window."""
    xp = array_module(grad)
    wide = xp.result_type(grad.dtype, xp.float32)  # sums of float16 lose digits
    counts = divisor or _pixels_in_windows(geometry, count_include_pad, xp, wide)
    maps, batch = as_maps(grad), grad.shape[:2]
    out: Array = xp.zeros((maps.shape[0], *geometry.input_shape), dtype=grad.dtype)
    pixels, in_covered = _covered_pixels(geometry, _covered_shape(geometry))
    for chunk in map_chunks(out):
        shares = _spread(cast(maps[chunk, ...], wide) / counts, geometry)
        out[(chunk, *pixels)] = cast(shares[(..., *in_covered)], grad.dtype)
    return as_images(out, batch)


def as_maps(x: Array) -> Array:
    """`x` (n, c, pixels) as maps (n·c, pixels).

    >>> as_maps(np.zeros((2, 3, 5, 4))).shape
    (6, 5, 4)
    """
    maps: Array = array_module(x).reshape(x, (math.prod(x.shape[:2]), *x.shape[2:]))
    return maps


def as_images(maps: Array, batch: tuple[int, ...]) -> Array:
    """Maps again in the batch, (n, c), that they came from.

    >>> as_images(np.zeros((6, 5, 4)), (2, 3)).shape
    (2, 3, 5, 4)
    """
    images: Array = array_module(maps).reshape(maps, (*batch, *maps.shape[1:]))
    return images


def map_chunks(maps: Array) -> Iterator[slice]:
    """Some maps at a time, which fit in a cache; on a GPU everything at once.

    >>> list(map_chunks(np.zeros((3, 2**18), np.int8)))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    count = step = maps.shape[0]
    if isinstance(maps, np.ndarray):
        step = CHUNK // max(maps.itemsize * math.prod(maps.shape[1:]), 1)
    step = max(step, 1)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def tap_slices(geometry: ConvGeometry, axis: int) -> list[Any]:
    """For each entry of the kernel along an axis, the index of what it sees at every position."""
    count, step, gap = geometry.output_shape[axis], geometry.stride[axis], geometry.dilation[axis]
    before, length = (slice(None),) * (axis + 1), (count - 1) * step + 1
    starts = (t * gap for t in range(geometry.kernel_size[axis]))
    return [(*before, slice(start, start + length, step), ...) for start in starts]


def scatter_add(grad: Array, indices: Array, shape: tuple[int, ...]) -> Array:
    """Every number of `grad` added to the pixel of its map that `indices` say, in this shape.

    The indices must be pixels: this is not looked at again.

    >>> scatter_add(np.array([[[1, 2, 3]]]), np.array([[[0, 0, 3]]]), (1, 1, 2, 2))
    array([[[[3, 0],
             [0, 3]]]])
    """
    xp, sizes = array_module(grad), (math.prod(shape[:2]), math.prod(shape[2:]))
    grad, indices = (a.reshape(sizes[0], math.prod(a.shape[2:])) for a in (grad, indices))
    if xp is np:
        with contextlib.suppress(ImportError):  # SciPy is not everywhere: in a browser it may miss
            return _scatter_add_by_scipy(grad, indices, sizes).reshape(shape)
    out: Array = xp.zeros(sizes, dtype=grad.dtype)
    for chunk in map_chunks(out):
        dst = out[chunk]
        places = indices[chunk] + sizes[1] * xp.arange(len(dst))[:, None]
        xp.add.at(dst.reshape(-1), places.reshape(-1), grad[chunk].reshape(-1))
    return out.reshape(shape)


def _scatter_add_by_scipy(grad: Array, indices: Array, sizes: tuple[int, int]) -> Array:
    """As a sparse matrix with a row for each map: four times as fast as `numpy.add.at`.

    What SciPy does to make it dense is to add up the entries of the same place.
    """
    from scipy.sparse import csr_array

    numbers_of_map, half = grad.shape[1], grad.dtype == np.float16  # which SciPy doesn't know
    out = np.empty(sizes, dtype=np.float32 if half else grad.dtype)
    step = max(CHUNK // max(numbers_of_map, 1), 1)
    for start in range(0, sizes[0], step):
        chunk = slice(start, min(start + step, sizes[0]))
        count = chunk.stop - chunk.start
        numbers, places = cast(grad[chunk], out.dtype).reshape(-1), indices[chunk].reshape(-1)
        row_starts = numbers_of_map * np.arange(count + 1)
        matrix = csr_array((numbers, places, row_starts), shape=(count, sizes[1]))
        matrix.toarray(out=out[chunk])
    return cast(out, grad.dtype)


def _lowest(x: Array) -> float:
    """What is below every number of the dtype of `x`, or equal to its lowest.

    >>> _lowest(np.ones(1)), _lowest(np.ones(1, np.int8)), _lowest(np.ones(1, bool))
    (-inf, -128, False)
    """
    kind = kind_of(x)
    if kind == "f":
        return -math.inf
    return False if kind == "b" else int(array_module(x).iinfo(x.dtype).min)


def _covered_shape(geometry: ConvGeometry) -> tuple[int, ...]:
    """Entries along each axis from the first that any window sees to the last.

    They differ from the padded size where windows stop short of it, or reach beyond it.
    """
    axes = zip(geometry.output_shape, geometry.stride, geometry.extent, strict=True)
    return tuple((count - 1) * step + extent for count, step, extent in axes)


def _covered_pixels(
    geometry: ConvGeometry, covered_shape: tuple[int, ...]
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Which pixels the windows cover, and where these lie in all that they cover."""
    axes = zip(geometry.input_shape, geometry.padding, covered_shape, strict=True)
    both = [copy_slices(n, -before, length - before) for n, (before, _), length in axes]
    src, dst = zip(*both, strict=True)
    return src, dst


def _padded_chunks(
    maps: Array, geometry: ConvGeometry, filling: float, dtype: Any
) -> Iterator[tuple[slice, Array]]:
    """Chunks of maps in this dtype, with `filling` where windows reach beyond the pixels."""
    covered_shape = _covered_shape(geometry)
    pixels, in_covered = _covered_pixels(geometry, covered_shape)
    workspace: Array | None = None
    for chunk in map_chunks(maps):
        inp = maps[(chunk, *pixels)]
        if inp.shape[1:] != covered_shape:
            # What stands around the pixels is the same in every chunk: it is filled in once.
            if workspace is None:
                shape = (inp.shape[0], *covered_shape)
                workspace = array_module(maps).full(shape, filling, dtype=dtype)
            dst = workspace[: inp.shape[0], ...]
            dst[(..., *in_covered)] = cast(inp, dtype)
            inp = dst
        yield chunk, cast(inp, dtype)


def _reduce_windows(
    inp: Array, geometry: ConvGeometry, combine: Callable[..., Array], reduce: Callable[..., Array]
) -> Array:
    """Combine all numbers of each window, along the first axis first: there rows are whole.

    `combine` makes one array of two, `reduce` one number of an axis.
    """
    if math.prod(inp.shape[1:]) == math.prod(geometry.kernel_size):  # one window: all there is
        xp, count = array_module(inp), inp.shape[0]
        numbers = reduce(xp.reshape(inp, (count, math.prod(geometry.kernel_size))), axis=1)
        whole: Array = xp.reshape(numbers, (count, *geometry.output_shape))
        return whole
    for axis in range(len(geometry.kernel_size)):
        inp = functools.reduce(combine, (inp[seen] for seen in tap_slices(geometry, axis)))
    return inp


def _spread(grad: Array, geometry: ConvGeometry) -> Array:
    """The transpose of summing windows: every number is added wherever its window reaches."""
    xp = array_module(grad)
    for axis, length in reversed(list(enumerate(_covered_shape(geometry)))):
        shape = (*grad.shape[: axis + 1], length, *grad.shape[axis + 2 :])
        size, gap = geometry.kernel_size[axis], geometry.dilation[axis]
        if length == size:  # one window
            grad = xp.broadcast_to(grad, shape)
            continue
        out: Array = xp.zeros(shape, dtype=grad.dtype)
        # Windows side by side meet nowhere: writing takes half the time of adding.
        side_by_side = geometry.stride[axis] >= size and gap == 1
        for seen in tap_slices(geometry, axis):
            if side_by_side:
                out[seen] = grad
            else:
                out[seen] += grad
        grad = out
    return grad


def _row_sums(rows: Array, axis: int) -> Array:
    """The sum of each row; of short ones, as a product with ones, which is three times as fast."""
    xp, length = array_module(rows), rows.shape[axis]
    if length <= SHORT:  # in long ones a sum by halves is more exact
        product: Array = rows @ xp.ones(length, dtype=rows.dtype)
        return product
    sums: Array = xp.sum(rows, axis=axis)
    return sums


def _pixels_in_windows(geometry: ConvGeometry, count_include_pad: bool, xp: Any, dtype: Any) -> Any:
    """The number of pixels in each window: one number where all have the same."""
    counts = []
    for axis, n in enumerate(geometry.input_shape):
        before, after = geometry.padding[axis]
        low, high = (-before, n + after) if count_include_pad else (0, n)
        starts = _starts(geometry, axis)
        stops = starts + geometry.kernel_size[axis]
        counts.append(np.minimum(stops, high) - np.maximum(starts, low))
    total: Any = functools.reduce(np.multiply, np.ix_(*counts))
    if total.size and total.min() == total.max():
        return int(total.flat[0])
    return xp.asarray(total, dtype=dtype)


def _starts(geometry: ConvGeometry, axis: int) -> Any:
    """The pixel at which each window begins; negative in the padding."""
    count, step = geometry.output_shape[axis], geometry.stride[axis]
    return np.arange(count) * step - geometry.padding[axis][0]


def _first_maxima(inp: Array, geometry: ConvGeometry) -> tuple[Array, Array]:
    """The largest number of each window, and which entry of the window is the first to hold it.

    NaN is larger than every number. Along each axis, a chunk is compared as one long row with
    itself moved on: what wraps over the end of the axis stands where no window begins.
    """
    xp, entry_count = array_module(inp), math.prod(geometry.kernel_size)
    if inp[0].size == entry_count:  # one window: all there is
        rows = inp.reshape(len(inp), -1)
        first = rows.argmax(axis=1)
        maxima = xp.take_along_axis(rows, first[:, None], axis=1)
        shape = (-1, *geometry.output_shape)
        return maxima.reshape(shape), first.reshape(shape)
    # Entries are numbered in the smallest dtype that holds them: memory is what limits this.
    dtypes = (xp.uint8, xp.uint16, xp.uint32)
    small = next(d for d in dtypes if entry_count <= int(xp.iinfo(d).max))
    with_nan = kind_of(inp) == "f" and bool(xp.isnan(xp.max(inp)))
    entries = xp.zeros(inp.shape, dtype=small)
    entries_of_step = 1
    # The last axis comes first, and only a larger number takes the lead: so the number of the
    # leading entry, in raster order, grows with every change.
    for axis in reversed(range(len(geometry.kernel_size))):
        size = geometry.kernel_size[axis]
        if size > 1:
            step = geometry.dilation[axis] * math.prod(inp.shape[axis + 2 :])
            length = inp.size - (size - 1) * step
            values, numbers = inp.reshape(-1), entries.reshape(-1)
            inp = xp.empty(inp.shape, dtype=inp.dtype)
            entries = xp.empty(inp.shape, dtype=small)
            largest, leader = values[:length], numbers[:length]
            for t in range(1, size):
                moved = slice(t * step, t * step + length)
                other = values[moved]
                wins = other > largest
                if with_nan:
                    wins |= xp.isnan(other) & ~xp.isnan(largest)
                largest = xp.maximum(largest, other, out=inp.reshape(-1)[:length])
                challenger = numbers[moved] + small(t * entries_of_step)
                challenger *= wins.view(xp.uint8)  # 0 where it loses, so the larger number leads
                leader = xp.maximum(leader, challenger, out=entries.reshape(-1)[:length])
        count, stride = geometry.output_shape[axis], geometry.stride[axis]
        at_starts = (slice(None),) * (axis + 1) + (slice(None, (count - 1) * stride + 1, stride),)
        inp, entries = inp[at_starts], entries[at_starts]
        entries_of_step *= size
    return inp, entries


class _PixelsOfEntries:
    """From the entry of its window that is the maximum to the number of its pixel."""

    def __init__(self, geometry: ConvGeometry, xp: Any) -> None:
        starts: list[Any] = []
        entries: list[Any] = []
        before: list[Any] = []
        pixels_of_step, entries_of_step = 1, 1  # how far a step along the axis is in raster order
        for axis in reversed(range(len(geometry.kernel_size))):
            size, gap = geometry.kernel_size[axis], geometry.dilation[axis]
            start = _starts(geometry, axis)
            starts.insert(0, start * pixels_of_step)
            entries.insert(0, np.arange(size) * gap * pixels_of_step)
            # The entries that lie in the padding before the first pixel.
            before.insert(0, -(np.minimum(start, 0) // gap) * entries_of_step)
            pixels_of_step *= geometry.input_shape[axis]
            entries_of_step *= size
        self.of_start = xp.asarray(functools.reduce(np.add, np.ix_(*starts)))
        self.of_entry = xp.asarray(functools.reduce(np.add, np.ix_(*entries)).ravel())
        first = functools.reduce(np.add, np.ix_(*before))
        self.first = xp.asarray(first) if first.any() else None

    def __call__(self, entries: Array, is_lowest: Array) -> Array:
        """`is_lowest` says where a maximum is as low as the padding, which then came first."""
        xp = array_module(entries)
        if self.first is not None:
            entries = xp.maximum(entries, cast(self.first, entries.dtype) * is_lowest)
        pixels: Array = self.of_entry[cast(entries, xp.int64)]
        pixels += self.of_start
        return pixels
