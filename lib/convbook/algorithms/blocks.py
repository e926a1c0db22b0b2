"""What the algorithms share: pixels with the zeros around them, groups, and how much at a time."""

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
    come, to, whole = [], [], True
    for n, start, stop in zip(x.shape[first:], starts, stops, strict=True):
        low = min(max(start, 0), n)
        high = max(min(stop, n), low)
        come.append(slice(low, high))
        to.append(slice(low - start, high - start) if high > low else slice(0, 0))
        whole = whole and high - low == stop - start
    inside: AnyArray = x[(..., *come)]
    if whole:
        return inside
    sizes = (stop - start for start, stop in zip(starts, stops, strict=True))
    out: AnyArray = array_module(x).zeros((*x.shape[:first], *sizes), dtype=x.dtype)
    out[(..., *to)] = inside
    return out


def zero_padded(x: AnyArray, pairs: Pairs) -> AnyArray:
    """The last axes of `x` with zeros around them; a view where none are needed.

    A negative number crops.
    """
    ends = zip(x.shape[-len(pairs) :], pairs, strict=True)
    stops = tuple(n + after for n, (_, after) in ends)
    return region(x, tuple(-before for before, _ in pairs), stops)


def rows_of(x: AnyArray, start: int, stop: int, pairs: Pairs) -> AnyArray:
    """Rows `start` to `stop` of the padded (n, c, rows, …)."""
    before = pairs[0][0]
    return zero_padded(x, ((before - start, stop - before - x.shape[2]), *pairs[1:]))


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
