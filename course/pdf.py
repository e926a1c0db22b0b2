"""The book as one PDF, made from its built pages.

    python -m course.pdf        writes it beside the built pages, whose home page then links to it

The articles of all chapters are put into one page, which a browser prints: so links from chapter to
chapter lead within the PDF, and its headings are the PDF's bookmarks. Elements to play with stay
without their scripts and show what stands inside their tags. What isn't printed, assignments and
the library's reference among it, is linked on the site.
"""

import functools
import http.server
import posixpath
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright

from course.address import ROOT, address
from course.toc import contents

HTML = ROOT / "build" / "_build" / "html"
NAME = "from-dense-to-convolutional.pdf"

# Where the first page will link to the PDF, once there is one.
PLACE_OF_LINK = '<span class="pdf"></span>'

# Parts of the table of contents that nobody reads on paper.
LEFT_OUT = {"The library", "For instructors"}

FOOTER = """<div style="width: 100%; font: 8pt sans-serif; text-align: center; color: #555">
<span class="pageNumber"></span></div>"""

STYLE = """
@page { size: A4; }
html { font-size: 11pt; }
body { margin: 0; }
.bd-article { padding: 0; }
.page-end { break-after: page; }
/* A heading that is laid out on one page and then moves to the next would be a bookmark twice. */
.bd-article :is(h1, h2, h3, h4) { display: inline-block; width: 100%; }
.bd-article h1 { display: block; margin-top: 1.5rem; }
nav.printed-contents ol { list-style: none; padding: 0; line-height: 2; }
.headerlink, .copybtn, .page-facts, summary.admonition-title::after { display: none !important; }
details.hide { display: none; }
.bd-article pre { font-size: 8.5pt; white-space: pre-wrap; }
.bd-article :is(.cell_input, .cell_output, .quick-check) { break-inside: avoid; }
.bd-article figure { break-inside: avoid; }
quick-check summary::before { content: none !important; }
.quick-check p.answer { text-align: end; font-size: 0.8em; transform: rotate(180deg); margin: 0; }
"""


def printed(root: Path = ROOT) -> list[str]:
    """The pages of the book that the PDF holds, in their order."""
    toc = contents(root)
    parts = [part for part in toc["parts"] if part["caption"] not in LEFT_OUT]
    return [toc["root"], *(each["file"] for part in parts for each in part["chapters"])]


def anchor(page: str, fragment: str = "") -> str:
    """What a place of a page is called where all pages are one."""
    name = page.replace("/", "--")
    return f"{name}--{fragment}" if fragment else name


def moved(link: str, page: str, pages: list[str], site: str) -> str:
    """Where a link of a page leads from the page that holds all: within it, or to the site."""
    parts = urlsplit(link)
    if parts.scheme or link.startswith("//"):
        return link
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), parts.path))
    target = page if not parts.path else target.removesuffix(".html")
    is_case = "?" in parts.fragment  # of a figure to play with, which the site alone has
    if target in pages and not is_case:
        return "#" + anchor(target, parts.fragment)
    return urljoin(f"{site}{page}.html", link)


def article(html: Path, page: str, pages: list[str], site: str) -> Tag:
    """The text of a built page, its links and their ends renamed."""
    text = (html / f"{page}.html").read_text("utf-8")
    (found,) = BeautifulSoup(text, "html.parser").select("article.bd-article > section")
    for tag in [found, *found.find_all(id=True)]:
        # Ids of a drawing are used within it, and differ from those of all others.
        if tag.find_parent("svg") is None:
            tag["id"] = anchor(page, tag["id"])
    for link in found.find_all("a", href=True):
        link["href"] = moved(link["href"], page, pages, site)
    for image in found.find_all("img", src=True):
        image["src"] = posixpath.join(posixpath.dirname(page), image["src"])
    for answer in found.select("details.sd-dropdown, details.toggle-details"):
        answer["open"] = ""
    write_answers(found)
    found.insert(0, BeautifulSoup(f'<span id="{anchor(page)}"></span>', "html.parser"))
    return found


