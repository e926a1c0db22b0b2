"""Send each page the modules of the custom elements that stand in it, and no others.

`<patch-explorer>` in a page is defined by `elements/patch-explorer.js` below one of the folders of
`html_static_path`, an ES module that imports what it shares with the others from its neighbours,
and its data from modules that are made here. An element without a module is a warning, which names
the page.
"""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from course.element_data import write_modules

logger = logging.getLogger(__name__)

FOLDER = "elements"

# Names with a hyphen that SVG and MathML took before there were custom elements.
RESERVED = {
    "annotation-xml", "color-profile", "font-face", "font-face-format", "font-face-name",
    "font-face-src", "font-face-uri", "missing-glyph",
}  # fmt: skip


class TagNames(HTMLParser):
    """Collect the names of custom elements: those with a hyphen, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if "-" in tag and tag not in RESERVED:
            self.found[tag] = None


def custom_elements(html: str) -> list[str]:
    """The custom elements in a page, each once.

    >>> custom_elements("<p>&lt;no-tag> <code>x</code> <my-map></my-map> <my-map></my-map></p>")
    ['my-map']
    """
    parser = TagNames()
    parser.feed(html)
    parser.close()
    return list(parser.found)


def module_of(app: Sphinx, element: str) -> str | None:
    """The path of an element's module below the static folder; None where there is none."""
    path = f"{FOLDER}/{element}.js"
    folders = [Path(app.confdir, folder) for folder in app.config.html_static_path]
    return path if any((folder / path).is_file() for folder in folders) else None


def load_elements(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Add to a page the modules of its elements.

    They are looked for in the finished HTML: an element may come from Markdown, from a directive or
    from what a cell displays.
    """
    for element in custom_elements(context.get("body", "")):
        module = module_of(app, element)
        if module is None:
            logger.warning(
                "<%s> has no module %s/%s.js in %s",
                element, FOLDER, element, " or ".join(app.config.html_static_path),
                location=page, type="course", subtype="element",
            )  # fmt: skip
        else:
            app.add_js_file(module, type="module")  # on this page only, said while it is made


def ship_data(app: Sphinx, exception: Exception | None) -> None:
    """Write the elements' data into the built book, where their modules lie."""
    elements = Path(app.outdir, "_static", FOLDER)
    if exception is None and elements.is_dir():
        write_modules(elements)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", load_elements)
    app.connect("build-finished", ship_data)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
