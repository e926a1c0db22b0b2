"""What may be imported where: convbook stays light, and asks for nothing newer than NumPy 2.0."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import convbook

ROOM = Path(convbook.__file__).parent
SOURCES = sorted(ROOM.rglob("*.py"))


@pytest.mark.parametrize(
    "module",
    ["convbook", "convbook.checking", "convbook.data", "convbook.plot"],
)
def test_an_import_brings_numpy_and_nothing_heavy(module: str):
    code = f"import sys, numpy; import {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    packages = {name.partition(".")[0] for name in run.stdout.split()}
    outside = packages - sys.stdlib_module_names - {"__main__", "convbook", "numpy"}
    # Start-up hooks of an environment, and what NumPy's own compiled parts leave.
    assert {name for name in outside if not name.startswith("_")} <= {
        "sitecustomize",
        "cython_runtime",
    }


def imports(source: Path) -> set[str]:
    """Every name that a file imports, with its module: `numpy`, `convbook.engine.dispatch`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: a relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def imported_from(source: Path, module: str) -> set[str]:
    return {name for name in imports(source) if f"{name}.".startswith(f"{module}.")}


def named(source: Path) -> str:
    return source.relative_to(ROOM).as_posix()


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_few_files_know_other_packages(source: Path):
    theirs = {
        "plot.py": {"matplotlib"},
        "data.py": {"sklearn", "skimage"},
        "notebook.py": {"IPython", "nbformat"},
        "fft.py": {"scipy"},
        "toeplitz.py": {"scipy", "cupyx"},
        "pooling.py": {"scipy"},
        "launch.py": {"cupy"},
    }
    packages = {name.partition(".")[0] for name in imports(source)} - sys.stdlib_module_names
    assert packages <= {"convbook", "numpy"} | theirs.get(source.name, set())


OUTSIDE_THE_ENGINE = [path for path in SOURCES if not named(path).startswith("engine/")]
ENGINE = [path for path in SOURCES if named(path).startswith("engine/")]


@pytest.mark.parametrize("source", OUTSIDE_THE_ENGINE, ids=named)
def test_the_engine_is_entered_through_dispatch(source: Path):
    assert imported_from(source, "convbook.engine") <= {"convbook.engine.dispatch"}


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_dispatch_alone_knows_the_cuda_kernels(source: Path):
    if named(source) != "engine/dispatch.py" and not named(source).startswith("engine/cuda/"):
        assert imported_from(source, "convbook.engine.cuda") == set()


@pytest.mark.parametrize("source", ENGINE, ids=named)
def test_the_engine_knows_nothing_of_those_who_call_it(source: Path):
    for room in ("layers", "checking", "toeplitz", "plot", "simple"):
        assert imported_from(source, f"convbook.{room}") == set()
    if named(source) != "engine/dispatch.py":
        assert imported_from(source, "convbook.engine.dispatch") == set()


@pytest.mark.parametrize("room", ["layers", "engine"])
def test_a_claim_about_a_room_is_about_its_files(room: str):
    assert len([path for path in SOURCES if named(path).startswith(f"{room}/")]) > 5


def test_the_definition_needs_no_helper():
    loops = ROOM / "engine" / "algorithms" / "loops.py"
    assert imports(loops) == {
        "itertools.product",
        "typing.Any",
        "convbook.engine.algorithms.buffers.AnyArray",
        "convbook.geometry.ConvGeometry",
    }


# What NumPy 2.1 and later added to the main namespace: Pyodide 0.27 has NumPy 2.0.
NEWER = {"cumulative_prod", "cumulative_sum", "unstack", "matvec", "vecmat"}


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_only_names_of_numpy_2_0(source: Path):
    attributes = {
        node.attr
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "np"
    }
    assert attributes & NEWER == set()
    assert all(hasattr(np, name) for name in attributes)


def test_public_names_are_there():
    assert sorted(convbook.__all__) == convbook.__all__
    assert all(getattr(convbook, name).__doc__ for name in convbook.__all__)