def write_answers(found: Tag) -> None:
    """Below each quick check the letter of the right choice, upside down."""
    for check in found.select("quick-check"):
        choices = check.select("details")
        right = next(i for i, choice in enumerate(choices) if choice.has_attr("data-correct"))
        for i, choice in enumerate(choices):
            choice.summary.insert(0, f"{'ABCDEFGHIJ'[i]}\u2002")
        answer = BeautifulSoup(f'<p class="answer">{"ABCDEFGHIJ"[right]}</p>', "html.parser")
        check.append(answer)


def one_page(html: Path, pages: list[str], site: str) -> str:
    """All printed pages of the book as one, to stand at the root of the site."""
    first = BeautifulSoup((html / f"{pages[0]}.html").read_text("utf-8"), "html.parser")
    sheets = [
        f'<link rel="stylesheet" href="{posixpath.normpath(posixpath.join("chapters", sheet))}">'
        for sheet in (str(link["href"]) for link in first.select("link[rel=stylesheet]"))
    ]
    maths = [
        str(script).replace("../_static", "_static")
        for script in first.find_all("script")
        if "MathJax" in script.text or "mathjax" in script.get("src", "")
    ]
    articles = [article(html, page, pages, site) for page in pages]
    titles = [each.h1.get_text().removesuffix("#") for each in articles]
    contents = "".join(
        f'<li><a href="#{anchor(page)}">{escape(title)}</a></li>'
        for page, title in zip(pages, titles, strict=True)
    )
    listed = f'<nav class="printed-contents"><h2>Contents</h2><ol>{contents}</ol></nav>'
    return (
        '<!DOCTYPE html>\n<html lang="en" data-theme="light" data-mode="light">\n<head>\n'
        f'<meta charset="utf-8"><title>{escape(titles[0])}</title>\n'
        + "\n".join([*sheets, *maths])
        + f"\n<style>{STYLE}</style>\n</head>\n"
        '<body><main class="bd-content"><article class="bd-article">\n'
        + '\n<div class="page-end"></div>\n'.join(
            [str(articles[0]), listed, *map(str, articles[1:])]
        )
        + "\n</article></main></body>\n</html>\n"
    )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback: its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def write_pdf(html: Path, target: Path, executable: str) -> None:
    """Print the book in `html` to `target`, with the browser at the path `executable`."""
    whole = html / "whole-book.html"
    whole.write_text(one_page(html, printed(), address().site), "utf-8")
    try:
        with served(html) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, chromium_sandbox=False)
            page = browser.new_page(viewport={"width": 800, "height": 1100})
            page.goto(f"{site}{whole.name}")
            page.evaluate("() => window.MathJax?.startup?.promise?.then(() => null)")
            page.pdf(
                path=target, format="A4", outline=True, tagged=True, print_background=True,
                margin={"top": "18mm", "bottom": "20mm", "left": "20mm", "right": "20mm"},
                display_header_footer=True, header_template="<span></span>",
                footer_template=FOOTER,
            )  # fmt: skip
            browser.close()
    finally:
        whole.unlink()


def link_pdf(html: Path, page: str) -> None:
    """Let a built page link to the PDF at the site's root."""
    path = html / f"{page}.html"
    target = posixpath.relpath(NAME, posixpath.dirname(page))
    link = PLACE_OF_LINK.replace("><", f'> · <a href="{target}">The book as a PDF</a><')
    path.write_text(path.read_text("utf-8").replace(PLACE_OF_LINK, link), "utf-8")


def main() -> None:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        print("No Chromium: the book is built without its PDF (Debian: apt-get install chromium)")
        return
    start = time.perf_counter()
    write_pdf(HTML, HTML / NAME, executable)
    link_pdf(HTML, printed()[0])
    size = (HTML / NAME).stat().st_size / 1e6
    print(f"{HTML / NAME}: {size:.1f} MB in {time.perf_counter() - start:.0f} seconds")


if __name__ == "__main__":
    main()
