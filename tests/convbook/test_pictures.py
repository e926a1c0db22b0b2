"""A failed check shows what was expected beside what came: as numbers, or as a picture."""

import re
import textwrap
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from reports import answer, message
from traitlets.config import Config

from convbook.checking.pictures import SideBySide


def shown(right: Any, got: Any) -> str:
    right, got = np.asarray(right), np.asarray(got)
    wrong = right != got if right.shape == got.shape else None
    return "\n".join(SideBySide(right, got, wrong).lines())


def block(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


CASES = {
    "vector": (
        [7.0, 12.0, 17.0],
        [8.0, 12.0, 18.0],
        """
        expected    got (* differs)
         7 12 17     8* 12  18*
        """,
    ),
    "matrix": (
        [[1, -2], [30, 4]],
        [[1, -2], [4, 30]],
        """
        expected    got (* differs)
         1 -2        1  -2
        30  4        4* 30*
        """,
    ),
    "matrices": (
        [[[1, 2]], [[3, 4]]],
        [[[1, 2]], [[3, 5]]],
        """
        expected    got (* differs)
        [0]:        [0]:
        1 2         1  2
        [1]:        [1]:
        3 4         3  5*
        """,
    ),
    "shapes": (
        [[1, 2, 3]],
        [[1], [2], [3]],
        """
        expected    got
        1 2 3       1
                    2
                    3
        """,
    ),
    "axes": (
        [[1, 2], [3, 4]],
        [1, 2, 3, 4],
        """
        expected    got
        1 2         1 2 3 4
        3 4
        """,
    ),
    "close": (
        [1.0, 1 / 3],
        [1.0, 1 / 3 + 1e-6],
        """
        expected             got (* differs)
               1 0.333333           1  0.333334*
        """,
    ),
    "very close": (
        [1.0],
        [1 + 1e-12],
        """
        expected    got (* differs)
        1           1.000000000001*
        """,
    ),
    "bools": (
        [True, False],
        [True, True],
        """
        expected      got (* differs)
         True False   True  True*
        """,
    ),
    "not finite": (
        [np.inf, 0.0],
        [np.nan, 0.0],
        """
        expected    got (* differs)
        inf   0     nan*   0
        """,
    ),
    "one": ([2], [3], "expected    got (* differs)\n2           3*"),
    "nothing": (np.zeros((0, 2)), np.zeros((2, 0)), ""),
    "number": (1.0, 2.0, ""),
}


@pytest.mark.parametrize(("right", "got", "expected"), CASES.values(), ids=CASES)
def test_small_arrays_are_shown_as_numbers(right: Any, got: Any, expected: str):
    ours = [re.sub(" +", " ", line) for line in shown(right, got).splitlines()]
    assert ours == [re.sub(" +", " ", line) for line in block(expected).splitlines()]


def test_columns_are_aligned_and_lines_are_not_too_long():
    right = np.arange(30) * 12345.678
    lines = shown(right, right + 0.001).splitlines()
    assert lines[0] == "expected"
    assert lines[4] == "got (* differs)"
    assert len(lines) == 8
    assert len({len(line) for line in lines[1:4]}) == 1
    lines = shown(np.eye(5, dtype=int), 100 * np.eye(5, dtype=int)).splitlines()
    assert lines[1:3] == [
        "1 0 0 0 0    100*   0    0    0    0",
        "0 1 0 0 0      0  100*   0    0    0",
    ]


@pytest.mark.parametrize("shape", [(31,), (4, 8), (2, 3, 3, 4)])
def test_more_than_thirty_numbers_are_a_picture(shape: tuple[int, ...]):
    right = np.arange(float(np.prod(shape))).reshape(shape)
    pair = SideBySide(right, right + 1, right >= 0)
    assert not pair.is_small
    assert pair.html() is not None
    assert SideBySide(right.ravel()[:30], right.ravel()[:30], right.ravel()[:30] < 0).html() is None


def test_a_large_array_is_a_map_in_text():
    right = np.zeros((2, 5, 7))
    got = right.copy()
    got[1, 2, 3:5] = 1
    assert shown(right, got) == block("""
        where it differs (×): [1]
        ·······
        ·······
        ···××··
        ·······
        ·······
    """)


def test_a_map_shows_the_part_around_the_first_difference():
    right = np.zeros((100, 100))
    got = right.copy()
    got[90, 50] = 1
    lines = shown(right, got).splitlines()
    assert lines[0] == "where it differs (×): rows 68 to 99, columns 34 to 65"
    assert lines[1 + 90 - 68].index("×") == 50 - 34
    assert [len(line) for line in lines[1:]] == [32] * 32


def drawn(right: Any, got: Any) -> ElementTree.Element:
    html = SideBySide(right, got, right != got).html()
    assert html is not None
    return ElementTree.fromstring(html)


def test_a_picture_outlines_each_difference_in_what_came():
    right = np.arange(36.0).reshape(6, 6)
    got = right.copy()
    got[2, 3] = got[5, 0] = 0
    figure = drawn(right, got)
    svg = "{http://www.w3.org/2000/svg}"
    expected, came = figure.iter(f"{svg}svg")
    assert len(expected.findall(f"{svg}rect")) == 36
    marks = [each for each in came.findall(f"{svg}rect") if each.get("stroke")]
    assert [(each.get("x"), each.get("y")) for each in marks] == [("49", "33"), ("1", "81")]
    fills = [each.get("fill") for each in expected.findall(f"{svg}rect")]
    assert (fills[0], fills[-1]) == ("#000000", "#ffffff")


def test_a_picture_can_be_read_aloud_and_loads_nothing():
    right = np.zeros((3, 6, 6))
    figure = drawn(right, right + np.eye(6))
    assert figure.get("aria-label") == (
        "Expected beside got: [0]; 18 of 108 values differ, outlined in red."
    )
    html = SideBySide(right, right + 1, right == 0).html() or ""
    assert re.findall(r"(?:href|src|url)\W", html) == []
    assert html.count("http") == html.count('xmlns="http://www.w3.org/2000/svg"')


def test_a_picture_survives_what_is_not_finite():
    right = np.zeros((6, 6))
    got = right.copy()
    got[0] = [np.nan, np.inf, -np.inf, -1e308, 1e308, 3]
    assert "nan" not in ElementTree.tostring(drawn(right, got), "unicode").lower()


# -- Where it is shown. -----------------------------------------------------------------------

LARGE = np.arange(40.0)


def test_a_check_in_a_function_shows_no_arrays():
    """Hidden tests stand in one, and their inputs must not be given away."""
    assert "got (*" not in message(answer(np.array([1, 2])), 0, expect=np.array([1, 3]))
    assert "×" not in message(answer(LARGE), 0, expect=LARGE + 1)


def test_a_check_can_say_itself_whether_it_shows_them():
    text = message(answer(np.array([1, 2])), 0, expect=np.array([1, 3]), show_arrays=True)
    assert text.splitlines()[3:] == ["  expected    got (* differs)", "  1 3         1  2*"]
    text = message(answer(np.array([1])), 0, expect=np.array([1, 3]), show_arrays=True)
    assert text.splitlines()[-2:] == ["  expected    got", "  1 3         1"]
    text = message(answer((1, np.array([2]))), 0, expect=(1, np.array([3])), show_arrays=True)
    assert text.splitlines()[-1] == "  3           2*"
    assert "×" in message(answer(LARGE), 0, expect=LARGE + 1, show_arrays=True)


@pytest.fixture
def shell() -> Any:
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(
        config=Config(HistoryManager={"enabled": False}), colors="nocolor"
    )
    shell.run_cell("import numpy as np\nfrom convbook.checking import check")
    shell.run_cell("def f(x):\n    return x + (x == 3)\nx = np.arange(4)\nlarge = np.arange(40)")
    yield shell
    InteractiveShell.clear_instance()


def run(shell: Any, source: str) -> tuple[str, list[Any]]:
    with capture_output() as captured:
        result = shell.run_cell(source)
    assert not result.success
    return captured.stdout, captured.outputs


def test_a_notebook_shows_numbers_at_the_top_level_of_a_cell_and_none_in_a_function(shell: Any):
    said, outputs = run(shell, "check(f, x, expect=x)")
    assert said.splitlines()[-1] == "  0 1 2 3     0  1  2  4*"
    assert outputs == []
    said, outputs = run(shell, "def hidden():\n    check(f, x, expect=x)\nhidden()")
    assert "got (*" not in said
    assert outputs == []


def test_a_notebook_shows_a_picture_and_beside_it_no_map(shell: Any):
    said, (picture,) = run(shell, "check(f, large, expect=large)")
    assert list(picture.data) == ["text/html"]
    assert "<svg" in picture.data["text/html"]
    assert "first difference: at [3]: expected 3, got 4" in said
    assert "×" not in said
    said, outputs = run(shell, "def hidden():\n    check(f, large, expect=large)\nhidden()")
    assert outputs == []
    said, _ = run(
        shell, "try:\n    check(f, large, expect=large)\nexcept Exception as e:\n    print(e)\n1/0"
    )
    assert "×" in said
