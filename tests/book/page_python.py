"""The Python of a page, run by Node: its own scripts, with a thread in place of a worker."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "chapters" / "_static" / "worksheet"
PYODIDE = ROOT / "build" / "pyodide"
DRIVER = Path(__file__).with_name("node") / "driver.mjs"


@dataclass(frozen=True)
class Ran:
    """What came of running a cell."""

    ok: bool
    outputs: list[dict[str, Any]]
    above: list[dict[str, Any]]  # the outputs of the cell above it
    # Which cells were run for it, by their places, and what the page was told of Python.
    begun: list[int]
    states: list[str]

    @property
    def text(self) -> str:
        """All that there is to read."""
        return "".join(_text(each) for each in self.outputs)

    @property
    def error(self) -> list[str]:
        """The lines of the error, if there is one."""
        errors = [each for each in self.outputs if each["output_type"] == "error"]
        return [line for each in errors for line in "\n".join(each["traceback"]).split("\n")]


def _text(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return str(output["text"])
    if output["output_type"] == "error":
        return "\n".join(output["traceback"]) + "\n"
    plain = output["data"].get("text/plain")
    return "" if plain is None else f"{plain}\n"


class PagePython:
    """Runs cells, given as texts or as (name, text), and returns what came of the last one."""

    def __init__(self, node: subprocess.Popen[str]) -> None:
        self._node = node

    def __call__(
        self, *cells: str | tuple[str, str], seconds: float = 10, stop: float | None = None
    ) -> Ran:
        named = [each if isinstance(each, tuple) else (f"cell {i}", each)
                 for i, each in enumerate(cells, 1)]  # fmt: skip
        asked = {
            "cells": [{"id": name, "source": source} for name, source in named],
            "index": len(cells) - 1,
            "seconds": seconds,
            "stop": stop,
        }
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        print(json.dumps(asked), file=self._node.stdin, flush=True)
        return Ran(**json.loads(self._node.stdout.readline()))


@contextmanager
def page_python(pyodide: Path = PYODIDE) -> Iterator[PagePython]:
    """A page's Python, which is loaded from there when it is first used."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: install Node.js to test what runs in pages")
    if not (PYODIDE / "pyodide.mjs").is_file():
        pytest.skip("no Pyodide: `make pyodide` gathers it")
    with subprocess.Popen(
        [node, DRIVER, SCRIPTS, pyodide], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield PagePython(process)
        finally:
            process.kill()
