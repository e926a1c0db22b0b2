"""What runs Python in a page is part of the site, and of no page that doesn't ask for it; so is
JupyterLite, to which the pages of its notebooks lead."""

from pathlib import Path

import pytest
from small_book import build

SETTINGS = 'extensions = ["myst_parser", "course.sphinx_pyodide"]\nexclude_patterns = ["build"]\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "build" / "pyodide").mkdir(parents=True)
    (source / "build" / "pyodide" / "pyodide.js").write_text("starts Python")
    return source


def test_what_was_gathered_is_shipped_and_loaded_by_no_page(source: Path) -> None:
    book = build(source, SETTINGS, {})
    assert book.complaints == []
    served = book.html / "_static" / "pyodide"
    assert {path.name: path.read_text() for path in served.iterdir()} == {
        "pyodide.js": "starts Python"
    }
    assert "pyodide" not in (book.html / "index.html").read_text("utf-8")


def test_where_it_could_not_be_had_nothing_is_left_of_another_time(source: Path) -> None:
    book = build(source, SETTINGS, {})
    (source / "build" / "pyodide" / "pyodide.js").unlink()
    (source / "build" / "pyodide").rmdir()
    again = build(source, SETTINGS, {"more": "# More\n"})
    assert again.complaints == []
    assert (again.html / "more.html").is_file()
    assert not (book.html / "_static" / "pyodide").exists()


def test_the_page_of_an_assignment_leads_to_jupyterlite_where_it_was_built(source: Path) -> None:
    files = source / "build" / "lite" / "files"
    files.mkdir(parents=True)
    (files / "ps1.ipynb").write_text("{}")
    (source / "exercises").mkdir()
    for name in ("ps1", "ps2"):
        (source / "exercises" / f"{name}.md").write_text(f"---\norphan: true\n---\n# {name}\n")
    book = build(source, SETTINGS, {})
    assert book.complaints == []
    assert (book.html / "lite" / "files" / "ps1.ipynb").is_file()
    led = {name: book.page(f"exercises/{name}").select("h1 + p a") for name in ("ps1", "ps2")}
    assert [link["href"] for link in led["ps1"]] == ["../lite/notebooks/index.html?path=ps1.ipynb"]
    assert led["ps2"] == []
