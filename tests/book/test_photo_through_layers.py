"""One photograph through three layers: outputs, weights and costs, by key, mouse and touch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from accessibility import violations_in
from element_pages import Finger, message, misfits, serve_elements
from element_pages import value as value_of
from playwright.sync_api import Locator, Page

from convbook import (
    conv2d,
    conv_parameters,
    dense,
    dense_parameters,
    locally_connected,
    locally_connected_parameters,
)
from course.element_data import cat

NAME = "photo-through-layers"
SIDE = 32
PICTURE = cat(SIDE)[None, None].astype(float)
SOBEL_X = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
LAYERS = ("dense", "local", "convolutional")
JOBS = {"edges": "All find edges", "more": "Each its own job", "random": "Random weights"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pages = {"photo": NAME, "unheard": f'{NAME} photograph="chelsea"'}
    with serve_elements(tmp_path_factory.mktemp("book"), pages) as address:
        yield address


@pytest.fixture
def page(open_page) -> Page:
    return open_page("photo.html")


def value(page: Page) -> dict[str, Any]:
    return value_of(page, NAME)


def weights(page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The weights of the three layers in convbook's layouts."""
    matrix, own, kernel = page.locator(NAME).evaluate(
        """element => {
          const {dense, local, convolutional} = element.weights;
          return [[...dense].join(), local, convolutional];
        }"""
    )
    return (
        np.fromstring(matrix, sep=",").reshape(SIDE**2, SIDE**2),
        np.reshape(own, (SIDE, SIDE, 1, 1, 3, 3)).astype(float),
        np.reshape(kernel, (1, 1, 3, 3)).astype(float),
    )


def choose_job(page: Page, job: str) -> None:
    page.get_by_label(JOBS[job]).check()


def expect_outputs(page: Page) -> list[np.ndarray]:
    """Check the outputs against convbook's layers with the element's weights, and return them."""
    matrix, own, kernel = weights(page)
    expected = [
        dense(PICTURE.reshape(1, -1), matrix).reshape(SIDE, SIDE),
        locally_connected(PICTURE, own, padding=1)[0, 0],
        conv2d(PICTURE, kernel, padding=1)[0, 0],
    ]
    found = [np.array(value(page)["outputs"][layer]) for layer in LAYERS]
    for output, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(output, wanted, rtol=0, atol=1e-9)
    return found


def test_all_three_find_edges_and_agree_pixel_for_pixel(page):
    outputs = expect_outputs(page)
    edges = conv2d(PICTURE, SOBEL_X[None, None].astype(float), padding=1)[0, 0]
    for output in outputs:
        np.testing.assert_array_equal(output, edges)
    matrix, own, kernel = weights(page)
    np.testing.assert_array_equal(kernel[0, 0], SOBEL_X)
    assert (own == SOBEL_X).all()
    # The dense layer has every weight; those beyond a patch are 0. Two columns of a kernel aren't,
    # and at the border a row or a column of it has no pixel.
    assert np.count_nonzero(matrix) == 2 * (SIDE - 1) * (SIDE + 2 * (SIDE - 1))
    found = value(page)
    row, column = found["row"], found["column"]
    assert message(page, NAME) == (
        "All three find vertical edges, and their outputs are equal, pixel for pixel: each layer "
        "is a special case of the one before it. The output in row "
        f"{row + 1}, column {column + 1} is {edges[row, column]:.0f} in all three; for it the "
        "dense layer weighs all 1024 pixels, the other two weigh 9."
    ).replace(" -", " −")
    assert page.problems == []
    assert page.outside == []


def test_each_does_what_the_next_one_can_not(page):
    choose_job(page, "more")
    upside_down, mixed, edges = expect_outputs(page)
    np.testing.assert_array_equal(upside_down, PICTURE[0, 0, ::-1])
    np.testing.assert_array_equal(mixed[:, 16:], edges[:, 16:])
    blurred = conv2d(PICTURE, np.full((1, 1, 3, 3), 1 / 9), padding=1)[0, 0]
    np.testing.assert_allclose(mixed[:, :16], blurred[:, :16], atol=1e-9)
    assert message(page, NAME).startswith(
        "Dense turns the picture upside down. Locally connected blurs on the left and finds edges "
        "on the right. Convolutional can do neither: it does one thing, everywhere."
    )


def test_random_weights_are_small_whole_numbers_and_new_ones_differ(page):
    assert page.get_by_role("button", name="New random weights").count() == 0
    choose_job(page, "random")
    before = expect_outputs(page)
    for array in weights(page):
        assert set(np.unique(array)) <= set(range(-3, 4))
    page.get_by_role("button", name="New random weights").click()
    after = expect_outputs(page)
    assert value(page)["seed"] == 2
    assert all((one != other).any() for one, other in zip(before, after, strict=True))
    assert "weights drawn at random" in message(page, NAME)
    # The convolution's output resembles the photograph, shifted or filtered; the others don't.
    dense_output, local_output, convolved = after

    def smoothness(image: np.ndarray) -> float:
        """How alike neighbours are: near 1 in photographs, near 0 in noise."""
        return float(np.corrcoef(image[:, 1:].ravel(), image[:, :-1].ravel())[0, 1])

    assert abs(smoothness(dense_output)) < 0.2
    assert abs(smoothness(local_output)) < 0.2
    assert abs(smoothness(convolved)) > 0.3


