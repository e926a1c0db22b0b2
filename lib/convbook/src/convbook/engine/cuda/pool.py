"""Pooling by the kernels of this folder. Layers are (n, c, pixels), with one or two axes."""

import functools
import math
from typing import Any

from convbook.arrays import Array, array_module
from convbook.engine.cuda import grid
from convbook.engine.cuda.grid import THREADS, Geometry2d, at_most, blocks_for, ints
from convbook.engine.cuda.launch import kernel, launch
from convbook.geometry import ConvGeometry

#: A thread reads a whole window: larger ones are left to reductions.
LARGEST = 256


def takes(x: Any, geometry: ConvGeometry) -> bool:
    """Whether `x` lies on a GPU, and these kernels are good at pooling it."""
    return grid.takes(x, geometry) and math.prod(geometry.kernel_size) <= LARGEST


def max_pool(x: Array, geometry: ConvGeometry, with_indices: bool) -> tuple[Array, Any]:
    """The maximum of every window (n, c, positions) and, if asked for, the numbers of their pixels.

    As everywhere in `convbook`: the first of equal numbers wins, NaN over every number, and pixels
    are counted row by row in their channel, as int64.
    """
    xp, shape = array_module(x), (*x.shape[:2], *geometry.output_shape)
    out = xp.empty(shape, dtype=x.dtype)
    indices = xp.empty(shape if with_indices else (1,), dtype=xp.int64)
    arrays = (xp.ascontiguousarray(x), out, indices)
    _run("max_pool", geometry, out, arrays, (int(with_indices),))
    return out, indices if with_indices else None


def max_pool_backward(grad: Array, indices: Array, geometry: ConvGeometry) -> Array:
    """The gradient with respect to the input: every pixel sums over the windows that it has won."""
    xp = array_module(grad)
    out: Array = xp.empty((*grad.shape[:2], *geometry.input_shape), dtype=grad.dtype)
    indices = xp.ascontiguousarray(indices, dtype=xp.int64)
    arrays = (xp.ascontiguousarray(grad), indices, out)
    _run("max_pool_backward", geometry, out, arrays)
    return out


def avg_pool(x: Array, geometry: ConvGeometry, count_include_pad: bool) -> Array:
    """The mean of every window (n, c, positions)."""
    xp = array_module(x)
    out: Array = xp.empty((*x.shape[:2], *geometry.output_shape), dtype=x.dtype)
    numbers = _counted(geometry, count_include_pad)
    _run("avg_pool", geometry, out, (xp.ascontiguousarray(x), out), numbers)
    return out


def avg_pool_backward(grad: Array, geometry: ConvGeometry, count_include_pad: bool) -> Array:
    """The gradient with respect to the input: every window gives equal shares."""
    xp = array_module(grad)
    out: Array = xp.empty((*grad.shape[:2], *geometry.input_shape), dtype=grad.dtype)
    numbers = _counted(geometry, count_include_pad)
    _run("avg_pool_backward", geometry, out, (xp.ascontiguousarray(grad), out), numbers)
    return out


def _run(
    name: str,
    geometry: ConvGeometry,
    out: Array,
    arrays: tuple[Array, ...],
    numbers: tuple[int, ...] = (),
) -> None:
    """Launch a kernel with a thread for every number of `out`."""
    flat = _geometry_2d(out.dtype, geometry)
    at_most("numbers in all channels of all images", out.size)
    shapes = (*flat.input_shape, *flat.output_shape, *flat.before, out.size, *numbers)
    run = kernel("pool.cu", name, out.dtype, **flat.macros)
    if out.size:
        launch(run, blocks_for(out.size), THREADS, *arrays, *ints(*shapes))


# A training run asks for the same few layers again and again.
_geometry_2d = functools.lru_cache(maxsize=1024)(Geometry2d)


def _counted(geometry: ConvGeometry, count_include_pad: bool) -> tuple[int, ...]:
    """How many zeros before and after both axes count as pixels."""
    pairs: Any = ((0, 0),) * (2 - len(geometry.padding)) + geometry.padding
    return tuple(sum(pairs, ())) if count_include_pad else (0,) * 4
