"""The patch explorer: a pixel, its patch and all max-distances, moved by keyboard and by clicks."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from accessibility import small_texts, violations_in
from playwright.sync_api import Locator, Page

from convbook import locally_connected_parameters

PAGE = "chapters/locality.html"
ROWS, COLUMNS = 8, 8
ORANGE, BLUE = "#cf6a12", "#2f81c7"


MODULE = "_static/elements/trained/patch_accuracy.js"


@pytest.fixture(scope="module")
def measured(html: Path) -> dict[str, Any]:
    """What the build has measured, as the page gets it."""
    return json.loads((html / MODULE).read_text("utf-8").removeprefix("export default "))


@pytest.fixture(scope="module")
def kept(keep_page) -> Page:
    return keep_page(PAGE)


@pytest.fixture
def page(kept: Page) -> Page:
    """A page that tests share, in the state in which it begins."""
    set_to(kept, 3, 2, 1)
    return kept


def explorer(page: Page) -> Locator:
    return page.locator("patch-explorer")


def value(page: Page) -> dict[str, Any]:
    """What the element shows, but for what was measured."""
    return geometry(explorer(page).evaluate("element => element.value"))


def geometry(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: entry for name, entry in shown.items() if name not in ("alone", "together")}


def slide(page: Page, label: str, wanted: int) -> None:
    """Bring a slider to a value by keyboard alone."""
    slider = explorer(page).get_by_label(label)
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(wanted - int(slider.get_attribute("min"))):
        page.keyboard.press("ArrowRight")
    assert slider.input_value() == str(wanted)


def slide_to(page: Page, i: int, j: int, k: int) -> dict[str, Any]:
    for label, wanted in (("Row i", i + 1), ("Column j", j + 1), ("Half-width k", k)):
        slide(page, label, wanted)
    return value(page)


def set_to(page: Page, i: int, j: int, k: int) -> dict[str, Any]:
    """Bring the element into a state at once, and return its value."""
    return geometry(
        explorer(page).evaluate(
            """(element, state) => {
          ["row", "column", "half"].forEach((name, n) => {
            element[name].value = state[n];
            element[name].dispatchEvent(new Event("input"));
          });
          return element.value;
        }""",
            [i + 1, j + 1, k],
        )
    )


def expected(i: int, j: int, k: int) -> dict[str, Any]:
    rows, columns = np.ogrid[:ROWS, :COLUMNS]
    distances = np.maximum(abs(rows - i), abs(columns - j))
    # What is cut out of the image, with nothing around it, is what lies inside.
    image = np.ones((ROWS, COLUMNS))
    inside = image[max(i - k, 0) : i + k + 1, max(j - k, 0) : j + k + 1].size
    return {
        "i": i,
        "j": j,
        "k": k,
        "inside": inside,
        "outside": (2 * k + 1) ** 2 - inside,
        "distances": distances.tolist(),
        "weights": locally_connected_parameters(ROWS, COLUMNS, 1, 1, s=2 * k + 1),
    }


def cells(page: Page, kind: str) -> list[dict[str, Any]]:
    """The cells of one kind as they are drawn: row, column, text, colour, dashes."""
    return (
        explorer(page)
        .locator(f"g.{kind}")
        .evaluate_all(
            """cells => cells.map((cell) => {
          const [rect, text] = cell.children;
          const size = Number(rect.getAttribute("width")) + 2;
          const [row, column] = ["y", "x"].map((name) => (rect.getAttribute(name) - 1) / size - 3);
          return { row, column, text: text.textContent, fill: rect.getAttribute("fill"),
                   dashed: rect.getAttribute("stroke-dasharray") !== "none" };
        })"""
        )
    )


def test_it_begins_well_inside(open_page):
    page = open_page(PAGE)
    assert value(page) == expected(3, 2, 1)
    assert page.problems == []
    assert page.outside == []


def test_every_state_agrees_with_numpy(page):
    states = [(i, j, k) for i in range(ROWS) for j in range(COLUMNS) for k in range(4)]
    for state in states:
        assert set_to(page, *state) == expected(*state)


@pytest.mark.parametrize(
    ("state", "inside", "outside"),
    [((0, 0, 1), 4, 5), ((7, 3, 2), 15, 10), ((4, 3, 3), 49, 0), ((7, 7, 3), 16, 33)],
)
def test_sliders_by_keyboard(page, state, inside, outside):
    found = slide_to(page, *state)
    assert found == expected(*state)
    assert (found["inside"], found["outside"]) == (inside, outside)
    shown = explorer(page).locator("output").all_text_contents()
    assert shown == [str(state[0] + 1), str(state[1] + 1), str(state[2])]


def test_arrow_keys_move_the_pixel_and_stop_at_the_border(page):
    i, j, k = 3, 2, 1
    picture = explorer(page).get_by_role("application")
    picture.focus()
    before = page.evaluate("scrollY")
    steps = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
    for key in ["ArrowUp"] * 5 + ["ArrowRight"] * 7 + ["ArrowDown"] * 9 + ["ArrowLeft"] * 3:
        page.keyboard.press(key)
        i = min(max(i + steps[key][0], 0), ROWS - 1)
        j = min(max(j + steps[key][1], 0), COLUMNS - 1)
        assert value(page) == expected(i, j, k)
        assert explorer(page).get_by_label("Row i").input_value() == str(i + 1)
        assert explorer(page).get_by_label("Column j").input_value() == str(j + 1)
    assert (i, j) == (7, 4)
    assert page.evaluate("scrollY") == before
    # The focus is not lost when the picture is drawn anew, and Tab still leaves it.
    assert picture.evaluate("picture => picture === document.activeElement")
    page.keyboard.press("Tab")
    assert not picture.evaluate("picture => picture === document.activeElement")


def test_a_click_chooses_a_pixel_and_padding_can_not_be_chosen(page):
    explorer(page).locator("g[data-row='0'][data-column='6']").click()
    assert value(page) == expected(0, 6, 1)
    explorer(page).locator("g.padding").first.click()
    assert value(page) == expected(0, 6, 1)


@pytest.mark.parametrize("state", [(4, 3, 2), (0, 0, 2), (7, 1, 3), (5, 7, 0)])
def test_the_picture_shows_the_patch_and_its_padding(page, state):
    i, j, k = state
    found = set_to(page, *state)
    within, beyond, padding = (cells(page, kind) for kind in ("within", "beyond", "padding"))

    drawn = np.full((ROWS, COLUMNS), -1)
    for cell in within + beyond:
        drawn[cell["row"], cell["column"]] = int(cell["text"])
    np.testing.assert_array_equal(drawn, found["distances"])
    assert len(within) + len(beyond) == ROWS * COLUMNS

    patch = {(i + y, j + x) for y in range(-k, k + 1) for x in range(-k, k + 1)}
    assert {(cell["row"], cell["column"]) for cell in within + padding} == patch
    assert len(within) == found["inside"]
    assert len(padding) == found["outside"]
    for cell in padding:
        assert not (0 <= cell["row"] < ROWS and 0 <= cell["column"] < COLUMNS)
        assert cell["text"] == str(max(abs(cell["row"] - i), abs(cell["column"] - j)))

    assert all(cell["dashed"] for cell in padding)
    assert not any(cell["dashed"] for cell in within + beyond)
    assert all(cell["fill"] == (ORANGE if cell["text"] == "0" else BLUE) for cell in within)
    assert all(cell["fill"] == "transparent" for cell in beyond + padding)


@pytest.mark.parametrize(
    "state", [(3, 2, 0), (3, 2, 1), (0, 0, 1), (0, 3, 2), (4, 7, 1), (7, 0, 3)]
)
def test_the_message_says_the_counts_in_words(page, state):
    i, j, k = state
    found = set_to(page, *state)
    message = explorer(page).locator(".message").inner_text()
    s = 2 * k + 1
    assert f"half-width {k} around row {i + 1}, column {j + 1}" in message
    assert f"has {s} × {s} = {s * s} cell" in message
    assert re.search(rf"\b{found['inside']} (is a pixel|are pixels) of the image", message)
    outside = f"{found['outside']} lie outside it" if found["outside"] else "none lies outside"
    assert outside in message
    left = f"{found['weights']} of 4096, which is {100 * found['weights'] / 4096:.1f} %"
    assert explorer(page).locator(".weights").inner_text() == f"Weights left: {left}"


def test_the_accuracies_are_those_that_the_build_measured(page, measured):
    for state in [(3, 2, 0), (0, 0, 1), (7, 0, 2), (3, 5, 3)]:
        i, j, k = state
        set_to(page, *state)
        shown = explorer(page).evaluate("element => element.value")
        alone, votes = measured["alone"][k][i][j], np.array(measured["together"][k])
        assert shown["alone"] == alone
        assert shown["together"] == pytest.approx(votes.mean())
        message = explorer(page).locator(".message").inner_text()
        assert f"this patch alone names {100 * alone:.1f} % of {measured['tested']} test" in message
        words = f"{100 * votes.mean():.1f} ± {100 * votes.std(ddof=1):.1f} %; "
        assert f"all 64 patches together, {words}" in message
        assert f"the whole image, {100 * np.mean(measured['whole']):.1f} %." in message


def heights(page: Page, name: str) -> np.ndarray:
    """Where the chart's points of one line are, from the bottom up."""
    circles = explorer(page).locator(f".measured circle[fill='{name}']")
    places = circles.evaluate_all("all => all.map(c => Number(c.getAttribute('cy')))")
    return 176 - np.array(places)


