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
import os
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import product
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from convbook.arrays import array_module
from convbook.engine.algorithms.buffers import AnyArray, Shape, at_a_time, region
from convbook.geometry import ConvGeometry

# Bytes that the spectra of the tiles of a chunk may take.
SPECTRA = 8 << 20
# Pixels of a tile, unless the kernel is as large.
LARGEST = 1 << 18
# Channels up to which the products are summed one by one rather than by matrix products.
FEW = 16


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job, or None if it can."""
    if dtype not in (np.float32, np.float64):
        return f"the dtype must be float32 or float64; it is {dtype}"
    return None


def cost(geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int) -> float:
    """About how many nanoseconds a layer takes, as measured on one core in float32."""
    return _cheapest(geometry, n, groups, c, c_out)[0]


def tile_size(geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int) -> Shape:
    """The size of tiles that costs least, for n images and c to c_out channels in each group.

    Small tiles waste more on the overlap and on calls; with large ones the kernels become large.

    >>> from convbook.geometry import conv_geometry
    >>> tile_size(conv_geometry("size", 31, (10000,)), 1, 1, 64, 64)
    (512,)
    """
    return _cheapest(geometry, n, groups, c, c_out)[1]


@lru_cache
def _cheapest(
    geometry: ConvGeometry, n: int, groups: int, c: int, c_out: int
) -> tuple[float, Shape]:
    """The least cost, and the size of the tiles that have it."""
    extent = geometry.extent
    # With a stride, the answers in between are computed too.
    dense = [
        (count - 1) * step + 1
        for count, step in zip(geometry.output_shape, geometry.stride, strict=True)
    ]
    best: tuple[float, Shape] = (math.inf, ())
    for times in (2, 3, 4, 6, 8, 12, 16, 32, math.inf):
        tile = tuple(
            _fast_length(int(min(count + seen - 1, times * seen)))
            for count, seen in zip(dense, extent, strict=True)
        )
        answers = (size - seen + 1 for size, seen in zip(tile, extent, strict=True))
        tiles = math.prod(-(-count // step) for count, step in zip(dense, answers, strict=True))
        pixels, transforms = math.prod(tile), n * tiles * (c + c_out) + c * c_out
        if best[1] and pixels > LARGEST:
            break
        transforming = 0.5 * transforms * pixels * math.log2(pixels)
        multiplying = 2 * n * tiles * c * c_out * pixels
        best = min(best, (groups * (transforming + multiplying) + 60e3 * tiles, tile))
    return best


@lru_cache
def _fast_length(least: int) -> int:
    """The first even number from `least` on with few prime factors, all of them 2, 3 or 5."""
    numbers = (2**a * 3**b * 5**c for a in range(1, 40) for b in range(3) for c in range(2))
    fast: int = min(n for n in numbers if n >= least)
    return fast


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    xp, groups = array_module(x), x.shape[1] // weight.shape[1]
    images, kernels, answers = _by_groups(x, weight, out, groups)
    transform = _Transform(images, kernels, geometry)
    for chunk in _chunks(images, kernels, transform):
        kernel = kernels[chunk.groups, chunk.outputs]
        if set(geometry.dilation) != {1}:
            dilated = transform.zeros((*kernel.shape[:3], *geometry.extent))
            dilated[(..., *(slice(None, None, gap) for gap in geometry.dilation))] = kernel
            kernel = dilated
        # Correlation, not convolution: the kernel's spectrum is conjugated.
        kernel_spectra = transform.forward(kernel)
        xp.conj(kernel_spectra, out=kernel_spectra)
        for several in chunk.images:
            inp = images[several, chunk.groups]
            dst = answers[several, chunk.groups, chunk.outputs]
            for tile in _tiles(transform, geometry):
                spectra = transform.forward(region(inp, tile.starts, tile.stops))
                product = _multiplied(spectra, kernel_spectra)
                dst[(..., *tile.places)] = transform.inverse(product)[(..., *tile.answers)]


def weight_gradient(grad: AnyArray, x: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient, given that of the output."""
    xp, groups = array_module(x), x.shape[1] // out.shape[1]
    images, kernels, answers = _by_groups(x, out, grad, groups)
    transform = _Transform(images, kernels, geometry)
    taps = tuple(
        slice(0, extent, gap)
        for extent, gap in zip(geometry.extent, geometry.dilation, strict=True)
    )
    for chunk in _chunks(images, kernels, transform):
        total: AnyArray = 0
        for several in chunk.images:
            inp = images[several, chunk.groups]
            part = answers[several, chunk.groups, chunk.outputs]
            for tile in _tiles(transform, geometry):
                # With a stride, zeros stand between the answers.
                spaced = transform.zeros((*part.shape[:3], *transform.size))
                spaced[(..., *tile.answers)] = part[(..., *tile.places)]
                grad_spectra = transform.forward(spaced)
                xp.conj(grad_spectra, out=grad_spectra)
                spectra = transform.forward(region(inp, tile.starts, tile.stops))
                total = total + _correlated(spectra, grad_spectra)
        kernels[chunk.groups, chunk.outputs] = transform.inverse(total)[(..., *taps)]


