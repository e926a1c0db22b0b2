"""Convolutions by the kernels of this folder: which one, how it is cut into blocks, its arguments.

The functions have the signature of `convbook.algorithms` and fill `out`. Arrays are (n, c, pixels)
with one or two axes of pixels, of one dtype (float16, float32, float64) and in one place.
"""

import math
from typing import Any, Literal, NamedTuple

from convbook.arrays import Array, array_module
from convbook.cuda.launch import TYPES, ints, kernel, launch
from convbook.geometry import Fit

#: "full" multiplies in the dtype of the arrays, "tf32" float32 with 10 bits of mantissa.
Precision = Literal["full", "tf32"]

THREADS = 256
#: Indices of kernels are 32-bit integers, and go a little beyond the end.
MOST = 2**31 - 2**12
#: Blocks that fill a large chip.
ENOUGH = 256


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
        return {
            "TILE_M": self.m,
            "TILE_N": self.n,
            "THREAD_M": self.thread_m,
            "THREAD_N": self.thread_n,
        }


#: From the one that reads its factors least often to the one for the smallest matrices.
TILES = (Tile(128, 128, 8, 8), Tile(64, 128, 4, 8), Tile(64, 64, 4, 4))


def refusal(dtype: Any, lay: Fit) -> str | None:
    """Why these kernels can't do the job; None when they can."""
    if dtype.name not in TYPES:
        return f"its kernels take {', '.join(TYPES)}, not {dtype.name}"
    if len(lay.size) > 2:
        return f"its kernels take one or two axes of pixels, not {len(lay.size)}"
    return None


def forward(x: Array, weight: Array, out: Array, lay: Fit, bias: Array | None = None) -> None:
    """Fill `out` (n, c_out, positions) with the convolution, plus `bias` (c_out,)."""
    layer = _Layer(x, weight, out, lay, filled=out)
    xp, dtype = array_module(x), out.dtype
    bias = xp.zeros(layer.c_out, dtype=dtype) if bias is None else xp.ascontiguousarray(bias)
    rows, columns = layer.c_out // layer.groups, layer.n * layer.positions
    tile = _tile(dtype, rows, columns, layer.groups)
    tiles = tile.cover(rows, columns)
    run = kernel("conv.cu", "conv_forward", dtype, **layer.macros, **tile.macros)
    arrays = (xp.ascontiguousarray(x), xp.ascontiguousarray(weight), bias, out)
    if out.size:
        launch(run, math.prod(tiles) * layer.groups, THREADS, *arrays, *layer.numbers, *ints(tiles))


