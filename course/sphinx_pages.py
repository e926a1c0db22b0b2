"""What every page of the book needs beyond Jupyter Book: a description, a front door, the wheel.

Search engines and link previews describe a page by its first paragraph, or by the description in
its header (`myst: {html_meta: {description: …}}`).
"""

import shutil
import textwrap
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from course.address import address


def set_names(app: Sphinx, config: Any) -> None:
    """Tell Sphinx the book's name and address, which Jupyter Book keeps to itself."""
    config.project = config.html_title
    config.html_baseurl = address().site


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


def mend_roles(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Make the bibliography a list of items: ARIA no longer knows the role that docutils gives."""
    if 'role="doc-biblioentry"' in context.get("body", ""):
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


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


def write_front_door(app: Sphinx, error: Exception | None) -> None:
    """Write the page at the site's root, which leads to the first chapter."""
    if error is not None or app.builder.format != "html" or app.config.root_doc == "index":
        return
    target = app.builder.get_relative_uri("index", app.config.root_doc)
    title = escape(app.config.project)
    page = f"""\
<!DOCTYPE html>
<html lang="{app.config.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{description_tag(f"{app.config.project}: a course on convolutional networks")}\
<meta http-equiv="refresh" content="0; url={target}">
<link rel="icon" href="_static/{Path(app.config.html_favicon).name}">
<link rel="canonical" href="{app.config.html_baseurl}{target}">
</head>
<body><main><h1>{title}</h1><p><a href="{target}">Read the book</a></p></main></body>
</html>
"""
    (Path(app.outdir) / "index.html").write_text(page, "utf-8")


def add_wheel(app: Sphinx, error: Exception | None) -> None:
    """Serve the support wheel from the site itself, for notebooks opened elsewhere."""
    served = Path(app.outdir) / "wheel"
    if error is None and app.builder.format == "html":
        for wheel in (Path(app.confdir) / "build" / "wheel").glob("*.whl"):
            served.mkdir(exist_ok=True)
            shutil.copy2(wheel, served)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("config-inited", set_names)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", mend_roles)
    app.connect("build-finished", add_wheel)
    app.connect("build-finished", write_front_door, priority=900)  # after the redirect of the toc
    return {"parallel_read_safe": True, "parallel_write_safe": True}
