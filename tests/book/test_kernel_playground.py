"""A kernel slides over a photograph: what it sums up, shows and says, by key, mouse and touch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from accessibility import violations_in
from element_pages import Finger, message, misfits, serve_elements
from element_pages import value as value_of
from playwright.sync_api import Locator, Page

from convbook import conv2d
from course.element_data import PARTS, cat, grey_levels

NAME = "kernel-playground"
PHOTOGRAPH = cat(64)
SIDE = 62
SOBEL_X = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
# Weights and divisor of every preset.
PRESETS = {
    "sobel-x": (SOBEL_X, 1),
    "sobel-y": ([-1, -2, -1, 0, 0, 0, 1, 2, 1], 1),
    "ridge": ([-1, -1, -1, -1, 8, -1, -1, -1, -1], 1),
    "laplacian": ([0, -1, 0, -1, 4, -1, 0, -1, 0], 1),
    "box-blur": ([1] * 9, 9),
    "gaussian-blur": ([1, 2, 1, 2, 4, 2, 1, 2, 1], 16),
    "sharpen": ([0, -1, 0, -1, 5, -1, 0, -1, 0], 1),
    "vertical": ([-1, 0, 1] * 3, 1),
    "horizontal": ([-1, -1, -1, 0, 0, 0, 1, 1, 1], 1),
    "shift-right": ([0, 0, 0, 1, 0, 0, 0, 0, 0], 1),
    "identity": ([0, 0, 0, 0, 1, 0, 0, 0, 0], 1),
}
PAGES = {
    "usual": NAME,
    "chosen": f'{NAME} presets="gaussian-blur, identity"',
    "all": f'{NAME} presets="{" ".join(PRESETS)}"',
    "mistyped": f'{NAME} presets="sobel-x sobel"',
    "unheard": f'{NAME} kernel="3"',
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_elements(tmp_path_factory.mktemp("book"), PAGES) as address:
        yield address


@pytest.fixture
def page(open_page) -> Page:
    return open_page("usual.html")


def value(page: Page) -> dict[str, Any]:
    return value_of(page, NAME)


def photograph(page: Page) -> Locator:
    return page.get_by_role("application")


def choice(page: Page, label: str) -> Locator:
    return page.get_by_role("combobox", name=label)


def outputs(
    kernel: list[float], divisor: float = 1, flipped: bool = False, picture: np.ndarray = PHOTOGRAPH
) -> np.ndarray:
    """The whole map as convbook computes it."""
    weights = np.reshape(kernel, (1, 1, 3, 3))
    laid = weights[..., ::-1, ::-1] if flipped else weights
    return conv2d(picture[None, None].astype(float), laid.astype(float))[0, 0] / divisor


def expect_map(found: dict[str, Any], whole: np.ndarray, computed: np.ndarray) -> None:
    """The map holds the right outputs where it is computed, and nothing elsewhere."""
    drawn = np.array(found["map"], dtype=float)
    np.testing.assert_array_equal(~np.isnan(drawn), computed)
    np.testing.assert_allclose(drawn[computed], whole[computed], atol=1e-9)
    assert found["filled"] == computed.sum()


def until(row: int, column: int) -> np.ndarray:
    """All places up to one, in raster order."""
    return np.arange(SIDE * SIDE).reshape(SIDE, SIDE) <= row * SIDE + column


def test_it_begins_at_an_edge_with_the_map_half_full(page):
    found = value(page)
    row, column = found["row"], found["column"]
    patch = PHOTOGRAPH[row : row + 3, column : column + 3].ravel()
    assert found["preset"] == "sobel-x"
    assert found["kernel"] == SOBEL_X
    assert found["patch"] == patch.tolist()
    assert found["products"] == (patch * SOBEL_X).tolist()
    assert found["sum"] == found["output"] == patch @ SOBEL_X
    assert abs(found["output"]) > 200
    expect_map(found, outputs(SOBEL_X), until(row, column))
    assert 0.3 < found["filled"] / SIDE**2 < 0.7
    assert page.problems == []
    assert page.outside == []


@pytest.mark.parametrize("flipped", [False, True])
def test_every_preset_gives_the_map_of_convbook(open_page, flipped):
    page = open_page("all.html")
    page.get_by_role("button", name="Fill all").click()
    if flipped:
        page.get_by_label("Flip the kernel").check()
    everywhere = np.ones((SIDE, SIDE), bool)
    for name, (kernel, divisor) in PRESETS.items():
        choice(page, "Kernel").select_option(name)
        found = value(page)
        assert (found["preset"], found["kernel"], found["divisor"]) == (name, kernel, divisor)
        assert found["flipped"] is flipped
        expect_map(found, outputs(kernel, divisor, flipped), everywhere)


def test_every_photograph_gives_the_map_of_convbook(page):
    page.get_by_role("button", name="Fill all").click()
    everywhere = np.ones((SIDE, SIDE), bool)
    for name in PARTS:
        choice(page, "Photograph").select_option(name)
        found = value(page)
        picture = grey_levels(name, 64)
        assert found["photograph"] == name
        expect_map(found, outputs(SOBEL_X, picture=picture), everywhere)
        i, j = found["row"], found["column"]
        assert found["patch"] == picture[i : i + 3, j : j + 3].ravel().tolist()
    shown = page.locator(f"{NAME} canvas").first.evaluate(
        "photo => [...photo.getContext('2d').getImageData(0, 0, 64, 64).data]"
    )
    np.testing.assert_array_equal(np.reshape(shown, (64, 64, 4))[..., 0], grey_levels(name, 64))


def test_weights_are_edited_by_keyboard_and_are_then_ones_own(page):
    page.get_by_role("button", name="Fill all").click()
    weight = page.get_by_label("row 1, column 2")
    weight.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("-1.5")
    page.get_by_label("divided by").fill("4")
    kernel = SOBEL_X.copy()
    kernel[1] = -1.5
    found = value(page)
    assert (found["preset"], found["kernel"], found["divisor"]) == ("own", kernel, 4)
    expect_map(found, outputs(kernel, 4), np.ones((SIDE, SIDE), bool))
    assert "divided by 4" in message(page, NAME)
    page.get_by_label("Flip the kernel").check()
    expect_map(value(page), outputs(kernel, 4, flipped=True), np.ones((SIDE, SIDE), bool))
    assert "flipped, which is convolution in the strict sense" in message(page, NAME)


def test_an_empty_weight_is_zero_and_nothing_divides_by_zero(page):
    page.get_by_label("row 2, column 1").fill("")
    page.get_by_label("divided by").fill("0")
    found = value(page)
    assert found["kernel"][3] == 0
    assert found["divisor"] == 1
    assert "An empty weight counts as 0." in message(page, NAME)
    assert "Only a number above 0 can divide" in message(page, NAME)


def test_arrow_keys_move_the_window_and_stop_at_the_border(page):
    found = value(page)
    i, j = found["row"], found["column"]
    computed = until(i, j)
    photograph(page).focus()
    before = page.evaluate("scrollY")
    steps = {"ArrowUp": (-1, 0), "ArrowDown": (1, 0), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
    for key in ["ArrowDown"] * 40 + ["ArrowRight"] * 3 + ["ArrowUp"] * 2 + ["ArrowLeft"]:
        page.keyboard.press(key)
        i = min(max(i + steps[key][0], 0), SIDE - 1)
        j = min(max(j + steps[key][1], 0), SIDE - 1)
        computed[i, j] = True
    found = value(page)
    assert (found["row"], found["column"]) == (i, j)
    expect_map(found, outputs(SOBEL_X), computed)
    assert page.evaluate("scrollY") == before
    assert f"Window at row {i + 1}, column {j + 1}:" in message(page, NAME)
    assert page.locator(f"{NAME} input[type=range]").input_value() == str(i * SIDE + j)
    page.keyboard.press("Tab")
    assert not photograph(page).evaluate("node => node === document.activeElement")


def test_the_slider_goes_in_raster_order_and_fills_the_map_up_to_the_window(page):
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect_map(value(page), outputs(SOBEL_X), until(0, 3))
    assert slider.get_attribute("aria-valuetext") == "row 1, column 4"
    page.keyboard.press("End")
    found = value(page)
    assert (found["row"], found["column"], found["filled"]) == (SIDE - 1, SIDE - 1, SIDE**2)


def place(page: Page, row: float, column: float) -> tuple[float, float]:
    """Where the middle of a window stands on the screen."""
    photograph(page).scroll_into_view_if_needed()
    box = photograph(page).bounding_box()
    scale = box["width"] / 64
    return box["x"] + (column + 1.5) * scale, box["y"] + (row + 1.5) * scale


def test_the_mouse_drags_the_window_and_leaves_no_gap_in_its_trail(page):
    page.get_by_role("button", name="Empty").click()
    page.mouse.move(*place(page, 10, 10))
    page.mouse.down()
    page.get_by_role("button", name="Empty").evaluate("button => button.click()")
    page.mouse.move(*place(page, 10, 30))
    page.mouse.move(*place(page, 20, 30))
    page.mouse.up()
    page.mouse.move(*place(page, 40, 40))
    found = value(page)
    assert (found["row"], found["column"]) == (20, 30)
    trail = np.zeros((SIDE, SIDE), bool)
    trail[10, 10:31] = trail[10:21, 30] = True
    expect_map(found, outputs(SOBEL_X), trail)


def test_a_finger_drags_the_window_and_the_page_stays(open_page):
    page = open_page("usual.html", width=390, has_touch=True, is_mobile=True)
    start = place(page, 10, 10)
    before = page.evaluate("scrollY")
    Finger(page).drag(start, place(page, 40, 25))
    found = value(page)
    assert (found["row"], found["column"]) == (40, 25)
    assert page.evaluate("scrollY") == before


def test_play_fills_the_map_in_raster_order_quietly_and_stops_when_asked(page):
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    live = page.locator(f"{NAME} .message")
    page.get_by_role("button", name="Play").click()
    assert value(page)["isPlaying"]
    page.wait_for_function(f"document.querySelector('{NAME}').value.filled > 5")
    assert live.get_attribute("aria-live") == "off"
    page.get_by_role("button", name="Pause").click()
    found = value(page)
    assert not found["isPlaying"]
    expect_map(found, outputs(SOBEL_X), until(found["row"], found["column"]))
    assert live.get_attribute("aria-live") == "polite"
    assert f"{found['filled']} of the map’s 62 × 62 = 3844 outputs" in message(page, NAME)


def test_play_ends_at_the_last_place_and_then_begins_again(page):
    page.get_by_role("slider").focus()
    page.keyboard.press("End")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()
    found = value(page)
    assert (found["row"], found["column"], found["filled"]) == (SIDE - 1, SIDE - 1, SIDE**2)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"document.querySelector('{NAME}').value.filled < 100")
    page.get_by_role("button", name="Pause").click()
    assert value(page)["row"] <= 1


def test_a_reader_who_wants_no_motion_gets_a_row_at_a_time(open_page):
    page = open_page("usual.html", reduced_motion="reduce")
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # only `run_for` lets time pass
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Play").click()
    filled = []
    for _ in range(3):
        page.clock.run_for(1000)
        filled.append(value(page)["filled"])
    assert filled == [SIDE + 1, 2 * SIDE + 1, 3 * SIDE + 1]
    kernel = page.locator(f"{NAME} .kernel .nine")
    assert kernel.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"


def test_the_sum_is_shown_as_numbers(page):
    found = value(page)
    texts = [
        page.locator(f"{NAME} .{part} span").all_text_contents() for part in ("patch", "products")
    ]
    minus = str.maketrans("-", "−")
    assert texts == [
        [f"{number:g}".translate(minus) for number in found[part]] for part in ("patch", "products")
    ]
    assert page.locator(f"{NAME} .output").text_content() == f"{found['sum']}".translate(minus)
    spoken = page.get_by_role("img", name="Products").get_attribute("aria-label")
    assert spoken == "Products: " + ", ".join(texts[1])


def colours(page: Page) -> np.ndarray:
    """The painted map: red, green, blue and opacity of each of its pixels."""
    data = (
        page.locator(f"{NAME} canvas")
        .nth(1)
        .evaluate("map => [...map.getContext('2d').getImageData(0, 0, map.width, map.height).data]")
    )
    return np.reshape(data, (SIDE, SIDE, 4))


def test_what_is_negative_is_orange_and_the_scale_is_said_in_words(page):
    whole = outputs(SOBEL_X)
    page.get_by_role("button", name="Fill all").click()
    red, _, blue, opacity = np.moveaxis(colours(page), -1, 0)
    assert (opacity == 255).all()
    strong = abs(whole) >= 8  # What is nearer to 0 is black.
    np.testing.assert_array_equal((red > blue)[strong], (whole < 0)[strong])
    np.testing.assert_array_equal(((red == blue) & (red > 0))[strong], (whole > 0)[strong])
    scale = page.locator(f"{NAME} .scale").last
    lowest = f"−{-whole.min():.0f}"
    assert f"Orange is negative, down to {lowest}." in scale.inner_text()
    choice(page, "Kernel").select_option("identity")
    assert scale.inner_text() == "Black is 0, white is 255 and more. No output is negative."
    np.testing.assert_array_equal(colours(page)[..., 0], PHOTOGRAPH[1:-1, 1:-1])


def test_the_page_chooses_the_presets_and_the_first_is_laid_on(open_page):
    page = open_page("chosen.html")
    names = (
        choice(page, "Kernel")
        .locator("option")
        .evaluate_all("all => all.map(option => option.value)")
    )
    assert names == ["gaussian-blur", "identity", "own"]
    assert (value(page)["kernel"], value(page)["divisor"]) == PRESETS["gaussian-blur"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mistyped", 'presets="sobel-x sobel" has "sobel", which is none of: identity, box-blur,'),
        ("unheard", 'has no attribute "kernel"; it takes: presets.'),
    ],
)
def test_what_it_does_not_know_is_refused_in_words(open_page, name, sentence):
    page = open_page(f"{name}.html")
    assert message(page, NAME).startswith(f"<{NAME}>: {sentence}")
    assert len(page.problems) == 1
    assert sentence in page.problems[0]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page("usual.html", theme=theme, width=width, reduced_motion="reduce")
    choice(page, "Kernel").select_option("box-blur")
    assert misfits(page, NAME) == []
    choice(page, "Kernel").select_option("ridge")
    page.get_by_label("Flip the kernel").check()
    assert misfits(page, NAME) == []
    assert page.problems == []
    assert violations_in(page, NAME) == []


@pytest.mark.parametrize("width", [320, 768])
def test_it_fits_other_widths_too(open_page, width):
    assert misfits(open_page("usual.html", width=width), NAME) == []
