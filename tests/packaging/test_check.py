"""A student's own check of a notebook, with NumPy, nbformat and IPython and nothing else."""

import json
from pathlib import Path
from textwrap import dedent

import nbformat
import pytest
from environments import environment, run, wheel
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.exercises import assignments
from course.sample_class import CLASS


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """`python -m convbook check` where only that is installed."""
    folder = tmp_path_factory.mktemp("check")
    needed = ["numpy", "ipython", "nbformat"]
    python = environment(folder / "alone", needed, [wheel("convbook", folder)]) / "python"
    assert run([python, "-c", "import nbgrader"], folder).returncode == 1
    return [python, "-m", "convbook", "check"]


def student_cell(source: str) -> nbformat.NotebookNode:
    return new_code_cell(source)


def graded_cell(source: str, name: str, points: float | None = None) -> nbformat.NotebookNode:
    about = {"grade_id": name, "grade": True, "solution": False, "locked": True}
    if points is not None:
        about["points"] = points
    return new_code_cell(source, metadata={"nbgrader": about})


def told(
    command: list[str | Path], folder: Path, *cells: nbformat.NotebookNode
) -> tuple[int, str, str]:
    """What a check of these cells says: exit status, standard output and error."""
    (folder / "mine.ipynb").write_text(nbformat.writes(new_notebook(cells=list(cells))), "utf-8")
    done = run([*command, "mine.ipynb"], folder)
    return done.returncode, done.stdout, done.stderr


def test_the_instructors_own_solutions_pass(command: list[str | Path], tmp_path: Path) -> None:
    for name in assignments():
        path = tmp_path / f"{name}.ipynb"
        path.write_text(CLASS["ada"](name), "utf-8")
        before = path.read_bytes()
        about = [c.metadata.get("nbgrader", {}) for c in nbformat.read(path, as_version=4).cells]
        tests = [each for each in about if each.get("grade") and not each["solution"]]
        points = sum(each["points"] for each in tests)
        lines = [
            f"✓ {each['grade_id']} ({each['points']} point" + "s" * (each["points"] != 1) + ")"
            for each in tests
        ]
        verdict = (
            f"visible checks passed: {len(tests)} of {len(tests)} ({points} of {points} points, "
            "if the hidden tests, still to come, pass too)"
        )
        done = run([*command, path.name], tmp_path)
        expected = "\n".join([*lines, verdict, ""])
        assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
        assert path.read_bytes() == before


