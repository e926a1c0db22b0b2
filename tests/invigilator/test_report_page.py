"""The page of the class's report: what it shows, and that nothing else runs in it."""

import html
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from graded_class import BREAKOUT, HOSTILE, MADE, STATUS, Class, one_of_everything
from playwright.sync_api import Browser, Page

from invigilator.reporting.page import histogram, shade, write_page

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return one_of_everything(tmp_path_factory.mktemp("report") / "a course")


def test_the_histogram_counts_everyone_graded(room: Class) -> None:
    bins = histogram(room.summary())
    # Of 4 points: 0 0 0 (bob, hal, and one more), 1.5, 2.75, 3 and 3.
    assert [each.count for each in bins] == [3, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0]
    heights = [each.height / max(each.height for each in bins) for each in bins]
    assert heights == pytest.approx([1, 0, 0, 1 / 3, 0, 0, 1 / 3, 2 / 3, 0, 0, 0], abs=1e-3)


@pytest.mark.parametrize(
    ("points", "most", "name"),
    [
        (None, 2, "unmarked"),
        (2, 2, "full"),
        (3, 2, "full"),
        (0, 0, "full"),
        (1, 2, "some-lost"),
        (0.9, 2, "most-lost"),
        (0, 2, "none"),
        (-1, 2, "none"),
    ],
)
def test_shade(points: float | None, most: float, name: str) -> None:
    assert shade(points, most) == name


def test_names_and_messages_are_escaped(room: Class) -> None:
    path = room.root / "report.html"
    write_page([room.summary()], path, MADE)
    text = path.read_text("utf-8")
    assert text.count("<script>") == text.count("</script>") == 1
    assert text.count("</style>") == 1
    assert "<img" not in text
    assert "<i>" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "http:" not in text
    assert "https:" not in text
    assert 'href="feedback/%3Cscript%3Ealert%281%29/ps1/ps1.html"' in text


def test_the_policy_allows_this_page_and_nothing_else(room: Class) -> None:
    path = room.root / "report.html"
    write_page([room.summary()], path, MADE)
    (policy,) = re.findall(r'Security-Policy" content="([^"]*)"', path.read_text("utf-8"))
    digest = "'sha256-[A-Za-z0-9+/]{43}='"
    assert re.fullmatch(
        f"default-src 'none'; style-src {digest}; script-src {digest};"
        " base-uri 'none'; form-action 'none'",
        html.unescape(policy),
    )


Open = Callable[..., Page]