def test_the_chart_shows_both_accuracies_against_k(page, measured):
    set_to(page, 0, 7, 2)
    alone = np.array(measured["alone"])[:, 0, 7]
    np.testing.assert_allclose(heights(page, ORANGE), 162 * alone)
    np.testing.assert_allclose(heights(page, BLUE), 162 * np.mean(measured["together"], axis=1))
    marked = explorer(page).locator(".measured circle[r='6']")
    assert (
        marked.evaluate_all("all => all.map(c => Number(c.getAttribute('cx')))")
        == [pytest.approx(58 + 248 * 2 / 3)] * 2
    )


def test_a_finger_chooses_a_pixel(open_page):
    page = open_page(PAGE, width=390, has_touch=True)
    explorer(page).locator("g[data-row='6'][data-column='1']").tap()
    assert value(page) == expected(6, 1, 1)


def test_without_its_measurements_it_says_so_and_stays_as_it_is(open_page):
    page = open_page(PAGE)
    page.route(f"**/{MODULE}", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("patch-explorer .missing")
    assert "4 of the 9 are pixels of the image" in explorer(page).inner_text()
    assert "can’t be loaded" in explorer(page).inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page(PAGE, theme=theme, width=width)
    slide_to(page, 0, 0, 2)
    stage = explorer(page).locator(".stage")
    assert stage.evaluate("stage => stage.scrollWidth <= stage.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert small_texts(page, "patch-explorer") == []
    for target in explorer(page).locator(".controls label, g.within").all():
        assert round(target.bounding_box()["height"], 1) >= 24
    assert page.problems == []
    assert violations_in(page, "patch-explorer") == []


def test_without_javascript_the_page_says_what_it_shows(open_page):
    page = open_page(PAGE, java_script_enabled=False)
    assert "4 of the 9 are pixels of the image and 5 lie outside it" in explorer(page).inner_text()
