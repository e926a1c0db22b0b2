"""The book as one PDF: every chapter in its order, its links and bookmarks, and a link to it."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from course.address import address
from course.pdf import NAME, anchor, article, link_pdf, moved, one_page, printed

SITE = "https://example.org/book/"
PAGES = ["chapters/intro", "chapters/locality"]


@pytest.mark.parametrize(
    ("link", "to"),
    [
        ("#here", "#chapters--intro--here"),
        ("#figure?size=3x5", f"{SITE}chapters/intro.html#figure?size=3x5"),
        ("locality.html", "#chapters--locality"),
        ("locality.html#there", "#chapters--locality--there"),
        ("../chapters/locality.html#there", "#chapters--locality--there"),
        ("library/layers.html#conv", f"{SITE}chapters/library/layers.html#conv"),
        ("../exercises/ps/ps.html", f"{SITE}exercises/ps/ps.html"),
        ("https://elsewhere.org/x", "https://elsewhere.org/x"),
        ("mailto:a@b.org", "mailto:a@b.org"),
    ],
)
def test_links_lead_within_the_pdf_or_to_the_site(link: str, to: str) -> None:
    assert moved(link, "chapters/intro", PAGES, SITE) == to


def test_all_links_within_the_one_page_lead_somewhere(html: Path) -> None:
    page = BeautifulSoup(one_page(html, printed(), address().site), "html.parser")
    ids = [tag["id"] for tag in page.find_all(id=True) if tag.find_parent("svg") is None]
    links = {a["href"][1:] for a in page.select("article a[href^='#'], nav a[href^='#']")}
    assert links - set(ids) == set()
    assert {anchor(each) for each in printed()} <= links
    sources = [tag.get("src") or tag.get("href") for tag in page.select("img, script, link")]
    wanted = [source.split("?")[0] for source in sources if source and ":" not in source]
    assert [source for source in wanted if not (html / source).is_file()] == []


def test_the_one_page_has_all_chapters_in_their_order_and_no_scripts_of_elements(
    html: Path,
) -> None:
    text = one_page(html, printed(), address().site)
    page = BeautifulSoup(text, "html.parser")
    titles = [
        soup.h1.get_text()
        for soup in (article(html, each, printed(), address().site) for each in printed())
    ]
    assert [heading.get_text() for heading in page.select("h1")] == titles
    assert "elements/" not in text
    assert not [each for each in printed() if each.startswith(("exercises", "chapters/library"))]


def test_below_a_quick_check_stands_its_answer(html: Path) -> None:
    page = article(html, PAGES[0], PAGES, SITE)
    for check in page.select("quick-check"):
        choices = check.select("details")
        letter = check.select_one("p.answer").get_text()
        assert choices["ABCDEFGHIJ".index(letter)].has_attr("data-correct")
        assert [c.summary.get_text()[0] for c in choices] == list("ABCDEFGHIJ"[: len(choices)])


def test_the_pdf_is_whole(html: Path) -> None:
    if not (html / NAME).is_file():
        pytest.skip("no PDF: `make pdf` prints it, and needs Chromium")
    data = (html / NAME).read_bytes()
    assert data.startswith(b"%PDF-")
    assert data.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) > 10 * len(printed()) / 3
    assert b"/Outlines" in data


def test_the_first_page_links_to_the_pdf_only_when_there_is_one(html: Path) -> None:
    page = BeautifulSoup((html / f"{printed()[0]}.html").read_text("utf-8"), "html.parser")
    links = [str(a["href"]) for a in page.select(".page-facts .pdf a")]
    assert links == ([f"../{NAME}"] if (html / NAME).is_file() else [])


def test_the_link_is_written_once(tmp_path: Path) -> None:
    page = tmp_path / "chapters" / "intro.html"
    page.parent.mkdir()
    page.write_text('<p>2 hours<span class="pdf"></span></p>', "utf-8")
    link_pdf(tmp_path, "chapters/intro")
    once = page.read_text("utf-8")
    assert once == (
        f'<p>2 hours<span class="pdf"> · <a href="../{NAME}">The book as a PDF</a></span></p>'
    )
    link_pdf(tmp_path, "chapters/intro")
    assert page.read_text("utf-8") == once
