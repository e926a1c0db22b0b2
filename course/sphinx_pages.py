"""What every page needs beyond Jupyter Book: how long it takes to read, a description, what
previews of a link to it show.

Search engines and link previews describe a page by its first paragraph, or by the description in
its header (`myst: {html_meta: {description: …}}`).
"""

import re
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course.address import address
from course.pdf import PLACE_OF_LINK
from course.toc import chapters

# What a reader does in a minute: a quick one reads faster, but then goes back.
WORDS, LINES_OF_CODE, FORMULAS = 200, 12, 3

# Code that is folded and what code prints take no time of their own.
PASSED_OVER = {"cell_output", "tag_hide-input"}

# The picture of the book, below `_static/`.
PREVIEW = "preview.png"


def minutes(doctree: nodes.document) -> int:
    """How long it takes to read a page, with the code that isn't folded, in steps of five."""
    words = lines = 0
    for text in doctree.findall(nodes.Text):
        block = text.parent
        if isinstance(block, nodes.literal_block):
            around = {name for each in ancestors(block) for name in each.get("classes", [])}
            lines += len(text.splitlines()) if not around & PASSED_OVER else 0
        elif not isinstance(block, nodes.raw | nodes.math | nodes.math_block | nodes.comment):
            words += len(text.split())
    formulas = len(list(doctree.findall(nodes.math_block)))
    exact = words / WORDS + lines / LINES_OF_CODE + formulas / FORMULAS
    return max(5, 5 * round(exact / 5))


def ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    """What a node stands in, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def duration(total: int) -> str:
    """A number of minutes as one says it.

    >>> [duration(45), duration(60), duration(155)]
    ['45 minutes', '1 hour', '2 hours 35 minutes']
    """
    hours, rest = divmod(total, 60)
    said = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    return " ".join([*said, f"{rest} minutes"] if rest or not hours else said)


def say_how_long(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Write how long a chapter takes below its title, and on the first page how long all take."""
    known = [chapter for chapter in chapters() if chapter in app.env.found_docs]
    if page == app.config.root_doc and known:
        total = sum(minutes(app.env.get_doctree(chapter)) for chapter in known)
        many = "s" if len(known) > 1 else ""
        # Whoever makes the PDF writes the link to it at the end.
        said = f"{len(known)} chapter{many}, {duration(total)} to read{PLACE_OF_LINK}"
    elif page in known and doctree is not None:
        said = f"{duration(minutes(doctree))} to read"
    else:
        return
    if page in known:
        notebook = f"notebooks/{Path(page).name}.ipynb"
        here = address()
        said += (
            f' <span class="launch">· <a href="{here.colab(notebook)}">Open in Colab</a>'
            f' · <a href="{here.binder(notebook)}">Open in Binder</a></span>'
        )
    facts = f'</h1>\n<p class="page-facts">{said}</p>'
    context["body"] = context["body"].replace("</h1>", facts, 1)


def describe_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its description, unless it has one of its own."""
    if 'name="description"' not in context.get("metatags", ""):
        text = opening(doctree) if doctree else ""
        known = page in app.env.titles
        title = app.env.titles[page].astext() if known else context.get("title", page.capitalize())
        context["metatags"] = context.get("metatags", "") + description_tag(
            text or f"{title} – {app.config.project}"
        )


def opening(doctree: nodes.document) -> str:
    """The first paragraph that reads well as plain text: no formula, no short remark."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        of_text = isinstance(paragraph.parent, nodes.section)
        if of_text and len(text) >= 50 and paragraph.next_node(nodes.math) is None:
            return textwrap.shorten(text, 200, placeholder=" …")
    return ""


def description_tag(text: str) -> str:
    """What search engines read of a page."""
    return f'<meta name="description" content="{escape(text)}" />\n'


def name_page(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page its title and what previews of a link to it show."""
    book = app.config.project
    title = re.sub(r"<[^>]+>", "", context.get("title", page.capitalize()))
    if page == app.config.root_doc:
        # The theme would say the book's name twice.
        context["docstitle"] = "how a dense layer becomes a convolution"
    described = re.search(r'name="description"[^>]*|content="[^"]*" name="description"',
                          context.get("metatags", ""))  # fmt: skip
    text = re.search(r'content="([^"]*)"', described[0]) if described else None
    site = app.config.html_baseurl
    shown = {
        "og:title": title,
        "og:description": text[1] if text else escape(f"{title} – {book}"),
        "og:type": "website" if page == app.config.root_doc else "article",
        "og:url": f"{site}{app.builder.get_target_uri(page)}",
        "og:image": f"{site}_static/{PREVIEW}",
        "og:image:alt": "Three matrices: dense, local and shared weights",
        "og:site_name": escape(book),
    }
    context["metatags"] = context.get("metatags", "") + "".join(
        f'<meta property="{name}" content="{value}" />\n' for name, value in shown.items()
    )


def mend_roles(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Make the bibliography a list of items: ARIA no longer knows the role that docutils gives."""
    if 'role="doc-biblioentry"' in context.get("body", ""):
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", name_page, priority=600)  # after its description
    app.connect("html-page-context", say_how_long)
    app.connect("html-page-context", mend_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
