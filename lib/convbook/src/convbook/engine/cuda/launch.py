"""Compile a kernel of this folder and launch it; nothing here knows what it computes."""

import functools
import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from convbook.arrays import Array

#: What the numbers in memory and the sums are in C, for each dtype that the kernels take.
TYPES = {
    "float16": ("Half", "float"),
    "float32": ("float", "float"),
    "float64": ("double", "double"),
}


class Kernel(NamedTuple):
    """A kernel: the file where it stands, its name, and the macros that it is compiled with."""

    file: str
    name: str
    macros: tuple[tuple[str, int | str], ...]

    @property
    def options(self) -> tuple[str, ...]:
        """The macros as options of a compiler.

        >>> kernel("pool.cu", "max_pool", np.dtype("float32"), SIZE_H=2).options
        ('-std=c++17', '-DREAL=float', '-DSUM=float', '-DSIZE_H=2')
        """
        return ("-std=c++17", *(f"-D{name}={value}" for name, value in self.macros))


@functools.cache
def kernel(file: str, name: str, dtype: np.dtype[Any], **macros: int) -> Kernel:
    """The kernel `name` of `file` for arrays of this `dtype`.

    Raises TypeError for a dtype that no kernel is made for.
    """
    if dtype.name not in TYPES:
        raise TypeError(f"CUDA kernels take {', '.join(TYPES)}; the arrays are {dtype.name}")
    real, total = TYPES[dtype.name]
    return Kernel(file, name, (("REAL", real), ("SUM", total), *macros.items()))


@functools.cache
def source(file: str) -> str:
    """The text of a file of this folder, with the texts of those that it includes.

    CuPy keeps compiled kernels on disk by their text: a change of an included file must show in
    it.
    """
    text = (Path(__file__).parent / file).read_text("utf-8")
    return re.sub(r'#include "(\S+)"\n', lambda match: source(match[1]), text)


def launch(kernel: Kernel, blocks: int, threads: int, *args: Array | np.generic) -> None:
    """Launch `kernel` on the current device, in the current stream.

    CuPy raises CUDADriverError when the launch fails, and CompileException with the compiler's
    words when the text does. The launch does not wait for the kernel.
    """
    import cupy

    _function(kernel, cupy.cuda.Device().id)((blocks,), (threads,), args)


@functools.cache
def _function(kernel: Kernel, device: int) -> Any:
    """What launches `kernel` on this device."""
    return _module(kernel._replace(name=""), device).get_function(kernel.name)


@functools.cache
def _module(kernels: Kernel, device: int) -> Any:
    """The kernels of a file, compiled together and once."""
    import cupy

    return cupy.RawModule(code=source(kernels.file), options=kernels.options, backend="nvrtc")
