"""What the algorithms share: pixels with the zeros around them, groups, and how much at a time."""

import math
from collections.abc import Iterator
from typing import Any

from convbook.arrays import array_module

# An array of NumPy, CuPy or another module: no type covers them.
AnyArray = Any
Shape = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


def region(x: AnyArray, starts: Shape, stops: Shape) -> AnyArray:
    """The pixels of the last axes of `x` from `starts` to `stops`, and zeros outside the image.

    A view where nothing is outside.

    >>> import numpy as np
    >>> region(np.array([1, 2, 3]), (-1,), (2,))
    array([0, 1, 2])
    """
    first = x.ndim - len(starts)
    each = zip(x.shape[first:], starts, stops, strict=True)
    come, to = zip(*(overlap(*axis) for axis in each), strict=True)
    sizes = [stop - start for start, stop in zip(starts, stops, strict=True)]
    inside = x[(..., *come)]
    if list(inside.shape[first:]) == sizes:
        return inside
    out = array_module(x).zeros((*x.shape[:first], *sizes), dtype=x.dtype)
    out[(..., *to)] = inside
    return out


def overlap(n: int, start: int, stop: int) -> tuple[slice, slice]:
    """Which of `n` pixels lie from `start` to `stop`, and where they lie there.

    >>> overlap(3, -1, 2)
    (slice(0, 2, None), slice(1, 3, None))
    """
    low = min(max(start, 0), n)
    high = max(min(stop, n), low)
    return slice(low, high), slice(low - start, high - start) if high > low else slice(0, 0)


def zero_padded(x: AnyArray, pairs: Pairs) -> AnyArray:
    """The last axes of `x` with zeros around them; a view where none are needed.

    A negative number crops.
    """
    ends = zip(x.shape[-len(pairs) :], pairs, strict=True)
    stops = tuple(n + after for n, (_, after) in ends)
    return region(x, tuple(-before for before, _ in pairs), stops)


class Workspace:
    """Memory that is used again and again.

    New memory comes page by page from the system, which takes longer than to fill it.

    >>> import numpy as np
    >>> workspace = Workspace(np.ones(3))
    >>> workspace(2, 3).shape, np.shares_memory(workspace(2, 3), workspace(4))
    ((2, 3), True)
    """

    def __init__(self, like: AnyArray) -> None:
        """For arrays of the module and dtype of `like`."""
        self.flat = array_module(like).empty(0, dtype=like.dtype)

    def __call__(self, *shape: int) -> AnyArray:
        """An array of this shape, of which the numbers are any; the last one is given up."""
        size = math.prod(shape)
        if len(self.flat) < size:
            self.flat = array_module(self.flat).empty(size, dtype=self.flat.dtype)
        return self.flat[:size].reshape(shape)


class PaddedRows:
    """Rows of images with the zeros around them, in one buffer that is filled again and again.

    >>> import numpy as np
    >>> padded_rows = PaddedRows(np.ones((1, 1, 3, 2)), ((1, 0), (0, 1)), 2)
    >>> padded_rows.of(np.ones((1, 1, 3, 2)), 0, 2)
    array([[[[0., 0., 0.],
             [1., 1., 0.]]]])
    """

    def __init__(self, x: AnyArray, pairs: Pairs, most: int) -> None:
        """For arrays no larger than `x` (n, c, rows, …), and `most` rows at a time."""
        self.before = pairs[0][0]
        each = [
            (n, -before, n + after)
            for n, (before, after) in zip(x.shape[3:], pairs[1:], strict=True)
        ]
        self.come, self.to = ([overlap(*axis)[k] for axis in each] for k in (0, 1))
        self.others = [stop - start for _, start, stop in each]
        shape = (*x.shape[:2], most, *self.others)
        self.buffer = array_module(x).zeros(shape, dtype=x.dtype)

    def of(self, x: AnyArray, start: int, stop: int) -> AnyArray:
        """Rows `start` to `stop` of the padded images."""
        come, to = overlap(x.shape[2], start - self.before, stop - self.before)
        inside = x[(slice(None), slice(None), come, *self.come)]
        if inside.shape[2:] == (stop - start, *self.others):
            return inside
        band = self.buffer[: x.shape[0], : x.shape[1], : stop - start]
        band[:, :, : to.start] = 0
        band[:, :, to.stop :] = 0
        band[(slice(None), slice(None), to, *self.to)] = inside
        return band


def in_groups(
    x: AnyArray, weight: AnyArray, out: AnyArray
) -> Iterator[tuple[AnyArray, AnyArray, AnyArray]]:
    """Views of what belongs together: (x, weight, out) of each group of channels."""
    seen = weight.shape[1]
    groups = x.shape[1] // seen
    made = out.shape[1] // groups
    for g in range(groups):
        own = slice(g * made, (g + 1) * made)
        yield x[:, g * seen : (g + 1) * seen, ...], weight[own, ...], out[:, own, ...]


def at_a_time(count: int, each: int, budget: int) -> int:
    """How many of `count` things fit into a budget if each of them takes so much: at least one."""
    return max(1, min(count, budget // max(each, 1)))
