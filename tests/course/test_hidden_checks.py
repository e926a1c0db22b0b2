"""No hidden check stands where a failed one would show its arrays."""

import ast
import re

import pytest

from course.exercises import assignments, source_notebook

HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)
REGIONS = [
    (name, cell.metadata["nbgrader"]["grade_id"], text)
    for name in assignments()
    for cell in source_notebook(name).cells
    for text in HIDDEN.findall(cell.source)
]


def calls_at_top_level(source: str) -> set[str]:
    """What a text calls outside of functions."""
    found, waiting = set(), [*ast.parse(source).body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
        waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize(("assignment", "test", "source"), REGIONS, ids=lambda value: value[:30])
def test_hidden_checks_stand_in_a_function(assignment: str, test: str, source: str):
    assert "check" in source
    assert calls_at_top_level(source) == {"hidden"}


def test_the_search_sees_calls_of_every_kind():
    source = "for x in y:\n    check(f, x)\ndef g():\n    rng(1)\na = [h.i(j) for j in k]"
    assert calls_at_top_level(source) == {"check", "h.i"}
