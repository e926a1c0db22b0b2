"""Multiply spectra: a convolution is a product after the discrete Fourier transform.

The image is cut into tiles that overlap by the kernel's size less one (overlap-save), so that the
transforms have the size that costs least for the kernel, whatever the size of the image.

Cost: for every tile of N pixels, c + c′ transforms of 5 N log₂ N and c c′ N/2 complex
multiply-adds, whatever the size of the kernel; with a stride, the answers in between are computed
and dropped. Memory: the spectra of the kernels and of some tiles, N numbers for each.
Error: 10⁻⁷ of the largest output in float32, 10⁻¹⁵ in float64, times log₂ N. An infinite pixel or
a NaN spreads over its tile.
Can do: float32 and float64.
Source: Stockham, "High-speed convolution and correlation" (1966), doi:10.1145/1464182.1464209;
for layers, Mathieu, Henaff and LeCun, arXiv:1312.5851. Transforms are SciPy's where it is there.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np

from convbook.algorithms.blocks import AnyArray, Shape, at_a_time, region
from convbook.arrays import array_module
from convbook.geometry import Fit

# Bytes that the spectra of the tiles of a block may take.
SPECTRA = 8 << 20
# Channels up to which the products are summed one by one rather than by matrix products.
FEW = 16


def refusal(dtype: Any, lay: Fit) -> str | None:
    """Why this algorithm can't do the job, or None if it can."""
    if dtype not in (np.float32, np.float64):
        return f"the dtype must be floating; it is {dtype}"
    return None


@lru_cache
def tile_size(positions: int, span: int) -> tuple[int, float]:
    """The length of transform that costs least along an axis, and its cost for each output.

    It makes `positions` outputs, at stride 1, with kernels that span so many pixels.

    >>> tile_size(1000, 31)[0]
    288
    """
    best = (0, math.inf)
    for n in _fast_lengths(positions + span - 1):
        if n >= span:
            tiles = -(-positions // (n - span + 1))
            cost = tiles * n * (4 + math.log2(n)) / positions
            if cost < best[1]:
                best = (n, cost)
    return best


@lru_cache
def _fast_lengths(most: int) -> tuple[int, ...]:
    """Even numbers with no prime factor above 5, up to the first that is at least `most`."""
    numbers = sorted(
        2 ** (a + 1) * 3**b * 5**c
        for a in range(24)
        for b in range(3)
        for c in range(2)
        if 2 ** (a + 1) * 3**b * 5**c <= max(4 * most, 8)
    )
    enough = next(k for k, n in enumerate(numbers) if n >= most)
    return tuple(numbers[: enough + 1])


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, lay: Fit) -> None:
    """Fill `out` with the convolution."""
    n, (c_out, c) = len(x), weight.shape[:2]
    groups = x.shape[1] // c
    images = x.reshape(n, groups, c, *x.shape[2:])
    kernels = weight.reshape(groups, c_out // groups, *weight.shape[1:])
    answers = out.reshape(n, groups, c_out // groups, *out.shape[2:])
    dense = tuple((m - 1) * s + 1 for m, s in zip(lay.positions, lay.stride, strict=True))
    tile = tuple(tile_size(m, s)[0] for m, s in zip(dense, lay.spans, strict=True))
    each = math.prod(tile) * x.itemsize
    # As many groups and output channels at a time as the budget allows, and then images.
    some = at_a_time(groups, c * each * kernels.shape[1], SPECTRA)
    made = at_a_time(kernels.shape[1], c * each, SPECTRA)
    several = at_a_time(n, some * (c + made) * each, SPECTRA)
    for g, o in product(range(0, groups, some), range(0, kernels.shape[1], made)):
        own, outputs = slice(g, g + some), slice(o, o + made)
        part = _dilated(kernels[own, outputs], lay)
        spectra = _transforms(x, tile)[0](part).conj()
        for i in range(0, n, several):
            here = slice(i, i + several)
            _tiles(images[here, own], spectra, answers[here, own, outputs], lay, tile, dense)


def _tiles(
    x: AnyArray, spectra: AnyArray, out: AnyArray, lay: Fit, tile: Shape, dense: Shape
) -> None:
    """Fill `out` (n, groups, c_out, …) tile by tile."""
    forth, back = _transforms(x, tile)
    steps = tuple(t - s + 1 for t, s in zip(tile, lay.spans, strict=True))
    before = tuple(p[0] for p in lay.pairs)
    for corner in product(*(range(0, r, s) for r, s in zip(dense, steps, strict=True))):
        starts = tuple(k - b for k, b in zip(corner, before, strict=True))
        stops = tuple(k + t for k, t in zip(starts, tile, strict=True))
        made = back(_products(forth(region(x, starts, stops)), spectra))
        come, to = [], []
        for k, step, stride, m in zip(corner, steps, lay.stride, out.shape[3:], strict=True):
            first, last = -(-k // stride), min(-(-(k + step) // stride), m)
            come.append(slice(first * stride - k, max((last - 1) * stride - k + 1, 0), stride))
            to.append(slice(first, last))
        out[(..., *to)] = made[(..., *come)]


def _products(x: AnyArray, kernels: AnyArray) -> AnyArray:
    """Sum over channels the products of spectra: (n, g, c, …) and (g, o, c, …) to (n, g, o, …)."""
    xp = array_module(x)
    c, frequencies = x.shape[2], x.shape[3:]
    if c <= FEW:
        total = x[:, :, None, 0] * kernels[:, :, 0]
        for k in range(1, c):
            total += x[:, :, None, k] * kernels[:, :, k]
        return total
    # One matrix product for each frequency: (o, c) times (c, n).
    left = xp.ascontiguousarray(xp.moveaxis(kernels.reshape(*kernels.shape[:3], -1), -1, 1))
    right = xp.ascontiguousarray(x.reshape(*x.shape[:3], -1).transpose(1, 3, 2, 0))
    made = (left @ right).transpose(3, 0, 2, 1)
    return xp.ascontiguousarray(made).reshape(*made.shape[:3], *frequencies)


def _dilated(kernels: AnyArray, lay: Fit) -> AnyArray:
    """The kernels with zeros between their weights."""
    if set(lay.dilation) == {1}:
        return kernels
    shape = (*kernels.shape[: -len(lay.size)], *lay.spans)
    out: AnyArray = array_module(kernels).zeros(shape, dtype=kernels.dtype)
    out[(..., *(slice(None, None, d) for d in lay.dilation))] = kernels
    return out


def _transforms(
    x: AnyArray, tile: Shape
) -> tuple[Callable[[AnyArray], AnyArray], Callable[[AnyArray], AnyArray]]:
    """The transform of the last axes at the size of a tile, and its inverse."""
    axes = tuple(range(-len(tile), 0))
    fft = _library(array_module(x))
    return (lambda a: fft.rfftn(a, tile, axes)), (lambda a: fft.irfftn(a, tile, axes))


def _library(xp: ModuleType) -> Any:
    """SciPy's transforms, which keep float32 and are fast; without SciPy, those of the module."""
    if xp is np:
        try:
            import scipy.fft

            return scipy.fft
        except ImportError:
            pass
    return xp.fft
