"""What an output, a pixel's or a weight's gradient gathers, against convbook's own gradients."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from accessibility import violations_in
from element_pages import message, misfits, serve_elements
from element_pages import value as value_of
from playwright.sync_api import Locator, Page

from convbook import conv2d, conv_backward

NAME = "gradient-flow"
HEIGHT, WIDTH = 5, 6
SIZES = ["3×3", "2×2", "2×3"]
SETTINGS = list(itertools.product(SIZES, (1, 2), (0, 1), (1, 2)))
PAGES = {"flow": NAME, "unheard": f'{NAME} size="3"'}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_elements(tmp_path_factory.mktemp("book"), PAGES) as address:
        yield address


@pytest.fixture(scope="module")
def kept(keep_page) -> Page:
    return keep_page("flow.html")


@pytest.fixture
def page(kept: Page) -> Page:
    """A page that tests share, in the state in which it begins."""
    kept.reload()
    return kept


def value(page: Page) -> dict[str, Any]:
    return value_of(page, NAME)


def turn(page: Page, setting: tuple[str, int, int, int], *chosen: Any) -> dict[str, Any]:
    """Bring the element into a state at once, look at (kind, row, column), return its value."""
    return page.locator(NAME).evaluate(
        """(element, [setting, chosen]) => {
          ["size", "stride", "padding", "dilation"].forEach((name, n) => {
            element[name].value = setting[n];
          });
          element.choose(...chosen);
          return element.value;
        }""",
        [setting, chosen],
    )


def batched(rows: list[list[int]]) -> np.ndarray:
    return np.array(rows)[None, None]


@pytest.mark.parametrize("seeds", [1, 2])
def test_all_three_gradients_and_the_output_are_those_of_convbook(page, seeds):
    for _ in range(seeds - 1):
        page.get_by_role("button", name="New numbers").click()
    for setting in SETTINGS:
        found = turn(page, setting, "output", 0, 0)
        size, *steps = setting
        assert found["size"] == [int(side) for side in size.split("×")]
        assert [found["stride"], found["padding"], found["dilation"]] == steps
        x, kernel, grad = (batched(found[name]) for name in ("x", "kernel", "grad"))
        assert x.shape[2:] == (HEIGHT, WIDTH)
        out = conv2d(x, kernel, None, *steps)
        gradients = conv_backward(grad, x, kernel, *steps)
        np.testing.assert_array_equal(batched(found["out"]), out)
        np.testing.assert_array_equal(batched(found["gradX"]), gradients.x)
        np.testing.assert_array_equal(batched(found["gradWeight"]), gradients.weight)
        assert found["gradBias"] == gradients.bias.item()


@pytest.mark.parametrize(
    ("view", "result"), [("output", "out"), ("pixel", "gradX"), ("weight", "gradWeight")]
)
def test_the_terms_that_it_writes_add_up_to_the_number_that_it_shows(page, view, result):
    for setting in SETTINGS:
        shape = np.shape(turn(page, setting, view, 0, 0)[result])
        for i, j in np.ndindex(shape):
            found = turn(page, setting, view, i, j)
            assert (found["view"], found["row"], found["column"]) == (view, i, j)
            assert found["sum"] == found[result][i][j]
            assert found["sum"] == sum(one * other for one, other in found["terms"])


def formula(page: Page) -> str:
    return page.locator(f"{NAME} .formula").inner_text().replace("\n", "")


def test_a_gradient_of_a_weight_gathers_every_output_and_the_pixel_that_it_met(page):
    found = turn(page, ("2×2", 2, 0, 1), "weight", 1, 0)
    x, grad = np.array(found["x"]), np.array(found["grad"])
    assert found["terms"] == [
        [g, p] for g, p in zip(grad.ravel().tolist(), x[1::2, 0::2].ravel().tolist(), strict=True)
    ]
    assert "The stride of 2 sets these pixels 2 apart" in message(page, NAME)
    written = formula(page).replace("−", "-").replace("∂L/∂W2,1", "")
    assert eval(written.split("=")[1].replace("·", "*")) == found["sum"]
    assert int(written.split("=")[2]) == found["sum"]


def test_a_gradient_of_a_pixel_meets_the_kernel_in_reverse_order(page):
    found = turn(page, ("2×3", 1, 0, 1), "pixel", 2, 3)
    grad, kernel = np.array(found["grad"]), np.array(found["kernel"])
    window = grad[1:3, 1:4].ravel().tolist()
    assert found["terms"] == [
        [g, w] for g, w in zip(window, kernel[::-1, ::-1].ravel().tolist(), strict=True)
    ]
    assert "is read by 6 outputs" in message(page, NAME)
    assert "the kernel is flipped" in message(page, NAME)


MESSAGES = [
    (
        ("3×3", 1, 1, 1),
        ("output", 0, 0),
        "Forward: the output in row 1, column 1 adds up 4 products of a weight and the pixel below "
        "it. It is {sum}. 5 more weights meet zeros of the padding.",
    ),
    (
        ("2×2", 1, 0, 1),
        ("pixel", 0, 0),
        "Backward: the pixel in row 1, column 1 is read by 1 output. Its gradient adds up 1 "
        "product of an output’s gradient and the weight that the pixel had there. It is {sum}.",
    ),
    (
        ("3×3", 2, 0, 1),
        ("pixel", 2, 5),
        "Backward: no output reads the pixel in row 3, column 6, so its gradient is 0.",
    ),
    (
        ("2×2", 1, 1, 2),
        ("weight", 0, 1),
        "Backward: the weight in row 1, column 2 serves all outputs. Its gradient adds up 20 "
        "products of an output’s gradient and the pixel that the weight met there. It is {sum}. "
        "10 more outputs met the weight with a zero of the padding. The dilation of 2 is the step "
        "from one weight’s pixels to the next weight’s, as a stride is.",
    ),
]


@pytest.mark.parametrize(("setting", "chosen", "sentence"), MESSAGES)
def test_the_message_says_it_in_words(page, setting, chosen, sentence):
    found = turn(page, setting, *chosen)
    assert message(page, NAME) == sentence.format(sum=str(found["sum"]).replace("-", "−"))
    assert page.locator(f"{NAME} .message").get_attribute("aria-live") == "polite"


def test_it_begins_with_an_output_and_loads_without_trouble(open_page):
    page = open_page("flow.html")
    found = value(page)
    assert (found["view"], found["row"], found["column"]) == ("output", 1, 1)
    assert (found["stride"], found["padding"], found["dilation"]) == (1, 0, 1)
    assert page.problems == []
    assert page.outside == []


def test_choices_and_sliders_by_keyboard(page):
    page.get_by_label("Look at").focus()
    page.keyboard.press("ArrowDown")
    page.get_by_role("slider", name="Row").focus()
    page.keyboard.press("End")
    page.get_by_role("slider", name="Column").focus()
    page.keyboard.press("End")
    found = value(page)
    assert (found["view"], found["row"], found["column"]) == ("pixel", HEIGHT - 1, WIDTH - 1)
    page.get_by_label("Look at").focus()
    page.keyboard.press("ArrowDown")
    found = value(page)
    assert (found["view"], found["row"], found["column"]) == ("weight", 2, 2)
    sliders = [page.get_by_role("slider", name=name) for name in ("Row", "Column")]
    assert [slider.get_attribute("max") for slider in sliders] == ["3", "3"]
    assert page.locator(f"{NAME} output").all_text_contents() == ["3", "3"]


def test_a_smaller_kernel_takes_the_choice_back_to_a_weight_that_there_is(page):
    turn(page, ("3×3", 1, 0, 1), "weight", 2, 2)
    page.get_by_role("combobox", name="Kernel").select_option("2×3")
    found = value(page)
    assert (found["row"], found["column"]) == (1, 2)


def result_grid(page: Page) -> Locator:
    return page.locator(NAME).get_by_role("application")


def test_arrow_keys_move_through_the_grid_of_the_result_and_stop_at_its_border(page):
    turn(page, ("3×3", 1, 0, 1), "pixel", 3, 4)
    result_grid(page).focus()
    before = page.evaluate("scrollY")
    for key in ["ArrowDown"] * 4 + ["ArrowRight"] * 3 + ["ArrowLeft"] * 2 + ["ArrowUp"]:
        page.keyboard.press(key)
    found = value(page)
    assert (found["row"], found["column"]) == (3, 3)
    assert page.evaluate("scrollY") == before
    # The focus is not lost when the grid is drawn anew, and Tab still leaves it.
    assert result_grid(page).evaluate("grid => grid === document.activeElement")
    page.keyboard.press("Tab")
    assert not result_grid(page).evaluate("grid => grid === document.activeElement")


def test_a_click_in_any_grid_looks_at_its_number(page):
    for name, kind, (i, j) in [
        ("Kernel W", "weight", (2, 0)),
        ("Input X", "pixel", (4, 5)),
        ("Gradient of H", "output", (1, 3)),
    ]:
        board = page.locator(f"{NAME} svg[aria-label^='{name}']")
        board.locator(f"g[data-row='{i}'][data-column='{j}']").click()
        found = value(page)
        assert (found["view"], found["row"], found["column"]) == (kind, i, j)


def test_a_finger_chooses_a_weight(open_page):
    page = open_page("flow.html", width=390, has_touch=True)
    page.locator(f"{NAME} svg[aria-label^='Kernel W'] g[data-row='0'][data-column='2']").tap()
    found = value(page)
    assert (found["view"], found["row"], found["column"]) == ("weight", 0, 2)


def test_a_screen_reader_gets_the_numbers_of_the_grids_that_are_multiplied(page):
    found = turn(page, ("2×2", 1, 1, 1), "weight", 0, 0)
    label = page.locator(f"{NAME} svg[role=img]").first.get_attribute("aria-label")
    rows = "; ".join(", ".join(map(str, row)) for row in found["x"])
    assert label == f"Input X, 5 × 6: {rows}"
    assert result_grid(page).get_attribute("aria-label") == (
        "Gradient of W, 2 × 2: the arrow keys choose one of its numbers"
    )


def lit(page: Page, board: str) -> list[list[int]]:
    """The places of a grid's entries that take part, without those of the padding."""
    return page.locator(f"{NAME} svg[aria-label^='{board}'] g.entry.lit").evaluate_all(
        "cells => cells.map(({ dataset }) => [Number(dataset.row), Number(dataset.column)])"
    )


