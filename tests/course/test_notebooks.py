"""The chapters' notebooks: plain Markdown, the chapter's own cells, and never stale."""

import json
import re
from pathlib import Path

import jupytext
import nbformat
import pytest

from course.address import ROOT, address
from course.notebooks import GLUE, NOTEBOOKS, SHOWN, Book, Chapter, notebook_of
from course.toc import chapters

SITE = address().site


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(ROOT, address())


@pytest.mark.parametrize("page", chapters())
def test_no_notebook_is_stale(book: Book, page: str) -> None:
    kept = NOTEBOOKS / f"{Path(page).name}.ipynb"
    assert kept.read_text("utf-8") == nbformat.writes(notebook_of(page, book)) + "\n", (
        "run `make notebooks` and commit what it writes"
    )


def test_there_is_a_notebook_of_each_chapter_and_no_other() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.iterdir()) == sorted(
        Path(page).name for page in chapters()
    )


@pytest.mark.parametrize("page", chapters())
def test_the_code_is_the_chapter_s_after_a_cell_that_fetches_the_library(
    book: Book, page: str
) -> None:
    def code(notebook: nbformat.NotebookNode) -> list[str]:
        return [cell.source for cell in notebook.cells if cell.cell_type == "code"]

    own = code(jupytext.read(ROOT / f"{page}.md", fmt="md:myst"))
    made = code(notebook_of(page, book))
    # A picture that the page shows elsewhere is shown at once.
    assert made[1:] == [source.replace(GLUE, SHOWN) for source in own]
    assert "myst_nb" not in "".join(made)
    assert f"{SITE}wheel/convbook-" in made[0]


@pytest.mark.parametrize("page", chapters())
def test_nothing_of_myst_is_left(book: Book, page: str) -> None:
    made = notebook_of(page, book)
    words = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    prose = re.sub(r"```python.*?```", "", words, flags=re.DOTALL)
    assert re.findall(r"\{[\w:-]+\}`|^\W*:::.*|^\([\w-]+\)=$|\$\$ \(", prose, re.MULTILINE) == []
    assert all("outputs" not in cell or cell.outputs == [] for cell in made.cells)
    assert json.loads(nbformat.writes(made))["metadata"]["language_info"] == {"name": "python"}


@pytest.fixture
def small(tmp_path: Path) -> Chapter:
    """A chapter with one of each."""
    folder = tmp_path / "chapters"
    folder.mkdir()
    (folder / "references.bib").write_text(
        "@book{ab, author = {Ada Byron and Carl Doe}, title = {T}, year = {1843}}\n"
        "@book{abc, author = {A One and B Two and C Three}, title = {T}, year = {1998}}\n",
        "utf-8",
    )
    (folder / "other.md").write_text("(ch-other)=\n# Another one\n\n$$\n1\n$$ (eq-far)\n", "utf-8")
    (folder / "own.md").write_text(
        "(ch-own)=\n# Own\n\n:::{prf:definition} Thing\n:label: def-thing\nA thing.\n:::\n\n"
        "$$\na = b\n$$ (eq-own)\n",
        "utf-8",
    )
    return Chapter(Book(tmp_path, address()), "chapters/own")


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("(label)=\n# Title", "# Title"),
        ("{term}`pixel` and {term}`pixels <pixel>`", "pixel and pixels"),
        ("{ref}`ch-other`", f"[Another one]({SITE}chapters/other.html#ch-other)"),
        ("{ref}`far\n<ch-other>`", f"[far]({SITE}chapters/other.html#ch-other)"),
        ("{prf:ref}`def-thing`", f"[Definition (Thing)]({SITE}chapters/own.html#def-thing)"),
        ("{cite:t}`ab`", f"[Byron and Doe 1843]({SITE}chapters/bibliography.html)"),
        ("{cite}`abc, ab`",
         f"[One et al. 1998; Byron and Doe 1843]({SITE}chapters/bibliography.html)"),
        ("{source}`convbook.simple`", "`convbook/simple.py`"),
        ("by {eq}`eq-own`:\n\n$$\na = b\n$$ (eq-own)\n\nso",
         "by (1):\n\n$$\na = b\n\\tag{1}\n$$\n\nso"),
        ("{eq}`eq-far`", f"[this formula]({SITE}chapters/other.html#equation-eq-far)"),
        (":::{prf:theorem} Name\n:label: thm-x\nIt is.\n\nSo.\n:::\nAfter.",
         "> **Theorem** (Name)\n>\n> It is.\n>\n> So.\nAfter."),
        (":::{prf:proof}\nClear.\n:::", "> **Proof**\n>\n> Clear."),
        (":::{important}\nMind.\n:::", "> **Important**\n>\n> Mind."),
        ("::::{grid}\n:::{grid-item}\nA word.\n:::\n:::{grid-item}\n```{glue} x\n```\n:::\n::::",
         "A word."),
        (":::{dropdown} Hint\nThink.\n:::",
         "<details><summary>Hint</summary>\n\nThink.\n\n</details>"),
        ("::::{card} Sum\n:::{important}\nIn.\n:::\n::::",
         "> **Sum**\n>\n> > **Important**\n> >\n> > In."),
        (":::{quick-check} Why?\n- [ ] A\n  - No: b\n    and c.\n- [x] B\n  - Yes.\n:::",
         "**Quick check.** Why?\n\n- A\n- B\n\n<details><summary>Answers</summary>\n\n"
         "- Not quite: A – No: b and c.\n- Right: B – Yes.\n\n</details>"),
        ("<my-map>\n  <p>Words.</p>\n</my-map>",
         f"  <p>Words.</p>\n*Play with it [in the book]({SITE}chapters/own.html).*".strip()),
        (":::{assignment} ps02_locality\n:::",
         f"[The assignment]({SITE}exercises/ps02_locality/ps02_locality.html) of this chapter."),
    ],
)  # fmt: skip
def test_what_becomes_of_myst(small: Chapter, myst: str, markdown: str) -> None:
    assert small.plain(myst) == markdown


def test_a_definition_that_is_shown_becomes_its_text(book: Book) -> None:
    chapter = Chapter(book, chapters()[0])
    shown = chapter.plain(
        "```{literalinclude} ../lib/convbook/src/convbook/simple.py\n"
        ":language: python\n:pyobject: pair\n```"
    )
    assert shown.startswith("```python\ndef pair(")
    assert shown.endswith("```")


def test_a_role_that_nobody_knows_is_an_error(small: Chapter) -> None:
    with pytest.raises(ValueError, match=r"^own\.md: no plain text is known for the role odd$"):
        small.plain("{odd}`x`")
