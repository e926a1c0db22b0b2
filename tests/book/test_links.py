"""Every link of the built book leads somewhere, and the built book holds nothing it should not."""

import functools
import sys
import urllib.parse
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from course.address import address
from course.exercises import assignments
from course.toc import chapters

ROOT = Path(__file__).resolve().parents[2]

TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
# The assignment that stands below each chapter which has one.
ASSIGNMENTS = {
    f"{chapter['file']}.html": Path(section["file"]).name
    for part in TOC["parts"]
    for chapter in part["chapters"]
    for section in chapter.get("sections", [])
    if section["file"].startswith("exercises/")
}
HERE = address()
REPOSITORY = HERE.students


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@functools.cache
def anchors(path: Path) -> set[str]:
    return {tag["id"] for tag in soup(path).find_all(id=True)}


def addresses(path: Path) -> list[str]:
    """What a page links to, loads and shows."""
    tags = soup(path).find_all(["a", "link", "script", "img"])
    return [
        str(tag.get("href") or tag.get("src") or "")
        for tag in tags
        if tag.name != "script" or tag.get("src")
    ]


def inside(address: str) -> bool:
    return not urllib.parse.urlsplit(address).scheme and not address.startswith("//")


def test_every_assignment_stands_below_a_chapter() -> None:
    assert sorted(ASSIGNMENTS.values()) == assignments()


def test_every_link_within_the_book_leads_somewhere(html: Path, any_page: str) -> None:
    page = html / any_page
    dead = []
    for link in filter(inside, addresses(page)):
        parts = urllib.parse.urlsplit(link)
        target = page.parent / urllib.parse.unquote(parts.path) if parts.path else page
        # Behind a question mark stands what an element shows, by its own words.
        anchor = urllib.parse.unquote(parts.fragment).partition("?")[0]
        if not target.is_file() or (
            anchor and target.suffix == ".html" and anchor not in anchors(target.resolve())
        ):
            dead.append(link)
    assert dead == []


def test_every_link_to_elsewhere_is_whole_and_encrypted(html: Path, any_page: str) -> None:
    wrong = []
    for link in addresses(html / any_page):
        if inside(link) or link.startswith("mailto:"):
            continue
        parts = urllib.parse.urlsplit(link)
        if parts.scheme != "https" or "." not in parts.netloc or set(link) & set(' <>"{}|\\^`'):
            wrong.append(link)
    assert wrong == []


def test_every_link_to_the_course_s_home_follows_the_one_setting(html: Path, any_page: str) -> None:
    hosts = ("github.com", "colab.research.google.com", "mybinder.org", "github.io")
    ours = (
        f"{REPOSITORY}/", HERE.site, HERE.colab(""), HERE.binder(""),
    )  # fmt: skip
    strays = []
    for tag in soup(html / any_page).select(
        ".article-header-buttons a, .assignment-links a, .launch a, link[rel=canonical]"
    ):
        link = str(tag["href"])
        if urllib.parse.urlsplit(link).netloc.endswith(hosts) and not f"{link}/".startswith(ours):
            strays.append(link)
    assert strays == []


@pytest.fixture(params=ASSIGNMENTS.items(), ids=lambda item: item[1])
def links(request: pytest.FixtureRequest, html: Path) -> tuple[Path, str, dict[str, str]]:
    """A chapter's page, its assignment's name and the links to it by what they say."""
    chapter, name = request.param
    page = html / chapter
    (listed,) = soup(page).select(".assignment-links")
    return page, name, {a.get_text(): str(a["href"]) for a in listed.find_all("a")}


Links = tuple[Path, str, dict[str, str]]


def test_assignment_can_be_read_in_the_book(links: Links) -> None:
    page, name, links = links
    target = page.parent / links["Read it here"]
    assert target.resolve().name == f"{name}.html"
    assert soup(target.resolve()).h1


def test_assignment_s_download_is_the_student_s_notebook(links: Links) -> None:
    page, name, links = links
    download = page.parent / links["Download the notebook"]
    assert download.name == f"{name}.ipynb"
    assert download.read_bytes() == (ROOT / "exercises" / name / f"{name}.ipynb").read_bytes()
    nbformat.validate(nbformat.read(download, as_version=4))


@pytest.mark.parametrize(
    ("says", "build"), [("Open in Colab", HERE.colab), ("Open in Binder", HERE.binder)]
)
def test_assignment_opens_elsewhere_by_the_one_setting(links: Links, says: str, build) -> None:
    _, name, links = links
    assert links[says] == build(f"exercises/{name}/{name}.ipynb")


@pytest.mark.parametrize("page", chapters())
def test_chapter_opens_elsewhere_by_the_one_setting(html: Path, page: str) -> None:
    links = soup(html / f"{page}.html").select(".page-facts .launch a")
    notebook = f"notebooks/{Path(page).name}.ipynb"
    assert {a.get_text(): str(a["href"]) for a in links} == {
        "Open in Colab": HERE.colab(notebook), "Open in Binder": HERE.binder(notebook),
    }  # fmt: skip
    assert (ROOT / notebook).is_file()


def test_page_s_source_can_be_downloaded(html: Path, any_page: str) -> None:
    page = html / any_page
    for link in soup(page).select(".btn-download-source-button"):
        source = page.parent / str(link["href"])
        kept = ROOT / source.resolve().relative_to(html.resolve() / "_sources")
        assert source.read_bytes() == kept.read_bytes()


def book_files(html: Path) -> list[Path]:
    return [path for path in html.rglob("*") if path.is_file()]


def taken_as_it_came(html: Path, path: Path) -> bool:
    """Whether a file is Pyodide's or JupyterLite's."""
    return path.is_relative_to(html / "_static" / "pyodide") or path.is_relative_to(html / "lite")


def test_built_book_holds_no_solution(html: Path) -> None:
    named = [path for path in book_files(html) if "solutions" in path.relative_to(html).parts]
    assert named == []
    marks = [b"BEGIN SOLUTION", b"BEGIN HIDDEN TESTS"]
    assert [path for path in book_files(html) if any(m in path.read_bytes() for m in marks)] == []


def test_built_book_tells_nothing_of_the_machine_that_built_it(html: Path) -> None:
    places = {str(ROOT), str(Path.home()), sys.prefix, "/site-packages"} - {"/"}
    told = [
        (path.relative_to(html), place)
        for path in book_files(html)
        for place in ({str(ROOT)} if taken_as_it_came(html, path) else places)
        if place.encode() in path.read_bytes()
    ]
    assert told == []


def test_built_book_holds_only_what_a_site_needs(html: Path) -> None:
    known = {".html", ".js", ".css", ".svg", ".png", ".ipynb", ".md", ".whl", ".inv", ".woff",
             ".woff2", ".ttf", ".json", ".map", ".pdf", ".txt", ".mo", ".po", ".scss",
             ".pot"}  # fmt: skip
    ours = [path for path in book_files(html) if not taken_as_it_came(html, path)]
    odd = {path.relative_to(html) for path in ours if path.suffix not in known}
    run_by_pages = {path for path in odd if path.match("_static/worksheet/page/*")}
    assert odd - run_by_pages <= {Path(".buildinfo"), Path(".nojekyll")}
