"""A small course for hostile and broken notebooks, and how an attack's text becomes a notebook."""

import re
from pathlib import Path
from typing import Any

import nbformat
from conftest import cell
from nbformat.v4 import new_code_cell, new_notebook

ATTACKS = Path(__file__).parent / "attacks"

# Texts that no student may see, and numbers that only the hidden tests know.
SECRETS = ("73012846", "146025692", "9110", "18225", "expected_by_the_test")

DOUBLE = "def double(x):\n    return 2 * x"
TWICE = "def twice(f, x):\n    return f(f(x))"
GROW = "def grow(x):\n    return x + 1"

_TESTS = {
    "double": """
assert double(2) == 4
### BEGIN HIDDEN TESTS
secret = 73012846
expected_by_the_test = 146025692
assert abs(double(secret) - expected_by_the_test) < 0.5
### END HIDDEN TESTS
""",
    "twice": """
assert twice(lambda n: n + 1, 1) == 3
### BEGIN HIDDEN TESTS
def step(n, secret=9110):
    return n + secret
assert twice(step, 5) == 18225
### END HIDDEN TESTS
""",
    "grow": """
import numpy as np

assert np.array_equal(grow(np.zeros(2)), np.ones(2))
### BEGIN HIDDEN TESTS
for given in (np.array([1.5, -2.0, 7.0]), np.arange(3)):
    wanted = given + 1
    grown = grow(given)
    assert np.array_equal(given + 1, wanted), "grow changes its input"
    np.testing.assert_allclose(grown, wanted)
### END HIDDEN TESTS
""",
}


def solution(source: str) -> str:
    head, *body = source.split("\n")
    return "\n".join([head, "    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"])


def source() -> nbformat.NotebookNode:
    """The instructor's notebook: three tasks of 3, 2 and 1 points, and a written answer."""
    answers = {"double": DOUBLE, "twice": TWICE, "grow": GROW}
    cells = [new_code_cell("import numpy as np", id="imports")]
    for points, (name, test) in zip((3, 2, 1), _TESTS.items(), strict=True):
        cells.append(cell("solution", name, solution(answers[name])))
        cells.append(cell("test", f"test_{name}", test.strip(), points))
    return new_notebook(cells=[*cells, cell("written", "essay", "Because.", 1)])


# An attack that finds itself outside the sandbox does nothing more.
GUARD = """\
import os
if b"invigilator" not in open("/proc/1/cmdline", "rb").read():
    print("NOT", "ISOLATED", flush=True)
    os._exit(3)"""

_WRONG = {
    "double": "def double(x):\n    return 4",
    "twice": "def twice(f, x):\n    return 3",
    "grow": "def grow(x):\n    return np.ones(2)",
}


def attack(release: nbformat.NotebookNode, text: str, places: dict[str, Any]) -> bytes:
    """A submission with an attack's cells in it; where the attack has no answer, wrong ones."""
    for name, place in places.items():
        text = text.replace(name, str(place))
    first, *named = re.split(r"^# %% (\w+)\n", text, flags=re.MULTILINE)
    sources = {**_WRONG, **dict(zip(named[::2], named[1::2], strict=True))}
    notebook = nbformat.from_dict(release)
    for each in notebook.cells:
        each.source = sources.get(each.metadata.get("nbgrader", {}).get("grade_id"), each.source)
    notebook.cells[:0] = [new_code_cell(GUARD, id="guard"), new_code_cell(first, id="attack")]
    # What would run after the last answer stands where a test can still be reached by it.
    last = max(place for place, each in enumerate(notebook.cells) if each.get("id") == "grow")
    notebook.cells.insert(last + 1, new_code_cell(sources.get("after", ""), id="after"))
    return nbformat.writes(notebook).encode()
