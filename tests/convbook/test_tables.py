"""Tables: headings and numbers in a page, aligned text elsewhere, and what is no table."""

import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from convbook.tables import table


def html_table(header: Any, rows: Any) -> tuple[list[list[tuple[Any, ...]]], str]:
    """The HTML of a table as rows of (tag, scope, side, text), and its class."""
    html = table(header, rows)._repr_mimebundle_()["text/html"]
    root = ElementTree.fromstring(html)
    shown = []
    for line in root.iter("tr"):
        cells = []
        for cell in line:
            side = re.search(r"text-align: (\w+)", cell.get("style"))[1]
            cells.append((cell.tag, cell.get("scope"), side, cell.text or ""))
        shown.append(cells)
    return shown, root.get("class")


LAYERS = [
    ["dense", 38_654_705_664, "154.6 GB", 0.5],
    ["a < b & c", -81, None, -1234567.0],
    ["", 0, "9×", np.float32(0.25)],
]


def test_a_table_in_a_page_has_headings_and_numbers_at_the_right():
    shown, name = html_table(["layer", "weights", "memory", "error"], LAYERS)
    assert name == "numbers"
    assert shown == [
        [
            ("th", "col", "left", "layer"),
            ("th", "col", "right", "weights"),
            ("th", "col", "right", "memory"),
            ("th", "col", "right", "error"),
        ],
        [
            ("th", "row", "left", "dense"),
            ("td", None, "right", "38\u202f654\u202f705\u202f664"),
            ("td", None, "right", "154.6 GB"),
            ("td", None, "right", "0.5"),
        ],
        [
            ("th", "row", "left", "a < b & c"),
            ("td", None, "right", "−81"),
            ("td", None, "right", ""),
            ("td", None, "right", "−1.235e+06"),
        ],
        [
            ("th", "row", "left", ""),
            ("td", None, "right", "0"),
            ("td", None, "right", "9×"),
            ("td", None, "right", "0.25"),
        ],
    ]


def test_a_table_elsewhere_is_aligned_text():
    shown = table(["layer", "weights", "memory", "error"], LAYERS)
    text = """
layer             weights    memory       error
---------  --------------  --------  ----------
dense      38 654 705 664  154.6 GB         0.5
a < b & c             −81            −1.235e+06
                        0        9×        0.25
"""
    assert str(shown) == shown._repr_mimebundle_()["text/plain"] == text.strip("\n")


@pytest.mark.parametrize(
    ("cell", "side"),
    [
        (7, "right"),
        (0, "right"),
        ("−0.5", "right"),
        ("1 024", "right"),
        ("9.9e+12", "right"),
        ("97.3 %", "right"),
        ("8.4×", "right"),
        ("12 ms", "right"),
        ("3 × 3", "left"),
        ("3 of 4", "left"),
        ("(1, 2)", "left"),
        ("c'", "left"),
        (None, "left"),
    ],
)
def test_which_columns_hold_numbers(cell: Any, side: str):
    shown, _ = html_table(["name", "value"], [["a", cell]])
    assert [row[1][2] for row in shown] == [side, side]


def test_a_column_with_one_word_among_its_numbers_is_aligned_as_words():
    shown, _ = html_table(["k", "sees"], [[1, 9], [2, "all"], [3, 0]])
    assert [[cell[2] for cell in row] for row in shown] == [["right", "left"]] * 4


def test_a_table_without_rows_shows_its_header():
    assert str(table(["k", "weights"], [])) == "k  weights\n-  -------"
    shown, _ = html_table(["k"], [])
    assert shown == [[("th", "col", "left", "k")]]


@pytest.mark.parametrize(
    ("header", "rows", "error", "message"),
    [
        (["a", "b"], [[1, 2], [3]], ValueError,
         "rows[1] must have 2 cells, one for each of the header; it has 1: (3,)"),
        ([], [], TypeError, "header must be one or more strings; it is []"),
        (["a", 2], [], TypeError, "header must be one or more strings; it is ['a', 2]"),
        (["a"], [[True]], TypeError,
         "a cell must be a str, an int, a float or None; the one of rows[0] below 'a' is True"),
        (["a"], [[[1]]], TypeError,
         "a cell must be a str, an int, a float or None; the one of rows[0] below 'a' is [1]"),
    ],
)  # fmt: skip
def test_table_refuses(header: Any, rows: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        table(header, rows)
