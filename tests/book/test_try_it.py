"""Cells of chapters that a reader changes and runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from accessibility import violations_in
from browsing import OpenPage
from bs4 import BeautifulSoup
from conftest import ROOT
from page_python import PagePython, page_python
from playwright.sync_api import Locator, Page, expect

from course.sphinx_try_it import TAG, tried_cells
from course.toc import chapters

CHAPTERS = [Path(page).name for page in chapters()]


@pytest.fixture(scope="module")
def python() -> Iterator[PagePython]:
    with page_python() as python:
        yield python


def source(chapter: str) -> Path:
    return ROOT / "chapters" / f"{chapter}.md"


@pytest.mark.parametrize("name", CHAPTERS)
def test_each_chapter_has_two_cells_to_try(name: str) -> None:
    assert len(tried_cells(source(name))) >= 2


@pytest.mark.parametrize("name", CHAPTERS)
def test_in_a_page_they_show_what_the_book_shows(python: PagePython, html: Path, name: str) -> None:
    page = BeautifulSoup((html / f"chapters/{name}.html").read_text("utf-8"), "html.parser")
    built = page.select(f".cell.tag_{TAG}")
    tried = tried_cells(source(name))
    assert len(built) == len(tried)
    for cell, (above, text) in zip(built, tried, strict=True):
        ran = python(*above, text)
        assert ran.ok, ran.text
        shown = "".join(each.get_text() for each in cell.select(".cell_output pre"))
        assert ran.text == shown


# -- In a browser -----------------------------------------------------------------------------

FIRST = "Try it, cell 1"
STARTS = 60_000  # milliseconds that Python may take on a busy machine
RAMP = "ramp = [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]\nprint(slide(ramp, [-1, 1]))"
STEPS = "[0 0 0 1 1 1 1 0 0 0]"


@pytest.fixture(scope="module")
def page(keep_page: OpenPage, html: Path) -> Page:
    """A chapter whose Python runs for all tests."""
    if not (html / "_static" / "pyodide").is_dir():
        pytest.skip("the book was built without Pyodide: `make pyodide` gathers it")
    page = keep_page("chapters/convolution.html")
    opened(page)
    return page


def opened(page: Page) -> Locator:
    """The first cell to try, where the reader has come to it."""
    page.locator(f".tag_{TAG}").first.scroll_into_view_if_needed()
    return page.get_by_role("group", name=FIRST)


def code(page: Page) -> Locator:
    return page.get_by_role("textbox", name=f"{FIRST}: code")


def write(page: Page, text: str) -> None:
    code(page).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)


def output(page: Page) -> Locator:
    return page.get_by_role("status", name=f"{FIRST}: output")


@pytest.fixture
def as_built(page: Page) -> Iterator[None]:
    yield
    reset = opened(page).get_by_role("button", name="Reset")
    if reset.is_visible():
        reset.click()


@pytest.mark.usefixtures("as_built")
def test_change_run_and_reset(page: Page) -> None:
    cell = opened(page)
    expect(output(page)).to_contain_text(STEPS)  # as built: nothing has run yet
    write(page, RAMP.replace("[-1, 1]", "[1, -2, 1]"))
    expect(cell.get_by_text("Changed: run it.")).to_be_visible()
    cell.get_by_role("button", name="Run").click()
    expect(output(page)).to_have_text("[ 0  0  1  0  0  0 -1  0  0]", timeout=STARTS)
    cell.get_by_role("button", name="Reset").click()
    expect(output(page)).to_contain_text(STEPS)
    assert code(page).evaluate("e => [...e.querySelectorAll('.cm-line')].map(l => l.textContent)"
                               ) == RAMP.split("\n")  # fmt: skip
    cell.get_by_role("button", name="Run").click()
    expect(cell.get_by_role("button", name="Reset")).to_be_visible(timeout=STARTS)
    expect(output(page)).to_have_text(STEPS)


@pytest.mark.usefixtures("as_built")
def test_by_keyboard_alone(page: Page) -> None:
    write(page, "print(6 * 7)")
    page.keyboard.press("Control+Enter")
    expect(output(page)).to_have_text("42", timeout=STARTS)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    run = opened(page).get_by_role("button", name="Run")
    expect(run).to_be_focused()
    page.keyboard.press("Enter")
    expect(run).to_have_text("Run")
    expect(output(page)).to_have_text("42")


@pytest.mark.usefixtures("as_built")
def test_an_error_and_an_endless_loop(page: Page) -> None:
    cell = opened(page)
    write(page, "1 / 0")
    cell.get_by_role("button", name="Run").click()
    expect(output(page)).to_contain_text("ZeroDivisionError: division by zero", timeout=STARTS)
    expect(cell.get_by_text("Ended by an error.")).to_be_visible()
    write(page, "while True:\n    pass")
    page.keyboard.press("Control+Enter")
    cell.get_by_role("button", name="Stop").click()
    expect(output(page)).to_contain_text("This cell was stopped.")
    expect(cell.get_by_text("Ended by an error.")).to_have_count(0)
    write(page, "print(slide([1, 2], [1, 1]))")
    page.keyboard.press("Control+Enter")
    expect(output(page)).to_have_text("[3]", timeout=STARTS)


@pytest.mark.usefixtures("as_built")
def test_a_cell_that_is_put_back_while_it_runs_stays_as_it_was(page: Page) -> None:
    cell = opened(page)
    write(page, "while True:\n    pass")
    page.keyboard.press("Control+Enter")
    cell.get_by_role("button", name="Reset").click()
    expect(cell.get_by_role("button", name="Run")).to_be_visible()
    # What runs next comes after the end of what was stopped.
    other = page.locator(".cell.tag_try-it").nth(1)
    other.scroll_into_view_if_needed()
    other.get_by_role("button", name="Run").click()
    expect(other.get_by_role("button", name="Reset")).to_be_visible(timeout=STARTS)
    expect(other.get_by_role("button", name="Run")).to_be_visible(timeout=STARTS)
    expect(output(page)).to_contain_text(STEPS)
    assert "This cell was stopped." not in output(page).inner_text()
    other.get_by_role("button", name="Reset").click()


ACTIVE = """from IPython.display import HTML
HTML("<b onclick='ran = 1'>bold</b><script>window.ran = 1</script>"
     "<iframe src='//a.example'></iframe>"
     "<img src='https://a.example/a.png' onerror='ran = 1' alt='' style='top: url(//a.example)'>"
     "<a href='javascript:ran = 1'>link</a>"
     "<svg><a xlink:href='javascript:1'><text>x</text></a></svg>")
