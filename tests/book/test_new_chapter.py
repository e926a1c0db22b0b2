"""The skeleton of a chapter is a page that builds, whose cells run and whose element works."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import opener, serve
from playwright.sync_api import Browser, Page
from small_book import ROOT, Built, build

from course.executed_cells import cells_of
from course.skeleton import chapter, write

SETTINGS = """
extensions = ["myst_nb", "sphinx_design", "sphinx_proof", "sphinxcontrib.bibtex",
              "course.sphinx_directives", "course.sphinx_elements"]
numfig = True
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
nb_execution_mode = "off"
suppress_warnings = ["myst-nb.lexer"]  # a kernel that runs would name the language
html_favicon = "favicon.svg"
html_static_path = ["chapters/_static"]
bibtex_bibfiles = ["references.bib"]
"""
# What each chapter has, in this order.
PARTS = [
    "What you will be able to do", "tag_try-it", "definition", "<new-things-figure>",
    "<quick-check>", "From theory to practice", "Summary", "Exercises", "Further reading",
]  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    write(chapter("new_things"), folder)
    static = folder / "chapters" / "_static" / "elements"
    for shared in ("base.js", "quick-check.js"):
        text = (ROOT / "chapters" / "_static" / "elements" / shared).read_text("utf-8")
        (static / shared).write_text(text, "utf-8")
    (folder / "favicon.svg").write_text("<svg/>")
    references = ROOT / "chapters" / "references.bib"
    (folder / "references.bib").write_text(references.read_text("utf-8"), "utf-8")
    return folder


@pytest.fixture(scope="module")
def book(source: Path) -> Built:
    index = "# A book\n\n```{toctree}\n:numbered:\nchapters/new_things\nbibliography\n```\n"
    bibliography = "# Sources\n\n```{bibliography}\n```\n"
    return build(source, SETTINGS, {"index": index, "bibliography": bibliography})


def test_it_builds_without_a_complaint_and_has_every_part(book: Built) -> None:
    assert book.complaints == []
    body = book.page("chapters/new_things").select_one("div.body")
    places = {part: str(body).find(part) for part in PARTS}
    assert [part for part, place in places.items() if place < 0] == []
    assert sorted(places, key=places.__getitem__) == PARTS
    assert "New things" in body.select_one("h1").get_text()


def test_its_cells_run(source: Path) -> None:
    code = compile(cells_of(source / "chapters" / "new_things.md"), "chapter", "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    assert printed.getvalue().splitlines()[-1].startswith("largest difference")


@pytest.fixture
def page(browser: Browser, book: Built) -> Iterator[Page]:
    with serve(book.html) as site, opener(browser, site) as open_page:
        yield open_page("chapters/new_things.html")


def test_its_element_answers_the_keyboard(page: Page) -> None:
    element = page.locator("new-things-figure")
    element.get_by_label("Size").focus()
    page.keyboard.press("End")
    assert element.evaluate("element => element.value") == {"size": 9}
    assert (page.problems, page.outside) == ([], [])
