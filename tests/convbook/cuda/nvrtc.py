"""Compile CUDA C++ by NVRTC, NVIDIA's compiler as a library: it needs no GPU."""

import ctypes
import functools
import importlib.util
from pathlib import Path


@functools.cache
def _nvrtc() -> ctypes.CDLL:
    spec = importlib.util.find_spec("nvidia")
    places = [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
    (found, *_) = [path for place in places for path in sorted(place.rglob("libnvrtc.so.*"))]
    # It asks for its other part by name alone: so that has to be there first.
    for part in found.parent.glob("libnvrtc-builtins.so.*"):
        ctypes.CDLL(str(part))
    return ctypes.CDLL(str(found))


def available() -> bool:
    """Whether the library is installed."""
    try:
        return _nvrtc() is not None
    except (ValueError, OSError):
        return False


def compile(text: str, options: tuple[str, ...], chip: str) -> bytes:
    """The binary for a chip such as sm_90; warnings are errors, and AssertionError has the log."""
    nvrtc, program = _nvrtc(), ctypes.c_void_p()
    _check(nvrtc.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"", 0, None, None))
    all_options = [*options, f"--gpu-architecture={chip}"]
    array = (ctypes.c_char_p * len(all_options))(*(option.encode() for option in all_options))
    status = nvrtc.nvrtcCompileProgram(program, len(all_options), array)
    log = _read(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program).decode()
    assert (status, log.strip("\0\n ")) == (0, ""), f"{options} {chip}: {log}"
    binary = _read(nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN, program)
    _check(nvrtc.nvrtcDestroyProgram(ctypes.byref(program)))
    return binary


def _read(size_of: ctypes._CFuncPtr, content: ctypes._CFuncPtr, program: ctypes.c_void_p) -> bytes:
    size = ctypes.c_size_t()
    _check(size_of(program, ctypes.byref(size)))
    buffer = ctypes.create_string_buffer(size.value)
    _check(content(program, buffer))
    return buffer.raw


def _check(status: int) -> None:
    assert status == 0, f"NVRTC answers {status}"
