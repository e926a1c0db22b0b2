"""Convolutions by the kernels of this folder: which one, how it is cut into blocks, its arguments.

The functions have the signature of `convbook.engine.algorithms` and fill `out`. Arrays are
(n, c, pixels) with one or two axes of pixels, of one dtype (float16, float32, float64) and in one
place.
"""

import copy
import functools
import math
from typing import Any, Literal, NamedTuple

import numpy as np

from convbook.arguments import short_repr
from convbook.arrays import Array, array_module
from convbook.engine.cuda import grid
from convbook.engine.cuda.grid import THREADS, Geometry2d, add_parts, blocks_for, ints, parts_of
from convbook.engine.cuda.launch import Kernel, kernel, launch
from convbook.geometry import ConvGeometry

#: "full" multiplies in the dtype of the arrays, "tf32" rounds float32 to 10 bits of mantissa and
#: multiplies on tensor cores, which chips of compute capability 8.0 and later have. Depthwise
#: layers have no products of matrices and are computed in full.
Precision = Literal["full", "tf32"]


class Tile(NamedTuple):
    """What a block computes of a matrix product, and what each of its threads does."""

    m: int
    n: int
    thread_m: int
    thread_n: int

    def cover(self, rows: int, columns: int) -> tuple[int, int]:
        """How many tiles cover a matrix, along both axes."""
        return -(-rows // self.m), -(-columns // self.n)

    @property
    def macros(self) -> dict[str, int]:
        """What kernels are compiled for."""
        names = ("TILE_M", "TILE_N", "THREAD_M", "THREAD_N")
        return dict(zip(names, self, strict=True))


#: From the one that reads its factors least often to the one for the smallest matrices.
TILES = (Tile(128, 128, 8, 8), Tile(64, 128, 4, 8), Tile(64, 64, 4, 4))


def forward(
    x: Array,
    weight: Array,
    out: Array,
    geometry: ConvGeometry,
    bias: Array | None = None,
    precision: Precision = "full",
) -> None:
    """Fill `out` (n, c_out, positions) with the convolution, plus `bias` (c_out,)."""
    layer = _layer(x.dtype, x.shape[:2], weight.shape[:2], geometry, precision)
    xp = array_module(x)
    grid.row_by_row(out)
    if not out.size:
        return
    bias = xp.zeros(layer.c_out, dtype=out.dtype) if bias is None else xp.ascontiguousarray(bias)
    arrays = (xp.ascontiguousarray(x), xp.ascontiguousarray(weight), bias, out)
    if layer.depthwise:
        _strips(layer, arrays, turned=False)
        return
    rows, columns = layer.c_out // layer.groups, layer.n * math.prod(layer.output_shape)
    tile = _tile(out.dtype, rows, columns, layer.groups)
    tiles = tile.cover(rows, columns)
    run = layer.product("conv_forward", tile)
    launch(run, math.prod(tiles) * layer.groups, THREADS, *arrays, *layer.numbers, *ints(*tiles))


def input_gradient(
    grad: Array, weight: Array, out: Array, geometry: ConvGeometry, precision: Precision = "full"
) -> None:
    """Fill `out` (n, c, pixels) with the gradient with respect to the input."""
    layer, xp = (
        _layer(out.dtype, out.shape[:2], weight.shape[:2], geometry, precision),
        array_module(grad),
    )
    grid.row_by_row(out)
    if not out.size:
        return
    arrays = (xp.ascontiguousarray(grad), xp.ascontiguousarray(weight), out)
    if layer.depthwise and layer.c == layer.c_out and layer.stride == (1, 1):
        bias = xp.zeros(layer.c, dtype=out.dtype)
        _strips(layer.turned(), (*arrays[:2], bias, out), turned=True)
        return
    if layer.depthwise:
        run = layer.in_strips("depthwise_input_gradient")
        grid.at_most("pixels in all channels of all images", out.size)
        many = ints(out.size)
        launch(run, blocks_for(out.size), THREADS, *arrays, *layer.numbers, *many)
        return
    # Pixels of one remainder by the stride see the same taps: each such phase is a product.
    phases = math.prod(layer.stride)
    of_phase = layer.n * math.prod(
        -(-size // step) for size, step in zip(layer.input_shape, layer.stride, strict=True)
    )
    rows = layer.c // layer.groups
    tile = _tile(out.dtype, rows, of_phase, layer.groups * phases)
    tiles = tile.cover(rows, of_phase)
    run = layer.product("conv_input_gradient", tile)
    many = math.prod(tiles) * layer.groups * phases
    launch(run, many, THREADS, *arrays, *layer.numbers, *ints(*tiles))


def weight_gradient(
    grad: Array, x: Array, out: Array, geometry: ConvGeometry, precision: Precision = "full"
) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient with respect to the weights.

    The sum over all positions of all images is cut into parts, which are added in a second pass in
    a fixed order: two runs give the same bits.
    """
    layer = _layer(x.dtype, x.shape[:2], out.shape[:2], geometry, precision)
    xp = array_module(grad)
    grid.row_by_row(out)
    terms = layer.n * math.prod(layer.output_shape)
    if not out.size or not terms:
        out[...] = 0
        return
    if layer.depthwise:
        tiles = ()
        run = layer.in_strips("depthwise_weight_gradient")
        # Of a long kernel, a block sums one row.
        of_part = layer.c_out * (1 if math.prod(layer.kernel_size) <= 49 else layer.kernel_size[0])
    else:
        rows, columns = layer.c_out // layer.groups, out.size // layer.c_out
        tile = _tile(out.dtype, rows, columns, layer.groups * parts_of(terms, 1, out.size)[0])
        tiles = tile.cover(rows, columns)
        run = layer.product("conv_weight_gradient", tile)
        of_part = math.prod(tiles) * layer.groups
    parts, terms_of_part = parts_of(terms, of_part, out.size)
    sums = xp.empty((parts, *out.shape), dtype="float64" if out.dtype == "float64" else "float32")
    arrays = (xp.ascontiguousarray(grad), xp.ascontiguousarray(x), sums)
    numbers = (*layer.numbers, *ints(*tiles, terms_of_part))
    launch(run, of_part * parts, THREADS, *arrays, *numbers)
    add_parts(sums, out)


class _Layer(Geometry2d):
    """What kernels are told of a layer: images (n, c) and weights (c_out, c/groups)."""

    def __init__(
        self,
        dtype: Any,
        images: tuple[int, int],
        weights: tuple[int, int],
        geometry: ConvGeometry,
        precision: Precision,
    ) -> None:
        super().__init__(dtype, geometry)
        if precision not in ("full", "tf32"):
            raise ValueError(f"precision must be 'full' or 'tf32'; it is {short_repr(precision)}")
        if precision == "tf32" and dtype != "float32":
            raise ValueError(f"precision 'tf32' is for float32; the arrays are {dtype.name}")
        self.dtype, self.on_tensor_cores = dtype, precision == "tf32"
        (self.n, self.c), self.c_out = images, weights[0]
        self.groups = max(1, self.c // max(1, weights[1]))
        pixels, positions = math.prod(geometry.input_shape), math.prod(geometry.output_shape)
        grid.at_most("pixels of all images", self.n * pixels)
        grid.at_most("positions in all images", self.n * positions)
        grid.at_most("numbers of a padded image", self.c * math.prod(geometry.padded_shape))
        grid.at_most("numbers of an output", self.c_out * positions)
        grid.at_most("weights", math.prod(weights) * math.prod(geometry.kernel_size))

    @property
    def depthwise(self) -> bool:
        """Whether every output channel sees one of many input channels."""
        return self.c > 1 and self.groups == self.c

    def turned(self) -> "_Layer":
        """The layer that takes a gradient back, at stride 1 and with the kernel turned around."""
        layer = copy.copy(self)
        layer.input_shape, layer.output_shape = self.output_shape, self.input_shape
        layer.before = tuple(
            (size - 1) * gap - before
            for size, gap, before in zip(self.kernel_size, self.dilation, self.before, strict=True)
        )
        return layer

    @property
    def lines(self) -> int:
        """Outputs of a column that a thread of a depthwise kernel computes."""
        return 4 if math.prod(self.kernel_size) <= 49 and self.output_shape[0] >= 4 else 1

    def in_strips(self, name: str) -> Kernel:
        """A kernel of depthwise layers."""
        return kernel("depthwise.cu", name, self.dtype, **self.macros, LINES=self.lines)

    def product(self, name: str, tile: Tile) -> Kernel:
        """A kernel of products of matrices."""
        macros = self.macros | tile.macros | {"TENSOR_CORES": int(self.on_tensor_cores)}
        return kernel("conv.cu", name, self.dtype, **macros)

    @property
    def numbers(self) -> tuple[np.int32, ...]:
        """The arguments LAYER of kernels."""
        shapes = (self.n, self.c, *self.input_shape, self.c_out, *self.output_shape)
        return ints(*shapes, *self.before, self.groups)


# A training run asks for the same few layers again and again.
_layer = functools.lru_cache(maxsize=1024)(_Layer)


def _strips(layer: _Layer, arrays: tuple[Array, ...], turned: bool) -> None:
    """Depthwise convolution; a thread computes a strip of outputs, one below the other."""
    height, width = layer.output_shape
    threads = layer.n * layer.c_out * -(-height // layer.lines) * width
    grid.at_most("outputs in all channels of all images", threads)
    run = layer.in_strips("depthwise_forward")
    numbers = (*layer.numbers, *ints(threads, turned))
    launch(run, blocks_for(threads), THREADS, *arrays, *numbers)


def _tile(dtype: Any, rows: int, columns: int, slices: int) -> Tile:
    """The largest tile of which there are enough; in float64 the smallest, for its registers."""
    if dtype != "float64":
        for tile in TILES[:-1]:
            many = math.prod(tile.cover(rows, columns)) * slices
            if rows > tile.m // 2 and many >= grid.ENOUGH:
                return tile
    return TILES[-1]
