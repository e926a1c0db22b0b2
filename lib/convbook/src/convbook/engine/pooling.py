"""The workings of pooling: images as planes, one a channel, and windows combined axis by axis.

What a window holds is combined along one axis after the other, so a window of s × s pixels costs
2·(s − 1) operations on whole arrays rather than s². Planes are worked on in blocks that fit in the
processor's cache; what is needed beyond input and output is the size of a few blocks, 8 MB, or a
copy of an input whose planes do not lie in memory one after the other.
"""

import contextlib
import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from convbook.arrays import Array, array_module, cast, kind_of
from convbook.geometry import ConvGeometry

#: Bytes of input that are worked on at once: they and what is made of them stay in the cache.
BLOCK = 2**18


def planes_of(x: Array) -> Array:
    """`x` (n, c, pixels) as (n·c, pixels).

    >>> planes_of(np.zeros((2, 3, 5, 4))).shape
    (6, 5, 4)
    """
    planes: Array = array_module(x).reshape(x, (math.prod(x.shape[:2]), *x.shape[2:]))
    return planes


def images_from(planes: Array, batch: tuple[int, ...]) -> Array:
    """Planes again in the batch, (n, c), that they came from.

    >>> images_from(np.zeros((6, 5, 4)), (2, 3)).shape
    (2, 3, 5, 4)
    """
    images: Array = array_module(planes).reshape(planes, (*batch, *planes.shape[1:]))
    return images


def blocks(planes: Array) -> Iterator[slice]:
    """Parts of the first axis that fit in a cache; on a GPU everything at once.

    >>> list(blocks(np.zeros((3, 2**18), np.int8)))
    [slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)]
    """
    count = step = planes.shape[0]
    if isinstance(planes, np.ndarray):
        step = BLOCK // max(planes.itemsize * math.prod(planes.shape[1:]), 1)
    step = max(step, 1)
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def lowest(x: Array) -> float:
    """What is below every number of the dtype of `x`, or equal to its lowest.

    >>> lowest(np.ones(1)), lowest(np.ones(1, np.int8)), lowest(np.ones(1, bool))
    (-inf, -128, False)
    """
    kind = kind_of(x)
    if kind == "f":
        return -math.inf
    return False if kind == "b" else int(array_module(x).iinfo(x.dtype).min)


def reach(geometry: ConvGeometry) -> tuple[int, ...]:
    """Entries along each axis from the first that a window sees to the last.

    They differ from the padded size where windows stop short of it, or reach beyond it.
    """
    return tuple(
        (count - 1) * step + (s - 1) * gap + 1
        for count, step, s, gap in zip(
            geometry.output_shape,
            geometry.stride,
            geometry.kernel_size,
            geometry.dilation,
            strict=True,
        )
    )


