"""What algorithms share: pixels with zeros around them, memory used again, groups, chunks."""

import math
from collections.abc import Iterator
from typing import Any

from convbook.arrays import array_module

# An array of NumPy, CuPy or another module: no type covers them.
AnyArray = Any
Shape = tuple[int, ...]
Padding = tuple[tuple[int, int], ...]


def region(x: AnyArray, starts: Shape, stops: Shape) -> AnyArray:
    """The pixels of the last axes of `x` from `starts` to `stops`, and zeros outside the image.

    A view where nothing is outside.

    >>> import numpy as np
    >>> region(np.array([1, 2, 3]), (-1,), (2,))
    array([0, 1, 2])
    """
    first = x.ndim - len(starts)
    axes = zip(x.shape[first:], starts, stops, strict=True)
    src, dst = zip(*(copy_slices(*axis) for axis in axes), strict=True)
    shape = tuple(stop - start for start, stop in zip(starts, stops, strict=True))
    inside = x[(..., *src)]
    if inside.shape[first:] == shape:
        return inside
    out = array_module(x).zeros((*x.shape[:first], *shape), dtype=x.dtype)
    out[(..., *dst)] = inside
    return out


def copy_slices(n: int, start: int, stop: int) -> tuple[slice, slice]:
    """To copy places `start` to `stop` of `n` pixels: which of them there are, and where they go.

    >>> copy_slices(3, -1, 2)
    (slice(0, 2, None), slice(1, 3, None))
    """
    low = min(max(start, 0), n)
    high = max(min(stop, n), low)
    return slice(low, high), slice(low - start, high - start) if high > low else slice(0, 0)


def zero_padded(x: AnyArray, padding: Padding) -> AnyArray:
    """The last axes of `x` with zeros around them; a view where none are needed.

    A negative number crops.
    """
    axes = zip(x.shape[-len(padding) :], padding, strict=True)
    stops = tuple(n + after for n, (_, after) in axes)
    return region(x, tuple(-before for before, _ in padding), stops)


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
    >>> padded_rows.rows(np.ones((1, 1, 3, 2)), 0, 2)
    array([[[[0., 0., 0.],
             [1., 1., 0.]]]])
    """

    def __init__(self, x: AnyArray, padding: Padding, most: int) -> None:
        """For arrays no larger than `x` (n, c, rows, …), and `most` rows at a time."""
        (self.before, _), *others = padding
        axes = list(zip(x.shape[3:], others, strict=True))
        self.width = [n + before + after for n, (before, after) in axes]
        slices = [copy_slices(n, -before, n + after) for n, (before, after) in axes]
        self.src, self.dst = [src for src, _ in slices], [dst for _, dst in slices]
        shape = (*x.shape[:2], most, *self.width)
        # Left and right of the pixels these zeros stay as they are.
        self.buffer = array_module(x).zeros(shape, dtype=x.dtype)

    def rows(self, x: AnyArray, start: int, stop: int) -> AnyArray:
        """Rows `start` to `stop` of the padded images: a view of `x` where nothing is padded."""
        src, dst = copy_slices(x.shape[2], start - self.before, stop - self.before)
        inside = x[(slice(None), slice(None), src, *self.src)]
        if inside.shape[2:] == (stop - start, *self.width):
            return inside
        out = self.buffer[: x.shape[0], : x.shape[1], : stop - start]
        # Above and below, another call may have left pixels.
        out[:, :, : dst.start] = 0
        out[:, :, dst.stop :] = 0
        out[(slice(None), slice(None), dst, *self.dst)] = inside
        return out


def in_groups(
    x: AnyArray, weight: AnyArray, out: AnyArray
) -> Iterator[tuple[AnyArray, AnyArray, AnyArray]]:
    """Views of what belongs together: (x, weight, out) of each group of channels."""
    c = weight.shape[1]
    groups = x.shape[1] // c
    c_out = out.shape[1] // groups
    for g in range(groups):
        inputs, outputs = slice(g * c, (g + 1) * c), slice(g * c_out, (g + 1) * c_out)
        yield x[:, inputs, ...], weight[outputs, ...], out[:, outputs, ...]


def at_a_time(count: int, each: int, budget: int) -> int:
    """How many of `count` things fit into a budget if each of them takes so much: at least one."""
    return max(1, min(count, budget // max(each, 1)))
