"""What a page says of itself: how long it takes, its title, what previews of a link to it show."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from matplotlib.image import imread
from playwright.sync_api import Browser

from course.address import address
from course.sphinx_pages import duration, minutes
from course.toc import chapters

ROOT = Path(__file__).resolve().parents[2]
HOME = "chapters/intro.html"


def soup(html: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((html / page).read_text("utf-8"), "html.parser")


def test_every_chapter_says_below_its_title_how_long_it_takes(html: Path) -> None:
    for chapter in chapters():
        page = soup(html, f"{chapter}.html")
        facts = page.select_one("article h1 + p.page-facts")
        assert re.match(r"(\d+ hours? ?)?(\d+ minutes )?to read", facts.get_text())


def test_the_first_page_says_how_long_the_book_takes(html: Path) -> None:
    facts = soup(html, HOME).select_one("h1 + .page-facts").get_text()
    assert facts.startswith(f"{len(chapters())} chapters, ")


def document(*blocks: nodes.Node) -> nodes.document:
    made = new_document("a page", get_default_settings(Parser))
    made.extend(blocks)
    return made


def text(words: int) -> nodes.paragraph:
    return nodes.paragraph("", " ".join(["word"] * words))


def code(lines: int, kind: str) -> nodes.container:
    block = nodes.literal_block("", "\n".join(["x = 1"] * lines))
    return nodes.container("", block, classes=[kind])


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([], 5),
        ([text(2000)], 10),
        ([text(2400)], 10),
        ([text(2600)], 15),
        ([text(2000), code(60, "cell_input")], 15),
        ([text(2000), code(60, "cell_output")], 10),
        ([text(2000), nodes.container("", code(60, "cell_input"), classes=["tag_hide-input"])], 10),
        ([text(2000), *(nodes.math_block("", "x y z") for _ in range(15))], 15),
    ],
)
def test_reading_takes_time_for_words_code_and_formulas(blocks: list, expected: int) -> None:
    assert minutes(document(*blocks)) == expected


def test_durations_in_words() -> None:
    said = [duration(total) for total in (5, 60, 65, 120, 185)]
    assert said == ["5 minutes", "1 hour", "1 hour 5 minutes", "2 hours", "3 hours 5 minutes"]


def test_no_title_says_the_book_s_name_twice(html: Path) -> None:
    book = "From Dense to Convolutional"
    for page in [HOME, *(f"{chapter}.html" for chapter in chapters())]:
        title = soup(html, page).title.get_text()
        assert title.count(book) == 1
        assert len(title) > len(book) + 5


def test_previews_show_title_subject_and_picture(html: Path, any_page: str) -> None:
    page = soup(html, any_page)
    said = {str(tag["property"]): str(tag["content"]) for tag in page.select("meta[property]")}
    site = address().site
    assert said["og:title"] in page.title.get_text()
    assert said["og:description"] == page.select_one("meta[name=description]")["content"]
    assert said["og:type"] == ("website" if any_page == HOME else "article")
    assert said["og:url"] == f"{site}{any_page}"
    assert said["og:image"] == f"{site}_static/preview.png"
    assert len(said["og:image:alt"]) > 20


def test_the_picture_of_previews_has_the_size_that_they_show(html: Path) -> None:
    assert imread(html / "_static" / "preview.png").shape[:2] == (630, 1200)


@pytest.mark.parametrize("missing", ["nothing", "chapters/nothing.html", "a/b/c/d.html"])
def test_an_address_that_leads_nowhere_leads_back(
    html: Path, browser: Browser, missing: str
) -> None:
    """As GitHub Pages shows it: the one page, at any depth, below the site's path."""
    site = address().site
    context = browser.new_context()
    page = context.new_page()

    def answer(route) -> None:
        name = route.request.url.removeprefix(site).split("?")[0].split("#")[0]
        path = html / name
        if path.is_file():
            route.fulfill(path=path)
        else:
            route.fulfill(status=404, path=html / "404.html", content_type="text/html")

    failed = []
    page.on("response", lambda r: failed.append(r.url) if r.status > 399 else None)
    page.route("**/*", answer)
    page.goto(site + missing)
    assert page.locator("article h1").inner_text() == "There is no such page"
    assert failed == [site + missing]
    assert page.locator("html[data-theme=light]").count() == 1
    links = page.locator("article a:visible").evaluate_all("all => all.map(a => a.href)")
    assert f"{site}{HOME}" in links
    assert [link for link in links if not (html / link.removeprefix(site)).is_file()] == []
    context.close()
