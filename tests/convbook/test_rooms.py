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
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: a relative import"
            names.add(str(node.module).partition(".")[0])
    return names - sys.stdlib_module_names


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOM)))
def test_few_files_know_other_packages(source: Path):
    theirs = {
        "plot.py": {"matplotlib"},
        "data.py": {"sklearn", "skimage"},
        "fft.py": {"scipy"},
        "toeplitz.py": {"scipy", "cupyx"},
        "pooling.py": {"scipy"},
        "launch.py": {"cupy"},
    }
    assert imports(source) <= {"convbook", "numpy"} | theirs.get(source.name, set())


# What NumPy 2.1 and later added to the main namespace: Pyodide 0.27 has NumPy 2.0.
NEWER = {"cumulative_prod", "cumulative_sum", "unstack", "matvec", "vecmat"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOM)))
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
