"""The reference of the library names everything that `convbook` offers, and nothing private."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

import convbook

FOLDER = Path(__file__).resolve().parents[2] / "chapters" / "library"
# Which page explains a module; a module that two pages explain comes twice.
LISTED = [
    (module, f"chapters/library/{source.stem}.html")
    for source in sorted(FOLDER.glob("*.md"))
    for module in re.findall(r"automodule:: (\S+)", source.read_text("utf-8"))
]
PAGES = dict(LISTED)


def text_of_pages(html: Path) -> str:
    return "".join((html / page).read_text("utf-8") for page in sorted(set(PAGES.values())))


@pytest.mark.parametrize("name", convbook.__all__)
def test_everything_that_convbook_offers_is_there(html: Path, name: str) -> None:
    module = inspect.getmodule(getattr(convbook, name))
    assert module is not None
    assert module.__name__ in PAGES, f"chapters/library/ needs an automodule:: {module.__name__}"
    assert f'id="{module.__name__}.{name}"' in (html / PAGES[module.__name__]).read_text("utf-8")


def test_the_first_page_leads_to_every_entry(html: Path) -> None:
    index = (html / "chapters" / "library.html").read_text("utf-8")
    linked = set(re.findall(r'href="library/\w+\.html#(convbook\.[\w.]+)"', index))
    entries = r'<dl class="py (?:function|class|exception|data)">\s*<dt[^>]* id="([\w.]+)"'
    shown = set(re.findall(entries, text_of_pages(html)))
    assert {name for name in shown if not name.startswith("convbook.engine.")} == linked
    assert len(linked) > 50


@pytest.mark.parametrize(
    ("name", "chapters", "tasks"),
    [
        ("layers.conv.conv2d", ["weight_sharing"], "conv2d_loops, equivariance_error"),
        ("simple.locally_connected", ["locality"], ""),
        ("windows.pad", ["locality"], ""),
        ("layers.loss.softmax", [], ""),
        ("checking.rng", [], "6 tasks"),
    ],
)
def test_an_entry_says_where_it_is_used(
    html: Path, name: str, chapters: list[str], tasks: str
) -> None:
    module = f"convbook.{name}".rpartition(".")[0]
    page = BeautifulSoup((html / PAGES[module]).read_text("utf-8"), "html.parser")
    entry = page.find("dt", id=f"convbook.{name}").find_next_sibling("dd")
    said = entry.select_one(".used-in")
    if not chapters and not tasks:
        assert said is None
        return
    links = [str(link["href"]) for link in said.select("a")]
    for chapter in chapters:
        assert f"../{chapter}.html" in links
    assert f"{tasks} in " in said.get_text() or not tasks


def test_no_module_comes_twice() -> None:
    assert len(PAGES) == len(LISTED)


def test_every_entry_is_public_and_says_something(html: Path) -> None:
    text = text_of_pages(html)
    entries = re.findall(r'<dt class="sig[^>]*id="convbook\.([\w.]+)"', text)
    assert len(entries) > 50
    assert [entry for entry in entries if re.search(r"(^|\.)_", entry)] == []
    empty = re.findall(r'id="convbook\.([\w.]+)">(?:(?!</dt>).)*</dt>\s*<dd></dd>', text, re.DOTALL)
    assert empty == []


def test_signatures_are_as_written(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGES["convbook.geometry"])
    signature = page.locator("dt[id='convbook.geometry.support']").inner_text()
    assert " ".join(signature.split()).startswith("support(s: int, dilation: int = 1) → int")
    long = page.locator("dt[id='convbook.windows.pad']").inner_text()
    assert "pad(x: ArrayLike, padding: int | Sequence" in long


def test_backticks_of_docstrings_are_code(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGES["convbook.geometry"])
    prose = page.locator("dl.py dd > p").all_inner_texts()
    assert [text for text in prose if "`" in text] == []
    support = page.locator("dl:has(> dt[id='convbook.geometry.support'])")
    assert support.locator("p code").first.inner_text() == "s"
    assert support.locator(".highlight pre").inner_text().startswith(">>> support(3)")
