"""Whatever bytes are handed in, they become a valid notebook or a reason."""

import json
from typing import Any

import nbformat
import pytest
from broken.kinds import MENDED
from hostile_course import source
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from invigilator.course.assignment import AssignmentSpec, MasterCell
from invigilator.course.recognition import matched
from invigilator.course.repair import Unreadable, read

pytestmark = pytest.mark.filterwarnings("ignore")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4)
    ),
    max_leaves=12,
)
PARTS = {
    "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
    "source": st.text() | st.lists(st.text()) | JSON,
    "metadata": st.fixed_dictionaries({}, optional={"nbgrader": JSON, "tags": JSON}) | JSON,
    "id": st.sampled_from(["a", "b"]) | JSON,
    "outputs": JSON,
    "execution_count": JSON,
    "attachments": JSON,
}
CELL = st.fixed_dictionaries({}, optional=PARTS) | JSON
NOTEBOOK = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([1, 2, 3, 4, 5]) | JSON},
    optional={
        "cells": st.lists(CELL, max_size=4) | JSON,
        "metadata": JSON,
        "nbformat_minor": st.integers() | JSON,
        "worksheets": st.lists(st.fixed_dictionaries({}, optional={"cells": st.lists(CELL)}))
        | JSON,
    },
)


def assert_in_words(words: str) -> None:
    assert len(words) > 7
    assert "\n" not in words


def valid_or_a_reason(content: bytes) -> None:
    try:
        notebook, notes = read(content)
    except Unreadable as error:
        assert_in_words(str(error))
        return
    nbformat.validate(notebook)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    nbformat.writes(notebook).encode()
    assert all(isinstance(note, str) for note in notes)


@settings(max_examples=300, deadline=None)
@given(st.binary() | st.text().map(str.encode) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes(content: bytes) -> None:
    valid_or_a_reason(content)


@settings(max_examples=300, deadline=None)
@given(NOTEBOOK)
def test_any_structure_that_looks_like_a_notebook(raw: Any) -> None:
    valid_or_a_reason(json.dumps(raw).encode())


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_notebook_with_some_of_its_bytes_changed(data: st.DataObject) -> None:
    content = bytearray(nbformat.writes(source()).encode())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    valid_or_a_reason(bytes(content[: data.draw(st.integers(0, len(content)))]))


def test_a_whole_notebook_is_left_as_it_is() -> None:
    notebook = source()
    again, notes = read(nbformat.writes(notebook).encode())
    assert notes == []
    assert again == notebook


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "is not text in UTF-16: byte 2 can't be read"),
        (b"\x80", "is not text in UTF-8: byte 0 can't be read"),
        (b'{"nbformat": 4', "its JSON breaks off or is wrong"),
        (b'{"nbformat": 4, "cells": []}', "it has no cells"),
        (b'<<<<<<< HEAD\n{"nbformat": 4}', "has the marks of a merge in it"),
        (b"[]", "it doesn't say its format"),
        (b'{"nbformat": true}', "it doesn't say its format"),
    ],
)
def test_reasons_are_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words.replace("(", r"\(")):
        read(content)


def test_what_was_mended_is_said() -> None:
    notebook = new_notebook(cells=[new_code_cell("1", id="a"), new_code_cell("2")])
    notebook.cells[1]["id"] = "a"
    content = json.dumps({**notebook, "cells": [*notebook.cells, 7]}).encode()
    again, notes = read(content)
    assert [(cell.id, cell.source) for cell in again.cells] == [("a", "1"), ("cell-0", "2")]
    assert notes == [
        "left out because they are no cells: 1",
        "cells given a new id, as theirs was not valid or another's: 1",
    ]
    assert len(MENDED) > 25


def specification(notebook: str, names: list[str]) -> AssignmentSpec:
    """A notebook of an assignment with cells of these names."""
    cells = {name: MasterCell(name, "code", True, f"{name}()", None) for name in names}
    kinds = ("ps1", notebook, None, cells, names, {}, [], "", {}, frozenset[str]())
    return AssignmentSpec(*kinds, Config(), (), ("### BEGIN", "### END"))


def with_cells(*names: str) -> bytes:
    """A file with cells of these names."""
    cells = [new_code_cell("", metadata={"nbgrader": {"grade_id": name}}) for name in names]
    return nbformat.writes(new_notebook(cells=[*cells, new_code_cell("own")])).encode()


@pytest.mark.parametrize(
    ("names", "held", "taken"),
    [
        ("abcd", "ab", True),
        ("abcd", "a", False),
        ("abcde", "abc", True),
        ("abcde", "ab", False),
        ("a", "a", True),
        ("a", "", False),
    ],
)
def test_a_file_of_another_name_is_taken_if_it_has_half_of_the_cells(
    names: str, held: str, taken: bool
) -> None:
    found = matched([specification("ps1", list(names))], {"my work": with_cells(*held)})
    assert found == ({"ps1": "my work"} if taken else {})


def test_each_notebook_is_the_file_most_like_it_and_no_file_is_two() -> None:
    specs = [specification("first", list("abcd")), specification("second", list("efgh"))]
    files = {
        "few": with_cells(*"ab"),
        "most": with_cells(*"abc"),
        "other": with_cells(*"efgh"),
        "no notebook": b"{",
    }
    assert matched(specs, files) == {"first": "most", "second": "other"}
    assert matched(specs, {"both": with_cells(*"abcdefgh")}) == {"first": "both"}
    named = {"first": with_cells(*"efgh"), "second": b"{"}
    assert matched(specs, named) == {"first": "first", "second": "second"}
    assert matched(specs, {}) == {}
