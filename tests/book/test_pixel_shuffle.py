"""The reader shuffles the pixels that a dense layer reads: chapter on fully-connected layers."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page

from convbook import dense
from convbook.data import digits

PAGE = "chapters/fully_connected.html"
IMAGES = (16 * digits()[0]).astype(int).reshape(-1, 64)


def state(page: Page) -> dict:
    """What the element shows, with its lists as arrays."""
    value = page.locator("pixel-shuffle").evaluate("element => element.value")
    return {name: np.array(entry) for name, entry in value.items()}


def message(page: Page) -> str:
    return page.locator("pixel-shuffle .message").inner_text()


def numbers_after(word: str, text: str) -> list[int]:
    """The list of integers that follows `word`."""
    found = re.search(word + r":? ([−\d]+(?:, [−\d]+)*)", text)
    assert found, f"no numbers after {word!r} in {text!r}"
    return [int(number.replace("−", "-")) for number in found[1].split(", ")]


def mean_step(image: np.ndarray) -> float:
    """Mean difference between pixels that share a side."""
    image = image.reshape(8, 8)
    steps = [abs(np.diff(image, axis=axis)).ravel() for axis in (0, 1)]
    return float(np.concatenate(steps).mean())


@pytest.fixture
def page(open_page) -> Page:
    return open_page(PAGE)


def shuffle_fully(page: Page) -> None:
    page.get_by_label("Shuffled, in %").focus()
    page.keyboard.press("End")


def test_it_begins_with_a_digit_of_scikit_learn(page):
    value = state(page)
    np.testing.assert_array_equal(value["image"], IMAGES[3])
    np.testing.assert_array_equal(value["permutation"], np.arange(64))
    np.testing.assert_array_equal(
        value["outputs"], dense(value["image"][None], value["weights"])[0]
    )
    np.testing.assert_array_equal(value["outputs"], value["answers"])
    assert numbers_after("Outputs", message(page)) == value["outputs"].tolist()
    assert "Every pixel is in its place" in message(page)
    assert page.problems == []
    assert page.outside == []


def test_weights_left_alone_give_other_outputs(page):
    before = state(page)
    shuffle_fully(page)
    after = state(page)
    assert sorted(after["permutation"]) == list(range(64))
    np.testing.assert_array_equal(after["image"], IMAGES[3][after["permutation"]])
    np.testing.assert_array_equal(after["weights"], before["weights"])
    np.testing.assert_array_equal(
        after["outputs"], dense(after["image"][None], after["weights"])[0]
    )
    assert (after["outputs"] != before["outputs"]).all()
    assert after["step"] == pytest.approx(mean_step(after["image"]))
    moved = int((after["permutation"] != np.arange(64)).sum())
    assert f"{moved} of 64 pixels are out of place" in message(page)
    assert numbers_after("Outputs", message(page)) == after["outputs"].tolist()
    assert numbers_after("they were", message(page)) == before["outputs"].tolist()
    assert f"differ by {after['step']:.1f} on average" in message(page)
    assert f"in the image, by {mean_step(IMAGES[3]):.1f}" in message(page)


def test_weights_that_go_along_give_the_same_outputs_at_every_step(page):
    before = state(page)
    page.get_by_label("Shuffle the weights’ columns alike").focus()
    page.keyboard.press("Space")
    slider = page.get_by_label("Shuffled, in %")
    slider.focus()
    permutations = []
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        value = state(page)
        permutations.append(tuple(value["permutation"]))
        np.testing.assert_array_equal(value["image"], IMAGES[3][value["permutation"]])
        np.testing.assert_array_equal(value["weights"], before["weights"][:, value["permutation"]])
        np.testing.assert_array_equal(value["outputs"], before["outputs"])
        np.testing.assert_array_equal(
            value["outputs"], dense(value["image"][None], value["weights"])[0]
        )
    assert slider.input_value() == "100"
    assert len(set(permutations)) == 20
    assert "exactly as for the image. Each weight went along with its pixel." in message(page)


def test_a_new_permutation_shuffles_at_once_and_anew(page):
    button = page.get_by_role("button", name="New permutation")
    button.focus()
    page.keyboard.press("Enter")
    first = state(page)
    assert page.get_by_label("Shuffled, in %").input_value() == "100"
    assert page.locator("pixel-shuffle output").inner_text() == "100"
    page.keyboard.press("Enter")
    second = state(page)
    for value in (first, second):
        assert sorted(value["permutation"]) == list(range(64))
        assert (value["permutation"] != np.arange(64)).mean() > 0.9
    assert (first["permutation"] != second["permutation"]).mean() > 0.9


def test_the_picture_shows_the_pixels_and_the_outputs(page):
    shuffle_fully(page)
    value = state(page)
    squares = page.locator("pixel-shuffle figure:has-text('Layer’s input') rect")
    fills = squares.evaluate_all("all => all.map(rect => rect.getAttribute('fill'))")
    greys = [round(255 * pixel / 16 + 1e-9) for pixel in value["image"].tolist()]
    assert fills == [*(f"rgb({grey} {grey} {grey})" for grey in greys), "none"]
    words = page.locator(
        "pixel-shuffle figure:has-text('Four outputs') svg text"
    ).all_text_contents()
    outputs = [str(output).replace("-", "−") for output in value["outputs"].tolist()]
    assert words == [word for row in zip("1234", outputs, strict=True) for word in row]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_fits_a_phone(open_page, theme):
    page = open_page(PAGE, theme=theme, width=390)
    shuffle_fully(page)
    stage = page.locator("pixel-shuffle .stage")
    assert stage.evaluate("stage => stage.scrollWidth <= stage.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for control in page.locator("pixel-shuffle .controls :is(label, button)").all():
        assert control.bounding_box()["height"] >= 24
    assert page.problems == []
