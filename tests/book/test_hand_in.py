"""What a worksheet gives to hand in is the notebook that Jupyter saves with the same answers.

So what is handed in from either earns the same, for the grader is given the same file.
"""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from page_modules import run_module

from course.answers import answers
from course.exercises import EXERCISES, assignments

ASSIGNMENTS = assignments()


def released(name: str) -> Path:
    return EXERCISES / name / f"{name}.ipynb"


def downloads(name: str, cases: list[dict[str, str]]) -> list[str]:
    """The files that a worksheet gives with these answers."""
    script = (
        "given.cases.map((answers) => "
        "page.withAnswers(given.released, new Map(Object.entries(answers))))"
    )
    return run_module(
        "notebook.js",
        script,
        {"released": json.loads(released(name).read_text("utf-8")), "cases": cases},
    )


def saved(name: str, sources: dict[str, str]) -> str:
    """The file that Jupyter saves with these answers."""
    notebook = nbformat.read(released(name), as_version=nbformat.NO_CONVERT)
    for cell in notebook.cells:
        cell.source = sources.get(cell.id, cell.source)
    return nbformat.writes(notebook) + "\n"


def read_back(name: str, text: str) -> dict[str, Any]:
    """What a worksheet finds in a file: its answers, or why it can't be read."""
    script = """(() => {
      try {
        const { answers, ...rest } = page.answersIn(given.text, given.released);
        return { answers: Object.fromEntries(answers), ...rest };
      } catch (error) {
        if (!(error instanceof page.Unreadable)) throw error;
        return { refused: error.message };
      }
    })()"""
    return run_module(
        "notebook.js",
        script,
        {"text": text, "released": json.loads(released(name).read_text("utf-8"))},
    )


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_every_answer_kept_is_handed_in_as_from_jupyter(name):
    cases = [{answer.task: answer.source} for answer in answers(name)]
    assert len(cases) > 50
    assert downloads(name, cases) == [saved(name, case) for case in cases]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_without_an_answer_it_is_the_released_file(name):
    assert downloads(name, [{}]) == [released(name).read_text("utf-8")]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "x = 1", "x = 1\n", "a\n\n\nb\n", "'π · \U0001d49e · \"\\n\" · \\u0041'",
     "a\r\nb\rc", "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i", "\t\ttabs\x00\x7f",
     "# " + "long " * 2000],
    ids=ascii,
)  # fmt: skip
def test_any_text_is_written_as_jupyter_writes_it(text):
    name = ASSIGNMENTS[0]
    task = answers(name)[0].task
    assert downloads(name, [{task: text}]) == [saved(name, {task: text})]


def test_what_was_handed_in_is_read_back():
    name = ASSIGNMENTS[0]
    task = answers(name)[0].task
    file = downloads(name, [{task: "def f():\n    return 1\n"}])[0]
    found = read_back(name, file)
    assert found["answers"][task] == "def f():\n    return 1\n"
    assert (found["missing"], found["twice"]) == ([], [])


def test_a_notebook_from_jupyterlab_is_read_back():
    """It has outputs, counts and a kernel of its own; others have no ids of cells."""
    name = ASSIGNMENTS[0]
    task = answers(name)[0].task
    notebook = nbformat.read(released(name), as_version=nbformat.NO_CONVERT)
    notebook.metadata.kernelspec = {"name": "other", "display_name": "Other", "language": "python"}
    for number, cell in enumerate(notebook.cells):
        del cell["id"]
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="said\n")]
        if cell.metadata.get("nbgrader", {}).get("grade_id") == task:
            cell.source = "answer = 42"
    assert read_back(name, json.dumps(notebook))["answers"][task] == "answer = 42"


def test_cells_that_are_missing_or_twice_are_named():
    name = ASSIGNMENTS[0]
    tasks = sorted({answer.task for answer in answers(name)})
    notebook = json.loads(released(name).read_text("utf-8"))
    copy = next(cell for cell in notebook["cells"] if cell["id"] == tasks[1])
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != tasks[0]]
    notebook["cells"].append(copy | {"source": "second"})
    found = read_back(name, json.dumps(notebook))
    assert (found["missing"], found["twice"]) == ([tasks[0]], [tasks[1]])
    assert tasks[0] not in found["answers"]
    assert found["answers"][tasks[1]] != "second"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "It is empty."),
        ("{", "can’t be read as JSON"),
        ("%PDF-1.7", "can’t be read as JSON"),
        ("[1, 2]", "it has no cells"),
        ("null", "it has no cells"),
        ('{"cells": [{"source": 3}]}', "it has no cells"),
        ('{"cells": []}', "no cells for answers"),
        (
            '{"cells": [{"cell_type": "code", "metadata": {}, "source": "1"}]}',
            "no cells for answers",
        ),
        (released(ASSIGNMENTS[-1]).read_text("utf-8"), "the notebook of another assignment"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_no_notebook_of_this_assignment_is_refused_in_words(text, says):
    assert says in read_back(ASSIGNMENTS[0], text)["refused"]
