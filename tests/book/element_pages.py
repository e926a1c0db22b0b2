"""Pages with one element each, in the book's theme and style, and what all elements promise."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from browsing import serve
from playwright.sync_api import Page
from small_book import ROOT, build

STATIC = ROOT / "chapters" / "_static"
SETTINGS = f"""
extensions = ["myst_parser", "course.sphinx_elements"]
html_theme = "sphinx_book_theme"
html_static_path = [{str(STATIC)!r}]
html_css_files = ["course.css"]
html_favicon = {str(STATIC / "favicon.svg")!r}
html_context = {{"default_mode": "auto"}}
"""


@contextlib.contextmanager
def serve_elements(folder: Path, elements: dict[str, str]) -> Iterator[str]:
    """Build a page for each tag, given by the page's name and the tag's attributes, and serve them.

    `{"map": 'my-map size="3"'}` makes `map.html` with `<my-map size="3">` in it.
    """
    pages = {}
    for page, tag in elements.items():
        name = tag.split()[0]
        pages[page] = f"# {page}\n\nWords before it.\n\n<{tag}>\n<p>A figure.</p>\n</{name}>\n"
    with serve(build(folder, SETTINGS, pages).html) as address:
        yield address


def value(page: Page, name: str) -> dict[str, Any]:
    """What the element holds as its result."""
    return page.locator(name).evaluate("element => element.value")


def message(page: Page, name: str) -> str:
    return page.locator(f"{name} .message").inner_text()


def misfits(page: Page, name: str) -> list[str]:
    """What in the element is cut off, is too small to read or to touch, each in words."""
    return page.locator(name).evaluate(
        """element => {
          const found = [];
          const inside = element.getBoundingClientRect();
          const name = node => `${node.localName}.${node.className.baseVal ?? node.className}`;
          const extra = document.documentElement.scrollWidth - innerWidth;
          if (extra > 0) found.push(`page is ${extra} px too wide`);
          for (const node of element.querySelectorAll("*")) {
            if (!node.checkVisibility()) continue;
            const box = node.getBoundingClientRect();
            if (box.right > inside.right + 1 || box.left < inside.left - 1)
              found.push(`${name(node)} sticks out`);
            const isText = child => child.nodeType === 3 && child.data.trim();
            const hasText = [...node.childNodes].some(isText);
            if (hasText && parseFloat(getComputedStyle(node).fontSize) < 11)
              found.push(`${name(node)} has small text`);
            const hasBox = node.clientWidth && !node.ownerSVGElement;
            if (hasText && hasBox && node.scrollWidth > node.clientWidth + 1)
              found.push(`${name(node)} cuts its text: ${node.textContent}`);
            if (node.matches("button, select, label, input") && Math.min(box.width, box.height) < 24
                && !node.closest("label"))
              found.push(`${name(node)} is too small to touch`);
          }
          return found;
        }"""
    )


class Finger:
    """A finger on the screen of a page that was opened with `has_touch`."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 4) -> None:
        """Put the finger down at `start`, move it to `end` and lift it."""
        self._send("touchStart", start)
        for step in range(1, steps + 1):
            part = step / steps
            self._send(
                "touchMove", tuple(a + part * (b - a) for a, b in zip(start, end, strict=True))
            )
        self._send("touchEnd")

    def _send(self, kind: str, *points: tuple[float, ...]) -> None:
        touch_points = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touch_points})
