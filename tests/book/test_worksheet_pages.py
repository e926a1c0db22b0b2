"""What the build adds to the page of an assignment, and to no other."""

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from small_book import Built, build

from course.sphinx_worksheet import edition

CONF = """
extensions = ["myst_nb", "course.sphinx_worksheet"]
nb_execution_mode = "off"
html_sourcelink_suffix = ""
"""


def cell(name: str, source: str, kind: str = "code", **graded: Any) -> dict[str, Any]:
    about = {"nbgrader": {"grade_id": name, "solution": False, **graded}} if graded else {}
    of_code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": about, "source": source} | of_code


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {
        "cells": list(cells),
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


ASSIGNMENT = notebook(
    cell("title", "# A task\n\nText.", "markdown"),
    cell("answer", "def f():\n    ...", solution=True),
    cell("test_f", "assert f()", grade=True, points=1),
    cell("more", "## In words\n\nSay *why*.", "markdown"),
    cell("written", "YOUR **ANSWER** HERE", "markdown", solution=True, grade=True, points=1),
    cell("scratch", ""),
)
TORCH = notebook(
    cell("title", "# Another task", "markdown"),
    cell("answer", "import torch\n\nnet = torch.nn.Linear(1, 1)", solution=True),
)
PLAIN = notebook(cell("title", "# No task", "markdown"), cell("code", "1 + 1"))


@pytest.fixture(scope="module", params=["with Python", "without Python"])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A book of an assignment, one that needs PyTorch, and a notebook that is neither."""
    source = tmp_path_factory.mktemp("book")
    for name, content in {"task": ASSIGNMENT, "torch": TORCH, "plain": PLAIN}.items():
        (source / f"{name}.ipynb").write_text(json.dumps(content), "utf-8")
    if request.param == "with Python":
        (source / "build" / "pyodide").mkdir(parents=True)
    return build(source, CONF, {"text": "# Text\n\nNothing to do.\n"})


def cells(page: BeautifulSoup) -> dict[str, Tag]:
    return {found["data-cell"]: found for found in page.select(".worksheet-cell")}


def scripts(page: BeautifulSoup) -> list[str]:
    return [tag["src"] for tag in page.select("script[src]") if "worksheet" in tag["src"]]


def test_the_build_has_nothing_to_complain_of(book):
    assert book.complaints == []


def test_each_cell_that_is_worked_on_is_marked_with_its_name(book):
    found = cells(book.page("task"))
    assert list(found) == ["answer", "test_f", "written", "scratch"]
    assert found["answer"].get_text().strip() == "def f():\n    ..."
    assert found["test_f"].get_text().strip() == "assert f()"
    assert found["written"].get_text().strip() == "YOUR ANSWER HERE"
    assert found["scratch"].get_text().strip() == ""
    # Text stays where it was, in its section.
    assert found["written"].parent.h2.get_text().startswith("In words")
    assert [inner for outer in found.values() for inner in outer.select("[data-cell]")] == []


def test_the_released_notebook_is_shipped_as_it_is(book):
    shipped = book.html / "_sources" / "task.ipynb"
    assert json.loads(shipped.read_text("utf-8")) == ASSIGNMENT


def test_a_worksheet_is_where_python_is(book, request):
    page = book.page("task")
    links = page.select('link[type="application/x-ipynb+json"]')
    if "without Python" in request.node.callspec.id:
        assert (scripts(page), links) == ([], [])
    else:
        (script,) = page.select('script[src^="_static/worksheet/worksheet.js"]')
        assert script["type"] == "module"
        assert page.select('link[rel="stylesheet"][href^="_static/worksheet/worksheet.css"]')
        (link,) = links
        assert (book.html / link["href"]).is_file()
        assert link["data-edition"] == edition(ASSIGNMENT)


@pytest.mark.parametrize("name", ["text", "plain", "torch", "index"])
def test_other_pages_have_none(name, book):
    page = book.page(name)
    assert scripts(page) == []
    assert page.select('link[type="application/x-ipynb+json"], link[href*="worksheet"]') == []


def test_an_assignment_that_needs_pytorch_leads_to_where_it_runs(book):
    note = book.page("torch").select_one(".worksheet-elsewhere")
    assert "needs PyTorch, which does not run in a browser" in " ".join(note.get_text().split())
    assert [link.get_text() for link in note.select("a")] == [
        "Download the notebook", "Open in Colab", "Open in Binder",
    ]  # fmt: skip
    assert (book.html / note.a["href"]).is_file()
    assert "torch.ipynb" in note.select("a")[1]["href"]


def test_an_edition_is_what_the_assignment_says_and_asks():
    def changed(place: int, source: str) -> str:
        cells = [dict(each) for each in ASSIGNMENT["cells"]]
        cells[place]["source"] = source
        return edition(notebook(*cells))

    assert changed(0, "# A task\n\nText.") == edition(ASSIGNMENT)
    assert changed(0, "# Another\n\nText.") != edition(ASSIGNMENT)
    # Which library an assignment fetches is no change of the assignment.
    fetching = [notebook(cell("setup", text), *ASSIGNMENT["cells"]) for text in ("1", "2")]
    assert edition(fetching[0]) == edition(fetching[1])