def input_gradient(grad: Array, weight: Array, out: Array, lay: Fit) -> None:
    """Fill `out` (n, c, pixels) with the gradient with respect to the input."""
    layer = _Layer(out, weight, grad, lay, filled=out)
    xp, dtype = array_module(grad), out.dtype
    # Pixels of one remainder by the stride see the same taps: each such phase is a product.
    phases = math.prod(layer.stride)
    of_phase = layer.n * math.prod(
        -(-n // step) for n, step in zip(layer.pixels, layer.stride, strict=True)
    )
    rows = layer.c // layer.groups
    tile = _tile(dtype, rows, of_phase, layer.groups * phases)
    tiles = tile.cover(rows, of_phase)
    run = kernel("conv.cu", "conv_input_gradient", dtype, **layer.macros, **tile.macros)
    arrays = (xp.ascontiguousarray(grad), xp.ascontiguousarray(weight), out)
    blocks = math.prod(tiles) * layer.groups * phases
    if out.size:
        launch(run, blocks, THREADS, *arrays, *layer.numbers, *ints(tiles))


def weight_gradient(grad: Array, x: Array, out: Array, lay: Fit) -> None:
    """Fill `out` (c_out, c/groups, kernel) with the gradient with respect to the weights.

    The sum over all positions of all images is cut into parts, which are added in a second pass in
    a fixed order: two runs give the same bits.
    """
    layer = _Layer(x, out, grad, lay, filled=out)
    xp, dtype = array_module(grad), out.dtype
    rows, columns = layer.c_out // layer.groups, out.size // layer.c_out if out.size else 0
    terms = layer.n * layer.positions
    if not out.size or not terms:
        out[...] = 0
        return
    tile = _tile(dtype, rows, columns, layer.groups * max(1, min(64, terms // 512)))
    tiles = tile.cover(rows, columns)
    parts, of_part = _parts(terms, math.prod(tiles) * layer.groups, out.size)
    run = kernel("conv.cu", "conv_weight_gradient", dtype, **layer.macros, **tile.macros)
    sums = xp.empty((parts, *out.shape), dtype="float64" if dtype == "float64" else "float32")
    arrays = (xp.ascontiguousarray(grad), xp.ascontiguousarray(x), sums)
    blocks = math.prod(tiles) * layer.groups * parts
    launch(run, blocks, THREADS, *arrays, *layer.numbers, *ints((*tiles, of_part)))
    add_parts(sums, out)


def add_parts(parts: Array, out: Array) -> None:
    """Fill `out` with the sum of `parts` along their first axis, in order."""
    run = kernel("sum.cu", "sum_parts", out.dtype)
    blocks = -(-out.size // THREADS)
    launch(run, blocks, THREADS, parts, out, *ints((out.size, len(parts))))


class _Layer:
    """The numbers that kernels take about a layer; a signal is an image of one row."""

    def __init__(self, x: Array, weight: Array, out: Array, lay: Fit, filled: Array) -> None:
        reason = refusal(x.dtype, lay)
        if reason:
            raise ValueError(f"method 'cuda' can't compute this convolution: {reason}")
        if not filled.flags.c_contiguous:
            raise ValueError("out must lie row by row in memory")
        axes = 2 - len(lay.size)
        self.n, self.c = x.shape[:2]
        self.c_out, self.groups = weight.shape[0], self.c // max(weight.shape[1], 1)
        self.pixels, self.size = (1,) * axes + lay.pixels, (1,) * axes + lay.size
        self.stride, self.dilation = (1,) * axes + lay.stride, (1,) * axes + lay.dilation
        self.of_output = (1,) * axes + lay.positions
        self.before = (0,) * axes + tuple(before for before, _ in lay.pairs)
        self.positions = math.prod(lay.positions)
        largest = {
            "positions of all images": self.n * max(self.positions, math.prod(lay.pixels)),
            "numbers of an image": self.c * math.prod(lay.padded),
            "numbers of an output": self.c_out * self.positions,
            "weights": weight.size,
        }
        for what, count in largest.items():
            if count > MOST:
                raise ValueError(f"CUDA kernels take at most {MOST} {what}; there are {count}")

    @property
    def macros(self) -> dict[str, int]:
        """What kernels are compiled for."""
        each = {"SIZE": self.size, "STRIDE": self.stride, "DILATION": self.dilation}
        return {
            f"{name}_{axis}": value
            for name, values in each.items()
            for axis, value in zip("HW", values, strict=True)
        }

    @property
    def numbers(self) -> tuple[Any, ...]:
        """The arguments LAYER of kernels."""
        shapes = (self.n, self.c, *self.pixels, self.c_out, *self.of_output)
        return ints((*shapes, *self.before, self.groups))


def _tile(dtype: Any, rows: int, columns: int, slices: int) -> Tile:
    """The largest tile of which there are enough; in float64 the smallest, for its registers."""
    if dtype != "float64":
        for tile in TILES[:-1]:
            fits = rows > tile.m // 2
            if fits and math.prod(tile.cover(rows, columns)) * slices >= ENOUGH:
                return tile
    return TILES[-1]


def _parts(terms: int, blocks: int, numbers: int) -> tuple[int, int]:
    """Into how many parts a sum is cut, and the terms of each but the last.

    So many that they fill the chip, but none too short, and none in vain; their sums take 64 MB at
    most.
    """
    parts = max(1, min(4 * ENOUGH // blocks, terms // 256, 2**24 // numbers))
    of_part = -(-terms // parts)
    return -(-terms // of_part), of_part
