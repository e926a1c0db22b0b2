"""The CUDA kernels compiled as C++ and run on this processor: slow, but the same text.

`launch` takes the place of `convbook.engine.cuda.launch.launch`, so the Python around the kernels
takes NumPy arrays. It checks what CUDA wouldn't: that the arguments are what the kernel's
parameters say, that nothing is written beside an array, that all threads of a block meet at the
same barriers.
"""

import ctypes
import functools
import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from convbook.arrays import Array
from convbook.engine.cuda.launch import Kernel, source

HEADER = Path(__file__).parent / "cuda_on_cpu.h"
COMPILER = shutil.which("g++") or shutil.which("c++")
# A wrong index of a shared array, or an overflow, ends the program.
OPTIONS = [
    *("-O1", "-w", "-shared", "-fPIC", "-include", str(HEADER)),
    "-fsanitize=bounds,signed-integer-overflow,integer-divide-by-zero,shift",
    "-fsanitize-undefined-trap-on-error",
]


@functools.cache
def _folder() -> Path:
    global _kept
    _kept = tempfile.TemporaryDirectory()
    return Path(_kept.name)


@functools.cache
def compiled(file: str, options: tuple[str, ...]) -> ctypes.CDLL:
    """The kernels of a file as functions of C, in a shared library."""
    assert COMPILER is not None
    text = source(file)
    names = re.findall(r"__global__ void(?:\s+__launch_bounds__\([^)]*\))?\s+(\w+)\(", text)
    text += "".join(f"EXPORT({name})\n" for name in names)
    # The loader of libraries would take a second one of the same name for the first.
    place = _folder() / f"{hashlib.sha256(f'{options}{text}'.encode()).hexdigest()}.so"
    command = [COMPILER, *options, *OPTIONS, "-x", "c++", "-", "-o", str(place)]
    done = subprocess.run(command, input=text, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    return ctypes.CDLL(str(place))


def launch(kernel: Kernel, blocks: int, threads: int, *args: Array | np.generic) -> None:
    """Run the kernel twice, the threads in opposite orders, and compare: the order is free."""
    before = [arg.copy() for arg in args]
    _run(kernel, blocks, threads, args, backwards=False)
    after = [arg.copy() for arg in args]
    for arg, was in zip(args, before, strict=True):
        if isinstance(arg, np.ndarray):
            arg[...] = was
    _run(kernel, blocks, threads, args, backwards=True)
    for arg, first in zip(args, after, strict=True):
        np.testing.assert_array_equal(arg, first)


def _run(
    kernel: Kernel, blocks: int, threads: int, args: tuple[Array | np.generic, ...], backwards: bool
) -> None:
    kernels = compiled(kernel.file, kernel.options)
    described = (ctypes.c_int * 2 * 40)()
    count = getattr(kernels, f"describe_{kernel.name}")(described)
    assert count == len(args), f"{kernel.name} has {count} parameters; it is given {len(args)}"
    pointers, memory = [], []
    for arg, (size, kind) in zip(args, described, strict=False):
        if isinstance(arg, np.ndarray):
            assert (chr(kind) in "rw", arg.itemsize) == (True, size)
            assert arg.flags.c_contiguous
            guarded = _guarded(arg, EDGE[chr(kind)])
            memory.append((arg, guarded, chr(kind)))
            pointers.append(ctypes.c_void_p(guarded.ctypes.data + GUARD))
        else:
            assert (arg.dtype.kind, arg.itemsize) == (chr(kind), size)
            pointers.append(_scalar(arg))
    array = (ctypes.c_void_p * len(pointers))(*(ctypes.addressof(p) for p in pointers))
    run = getattr(kernels, f"launch_{kernel.name}")
    block = run(ctypes.c_uint(blocks), ctypes.c_uint(threads), ctypes.c_bool(backwards), array)
    assert block == -1, f"threads of block {block} of {kernel.name} missed a barrier"
    for arg, guarded, kind in memory:
        edges = np.concatenate([guarded[:GUARD], guarded[-GUARD:]])
        assert (edges == EDGE[kind]).all(), f"{kernel.name} wrote beside an array"
        result = guarded[GUARD:-GUARD].view(arg.dtype).reshape(arg.shape)
        if kind == "r":
            np.testing.assert_array_equal(result, arg, "an input was changed")
        arg[...] = result


#: Bytes before and after every array that nobody may touch.
GUARD = 4096
#: What they hold around arrays that are read, where they are NaN, and written, where they are not:
#: a NaN that is read there and written here must show.
EDGE = {"r": 0xFF, "w": 0x7F}


def _guarded(array: Array, edge: int) -> Array:
    memory = np.full(array.nbytes + 2 * GUARD, edge, np.uint8)
    memory[GUARD : memory.size - GUARD] = array.reshape(-1).view(np.uint8)
    return memory


def _scalar(value: np.generic) -> ctypes._SimpleCData:
    return {"i": ctypes.c_int, "f": ctypes.c_float}[value.dtype.kind](value.item())
