"""The reader draws a digit and shuffles its pixels, and trained networks answer."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from accessibility import small_texts, violations_in
from playwright.sync_api import Locator, Page

from convbook import conv2d, dense, max_pool2d
from convbook.data import digits

PAGE = "chapters/fully_connected.html"
MODULE = "_static/elements/trained/digit_readers.js"
NAMES = [
    "dense image", "dense shuffled", "dense alike", "convolutional image", "convolutional shuffled",
]  # fmt: skip


@pytest.fixture(scope="module")
def trained(html: Path) -> dict[str, Any]:
    """The networks as the page gets them."""
    return json.loads((html / MODULE).read_text("utf-8").removeprefix("export default "))


@pytest.fixture(scope="module")
def kept(keep_page) -> Page:
    return keep_page(PAGE)


@pytest.fixture
def page(kept: Page) -> Page:
    """A page that tests share, as it begins."""
    element(kept).evaluate(
        """(element) => {
          element.clear();
          element.source.value = "3";
          element.setPercent(0);
          element.draw();
        }"""
    )
    return kept


def element(page: Page) -> Locator:
    return page.locator("pixel-shuffle")


def state(page: Page) -> dict[str, Any]:
    return element(page).evaluate("element => element.value")


def message(page: Page) -> str:
    return element(page).locator(".message").inner_text()


def logits(shown: dict[str, Any]) -> np.ndarray:
    """The scores of the five networks, a row each, in the order of the figure."""
    assert [answer["name"] for answer in shown["answers"]] == NAMES
    return np.array([answer["logits"] for answer in shown["answers"]])


def network(trained: dict[str, Any], kind: str, trained_on: str) -> list[tuple[Any, Any]]:
    """The weights and biases of a network's layers."""
    (found,) = [r for r in trained["readers"] if (r["kind"], r["trainedOn"]) == (kind, trained_on)]
    return [
        tuple(np.array(layer[name], float) / trained["scale"] for name in ("weight", "bias"))
        for layer in (
            layer | {"weight": np.reshape(layer["weight"], layer["shape"])}
            for layer in found["layers"]
        )
    ]  # fmt: skip


