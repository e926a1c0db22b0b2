"""A page is sent the modules of the elements that stand in it, and those alone."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from small_book import Built, build

from course.element_data import MODULES, cat
from course.sphinx_elements import custom_elements

# The modules of pages that one works on; tests/book/test_worksheet_pages.py knows which.
WORKED_ON = {"worksheet/worksheet", "worksheet/try-it"}

ELEMENTS = Path(__file__).resolve().parents[2] / "chapters" / "_static" / "elements"


def modules(page: Path) -> list[str]:
    """The elements whose modules a built page loads."""
    soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    scripts = soup.select("script[type=module]")
    found = [
        re.sub(r"(?:.*/)?_static/(?:elements/)?(.+)\.js\?v=.*", r"\1", str(s["src"]))
        for s in scripts
    ]
    return [name for name in found if name not in WORKED_ON]


def test_page_loads_exactly_the_elements_that_stand_in_it(html: Path, any_page: str) -> None:
    soup = BeautifulSoup((html / any_page).read_text("utf-8"), "html.parser")
    used = {tag.name for tag in soup.select("body *") if (ELEMENTS / f"{tag.name}.js").is_file()}
    loaded = modules(html / any_page)
    assert set(loaded) == used
    assert len(loaded) == len(used)


def test_every_element_is_used_somewhere_and_none_on_every_page(html: Path) -> None:
    pages = [set(modules(page)) for page in html.rglob("*.html") if "lite" not in page.parts]
    assert set.union(*pages) == {path.stem for path in ELEMENTS.glob("*-*.js")}
    assert set.intersection(*pages) == set()


@pytest.mark.parametrize("path", sorted(ELEMENTS.glob("*-*.js")), ids=lambda path: path.stem)
def test_module_defines_the_element_of_its_name_and_imports_its_neighbours_alone(
    path: Path,
) -> None:
    text = path.read_text("utf-8")
    shared = {path.name for path in ELEMENTS.glob("*.js") if "-" not in path.stem}
    made = {f"{name}.js" for name in MODULES}
    imported = re.findall(r'\bfrom "([^"]*)"', text)
    assert re.findall(r'customElements\.define\("([\w-]+)"', text) == [path.stem]
    assert "./base.js" in imported
    assert set(imported) <= {f"./{name}" for name in shared | made}


def test_an_element_in_code_or_in_a_comment_is_none() -> None:
    page = "<pre>&lt;a-b></pre><!-- <c-d> --><script>'<e-f>'</script><svg><font-face/></svg>"
    assert custom_elements(page) == []
    assert custom_elements("<x-y title='<z-w>'><p><v-u/></p></x-y><x-y></x-y>") == ["x-y", "v-u"]


PAGES = {
    "none": "# A page\n\nWords, and `<my-map>` in words.\n",
    "known": "# A page\n\n<my-map>\nA map.\n</my-map>\n\n<my-map></my-map>\n",
    "unknown": "# A page\n\n<my-mop>\nA mop.\n</my-mop>\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Built:
    source = tmp_path_factory.mktemp("book")
    (source / "static" / "elements").mkdir(parents=True)
    (source / "static" / "elements" / "my-map.js").write_text("customElements.define")
    extensions = ["myst_parser", "course.sphinx_elements"]
    return build(source, f"extensions = {extensions}\nhtml_static_path = ['static']", PAGES)


def test_small_book_loads_a_known_element_once_and_only_where_it_stands(book: Built) -> None:
    loaded = {name: modules(book.html / f"{name}.html") for name in ("index", *PAGES)}
    assert loaded == {"index": [], "none": [], "known": ["my-map"], "unknown": []}


def test_an_element_without_a_module_is_a_warning_that_names_it_and_the_page(book: Built) -> None:
    (complaint,) = book.complaints
    assert "unknown.md: WARNING: <my-mop> has no module elements/my-mop.js in static" in complaint


def test_the_data_of_the_elements_are_made_with_the_book(book: Built) -> None:
    text = (book.html / "_static" / "elements" / "photographs.js").read_text("utf-8")
    pictures = json.loads(text.removeprefix("export default ").removesuffix(";\n"))
    assert {name: np.shape(rows) for name, rows in pictures.items()} == {
        "cat64": (64, 64), "cat32": (32, 32)
    }  # fmt: skip
    # Grey levels of the photograph: half the size is the mean of four, stretched a little anew.
    means = cat(64).reshape(32, 2, 32, 2).mean(axis=(1, 3))
    assert np.corrcoef(means.ravel(), np.ravel(pictures["cat32"]))[0, 1] > 0.9999
    assert (np.min(pictures["cat64"]), np.max(pictures["cat64"])) == (0, 255)