@pytest.fixture
def show(browser: Browser, room: Class) -> Iterator[Open]:
    """Open the page: `show(theme="dark", width=390)`, by its file, as an instructor does."""
    path = room.root / "report.html"
    write_page([room.summary()], path, MADE)
    contexts = []

    def show(theme: str = "light", width: int = 1280, **options: Any) -> Page:
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, color_scheme=theme, **options)
        contexts.append(context)
        page = context.new_page()
        page.problems, page.asked = [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("dialog", lambda dialog: page.problems.append(dialog.message))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def column(page: Page, table: str, place: int) -> list[str]:
    """What stands in a column of a table, from top to bottom."""
    cells = page.locator(f"{table} tbody tr > :nth-child({place})").all_inner_texts()
    return [text.split("\n")[0].strip() for text in cells]


def test_the_page_asks_for_itself_alone_and_runs_nothing_of_students(
    show: Open, room: Class
) -> None:
    page = show()
    assert page.asked == [(room.root / "report.html").as_uri()]
    assert page.problems == []
    # Its policy holds: a script that got in would not run, and no address would be asked.
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'document.title = "mine"';
        document.body.append(script);
        const image = document.createElement('img');
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
        document.body.append(image);
    }""")
    assert page.title() == "Class report: ps1"
    assert len(page.problems) == 2
    assert all("Content Security Policy" in problem for problem in page.problems)


def test_what_needs_a_look_is_said_with_names(show: Open) -> None:
    page = show()
    flags = page.locator(".pair .flags > li").all_inner_texts()
    assert [" | ".join(text.split("\n")) for text in flags] == [
        "The grader was stopped or failed; grade again: 1 student | finn: stopped",
        "Can’t be graded, 0 points: 1 student | eve: =empty",
        "Odd behaviour: a process ended, took too long or gave no readable answer: 1 student"
        " | hal: its process ended 2 times; no answer (double); the process stopped (test_double)",
        "Handed in and not graded yet: 1 student | ida",
        "Nothing handed in: 1 student | jo",
        "Late, with a penalty: 2 students | bob: a penalty of 2 | dan: a penalty of 1",
        "To be marked by hand: 1 student | ada: essay",
        "Graded without a sandbox, by code that could have changed anything: 1 student | hal",
        "Graded by other means: there is no record of how: 1 student | gus",
        "Graded under 2 different conditions (c0ffee00, decaf000): tests, a library or a setting"
        " changed in between. Autograding the assignment once more makes them one.",
    ]
    figures = page.locator(".figures dd").all_inner_texts()
    assert figures == ["7 of 10 handed in", "1.5 of 4", "0", "1", "0.50 longest 1.50"]
    mended = page.locator("section > .flags > li").all_inner_texts()
    assert [text.split("\n")[1:] for text in mended] == [
        [f"{HOSTILE}: {BREAKOUT}", "cy: mended", "hal: =a; b"]
    ]


def test_drawings_are_told_in_words(show: Open) -> None:
    page = show()
    names = [image.get_attribute("aria-label") for image in page.locator("[role=img]").all()]
    assert names == [
        "Histogram of the scores of 7 students: "
        "0 to 9 %, 3; 30 to 39 %, 1; 60 to 69 %, 1; 70 to 79 %, 2",
        "3 full marks, 1 some points, 3 no points",
        "0 full marks, 1 some points, 5 no points, 1 to mark",
    ]


def test_tables_are_sorted_by_keyboard(show: Open) -> None:
    page = show()
    by_name = sorted(STATUS)
    assert column(page, ".marks", 1) == by_name
    headers = page.locator(".marks thead th")
    assert headers.nth(0).get_attribute("aria-sort") == "ascending"
    page.locator(".marks thead button").nth(1).focus()
    page.keyboard.press("Enter")
    assert [headers.nth(n).get_attribute("aria-sort") for n in range(3)] == [
        None,
        "ascending",
        None,
    ]
    unknown = ["eve", "finn", "ida", "jo"]
    up = [HOSTILE, "bob", "hal", "cy", "dan", "ada", "gus", *unknown]
    assert column(page, ".marks", 1) == up
    page.keyboard.press("Space")
    assert headers.nth(1).get_attribute("aria-sort") == "descending"
    down = ["ada", "gus", "dan", "cy", HOSTILE, "bob", "hal", *unknown]
    assert column(page, ".marks", 1) == down
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert column(page, ".marks", 1) == by_name
    # Numbers are sorted as numbers, and text as text.
    page.get_by_role("button", name="points").click()
    assert column(page, ".tasks", 1) == ["essay", "test_double"]


def test_the_page_can_be_read_without_scripts(show: Open) -> None:
    page = show(java_script_enabled=False)
    assert column(page, ".marks", 1) == sorted(STATUS)
    assert page.locator("button").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(show: Open, theme: str, width: int) -> None:
    page = show(theme, width, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    violations = Axe().run(page).response["violations"]
    found = [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations]
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_never_scrolls_sideways(show: Open, width: int) -> None:
    page = show(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_feedback_is_linked_and_moves_with_the_page(
    show: Open, room: Class, tmp_path: Path
) -> None:
    page = show()
    moved = tmp_path / "moved"
    shutil.copytree(room.root, moved)
    page.goto((moved / "report.html").as_uri())
    page.locator(".marks").get_by_role("link", name=HOSTILE).click()
    assert page.title() == "feedback"
    assert page.url.startswith(moved.as_uri())


def test_print_is_black_on_white_and_whole(show: Open) -> None:
    page = show("dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    region = page.locator(".scroll").nth(1)
    assert region.evaluate("e => getComputedStyle(e).overflowX") == "visible"
    page.set_viewport_size({"width": 720, "height": 1000})  # A4 without its margins
    assert page.evaluate("document.documentElement.scrollWidth") == 720
