"""`make check` runs some tests of every room, and the slow ones that it leaves out exist."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ROOMS = ["book", "convbook", "course", "invigilator"]


def slow() -> list[str]:
    """`SLOW` of tests/conftest.py, which can't be imported beside the other conftests."""
    tree = ast.parse((TESTS / "conftest.py").read_text("utf-8"))
    (listed,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SLOW"
    )
    return ast.literal_eval(listed)


def test_every_slow_file_exists_once() -> None:
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert [name for name in slow() if names.count(name) != 1] == []
    assert len(set(slow())) == len(slow())


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_fast_tests(room: str) -> None:
    fast = {path.name for path in (TESTS / room).glob("test_*.py")} - set(slow())
    assert len(fast) >= 3