def test_work_that_is_not_written_yet_is_told_so(command: list[str | Path], tmp_path: Path) -> None:
    name = "ps02_locality"
    (tmp_path / "mine.ipynb").write_text(CLASS["ito"](name), "utf-8")
    done = run([*command, "mine.ipynb"], tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "✗ test_distance (1 point)\n  distance is not written yet.\n" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("visible checks passed: 0 of 6 (0 of 10 points")


def test_a_failed_test_says_its_message_and_what_it_printed(
    command: list[str | Path], tmp_path: Path
) -> None:
    cells = [
        student_cell("print('not of interest')\ndef f(x):\n    print('x =', x)\n    return x + 1"),
        graded_cell("assert f(1) == 2", "right", 0.5),
        graded_cell("assert f(1) == 3, 'f adds 2'", "wrong", 1),
        graded_cell("for i in range(12): print(i)\nassert False", "chatty"),
    ]
    assert told(command, tmp_path, *cells) == (
        1,
        dedent("""\
            ✓ right (0.5 points)
            ✗ wrong (1 point)
              AssertionError: f adds 2
              at line 1: assert f(1) == 3, 'f adds 2'
              what was printed:
                x = 1
            ✗ chatty
              AssertionError
              at line 2: assert False
              the last 10 lines of what was printed:
            """)
        + "".join(f"    {i}\n" for i in range(2, 12))
        + "visible checks passed: 1 of 3 "
        "(0.5 of 1.5 points, if the hidden tests, still to come, pass too)\n",
        "",
    )


def test_an_error_in_an_ordinary_cell_is_told_and_the_rest_goes_on(
    command: list[str | Path], tmp_path: Path
) -> None:
    cells = [
        new_markdown_cell("# Text is no cell of code"),
        student_cell("def f():\n    raise KeyError('a')"),
        student_cell(""),
        student_cell("1\nf()"),
        student_cell("def g(:\n    pass"),
        student_cell("import sys\nsys.exit()"),
        student_cell("x = input('how many?')"),
        student_cell("exit()"),
        graded_cell("assert True", "last"),
    ]
    assert told(command, tmp_path, *cells) == (
        0,
        dedent("""\
            ✗ cell 2, which is not a test, stops with an error
              KeyError: 'a'
              at line 2 of cell 1: raise KeyError('a')
            ✗ cell 3, which is not a test, stops with an error
              SyntaxError: invalid syntax
              at line 1: def g(:
            ✗ cell 4, which is not a test, stops with an error
              SystemExit
              a cell that ends the program; leave that out of a notebook
              at line 2: sys.exit()
            ✗ cell 5, which is not a test, stops with an error
              EOFError: EOF when reading a line
              nobody is there to answer input() when a notebook is checked or graded
              at line 1: x = input('how many?')
            ✓ last
            visible checks passed: 1 of 1
            """),
        "",
    )


def test_cells_that_did_not_run_and_calls_that_do_not_end_are_told_in_a_sentence_each(
    command: list[str | Path], tmp_path: Path
) -> None:
    check = "from convbook.checking import check\n"
    endless = "def endless(x):\n    while True:\n        x = x + 1"
    cells = [
        student_cell("def f(x):\n    return x"),
        student_cell("def f(x:\n    return x"),
        graded_cell(check + "check(f, 1, expect=1)", "old"),
        graded_cell(check + "check(g, 1, expect=1)", "missing"),
        student_cell(endless),
        graded_cell(check + "check(endless, 1, expect=1, time_limit=0.2)", "slow", 1),
    ]
    status, said, errors = told(command, tmp_path, *cells)
    assert (status, errors) == (1, "")
    lines = ["line 2: while True:", "line 3: x = x + 1"]
    place = next(f"    in endless, {line}\n" for line in lines if line in said)
    assert said.replace(place, "") == dedent("""\
        ✗ cell 2, which is not a test, stops with an error
          SyntaxError: '(' was never closed
          at line 1: def f(x:
        ✗ old
          the cell above with `def f` did not run; what there is comes from before.
            error:            SyntaxError: '(' was never closed in line 1: def f(x:
            what to do:       correct that cell and run it, then run this one again
        ✗ missing
          g isn't defined yet: run the cell above that begins with `def g(`
        ✗ slow (1 point)
          endless did not finish within 0.2 seconds; is there a loop that never ends?
            called with:      x = 1
        visible checks passed: 0 of 3 (0 of 1 point, if the hidden tests, still to come, pass too)
        """)


@pytest.mark.parametrize(
    "end", ["import os; os._exit(0)", "import os; os.kill(os.getpid(), 9)"], ids=["exit", "kill"]
)
def test_a_cell_that_ends_python_does_not_pass(
    end: str, command: list[str | Path], tmp_path: Path
) -> None:
    cells = [graded_cell("1", "first"), student_cell(end), graded_cell("1", "never")]
    said = "✓ first\n✗ then a cell ended Python itself: what comes after it has not been run\n"
    assert told(command, tmp_path, *cells) == (1, said, "")


def test_a_notebook_runs_in_its_folder_with_its_modules_and_magics(
    command: list[str | Path], tmp_path: Path
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "helper.py").write_text("SIX = 6\n", "utf-8")
    (folder / "data.txt").write_text("7", "utf-8")
    cells = [
        student_cell("%load_ext autoreload\n%autoreload 2\nimport helper"),
        student_cell("%%time\nseven = int(open('data.txt').read())"),
        student_cell("!echo out of the way\nimport os; os.system('echo this too')"),
        student_cell("print?\n%less data.txt\nshown = True"),
        student_cell("import os\nos.chdir('/')\nhere = 1"),
        graded_cell("assert helper.SIX * seven == 42 and shown and here", "all", 1),
    ]
    (folder / "mine.ipynb").write_text(nbformat.writes(new_notebook(cells=cells)), "utf-8")
    done = run([*command, "a folder/mine.ipynb", "a folder/mine.ipynb"], tmp_path)
    once = (
        "a folder/mine.ipynb\n✓ all (1 point)\n"
        "visible checks passed: 1 of 1 "
        "(1 of 1 point, if the hidden tests, still to come, pass too)\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, 2 * once, "")


BROKEN = {
    "missing": (None, "can't be read: No such file or directory"),
    "empty": (b" \n", "is empty"),
    "picture": (b"\x89PNG\r\n", "is not a notebook: byte 0 is no text"),
    "text": (b"hello", "is not a notebook: its JSON is broken at line 1 (Expecting value)"),
    "half": (b'{"cells": [\n', "is not a notebook: its JSON is broken at line 2 (Expecting value)"),
    "deep": (b"[" * 100_000, "is not a notebook: it is nested too deep"),
    "list": (b"[]", "is not a notebook: it doesn't say its format"),
    "other": (b'{"a": 1}', "is not a notebook: it doesn't say its format"),
    "future": (
        b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}',
        "is not a notebook: NBFormatError: Unsupported nbformat version 9",
    ),
    "cells": (
        b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": "none"}',
        "is not a notebook: ",
    ),
    "no checks": (
        json.dumps(new_notebook(cells=[new_code_cell("1")])).encode(),
        "has no checks in it",
    ),
}


def test_what_can_not_be_checked_is_told_in_a_sentence_each(
    command: list[str | Path], tmp_path: Path
) -> None:
    for name, (content, _) in BROKEN.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
    (tmp_path / "folder").mkdir()
    sentences = {
        **{name: why for name, (_, why) in BROKEN.items()},
        "folder": "can't be read: Is a",
    }
    done = run([*command, *sentences], tmp_path)
    said = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "".join(f"{name}\n" for name in sentences))
    assert len(said) == len(sentences)
    for line, (name, why) in zip(said, sentences.items(), strict=True):
        assert line.startswith(f"convbook check: {name} {why}"), line