def scores(layers: list[tuple[Any, Any]], pixels: np.ndarray) -> np.ndarray:
    """What the library computes with these weights for images (n, 64) from 0 to 16."""
    *before, (weight, bias) = layers
    x = pixels / 16
    for w, b in before:
        if w.ndim == 4:
            side = math.isqrt(x[0].size // w.shape[1])
            x = conv2d(x.reshape(len(x), w.shape[1], side, side), w, b, padding=1)
            x = max_pool2d(np.maximum(x, 0), 2)
        else:
            x = np.maximum(dense(x, w, b), 0)
    return dense(x.reshape(len(x), -1), weight, bias)


def by_the_library(trained: dict[str, Any], image: list[int], places: list[int]) -> np.ndarray:
    """The scores of the five networks for an image whose pixels are shuffled."""
    given = np.array(image)[places][None]
    first, *others = network(trained, "dense", "image")
    alike = [(first[0][:, places], first[1]), *others]
    return np.concatenate([
        scores([first, *others], given),
        scores(network(trained, "dense", "shuffled"), given),
        scores(alike, given),
        scores(network(trained, "convolutional", "image"), given),
        scores(network(trained, "convolutional", "shuffled"), given),
    ])  # fmt: skip


def set_percent(page: Page, percent: int) -> None:
    element(page).evaluate(
        "(element, percent) => { element.setPercent(percent); element.draw(); }", percent
    )


def test_it_begins_with_a_test_image_that_is_not_shuffled(open_page, trained):
    page = open_page(PAGE)
    shown = state(page)
    assert shown["label"] == 3
    assert shown["image"] == shown["input"] == trained["examples"][3]
    assert shown["permutation"] == list(range(64))
    assert message(page).startswith("Every pixel is in its place. The answers, from top to bottom:")
    assert page.problems == []
    assert page.outside == []


def test_the_networks_compute_what_the_library_computes(page, trained):
    images, labels = digits()
    known = {tuple(image): label for image, label in zip(
        (16 * images).astype(int).reshape(-1, 64).tolist(), labels.tolist(), strict=True
    )}  # fmt: skip
    for digit in range(10):
        element(page).get_by_role("combobox").select_option(str(digit))
        for percent in (0, 50, 100):
            set_percent(page, percent)
            shown = state(page)
            assert known[tuple(shown["image"])] == digit == shown["label"]
            assert sorted(shown["permutation"]) == list(range(64))
            assert shown["input"] == [shown["image"][p] for p in shown["permutation"]]
            expected = by_the_library(trained, shown["image"], shown["permutation"])
            np.testing.assert_allclose(logits(shown), expected, rtol=0, atol=1e-5)
            powers = np.exp(expected)
            np.testing.assert_allclose(
                [answer["probabilities"] for answer in shown["answers"]],
                powers / powers.sum(axis=1, keepdims=True),
                atol=1e-5,
            )
            assert [a["answer"] for a in shown["answers"]] == expected.argmax(axis=1).tolist()


def test_columns_shuffled_alike_leave_every_score_exactly_as_it_was(page):
    before = logits(state(page))
    slider = element(page).get_by_label("Shuffled, in %")
    slider.focus()
    permutations = set()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        shown = state(page)
        permutations.add(tuple(shown["permutation"]))
        now = logits(shown)
        assert now[2].tolist() == before[0].tolist()
        assert now[0].tolist() != before[0].tolist()
        moved = sum(p != place for place, p in enumerate(shown["permutation"]))
        assert message(page).startswith(f"{moved} of 64 pixels are out of place.")
        assert "The third has exactly the scores that the first has for the image" in message(page)
    assert slider.input_value() == "100"
    assert element(page).locator("output").inner_text() == "100"
    assert len(permutations) == 10


def test_the_accuracies_shown_are_those_of_the_shipped_networks(page, trained):
    images, labels = digits()
    # The test images are drawn from all as course/trained_networks.py draws them.
    test = np.random.default_rng(0).permutation(len(images))[: trained["tested"]]
    pixels = (16 * images[test]).reshape(-1, 64)
    set_percent(page, 100)
    places = state(page)["permutation"]
    for reader in trained["readers"]:
        layers = network(trained, reader["kind"], reader["trainedOn"])
        for name, given in (("image", pixels), ("shuffled", pixels[:, places])):
            right = (scores(layers, given).argmax(axis=1) == labels[test]).mean()
            assert reader["right"][name] == pytest.approx(right, abs=1e-9)
    shown = {
        row.get_attribute("data-reader"): row.locator("td div span").all_inner_texts()
        for row in element(page).locator("tbody tr").all()
    }
    expected = {
        f"{reader['kind']} {reader['trainedOn']}": [
            f"{100 * reader['right'][on]:.1f} %" for on in ("image", "shuffled")
        ]
        for reader in trained["readers"]
    }
    assert shown == expected | {"dense alike": expected["dense image"][:1]}


def test_shuffled_training_images_cost_a_dense_network_nothing(trained):
    right = {(r["kind"], r["trainedOn"]): r["right"] for r in trained["readers"]}
    images, shuffled = right["dense", "image"], right["dense", "shuffled"]
    assert abs(images["image"] - shuffled["shuffled"]) < 0.015
    for kind in ("dense", "convolutional"):
        assert right[kind, "image"]["image"] > 0.95
        assert right[kind, "image"]["shuffled"] < 0.3
    near, far = right["convolutional", "image"], right["convolutional", "shuffled"]
    assert near["image"] - far["shuffled"] > 0.01


def arc(cx: float, cy: float, rx: float, ry: float, begin: int, end: int) -> list[Any]:
    angles = np.radians(np.linspace(begin, end, 16))
    return np.c_[cx + rx * np.cos(angles), cy + ry * np.sin(angles)].tolist()


# As one draws the digits on the unit square: strokes of points, from the left and from above.
STROKES = {
    0: [arc(0.5, 0.5, 0.22, 0.35, -90, 270)],
    1: [[(0.4, 0.3), (0.52, 0.15), (0.52, 0.85)]],
    2: [[*arc(0.5, 0.33, 0.2, 0.18, 180, 400), (0.3, 0.85), (0.72, 0.85)]],
    3: [[*arc(0.48, 0.32, 0.2, 0.17, 200, 450), *arc(0.48, 0.67, 0.22, 0.18, -90, 160)]],
    4: [[(0.55, 0.15), (0.28, 0.6), (0.75, 0.6)], [(0.6, 0.4), (0.6, 0.88)]],
    5: [[(0.7, 0.15), (0.35, 0.15), (0.33, 0.45), *arc(0.48, 0.64, 0.2, 0.2, -120, 150)]],
    6: [[(0.62, 0.15), (0.45, 0.3), (0.33, 0.55), *arc(0.5, 0.67, 0.18, 0.18, 180, 540)]],
    7: [[(0.3, 0.17), (0.7, 0.17), (0.45, 0.85)]],
    8: [arc(0.5, 0.32, 0.17, 0.16, 90, 450), arc(0.5, 0.67, 0.2, 0.18, -90, 270)],
    9: [[*arc(0.5, 0.34, 0.18, 0.18, 0, 360), (0.68, 0.34), (0.64, 0.85)]],
}


def draw(page: Page, strokes: list[Any], scale: float = 1, left: float = 0, top: float = 0) -> None:
    """Draw with the mouse on an empty pad."""
    element(page).get_by_role("button", name="Clear the pad").click()
    pad = element(page).get_by_role("application")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    for stroke in strokes:
        points = [
            (
                box["x"] + box["width"] * (left + scale * x),
                box["y"] + box["height"] * (top + scale * y),
            )
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def test_drawn_digits_are_read(page):
    as_drawn, as_shuffled = [], []
    for strokes in STROKES.values():
        set_percent(page, 0)
        draw(page, strokes)
        as_drawn.append([answer["answer"] for answer in state(page)["answers"]])
        set_percent(page, 100)
        as_shuffled.append([answer["answer"] for answer in state(page)["answers"]])
    digit = np.arange(10)[:, None]
    right, right_when_shuffled = (
        dict(zip(NAMES, (np.array(a) == digit).sum(axis=0).tolist(), strict=True))
        for a in (as_drawn, as_shuffled)
    )
    assert right["dense image"] >= 8
    assert right["convolutional image"] >= 9
    assert right_when_shuffled["dense shuffled"] >= 8
    assert right_when_shuffled["dense alike"] == right["dense image"]
    assert right_when_shuffled["convolutional image"] <= 4


def test_size_and_place_of_a_drawing_do_not_matter(page):
    draw(page, STROKES[4])
    large = state(page)["image"]
    draw(page, STROKES[4], scale=0.5, left=0.45, top=0.05)
    small = state(page)["image"]
    assert max(large) >= 12
    assert np.abs(np.subtract(large, small)).max() <= 3
    assert state(page)["label"] is None


def test_the_image_is_the_count_of_inked_dots_in_blocks_of_four(page):
    draw(page, [[(0.5, 0.1), (0.5, 0.9)]])
    image = np.reshape(state(page)["image"], (8, 8))
    assert image[:, [0, 1, 2, 5, 6, 7]].sum() == 0
    # A stroke 4.4 wide in the middle of 32: two dots of each four to both sides of it.
    assert (image[1:7, 3:5] == 8).all()


def test_an_empty_pad_is_not_read(page):
    element(page).get_by_role("button", name="Clear the pad").click()
    assert message(page) == "The pad is empty."
    assert element(page).locator("tbody tr").count() == 0


def test_a_digit_is_drawn_by_keyboard(page):
    pad = element(page).get_by_role("application")
    pad.focus()
    page.keyboard.press("Space")
    where = page.evaluate("scrollY")
    for key in ["ArrowDown"] * 6:
        page.keyboard.press(key)
    assert message(page).startswith("Pen down, ")
    page.keyboard.press("Space")
    assert message(page).startswith("Pen up, ")
    shown = state(page)
    assert shown["label"] is None
    assert sum(np.reshape(shown["image"], (8, 8))[:, 3:5].ravel()) == sum(shown["image"]) > 60
    page.keyboard.press("ArrowRight")  # with the pen lifted nothing is drawn
    assert state(page)["image"] == shown["image"]
    assert page.evaluate("scrollY") == where
    page.keyboard.press("Tab")
    assert not pad.evaluate("pad => pad === document.activeElement")


def test_a_digit_is_drawn_with_a_finger(open_page):
    page = open_page(PAGE, width=390, has_touch=True)
    pad = element(page).get_by_role("application")
    pad.scroll_into_view_if_needed()
    assert pad.evaluate("pad => getComputedStyle(pad).touchAction") == "none"
    box = pad.bounding_box()
    touch = page.context.new_cdp_session(page)
    for n, (x, y) in enumerate(STROKES[7][0]):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove" if n else "touchStart", "touchPoints": [point]},
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    shown = state(page)
    assert shown["label"] is None
    assert shown["answers"][3]["answer"] == 7
    assert message(page).startswith("Every pixel is in its place. The answers")


def test_a_button_shuffles_all_and_puts_all_back(page):
    button = element(page).get_by_role("button", name="Shuffle all")
    button.focus()
    page.keyboard.press("Enter")
    assert element(page).get_by_label("Shuffled, in %").input_value() == "100"
    assert element(page).locator("output").inner_text() == "100"
    page.keyboard.press("Enter")
    assert state(page)["permutation"] == list(range(64))


def test_the_pictures_show_the_image_and_what_the_networks_get(page):
    set_percent(page, 100)
    shown = state(page)
    for caption, pixels in (("Image", shown["image"]), ("What the networks", shown["input"])):
        squares = element(page).locator(f"figure:has-text('{caption}') rect")
        fills = squares.evaluate_all("all => all.map(rect => rect.getAttribute('fill'))")
        greys = [math.floor(255 * pixel / 16 + 0.5) for pixel in pixels]
        assert fills == [*(f"rgb({grey} {grey} {grey})" for grey in greys), "none"]
    answers = element(page).locator("tbody strong").all_inner_texts()
    assert answers == [str(answer["answer"]) for answer in shown["answers"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page(PAGE, theme=theme, width=width)
    set_percent(page, 100)
    stage = element(page).locator(".stage")
    assert stage.evaluate("stage => stage.scrollWidth <= stage.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert small_texts(page, "pixel-shuffle") == []
    for control in element(page).locator(".controls :is(label, button)").all():
        assert control.bounding_box()["height"] >= 24
    assert page.problems == []
    assert violations_in(page, "pixel-shuffle") == []


def test_without_its_networks_it_says_so_and_stays_as_it_is(open_page):
    page = open_page(PAGE)
    page.route(f"**/{MODULE}", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("pixel-shuffle .missing")
    assert "can’t be loaded" in element(page).inner_text()
    assert "shuffled" in element(page).inner_text()
