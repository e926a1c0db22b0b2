"""The reference of the library names everything that `convbook` offers, and nothing private."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

import convbook

PAGE = "chapters/library.html"
SOURCE = Path(__file__).resolve().parents[2] / "chapters" / "library.md"
LISTED = re.findall(r"automodule:: (\S+)", SOURCE.read_text("utf-8"))


@pytest.mark.parametrize("name", convbook.__all__)
def test_everything_that_convbook_offers_is_there(html: Path, name: str) -> None:
    module = inspect.getmodule(getattr(convbook, name))
    assert module is not None
    assert module.__name__ in LISTED, f"chapters/library.md needs an automodule:: {module.__name__}"
    assert f'id="{module.__name__}.{name}"' in (html / PAGE).read_text("utf-8")


def test_no_module_comes_twice() -> None:
    assert len(set(LISTED)) == len(LISTED)


def test_every_entry_is_public_and_says_something(html: Path) -> None:
    text = (html / PAGE).read_text("utf-8")
    entries = re.findall(r'<dt class="sig[^>]*id="convbook\.([\w.]+)"', text)
    assert len(entries) > 50
    assert [entry for entry in entries if re.search(r"(^|\.)_", entry)] == []
    empty = re.findall(r'id="convbook\.([\w.]+)">(?:(?!</dt>).)*</dt>\s*<dd></dd>', text, re.DOTALL)
    assert empty == []


def test_signatures_are_as_written(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    signature = page.locator("dt[id='convbook.geometry.support']").inner_text()
    assert " ".join(signature.split()).startswith("support(s: int, dilation: int = 1) → int")
    long = page.locator("dt[id='convbook.windows.pad']").inner_text()
    assert "pad(x: ArrayLike, padding: int | Sequence" in long


def test_backticks_of_docstrings_are_code(open_page: Callable[..., Page]) -> None:
    page = open_page(PAGE)
    prose = page.locator("dl.py dd > p").all_inner_texts()
    assert [text for text in prose if "`" in text] == []
    support = page.locator("dl:has(> dt[id='convbook.geometry.support'])")
    assert support.locator("p code").first.inner_text() == "s"
    assert support.locator(".highlight pre").inner_text().startswith(">>> support(3)")