class _Transform:
    """The transform of tiles, and how large they are."""

    def __init__(self, x: AnyArray, kernels: AnyArray, geometry: ConvGeometry) -> None:
        xp = array_module(x)
        self.zeros = partial(xp.zeros, dtype=x.dtype)
        self.transforms, self.options = _transforms(xp)
        groups, c_out, c = kernels.shape[:3]
        self.size = tile_size(geometry, len(x), groups, c, c_out)
        self.axes = tuple(range(-len(self.size), 0))
        self.bytes = math.prod(self.size) * x.itemsize

    def forward(self, x: AnyArray) -> AnyArray:
        """The spectra of arrays no larger than a tile."""
        return self.transforms.rfftn(x, self.size, self.axes, **self.options)

    def inverse(self, spectra: AnyArray) -> AnyArray:
        """The tiles that have these spectra."""
        return self.transforms.irfftn(spectra, self.size, self.axes, **self.options)


def _transforms(xp: ModuleType) -> tuple[Any, dict[str, Any]]:
    """SciPy's transforms, which keep float32 and are fast; without SciPy, those of the module."""
    if xp is np:
        try:
            import scipy.fft

            return scipy.fft, {"workers": _threads()}
        except ImportError:
            pass
    return xp.fft, {}


def _threads() -> int:
    """As many threads as matrix products use: OMP_NUM_THREADS or else one for each processor."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdecimal() and int(given) else os.cpu_count() or 1


def _by_groups(x: AnyArray, weight: AnyArray, out: AnyArray, groups: int) -> list[AnyArray]:
    """Views in which the groups have an axis of their own, before that of their channels."""
    return [
        x.reshape(len(x), groups, -1, *x.shape[2:]),
        weight.reshape(groups, len(weight) // groups, *weight.shape[1:]),
        out.reshape(len(out), groups, -1, *out.shape[2:]),
    ]


class _Chunk(NamedTuple):
    """What is computed at a time: these groups and outputs, and for them one list of images."""

    groups: slice
    outputs: slice
    images: list[slice]


def _chunks(x: AnyArray, kernels: AnyArray, transform: _Transform) -> Iterator[_Chunk]:
    """As many groups, output channels and then images at a time as the spectra may take."""
    (n, groups, c), (_, c_out) = x.shape[:3], kernels.shape[:2]
    group_step = at_a_time(groups, c * c_out * transform.bytes, SPECTRA)
    output_step = at_a_time(c_out, c * transform.bytes, SPECTRA)
    image_step = at_a_time(n, group_step * (c + output_step) * transform.bytes, SPECTRA)
    images = [slice(first, first + image_step) for first in range(0, n, image_step)]
    for group, output in product(range(0, groups, group_step), range(0, c_out, output_step)):
        outputs = slice(output, output + output_step)
        yield _Chunk(slice(group, group + group_step), outputs, images)


class _Tile(NamedTuple):
    """A tile of the image, which may begin or end outside of it, and what comes of it.

    `answers` are the entries of the tile that are outputs, `places` where these belong.
    """

    starts: Shape
    stops: Shape
    answers: tuple[slice, ...]
    places: tuple[slice, ...]


def _tiles(transform: _Transform, geometry: ConvGeometry) -> Iterator[_Tile]:
    """The tiles that cover the image."""
    axes = []
    for size, extent, count, stride, (before, _) in zip(
        transform.size,
        geometry.extent,
        geometry.output_shape,
        geometry.stride,
        geometry.padding,
        strict=True,
    ):
        # At the end of a tile the kernel wraps around: only the first entries are answers.
        step, dense, axis = size - extent + 1, (count - 1) * stride + 1, []
        for start in range(0, dense, step):
            first, stop = -(-start // stride), -(-min(start + step, dense) // stride)
            if first < stop:
                answers = slice(first * stride - start, (stop - 1) * stride - start + 1, stride)
                axis.append((start - before, start - before + size, answers, slice(first, stop)))
        axes.append(axis)
    for along_axes in product(*axes):
        yield _Tile(*zip(*along_axes, strict=True))


def _multiplied(x: AnyArray, kernels: AnyArray) -> AnyArray:
    """Sum over channels the products of spectra: (n, g, c, …) and (g, o, c, …) to (n, g, o, …)."""
    if x.shape[2] <= FEW:
        return _summed(x[:, :, None, k] * kernels[:, :, k] for k in range(x.shape[2]))
    # One matrix product for each frequency: (o, c) times (c, n).
    return _by_frequency(kernels, (0, 1, 2), x, (1, 2, 0), (2, 0, 1))


def _correlated(x: AnyArray, answers: AnyArray) -> AnyArray:
    """Sum over images the products of spectra: (n, g, c, …) and (n, g, o, …) to (g, o, c, …)."""
    if len(x) <= FEW:
        return _summed(x[k][:, None] * answers[k][:, :, None] for k in range(len(x)))
    # One matrix product for each frequency: (o, n) times (n, c).
    return _by_frequency(answers, (1, 2, 0), x, (1, 0, 2), (0, 1, 2))


def _summed(terms: Iterator[AnyArray]) -> AnyArray:
    total = next(terms)
    for term in terms:
        total += term
    return total


def _by_frequency(
    left: AnyArray, left_axes: Shape, right: AnyArray, right_axes: Shape, back: Shape
) -> AnyArray:
    """Matrix products of the spectra for each frequency, their axes put in order before and after.

    In order, the first axis is the groups', and the others are a matrix.
    """
    xp = array_module(left)
    frequencies = left.shape[3:]

    def ordered(spectra: AnyArray, axes: Shape) -> AnyArray:
        flat = spectra.reshape(*spectra.shape[:3], -1).transpose(axes[0], 3, *axes[1:])
        return xp.ascontiguousarray(flat)

    out = ordered(left, left_axes) @ ordered(right, right_axes)
    out = out.transpose(*((0, 2, 3)[axis] for axis in back), 1)
    return xp.ascontiguousarray(out).reshape(*out.shape[:3], *frequencies)
