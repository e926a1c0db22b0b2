"""The memory strip: NumPy's shapes, strides and offsets, chosen by keyboard, mouse and touch."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from accessibility import small_texts, violations_in
from browsing import OpenPage, opener
from element_pages import message, misfits, serve_elements, value
from playwright.sync_api import Browser, Locator, Page

NAME = "memory-strip"
SHAPES = {"last": (4, 5, 3), "first": (3, 4, 5)}
OPERATIONS = ["all", "slice", "step", "flip", "channel", "transpose", "move", "vect", "pixels",
              "move-pixels", "transpose-vect", "list"]  # fmt: skip


@pytest.fixture(scope="module")
def strips(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenPage]:
    """Opens pages with an element each."""
    tags = {
        "strip": NAME,
        "whole": f'{NAME} operations="all"',
        "wrong": f'{NAME} operations="rotate"',
    }
    folder = tmp_path_factory.mktemp("strips")
    with serve_elements(folder, tags) as site, opener(browser, site) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def kept(strips: OpenPage) -> Page:
    return strips("strip.html", width=390, has_touch=True)


@pytest.fixture
def page(kept: Page) -> Page:
    """A page that tests share, in the state in which it begins."""
    kept.set_viewport_size({"width": 1280, "height": 900})
    turn(kept, "last", "all")
    square(kept, "memory", 18).evaluate("square => square.click()")
    return kept


def turn(page: Page, layout: str, operation: str) -> dict[str, Any]:
    page.get_by_label("Layout").select_option(layout)
    page.get_by_label("z =").select_option(operation)
    return value(page, NAME)


def square(page: Page, board: str, offset: int) -> Locator:
    """A square of the image `x`, of the result `z` or of the `memory`."""
    # The whole image is its own result.
    shown = "z" if board == "x" and value(page, NAME)["operation"] == "all" else board
    return page.locator(f"{NAME} figure.{shown} [data-offset='{offset}']").first


def image(layout: str) -> np.ndarray:
    """An image whose every number is its own offset."""
    return np.arange(60).reshape(SHAPES[layout])


def in_numpy(layout: str, code: str) -> tuple[np.ndarray, np.ndarray]:
    """The image and what the code makes of it."""
    x = image(layout)
    return x, eval(code, {"x": x})


@pytest.mark.parametrize("layout", SHAPES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_shape_strides_offsets_and_view_or_copy_are_numpys(page, layout, operation):
    shown = turn(page, layout, operation)
    x, z = in_numpy(layout, shown["code"])
    is_view = bool(np.shares_memory(x, z))
    assert shown["shape"] == list(z.shape)
    assert shown["strides"] == [step // z.itemsize for step in z.strides]
    assert shown["offsets"] == z.ravel().tolist()
    assert shown["start"] == (z.ravel()[0] if is_view else 0)
    assert shown["kind"] == ("same" if operation == "all" else "view" if is_view else "copy")


@pytest.mark.parametrize("layout", SHAPES)
@pytest.mark.parametrize("operation", ["all", "flip", "step", "transpose-vect", "list"])
def test_every_number_is_found_where_its_index_leads(page, layout, operation):
    shown = turn(page, layout, operation)
    _, z = in_numpy(layout, shown["code"])
    slider = page.get_by_label("Reading order")
    assert int(slider.get_attribute("max")) == z.size - 1
    for n in range(0, z.size, 7):
        slider.fill(str(n))
        shown = value(page, NAME)
        assert tuple(shown["index"]) == np.unravel_index(n, z.shape)
        assert shown["offset"] == z[tuple(shown["index"])]
        sum_of_strides = np.dot(shown["index"], shown["strides"])
        assert shown["own"] == shown["start"] + sum_of_strides
        if shown["kind"] != "copy":
            assert shown["own"] == shown["offset"]


def test_the_same_number_stays_chosen_where_the_result_reads_it(page):
    square(page, "x", 36).click()
    assert value(page, NAME)["index"] == [2, 2, 0]
    assert turn(page, "last", "transpose")["index"] == [2, 2, 0]
    assert turn(page, "last", "step")["index"] == [1, 1, 0]
    assert turn(page, "first", "step")["index"] == [0, 1, 1]
    # The result reads row 1 and 2 and no column before 2: the nearest is taken.
    turn(page, "last", "all")
    square(page, "x", 0).click()
    assert turn(page, "last", "slice")["index"] == [0, 0, 0]
    assert value(page, NAME)["offset"] == 21


def test_the_layout_says_how_far_apart_the_numbers_of_a_pixel_lie(page):
    assert value(page, NAME)["pixel"] == [18, 19, 20]
    assert turn(page, "first", "all")["pixel"] == [6, 26, 46]
    # What is shown stays the same: the layout moves the numbers, not the picture.
    numbers = turn(page, "first", "move")["numbers"]
    assert numbers == turn(page, "last", "all")["numbers"]


def test_the_formula_has_the_numbers_in_it(page):
    formula = page.locator(f"{NAME} .formula")
    assert formula.inner_text() == (
        "x[1, 1, 0] lies at o + i σh + j σw + d σc = 0 + 1 · 15 + 1 · 3 + 0 · 1 = 18"
    )
    turn(page, "last", "flip")
    assert formula.inner_text() == (
        "z[1, 3, 0] lies at o + i σh + j σw + d σc = 12 + 1 · 15 + 3 · (−3) + 0 · 1 = 18"
    )
    turn(page, "last", "transpose-vect")
    assert formula.inner_text() == (
        "z[15] lies at o + n σn = 0 + 15 · 1 = 15 of its own memory, copied from offset 18 of x’s"
    )
    assert turn(page, "last", "transpose-vect")["own"] == 15


def test_words_say_what_is_shown(page):
    about = page.locator(f"{NAME} .about")
    assert about.inner_text() == (
        "x has the axes rows, columns and channels, shape (4, 5, 3) and strides (15, 3, 1)."
    )
    assert message(page, NAME) == (
        "Row 1, column 1, channel 0 of x: red 255, at offset 18. "
        "The pixel’s 3 numbers lie at 18, 19 and 20."
    )
    turn(page, "last", "flip")
    assert about.inner_text() == (
        "z = x[:, ::-1] has the axes rows, columns and channels, shape (4, 5, 3) "
        "and strides (15, −3, 1). It is a view: it reads all 60 numbers where they are."
    )
    turn(page, "last", "transpose-vect")
    assert about.inner_text().endswith(
        "these offsets, 0, 1, 2, 15, …, go up by 1 and then by 13: "
        "no single stride reads them in this order."
    )
    for live in (".about", ".message"):
        assert page.locator(f"{NAME} {live}").get_attribute("aria-live") == "polite"


def test_the_squares_show_where_in_memory_a_number_lies(page):
    turn(page, "first", "transpose")
    shown = page.locator(f"{NAME} figure.z span").all_text_contents()
    assert shown == [str(n) for n in image("first").transpose(0, 2, 1)[0].ravel()]
    page.get_by_label(re.compile("^Channel")).select_option("2")
    shown = page.locator(f"{NAME} figure.z span").all_text_contents()
    assert shown == [str(n) for n in image("first").transpose(0, 2, 1)[2].ravel()]
    turn(page, "last", "step")
    read = page.locator(f"{NAME} figure.memory:visible .read").all_text_contents()
    assert read == [str(n) for n in sorted(image("last")[::2, ::2].ravel())]


def test_arrow_keys_choose_a_pixel_of_the_result_and_stop_at_its_border(page):
    turn(page, "last", "transpose")
    board = page.get_by_role("application", name="Result z: the arrow keys choose a pixel")
    board.focus()
    before = page.evaluate("scrollY")
    for key in ["ArrowRight"] * 5 + ["ArrowDown"] * 2 + ["ArrowLeft"]:
        page.keyboard.press(key)
    # From column 1, row 1 of the image to row 3, down to column 3, back to row 2.
    assert value(page, NAME)["index"] == [3, 2, 0]
    assert value(page, NAME)["offset"] == image("last")[2, 3, 0]
    for key in ["ArrowUp"] * 6 + ["ArrowLeft"] * 6:
        page.keyboard.press(key)
    assert value(page, NAME)["index"] == [0, 0, 0]
    assert page.evaluate("scrollY") == before
    assert board.evaluate("board => board === document.activeElement")


def test_arrow_keys_go_through_a_vector_by_single_numbers(page):
    turn(page, "last", "vect")
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowRight")
    assert value(page, NAME)["index"] == [19]
    page.keyboard.press("ArrowRight")
    assert value(page, NAME)["index"] == [19]
    page.keyboard.press("ArrowDown")
    assert value(page, NAME)["index"] == [29]


def test_a_click_in_the_memory_chooses_what_is_read_and_nothing_else(page):
    turn(page, "last", "step")
    square(page, "memory", 43).click()
    assert (value(page, NAME)["index"], value(page, NAME)["pixel"]) == ([1, 2, 1], [42, 43, 44])
    square(page, "memory", 40).click()
    assert value(page, NAME)["offset"] == 43
    marked = page.locator(f"{NAME} figure.memory:visible :is(.same, .chosen)")
    assert marked.all_text_contents() == ["42", "43", "44"]


def test_a_finger_chooses_a_pixel(page):
    page.set_viewport_size({"width": 390, "height": 900})
    turn(page, "first", "flip")
    square(page, "z", 13).tap()
    assert value(page, NAME)["offset"] == 13
    assert value(page, NAME)["index"] == [0, 2, 1]


def test_with_one_operation_there_is_none_to_choose(strips):
    page = strips("whole.html")
    assert page.get_by_label("z =").is_hidden()
    assert value(page, NAME)["kind"] == "same"
    assert page.problems == []


def test_an_unknown_operation_is_refused_in_words(strips):
    page = strips("wrong.html")
    sentence = '<memory-strip>: operations="rotate" has "rotate", which is none of: all, slice'
    assert message(page, NAME).startswith(sentence)


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_page(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for layout in SHAPES:
        for operation in OPERATIONS:
            turn(page, layout, operation)
            assert misfits(page, NAME) == [], (layout, operation)
            assert small_texts(page, NAME) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(strips, theme):
    page = strips("strip.html", theme=theme)
    assert page.problems == []
    for state in (("first", "step"), ("last", "transpose-vect")):
        turn(page, *state)
        assert violations_in(page, NAME) == []


def test_numbers_can_be_read_where_colours_are_forced(strips):
    page = strips("strip.html", forced_colors="active")
    turn(page, "last", "step")
    # What is read keeps the colour of its light, and with it the ink that reads on it.
    red = square(page, "memory", 0)
    style = red.evaluate("s => [getComputedStyle(s).backgroundColor, getComputedStyle(s).color]")
    assert style == ["rgb(88, 0, 0)", "rgb(255, 255, 255)"]
    assert violations_in(page, NAME) == []


def test_the_chapter_shows_it_twice(open_page):
    page = open_page("chapters/images_as_tensors.html")
    kinds = page.locator(NAME).evaluate_all("all => all.map(one => one.value.operation)")
    assert kinds == ["all", "slice"]
    assert page.problems == []
