"""What every page of the book needs beyond Jupyter Book: how long it takes, a description, a front
door, a page for what is not there, the wheel.

Search engines and link previews describe a page by its first paragraph, or by the description in
its header (`myst: {html_meta: {description: …}}`).
"""

import json
import re
import shutil
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx

from course.address import address
from course.pdf import PLACE_OF_LINK
from course.toc import chapters

# What a reader does in a minute: a quick one reads faster, but then goes back.
WORDS, LINES_OF_CODE, FORMULAS = 200, 12, 3

# Code that is folded and what code prints take no time of their own.
PASSED_OVER = {"cell_output", "tag_hide-input"}

PREVIEW = "preview.png"


def set_names(app: Sphinx, config: Any) -> None:
    """Tell Sphinx the book's name and address, which Jupyter Book keeps to itself."""
    config.project = config.html_title
    config.html_baseurl = address().site


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


def draw_preview(app: Sphinx, error: Exception | None) -> None:
    """The picture that previews of a link show: the book in three matrices."""
    if error is not None or app.builder.format != "html":
        return
    from convbook import parameter_map, plot

    fig, axes = plot.figure(1, 3, size=(12, 6.3))
    for ax, kind in zip(axes, ("dense", "local", "shared"), strict=True):
        ax.set_title(kind, fontsize=24)
        plot.draw_matrix(ax, parameter_map(kind, 4, 1))
    fig.suptitle(app.config.project, fontsize=40)
    fig.get_layout_engine().set(w_pad=0.3, h_pad=0.3)
    folder = Path(app.outdir) / "_static"
    folder.mkdir(exist_ok=True)
    fig.savefig(folder / PREVIEW, dpi=100, facecolor="white")


def write_missing_page(app: Sphinx) -> Any:
    """The page for an address that leads nowhere: the site shows it at any depth."""
    root = app.builder.get_target_uri(app.config.root_doc)
    listed = "".join(
        f'<li><a href="{app.builder.get_target_uri(chapter)}">'
        f"{escape(app.env.titles[chapter].astext())}</a></li>"
        for chapter in chapters()
        if chapter in app.env.titles
    )
    body = (
        "<h1>There is no such page</h1>"
        "<p>The address has a mistake in it, or the page has moved. Search the book (Ctrl + K), go "
        f'to <a href="{root}">its first page</a>, or to a chapter:</p><ul>{listed}</ul>'
    )
    yield "404", {"title": "There is no such page", "body": body}, "page.html"


def mend_missing_page(app: Sphinx, error: Exception | None) -> None:
    """Let the page's links begin at the site's root, for nobody knows where it is shown."""
    path = Path(app.outdir) / "404.html"
    if error is not None or not path.is_file():
        return
    root = urlsplit(app.config.html_baseurl).path or "/"
    page = path.read_text("utf-8").replace('data-content_root="./"', f'data-content_root="{root}"')
    outside = r"(?![a-z]+:|/|#|\")"
    path.write_text(re.sub(rf'\b(href|src|action)="{outside}', rf'\1="{root}', page), "utf-8")


def rank_search(app: Sphinx, env: Any) -> None:
    """Let the search find chapters first, and first of all the one that says the word most often.

    Sphinx's index doesn't say how often a page has a word: so the glossary's are counted here.
    """
    known = [chapter for chapter in chapters() if chapter in env.found_docs]
    texts = {chapter: env.get_doctree(chapter).astext().lower() for chapter in known}
    terms = " ".join(name for kind, name in env.domaindata["std"]["objects"] if kind == "term")
    most = {
        word: max(texts, key=lambda chapter: texts[chapter].count(word))
        for word in sorted(set(re.findall(r"[a-z]{4,}", terms.lower())))
        if texts
    }
    script = (Path(__file__).parent / "templates" / "scorer.js").read_text("utf-8")
    known_first = f"const CHAPTERS = {json.dumps(known)};\nconst MOST = {json.dumps(most)};\n"
    scorer = Path(app.doctreedir) / "scorer.js"
    scorer.write_text(known_first + script, "utf-8")
    app.config.html_search_scorer = str(scorer)


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
    app.connect("env-updated", rank_search)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", name_page, priority=600)  # after its description
    app.connect("html-page-context", say_how_long)
    app.connect("html-collect-pages", write_missing_page)
    app.connect("build-finished", mend_missing_page)
    app.connect("build-finished", draw_preview)
    app.connect("html-page-context", mend_roles)
    app.connect("build-finished", add_wheel)
    app.connect("build-finished", write_front_door, priority=900)  # after the redirect of the toc
    return {"parallel_read_safe": True, "parallel_write_safe": True}
