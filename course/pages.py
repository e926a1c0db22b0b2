"""What the book's pages need beyond Jupyter Book: quick checks, links to assignments, descriptions.

`quick-check` writes a question whose every choice has its reason:

    :::{quick-check} How many weights has a dense layer from 4 pixels to 4 pixels?
    - [ ] 4
      - That would be one a pixel; every output weighs **every** input.
    - [x] 16
      - Four outputs with four weights each.
    :::

`assignment` links a chapter to one of the notebooks in `exercises/`:

    :::{assignment} ps02_locality
    :::

Search engines and link previews describe a page by its first paragraph, or by the description in
its header (`myst: {html_meta: {description: …}}`).
"""

import shutil
import textwrap
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from course.address import ROOT, address


class QuickCheck(SphinxDirective):
    """A multiple-choice question, which needs no JavaScript to be read and answered."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        question, messages = self.parse_inline(self.arguments[0])
        body = nodes.container()
        body.document = self.state.document
        self.state.nested_parse(self.content, self.content_offset, body)
        choices = [item for bullets in body.children for item in bullets.children]
        if len(choices) < 2 or not all(isinstance(item, nodes.list_item) for item in choices):
            raise self.error("quick-check needs a list of two choices or more")
        out: list[nodes.Node] = [
            html("<quick-check>"),
            nodes.paragraph("", "", *question, classes=["question"]),
        ]
        right = 0
        for item in choices:
            if len(item) != 2 or not isinstance(item[1], nodes.bullet_list) or len(item[1]) != 1:
                raise self.error(
                    "each choice of a quick-check needs a nested list of one item: its reason"
                )
            mark = item[0].astext()[:3].lower()
            if mark not in ("[x]", "[ ]"):
                raise self.error("each choice of a quick-check begins with [x] or [ ]")
            drop_mark(item[0])
            correct = mark == "[x]"
            right += correct
            out += [
                html(f"<details{' data-correct' if correct else ''}><summary>"),
                nodes.inline("", "", *item[0].children),
                html("</summary>"),
                nodes.container(
                    "",
                    nodes.inline("", "Right. " if correct else "Not quite. ", classes=["verdict"]),
                    *item[1][0].children,
                    classes=["reason"],
                ),
                html("</details>"),
            ]
        if right != 1:
            raise self.error(f"a quick-check needs one right choice; it has {right}")
        return [
            nodes.container("", *out, html("</quick-check>"), classes=["quick-check"]),
            *messages,
        ]


def drop_mark(paragraph: nodes.Element) -> None:
    """Take the `[x] ` away that begins a choice."""
    text = paragraph.next_node(nodes.Text)
    text.parent.replace(text, nodes.Text(text.astext()[3:].lstrip()))


def html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


class Assignment(SphinxDirective):
    """Links to an assignment: read it here, download it, open it in Colab or Binder."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        path = f"exercises/{name}/{name}"
        if not (ROOT / f"{path}.ipynb").is_file():
            raise self.error(f"there is no assignment at {path}.ipynb")
        here = address()
        links = [
            self.parse_text_inline(f"{{doc}}`Read it here <../{path}>`"),
            [
                download_reference(
                    "",
                    "",
                    nodes.inline("", "Download the notebook"),
                    reftarget=f"/{path}.ipynb",
                    refdoc=self.env.docname,
                )
            ],
            [nodes.reference("", "Open in Colab", refuri=here.colab(f"{path}.ipynb"))],
            [nodes.reference("", "Open in Binder", refuri=here.binder(f"{path}.ipynb"))],
        ]
        items = [nodes.list_item("", nodes.paragraph("", "", *link)) for link in links]
        return [nodes.bullet_list("", *items, classes=["assignment-links"])]

    def parse_text_inline(self, text: str) -> list[nodes.Node]:
        found, messages = self.parse_inline(text)
        return [*found, *messages]


def set_names(app: Sphinx, config: Any) -> None:
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
    app.add_directive("quick-check", QuickCheck)
    app.add_directive("assignment", Assignment)
    app.connect("config-inited", set_names)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", mend_roles)
    app.connect("build-finished", add_wheel)
    app.connect("build-finished", write_front_door, priority=900)  # after the redirect of the toc
    return {"parallel_read_safe": True, "parallel_write_safe": True}