def overlap(geometry: ConvGeometry) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Which pixels windows reach, and where these lie in what they reach, along each axis."""
    places = list(zip(geometry.input_shape, reach(geometry), geometry.padding, strict=True))
    here = [slice(0, max(min(n, length - before), 0)) for n, length, (before, _) in places]
    there = [slice(p[0], p[0] + seen.stop) for p, seen in zip(geometry.padding, here, strict=True)]
    return tuple(here), tuple(there)


def reached(
    x: Array, geometry: ConvGeometry, filling: float, dtype: Any
) -> Iterator[tuple[slice, Array]]:
    """Blocks of planes in this dtype, with `filling` where windows reach beyond the pixels."""
    xp, planes = array_module(x), planes_of(x)
    here, there = overlap(geometry)
    around: Array | None = None
    for block in blocks(planes):
        part = planes[(block, *here)]
        if part.shape[1:] != reach(geometry):
            if around is None:
                around = xp.full((part.shape[0], *reach(geometry)), filling, dtype=dtype)
            some = slice(part.shape[0])
            around[(some, *there)] = cast(part, dtype)
            part = around[some, ...]
        yield block, cast(part, dtype)


def taps(geometry: ConvGeometry, axis: int) -> list[Any]:
    """For each entry of the kernel along an axis, the index of what it sees at every position."""
    count, step, gap = geometry.output_shape[axis], geometry.stride[axis], geometry.dilation[axis]
    every, last = (slice(None),) * (axis + 1), (count - 1) * step + 1
    return [
        (*every, slice(t * gap, t * gap + last, step), ...)
        for t in range(geometry.kernel_size[axis])
    ]


def combined(part: Array, geometry: ConvGeometry, combine: Any, reduce: Any) -> Array:
    """Combine all numbers of each window, along the first axis first: there rows are whole.

    `combine` makes one array of two, `reduce` one number of an axis.
    """
    if math.prod(part.shape[1:]) == math.prod(
        geometry.kernel_size
    ):  # one window: all that there is
        xp, count = array_module(part), part.shape[0]
        one = reduce(xp.reshape(part, (count, math.prod(geometry.kernel_size))), axis=1)
        whole: Array = xp.reshape(one, (count, *geometry.output_shape))
        return whole
    for axis in range(len(geometry.kernel_size)):
        part = functools.reduce(combine, (part[seen] for seen in taps(geometry, axis)))
    return part


def spread(grad: Array, geometry: ConvGeometry) -> Array:
    """The transpose of summing windows: every number is added where its window reaches."""
    xp = array_module(grad)
    for axis, length in reversed(list(enumerate(reach(geometry)))):
        shape = (*grad.shape[: axis + 1], length, *grad.shape[axis + 2 :])
        if length == geometry.kernel_size[axis]:  # one window
            grad = xp.broadcast_to(grad, shape)
            continue
        out: Array = xp.zeros(shape, dtype=grad.dtype)
        alone = geometry.stride[axis] >= geometry.kernel_size[axis] and geometry.dilation[axis] == 1
        for seen in taps(geometry, axis):
            if alone:
                out[seen] = grad
            else:
                out[seen] += grad
        grad = out
    return grad


def scattered(grad: Array, indices: Array, shape: tuple[int, ...]) -> Array:
    """Every number of `grad` added to the pixel of its plane that `indices` say, in this shape.

    The indices must be pixels: this is not looked at again.

    >>> scattered(np.array([[[1, 2, 3]]]), np.array([[[0, 0, 3]]]), (1, 1, 2, 2))
    array([[[[3, 0],
             [0, 3]]]])
    """
    xp, sizes = array_module(grad), (math.prod(shape[:2]), math.prod(shape[2:]))
    grad, indices = (a.reshape(sizes[0], math.prod(a.shape[2:])) for a in (grad, indices))
    if xp is np:
        with contextlib.suppress(ImportError):  # SciPy is not everywhere: in a browser it may miss
            return _scattered_by_scipy(grad, indices, sizes).reshape(shape)
    out: Array = xp.zeros(sizes, dtype=grad.dtype)
    for block in blocks(out):
        part = out[block]
        places = indices[block] + sizes[1] * xp.arange(len(part))[:, None]
        xp.add.at(part.reshape(-1), places.reshape(-1), grad[block].reshape(-1))
    return out.reshape(shape)


def _scattered_by_scipy(grad: Array, indices: Array, sizes: tuple[int, int]) -> Array:
    """As a sparse matrix with a row for each plane: four times as fast as `numpy.add.at`.

    What SciPy does to make it dense is to add up the entries of the same place.
    """
    from scipy.sparse import csr_array

    each, half = grad.shape[1], grad.dtype == np.float16  # which SciPy doesn't know
    out = np.empty(sizes, dtype=np.float32 if half else grad.dtype)
    step = max(BLOCK // max(each, 1), 1)
    for start in range(0, sizes[0], step):
        some = slice(start, min(start + step, sizes[0]))
        numbers, places = cast(grad[some], out.dtype).reshape(-1), indices[some].reshape(-1)
        starts = each * np.arange(some.stop - some.start + 1)
        matrix = csr_array((numbers, places, starts), shape=(some.stop - some.start, sizes[1]))
        matrix.toarray(out=out[some])
    return cast(out, grad.dtype)


def first_maxima(part: Array, geometry: ConvGeometry) -> tuple[Array, Array]:
    """The largest number of each window, and which entry of the window is the first to hold it.

    NaN is larger than every number. Along each axis, a block is compared as one long row with
    itself moved on: what wraps over the end of the axis stands where no window begins.
    """
    xp, entries, below = array_module(part), math.prod(geometry.kernel_size), 1
    if part[0].size == entries:  # one window: all that there is
        flat = part.reshape(len(part), -1)
        first = flat.argmax(axis=1).reshape(-1, *geometry.output_shape)
        return xp.take_along_axis(flat, first.reshape(-1, 1), axis=1).reshape(first.shape), first
    small = next(d for d in (xp.uint8, xp.uint16, xp.uint32) if entries <= int(xp.iinfo(d).max))
    with_nan = kind_of(part) == "f" and bool(xp.isnan(xp.max(part)))
    number = xp.zeros(part.shape, dtype=small)
    # The last axis comes first, and only a larger number takes the lead: so the number of the
    # leading entry, in raster order, grows with every change.
    for axis in reversed(range(len(geometry.kernel_size))):
        step = geometry.dilation[axis] * math.prod(part.shape[axis + 2 :])
        length = part.size - (geometry.kernel_size[axis] - 1) * step
        values, numbers = part.reshape(-1), number.reshape(-1)
        most, first = values[:length], numbers[:length]
        part, number = xp.empty(part.shape, dtype=part.dtype), xp.empty(part.shape, dtype=small)
        for t in range(1, geometry.kernel_size[axis]):
            other = values[t * step : t * step + length]
            wins = other > most
            if with_nan:
                wins |= xp.isnan(other) & ~xp.isnan(most)
            most = xp.maximum(most, other, out=part.reshape(-1)[:length])
            entry = numbers[t * step : t * step + length] + small(t * below)
            entry *= wins.view(xp.uint8)
            first = xp.maximum(first, entry, out=number.reshape(-1)[:length])
        if geometry.kernel_size[axis] == 1:
            part, number = values.reshape(part.shape), numbers.reshape(part.shape)
        part, number = (_at_positions(whole, geometry, axis) for whole in (part, number))
        below *= geometry.kernel_size[axis]
    return part, number


def _at_positions(whole: Array, geometry: ConvGeometry, axis: int) -> Array:
    count, step = geometry.output_shape[axis], geometry.stride[axis]
    return whole[(slice(None),) * (axis + 1) + (slice(None, (count - 1) * step + 1, step),)]