@pytest.mark.parametrize(("side", "channels"), [(32, 1), (256, 3), (1024, 3)])
def test_weights_are_counted_as_convbook_counts_them(page, side, channels):
    page.get_by_label("Count for").select_option(str(side))
    numbers = [
        dense_parameters(side, side, channels, channels),
        locally_connected_parameters(side, side, channels, channels, s=3),
        conv_parameters(channels, channels, s=3),
    ]
    assert value(page)["counts"] == dict(zip(LAYERS, map(str, numbers), strict=True))
    shown = page.locator(f"{NAME} .cost strong").all_text_contents()
    assert [int(text.replace("\u2009", "")) for text in shown] == numbers
    if side == 256:
        sizes = page.locator(f"{NAME} .cost span:last-child").all_text_contents()
        assert sizes == ["154.6 GB", "21.2 MB", "324 bytes"]


def output_of(page: Page, layer: str) -> Locator:
    return page.locator(f"{NAME} section.{layer}").get_by_role("application")


def pixel(page: Page, layer: str, row: int, column: int) -> tuple[float, float]:
    """Where a pixel of a layer's output is on the screen."""
    output_of(page, layer).scroll_into_view_if_needed()
    box = output_of(page, layer).bounding_box()
    scale = box["width"] / SIDE
    return box["x"] + (column + 0.5) * scale, box["y"] + (row + 0.5) * scale


def chosen(page: Page) -> tuple[int, int]:
    found = value(page)
    return found["row"], found["column"]


def test_the_mouse_chooses_an_output_by_pointing_at_it_and_nothing_is_read_aloud(page):
    live = page.locator(f"{NAME} .message")
    for layer, place in zip(LAYERS, [(3, 29), (0, 0), (31, 17)], strict=True):
        page.mouse.move(*pixel(page, layer, *place))
        assert chosen(page) == place
        assert live.get_attribute("aria-live") == "off"
        assert f"row {place[0] + 1}, column {place[1] + 1} is" in live.inner_text()
        near = 4 if place == (0, 0) else 6 if 31 in place else 9
        assert live.inner_text().endswith(f"the other two weigh {near}.")
    assert page.get_by_label("Output in row").input_value() == "32"


@pytest.mark.parametrize("layer", LAYERS)
def test_arrow_keys_choose_an_output_and_stop_at_the_border(page, layer):
    output_of(page, layer).focus()
    before = page.evaluate("scrollY")
    i, j = chosen(page)
    for key in ["ArrowUp"] * (i + 2) + ["ArrowRight"] * 3 + ["ArrowLeft"] + ["ArrowDown"] * 4:
        page.keyboard.press(key)
    assert chosen(page) == (4, j + 2)
    assert page.evaluate("scrollY") == before
    assert page.locator(f"{NAME} .message").get_attribute("aria-live") == "polite"


def test_sliders_choose_an_output(page):
    for slider, key in zip(page.get_by_role("slider").all(), ("End", "Home"), strict=True):
        slider.focus()
        page.keyboard.press(key)
    assert chosen(page) == (31, 0)


def test_a_tap_and_a_finger_that_moves_sideways_choose_an_output(open_page):
    page = open_page("photo.html", width=390, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*pixel(page, "local", 20, 8))
    assert chosen(page) == (20, 8)
    before = page.evaluate("scrollY")
    Finger(page).drag(pixel(page, "local", 20, 8), pixel(page, "local", 20, 27))
    assert chosen(page) == (20, 27)
    assert page.evaluate("scrollY") == before


def painted(page: Page, layer: str) -> np.ndarray:
    """The picture of what the chosen output weighs: red, green and blue."""
    data = page.locator(f"{NAME} section.{layer} canvas").first.evaluate(
        "view => [...view.getContext('2d').getImageData(0, 0, 32, 32).data]"
    )
    return np.reshape(data, (SIDE, SIDE, 4))[..., :3].astype(int)


@pytest.mark.parametrize("place", [(10, 12), (0, 31), (31, 5)])
def test_the_picture_shows_what_the_chosen_output_weighs(page, place):
    page.mouse.move(*pixel(page, "local", *place))
    rows, columns = np.ogrid[:SIDE, :SIDE]
    near = np.maximum(abs(rows - place[0]), abs(columns - place[1])) <= 1
    left, right = near & (columns < place[1]), near & (columns > place[1])
    for layer in LAYERS:
        colours = painted(page, layer)
        red, _, blue = np.moveaxis(colours, -1, 0)
        np.testing.assert_array_equal(red > blue, left)  # Orange: negative weights.
        np.testing.assert_array_equal(blue > red, right)
        # Where nothing is seen it is dark; the dense layer sees all.
        grey = PICTURE[0, 0] if layer == "dense" else 0.3 * PICTURE[0, 0]
        np.testing.assert_allclose(red[~near], grey[~near], atol=1)


def test_an_attribute_is_refused_in_words(open_page):
    page = open_page("unheard.html")
    sentence = f'<{NAME}>: has no attribute "photograph"; it takes none.'
    assert message(page, NAME) == sentence
    assert page.problems == [sentence]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page("photo.html", theme=theme, width=width)
    for job in JOBS:
        choose_job(page, job)
        assert misfits(page, NAME) == []
    page.get_by_label("Count for").select_option("1024")
    assert misfits(page, NAME) == []
    assert page.problems == []
    assert violations_in(page, NAME) == []


@pytest.mark.parametrize("width", [320, 768])
def test_it_fits_other_widths_too(open_page, width):
    assert misfits(open_page("photo.html", width=width), NAME) == []
