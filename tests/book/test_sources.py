"""The library's source can be read in the book: the definitions, and the way from them."""

import inspect
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import convbook
from convbook import simple

PAGE = "chapters/how_it_is_built.html"
LIBRARY = Path(convbook.__file__).parents[1]
ALGORITHMS = ["loops", "shifts", "im2col", "toeplitz", "fft", "winograd"]

# Where the chapters show a definition.
SHOWN = {
    "chapters/fully_connected.html": ["dense"],
    "chapters/locality.html": ["locally_connected"],
    "chapters/weight_sharing.html": ["conv2d", "toeplitz_matrix"],
    "chapters/arithmetic.html": ["output_size"],
    PAGE: ["conv2d"],
}


def text_of(page: str) -> str:
    """What a page says: without its tags, and without the links that viewcode puts into code."""
    page = re.sub(r'<a class="viewcode-back".*?</a>\n?', "", page)
    return unescape(re.sub(r"<[^>]+>", "", page))


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def test_the_definitions_can_be_read_whole(html: Path) -> None:
    text = text_of((html / "_modules" / "convbook" / "simple.html").read_text("utf-8"))
    source = lines(Path(simple.__file__).read_text("utf-8"))
    shown = lines(text)
    first = shown.index(source[0])
    assert shown[first : first + len(source)] == source


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, names in SHOWN.items() for name in names]
)
def test_chapters_show_the_definitions(html: Path, path: str, name: str) -> None:
    page = (html / path).read_text("utf-8")
    blocks = [text_of(block) for block in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)]
    assert inspect.getsource(getattr(simple, name)).strip() in [block.strip() for block in blocks]


def test_the_way_leads_to_the_text_of_each_step(html: Path) -> None:
    page = (html / PAGE).read_text("utf-8")
    steps = ["simple", "layers/conv", "engine/dispatch", "engine/pooling", "engine/cuda/conv"]
    for step in steps + [f"engine/algorithms/{name}" for name in ALGORITHMS]:
        assert f'href="../_modules/convbook/{step}.html"' in page
        assert (html / "_modules" / "convbook" / f"{step}.html").is_file()


def test_only_the_library_s_source_is_shown(html: Path) -> None:
    pages = {path.relative_to(html / "_modules") for path in (html / "_modules").rglob("*.html")}
    modules = {path.relative_to(LIBRARY) for path in (LIBRARY / "convbook").rglob("*.py")}
    assert pages - {path.with_suffix(".html") for path in modules} == {Path("index.html")}


def test_every_entry_of_the_library_leads_to_its_source(html: Path) -> None:
    pages = sorted((html / "chapters" / "library").glob("*.html"))
    page = "".join(path.read_text("utf-8") for path in pages)
    entry = (
        r'<dl class="py (?:function|class|method)">\s*<dt class="sig[^>]*id="([\w.]+)">(.*?)</dt>'
    )
    entries = dict(re.findall(entry, page, re.DOTALL))
    assert {name for name, entry in entries.items() if "viewcode-link" not in entry} == set()
    # No `def` defines these.
    assert {"convbook.layers.conv.conv2d", "convbook.layers.pool.max_pool2d"} <= set(entries)


def test_a_reader_goes_from_an_entry_to_its_text_and_back(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("chapters/library/definitions.html")
    page.locator("dt[id='convbook.simple.conv2d'] .viewcode-link").click()
    block = page.locator(".viewcode-block#conv2d")
    expect(block).to_be_in_viewport()
    assert "np.sum(weight[o] * x[n, channels, rows, columns])" in block.inner_text()
    block.get_by_role("link", name="[docs]").click()
    expect(page.locator("dt[id='convbook.simple.conv2d']")).to_be_in_viewport()
    assert (page.problems, page.outside) == ([], [])


@pytest.mark.parametrize("path", [PAGE, "_modules/convbook/simple.html", "_modules/index.html"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_source_fit_a_phone(open_page: Callable[..., Page], path: str, theme: str) -> None:
    page = open_page(path, theme=theme, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert (page.problems, page.outside) == ([], [])


@pytest.mark.parametrize("path", [*SHOWN, "_modules/convbook/layers/conv.html"])
def test_on_a_wide_screen_lines_of_source_need_no_scrolling(
    open_page: Callable[..., Page], path: str
) -> None:
    page = open_page(path, width=1280)
    wide = page.locator("article pre").evaluate_all(
        """blocks => blocks.filter(block => block.scrollWidth > block.clientWidth)
          .filter(block => !block.closest(".cell_input, .cell_output"))
          .map(block => block.textContent.slice(0, 80))"""
    )
    assert wide == []
