"""Shift then layer against layer then shift: what both routes give, by key, mouse and touch."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from accessibility import violations_in
from element_pages import Finger, message, misfits, serve_elements
from element_pages import value as value_of
from playwright.sync_api import Locator, Page

from convbook import conv2d, locally_connected
from course.element_data import cat

NAME = "equivariance-square"
PICTURE = cat(64)[None, None]
SOBEL_X = np.array([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]])
REACH = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pages = {"square": NAME, "unheard": f'{NAME} kernel="sobel"'}
    with serve_elements(tmp_path_factory.mktemp("book"), pages) as address:
        yield address


@pytest.fixture
def page(open_page) -> Page:
    return open_page("square.html")


@pytest.fixture(scope="module")
def kept(keep_page) -> Page:
    """A page for tests that bring it into a state themselves."""
    return keep_page("square.html")


def value(page: Page) -> dict[str, Any]:
    return value_of(page, NAME)


def shifted_picture(page: Page) -> Locator:
    return page.get_by_role("application")


def own_kernels(page: Page) -> np.ndarray:
    """The element's kernels in convbook's layout (h, w, c_out, c, s_h, s_w)."""
    kernels = page.locator(NAME).evaluate("element => element.kernels")
    return np.reshape(kernels, (64, 64, 1, 1, 3, 3))


def turn(page: Page, dy: int, dx: int, shared: bool) -> dict[str, Any]:
    """Bring the element into a state at once, and return its value."""
    return page.locator(NAME).evaluate(
        """(element, [dy, dx, shared]) => {
          element.shared.checked = shared;
          element.moveTo(dy, dx);
          return element.value;
        }""",
        [dy, dx, shared],
    )


def shifted(x: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """The images moved dy down and dx to the right; zeros enter."""
    h, w = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (REACH, REACH), (REACH, REACH)))
    return padded[..., REACH - dy : REACH - dy + h, REACH - dx : REACH - dx + w]


SHIFTS = [(5, 9), (0, 0), (-12, 12), (0, -1), (7, 0), (-3, -8)]


@pytest.mark.parametrize("shared", [False, True])
def test_both_routes_and_their_difference_are_those_of_convbook(kept, shared):
    own = own_kernels(kept)

    def layer(x: np.ndarray) -> np.ndarray:
        return conv2d(x, SOBEL_X, padding=1) if shared else locally_connected(x, own, padding=1)

    for dy, dx in SHIFTS:
        found = turn(kept, dy, dx, shared)
        first, last = layer(shifted(PICTURE, dy, dx)), shifted(layer(PICTURE), dy, dx)
        np.testing.assert_array_equal(found["first"], first[0, 0])
        np.testing.assert_array_equal(found["last"], last[0, 0])
        np.testing.assert_array_equal(found["difference"], (first - last)[0, 0])
        frame = max(abs(dy), abs(dx)) + 1
        gap = abs(first - last)
        assert (found["dy"], found["dx"], found["shared"]) == (dy, dx, shared)
        assert found["frame"] == frame
        assert found["inside"] == gap[..., frame:-frame, frame:-frame].max()
        assert found["everywhere"] == gap.max()
        if shared or (dy, dx) == (0, 0):
            assert found["inside"] == 0
        else:
            assert found["inside"] > 1000


def test_own_kernels_are_small_whole_numbers_and_differ_from_place_to_place(kept):
    own = own_kernels(kept)
    assert set(np.unique(own)) == set(range(-3, 4))
    assert len(np.unique(own.reshape(64 * 64, 9), axis=0)) > 4000


def test_it_begins_with_own_kernels_and_a_switch_that_shares_one(page):
    found = value(page)
    assert (found["dy"], found["dx"], found["shared"]) == (5, 9, False)
    shown = page.locator(f"{NAME} .verdict strong")
    assert shown.inner_text().replace("\u202f", "") == str(found["inside"])
    page.get_by_label("Share one kernel").focus()
    page.keyboard.press("Space")
    assert value(page)["shared"]
    assert shown.inner_text() == "0"
    assert page.problems == []
    assert page.outside == []


MESSAGES = [
    (
        (5, 9, True),
        "Shifted by 5 down and 9 to the right, with one shared kernel: the two routes agree. The "
        "largest difference inside the frame of 10 pixels is exactly 0. In the frame they differ "
        "by up to {everywhere}: there zeros enter.",
    ),
    (
        (-2, 0, False),
        "Shifted by 2 up, with a kernel of its own for every pixel: the two routes differ by up "
        "to {inside} inside the frame of 3 pixels.",
    ),
    (
        (0, -4, False),
        "Shifted by 4 to the left, with a kernel of its own for every pixel: the two routes "
        "differ by up to {inside} inside the frame of 5 pixels.",
    ),
    (
        (0, 0, False),
        "Nothing is shifted, so both routes are the same, with a kernel of its own for every "
        "pixel. Drag the picture.",
    ),
]


@pytest.mark.parametrize(("state", "sentence"), MESSAGES)
def test_the_message_says_it_in_words(kept, state, sentence):
    found = turn(kept, *state)
    numbers = {name: f"{found[name]:,}".replace(",", "\u202f") for name in ("inside", "everywhere")}
    assert message(kept, NAME) == sentence.format(**numbers)
    assert kept.locator(f"{NAME} .message").get_attribute("aria-live") == "polite"


def test_arrow_keys_shift_the_picture_as_far_as_it_goes(page):
    shifted_picture(page).focus()
    before = page.evaluate("scrollY")
    for key in ["ArrowDown"] * 2 + ["ArrowRight"] * 5 + ["ArrowLeft", "ArrowUp"]:
        page.keyboard.press(key)
    found = value(page)
    assert (found["dy"], found["dx"]) == (6, REACH - 1)
    assert [page.get_by_label(f"Shift {way}").input_value() for way in ("down", "right")] == [
        "6", "11"
    ]  # fmt: skip
    assert page.locator(f"{NAME} output").all_text_contents() == ["6", "11"]
    assert page.evaluate("scrollY") == before


def test_sliders_shift_the_picture(page):
    for way, key in (("down", "Home"), ("right", "End")):
        page.get_by_label(f"Shift {way}").focus()
        page.keyboard.press(key)
    found = value(page)
    assert (found["dy"], found["dx"]) == (-REACH, REACH)


def pixel(page: Page, row: float, column: float) -> tuple[float, float]:
    """Where a pixel of the shifted picture is on the screen."""
    shifted_picture(page).scroll_into_view_if_needed()
    box = shifted_picture(page).bounding_box()
    scale = box["width"] / 64
    return box["x"] + (column + 0.5) * scale, box["y"] + (row + 0.5) * scale


def test_the_mouse_drags_the_picture_by_where_it_was_gripped(page):
    page.mouse.move(*pixel(page, 20, 20))
    page.mouse.down()
    assert (value(page)["dy"], value(page)["dx"]) == (5, 9)
    page.mouse.move(*pixel(page, 17, 8))
    assert (value(page)["dy"], value(page)["dx"]) == (2, -3)
    assert page.locator(f"{NAME} .message").get_attribute("aria-live") == "off"
    page.mouse.up()
    page.mouse.move(*pixel(page, 40, 40))
    assert (value(page)["dy"], value(page)["dx"]) == (2, -3)


def test_a_finger_drags_the_picture_and_the_page_stays(open_page):
    page = open_page("square.html", width=390, has_touch=True, is_mobile=True)
    start = pixel(page, 30, 30)
    before = page.evaluate("scrollY")
    Finger(page).drag(start, pixel(page, 21, 25))
    found = value(page)
    assert (found["dy"], found["dx"]) == (-4, 4)
    assert page.evaluate("scrollY") == before


def painted(page: Page, place: int) -> np.ndarray:
    """The colours of one of the six pictures: red, green, blue and opacity of each pixel."""
    data = page.locator(f"{NAME} canvas").nth(place).evaluate(
        "view => [...view.getContext('2d').getImageData(0, 0, 64, 64).data]"
    )  # fmt: skip
    return np.reshape(data, (64, 64, 4))


def test_the_pictures_show_the_photograph_the_shift_and_a_black_difference(kept):
    turn(kept, 5, -3, True)
    picture, moved, difference = (painted(kept, place) for place in (0, 1, 5))
    np.testing.assert_array_equal(picture[..., 0], PICTURE[0, 0])
    np.testing.assert_array_equal(moved[..., 0], shifted(PICTURE, 5, -3)[0, 0])
    inside = difference[6:-6, 6:-6]
    assert (inside[..., :3] == 0).all()
    assert (inside[..., 3] == 255).all()
    assert (difference[:6, :, 3] < 255).all()
    turn(kept, 5, -3, False)
    assert (painted(kept, 5)[6:-6, 6:-6, :3].max(axis=-1) > 0).mean() > 0.9


def test_on_a_phone_each_arrow_leads_from_a_picture_to_its_neighbour(open_page):
    page = open_page("square.html", width=390)
    boxes = [figure.bounding_box() for figure in page.locator(f"{NAME} figure").all()]
    picture, moved, output, output_moved, moved_output, gap = [
        (round(box["x"]), round(box["y"] + box["height"])) for box in boxes
    ]
    left, right = picture[0], output[0]
    assert [x for x, _ in (moved, moved_output)] == [left] * 2
    assert [x for x, _ in (output_moved, gap)] == [right] * 2
    assert picture[1] == output[1] < moved[1] == output_moved[1] < moved_output[1] == gap[1]


def test_an_attribute_is_refused_in_words(open_page):
    page = open_page("unheard.html")
    sentence = f'<{NAME}>: has no attribute "kernel"; it takes none.'
    assert message(page, NAME) == sentence
    assert page.problems == [sentence]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page("square.html", theme=theme, width=width)
    turn(page, -12, -12, True)
    assert misfits(page, NAME) == []
    turn(page, 12, 12, False)
    assert misfits(page, NAME) == []
    assert page.problems == []
    assert violations_in(page, NAME) == []


@pytest.mark.parametrize("width", [320, 768])
def test_it_fits_other_widths_too(open_page, width):
    assert misfits(open_page("square.html", width=width), NAME) == []
