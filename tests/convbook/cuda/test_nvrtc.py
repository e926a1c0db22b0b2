"""Every kernel that is asked for compiles for the chips of today, without a warning."""

import re
from pathlib import Path
from typing import Any

import nvrtc
import pytest
from conftest import CALLERS
from references import Variant, convolution

import convbook.engine.cuda
from convbook.engine import cuda
from convbook.engine.cuda.conv import TILES
from convbook.engine.cuda.launch import Kernel, source

FOLDER = Path(convbook.engine.cuda.__file__).parent
VARIANTS = (Variant((3, 3)), Variant((2, 5), (2, 1), (3, 1)))


def asked_for() -> list[Kernel]:
    """The kernels of a run through everything, in every dtype and with every tile."""
    found: dict[Any, Kernel] = {}

    def note(kernel: Kernel, blocks: int, threads: int, *args: Any) -> None:
        found.setdefault((kernel.file, kernel.macros), kernel)

    with pytest.MonkeyPatch.context() as patch:
        for module in CALLERS:
            patch.setattr(module, "launch", note)
        for dtype in ("float16", "float32", "float64"):
            for tile in TILES if dtype != "float64" else TILES[-1:]:
                patch.setattr(convbook.engine.cuda.conv, "_tile", lambda *_, tile=tile: tile)
                both = dtype == "float32" and tile == TILES[0]
                for variant in VARIANTS if both else VARIANTS[:1]:
                    given = convolution(variant, dtype, (1, 9, 9), 1, 2, 2, [(1, 1), (1, 1)])
                    cuda.forward(given.x, given.weight, given.out, given.geometry)
                    cuda.input_gradient(given.grad, given.weight, given.x, given.geometry)
                    cuda.weight_gradient(given.grad, given.x, given.weight, given.geometry)
                    if dtype == "float32":
                        out = given.out
                        cuda.forward(given.x, given.weight, out, given.geometry, precision="tf32")
            of_depth = convolution(VARIANTS[0], dtype, (1, 9, 9), 2, 1, 1, [(1, 1), (1, 1)])
            cuda.forward(of_depth.x, of_depth.weight, of_depth.out, of_depth.geometry)
            cuda.input_gradient(of_depth.grad, of_depth.weight, of_depth.x, of_depth.geometry)
            cuda.weight_gradient(of_depth.grad, of_depth.x, of_depth.weight, of_depth.geometry)
            for indices in (False, True):
                cuda.max_pool(given.x, given.geometry, indices)
    return list(found.values())


KERNELS = asked_for()


def test_nothing_is_left_out():
    assert {kernel.file for kernel in KERNELS} == {path.name for path in FOLDER.glob("*.cu")}


def names(kernel: Kernel) -> str:
    macros = " ".join(str(value) for name, value in kernel.macros)
    return f"{kernel.file} {macros}"


def on_chips() -> list[Any]:
    """Every kernel for one chip, and one of each file, with and without TF32, for the oldest."""
    cases, seen = [], set()
    for kernel in KERNELS:
        cases.append(pytest.param(kernel, "sm_90", id=f"{names(kernel)} sm_90"))
        like = kernel.file, ("TENSOR_CORES", 1) in kernel.macros
        if ("REAL", "float") in kernel.macros and like not in seen:
            seen.add(like)
            cases.append(pytest.param(kernel, "sm_80", id=f"{names(kernel)} sm_80"))
    return cases


@pytest.mark.parametrize(("kernel", "chip"), on_chips())
@pytest.mark.skipif(not nvrtc.available(), reason="NVRTC (nvidia-cuda-nvrtc) is not installed")
def test_it_compiles(kernel: Kernel, chip: str):
    binary = nvrtc.compile(source(kernel.file), kernel.options, chip)
    for name in re.findall(r"__global__.*?(\w+)\(const", source(kernel.file), re.DOTALL):
        assert name.encode() in binary


def test_warnings_and_errors_are_seen():
    if not nvrtc.available():
        pytest.skip("NVRTC (nvidia-cuda-nvrtc) is not installed")
    with pytest.raises(AssertionError, match="never referenced"):
        nvrtc.compile("__global__ void f() { int unused; }", (), "sm_90")
    with pytest.raises(AssertionError, match="undefined"):
        nvrtc.compile("__global__ void f() { g(); }", (), "sm_90")
