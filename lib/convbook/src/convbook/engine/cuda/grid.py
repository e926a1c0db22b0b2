"""How work is cut into blocks of threads, and shapes as the numbers that kernels take."""

import math
from typing import Any

import numpy as np

from convbook.arrays import Array, array_module
from convbook.engine.cuda.launch import TYPES, kernel, launch
from convbook.geometry import ConvGeometry

#: Threads of a block, in all kernels.
THREADS = 256
#: Blocks that fill a large chip.
ENOUGH = 256
#: Indices of kernels are 32-bit integers, and go a little beyond the end.
MOST = 2**31 - 2**12


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why the kernels can't do a job; None when they can."""
    if dtype.name not in TYPES:
        return f"its kernels take {', '.join(TYPES)}, not {dtype.name}"
    if len(geometry.kernel_size) > 2:
        return f"its kernels take one or two axes of pixels, not {len(geometry.kernel_size)}"
    return None


def on_gpu(x: Any) -> bool:
    """Whether `x` is an array on a GPU."""
    return bool(array_module(x).__name__ == "cupy")


def takes(x: Any, geometry: ConvGeometry) -> bool:
    """Whether `x` lies on a GPU, and the kernels can do this job for it."""
    return on_gpu(x) and refusal(x.dtype, geometry) is None


class Geometry2d:
    """How a kernel lies on two axes of pixels; a signal has one row."""

    def __init__(self, dtype: Any, geometry: ConvGeometry) -> None:
        reason = refusal(dtype, geometry)
        if reason:
            raise ValueError(f"method 'cuda' can't compute this layer: {reason}")
        missing = 2 - len(geometry.kernel_size)
        one, none = (1,) * missing, ((0, 0),) * missing
        self.kernel_size, self.stride, self.dilation = (
            one + each for each in (geometry.kernel_size, geometry.stride, geometry.dilation)
        )
        self.input_shape, self.output_shape = (
            one + geometry.input_shape,
            one + geometry.output_shape,
        )
        self.padding = none + geometry.padding
        self.before = tuple(before for before, _ in self.padding)
        at_most("numbers of a padded channel", math.prod(geometry.padded_shape))
        #: What kernels are compiled for.
        self.macros = {
            f"{name}_{axis}": value
            for name, values in (
                ("SIZE", self.kernel_size),
                ("STRIDE", self.stride),
                ("DILATION", self.dilation),
            )
            for axis, value in zip("HW", values, strict=True)
        }


def at_most(what: str, count: int) -> None:
    """Raise ValueError if there are more than kernels can count."""
    if count > MOST:
        raise ValueError(f"CUDA kernels take at most {MOST} {what}; there are {count}")


def row_by_row(out: Array) -> None:
    """Raise ValueError unless kernels can fill `out`."""
    if not out.flags.c_contiguous:
        raise ValueError("out must lie row by row in memory")


def ints(*values: int) -> tuple[np.int32, ...]:
    """The numbers as the 32-bit integers that kernels take."""
    return tuple(map(np.int32, values))


def blocks_for(threads: int) -> int:
    """Blocks of so many threads in all.

    >>> blocks_for(256), blocks_for(257)
    (1, 2)
    """
    return -(-threads // THREADS)


def parts_of(terms: int, blocks: int, numbers: int) -> tuple[int, int]:
    """Into how many parts the sums of `terms` are cut, and how many terms a part has.

    So many that with `blocks` for each they fill the chip, but none too short, and all of them
    needed; their `numbers` take 64 MB at most in float32.

    >>> parts_of(100_000, 4, 1000)
    (256, 391)
    """
    parts = max(1, min(4 * ENOUGH // blocks, terms // 256, 2**24 // numbers))
    of_part = -(-terms // parts)
    return -(-terms // of_part), of_part


def add_parts(parts: Array, out: Array) -> None:
    """Fill `out` with the sum of `parts` along their first axis, in order."""
    run = kernel("sum.cu", "sum_parts", out.dtype)
    launch(run, blocks_for(out.size), THREADS, parts, out, *ints(out.size, len(parts)))
