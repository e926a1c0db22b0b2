"""What the site needs beyond its pages: a name and an address, a front door, a page for what is not
there, a picture for previews, a search that finds chapters first, the wheel.
"""

import json
import re
import shutil
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from course.address import address
from course.sphinx_pages import PREVIEW, description_tag
from course.toc import chapters


def set_names(app: Sphinx, config: Any) -> None:
    """Tell Sphinx the book's name and address, which Jupyter Book keeps to itself."""
    config.project = config.html_title
    here = address()
    config.html_baseurl = here.site
    # Readers are students: the buttons lead to what is theirs, for the sources may be private.
    config.html_theme_options |= {
        "repository_url": here.students, "repository_branch": here.branch,
    }  # fmt: skip


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
    app.connect("html-collect-pages", write_missing_page)
    app.connect("build-finished", mend_missing_page)
    app.connect("build-finished", draw_preview)
    app.connect("build-finished", add_wheel)
    app.connect("build-finished", write_front_door, priority=900)  # after the redirect of the toc
    return {"parallel_read_safe": True, "parallel_write_safe": True}