def test_the_entries_that_take_part_are_lit(page):
    turn(page, ("2×2", 2, 0, 2), "output", 1, 1)
    assert lit(page, "Input X") == [[2, 2], [2, 4], [4, 2], [4, 4]]
    assert lit(page, "Kernel W") == [[0, 0], [0, 1], [1, 0], [1, 1]]
    turn(page, ("2×2", 2, 0, 2), "pixel", 2, 2)
    assert lit(page, "Gradient of H") == [[0, 0], [0, 1], [1, 0], [1, 1]]
    turn(page, ("2×2", 2, 0, 2), "weight", 0, 1)
    assert lit(page, "Input X") == [[0, 2], [0, 4], [2, 2], [2, 4]]


def test_an_attribute_is_refused_in_words(open_page):
    page = open_page("unheard.html")
    sentence = f'<{NAME}>: has no attribute "size"; it takes none.'
    assert message(page, NAME) == sentence
    assert page.problems == [sentence]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page("flow.html", theme=theme, width=width)
    for chosen in (("output", 0, 0), ("pixel", 2, 3), ("weight", 1, 1)):
        turn(page, ("2×2", 1, 1, 1), *chosen)
        assert misfits(page, NAME) == []
    assert page.problems == []
    assert violations_in(page, NAME) == []


def test_it_fits_a_narrow_phone_too(open_page):
    page = open_page("flow.html", width=320)
    turn(page, ("2×2", 1, 1, 1), "weight", 1, 1)
    assert misfits(page, NAME) == []