"""


@pytest.mark.usefixtures("as_built")
def test_what_a_cell_shows_runs_nothing_and_fetches_nothing(page: Page) -> None:
    write(page, ACTIVE)
    page.keyboard.press("Control+Enter")
    expect(output(page).get_by_text("bold")).to_be_visible(timeout=STARTS)
    output(page).get_by_text("bold").click()
    assert page.evaluate("window.ran") is None
    shown = output(page).locator(".output").inner_html()
    assert shown.replace("\n", "") == (
        '<b>bold</b><img alt=""><a>link</a><svg><a><text>x</text></a></svg>'
    )


@pytest.mark.usefixtures("as_built")
def test_a_wide_output_is_scrolled_by_keyboard(page: Page) -> None:
    write(page, "print('x' * 500)")
    page.keyboard.press("Control+Enter")
    wide = output(page).get_by_role("group")
    expect(wide).to_have_attribute("tabindex", "0", timeout=STARTS)
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")
    write(page, "print('\\x1b[31mred\\x1b[0m, and one\\rtwo')")
    page.keyboard.press("Control+Enter")
    expect(output(page)).to_have_text("two")


def test_nothing_is_asked_of_other_hosts_and_nothing_goes_wrong(page: Page) -> None:
    assert (page.outside, page.problems) == ([], [])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone(open_page: OpenPage, html: Path, theme: str) -> None:
    if not (html / "_static" / "pyodide").is_dir():
        pytest.skip("the book was built without Pyodide: `make pyodide` gathers it")
    page = open_page("chapters/convolution.html", theme=theme, width=390, has_touch=True)
    cell = opened(page)
    if theme == "dark":
        cell.get_by_role("button", name="Run").tap()
        expect(cell.get_by_role("button", name="Reset")).to_be_visible(timeout=STARTS)
        expect(output(page)).to_have_text(STEPS)
    else:
        expect(cell).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations_in(page, ".cell.try-it") == []


def test_without_javascript_it_reads_as_any_cell(open_page: OpenPage) -> None:
    page = open_page("chapters/convolution.html", java_script_enabled=False)
    cell = page.locator(f".tag_{TAG}").first
    expect(cell.locator(".cell_input")).to_have_text(RAMP)
    expect(cell.locator(".cell_output")).to_have_text(STEPS)
    expect(cell.get_by_role("button")).to_have_count(0)
