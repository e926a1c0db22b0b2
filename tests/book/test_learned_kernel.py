"""Gradient descent finds a kernel: its steps are those of NumPy; what it can't find is said."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from accessibility import violations_in
from element_pages import message, misfits, serve_elements
from element_pages import value as value_of
from playwright.sync_api import Locator, Page

from convbook import conv2d, sliding_windows
from course.element_data import PARTS, grey_levels

NAME = "learned-kernel"
SOBEL_X = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
TARGETS = {
    "sobel-x": SOBEL_X,
    "sobel-y": [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    "vertical": [-1, 0, 1] * 3,
    "horizontal": [-1, -1, -1, 0, 0, 0, 1, 1, 1],
    "laplacian": [0, -1, 0, -1, 4, -1, 0, -1, 0],
    "ridge": [-1, -1, -1, -1, 8, -1, -1, -1, -1],
    "box-blur": [1 / 9] * 9,
    "gaussian-blur": [1 / 16, 1 / 8, 1 / 16, 1 / 8, 1 / 4, 1 / 8, 1 / 16, 1 / 8, 1 / 16],
    "identity": [0, 0, 0, 0, 1, 0, 0, 0, 0],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pages = {"plain": NAME, "unheard": f'{NAME} rate="1"'}
    with serve_elements(tmp_path_factory.mktemp("book"), pages) as address:
        yield address


@pytest.fixture
def page(open_page) -> Page:
    return open_page("plain.html")


def value(page: Page) -> dict[str, Any]:
    return value_of(page, NAME)


def choice(page: Page, label: str) -> Locator:
    return page.get_by_role("combobox", name=label)


def press(page: Page, button: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=button, exact=True).click()


def standardised(picture: np.ndarray) -> np.ndarray:
    return (picture - picture.mean()) / picture.std()


def patches(picture: np.ndarray) -> np.ndarray:
    return sliding_windows(picture, (3, 3)).reshape(-1, 9)


def descend(picture: np.ndarray, goal: np.ndarray, rate: float, steps: int) -> tuple[Any, list]:
    """The kernel after so many steps from zeros, and the losses on the way."""
    kernel, losses = np.zeros((1, 1, 3, 3)), []
    x, y = picture[None, None], goal.reshape(1, 1, 62, 62)
    for step in range(steps + 1):
        errors = conv2d(x, kernel) - y
        losses.append((errors**2).mean())
        if step < steps:
            kernel = kernel - rate * 2 * conv2d(x, errors) / errors.size
    return kernel.ravel(), losses


def test_it_begins_after_ten_steps_and_each_is_that_of_numpy(page):
    found = value(page)
    picture = standardised(grey_levels("chelsea", 64))
    np.testing.assert_allclose(np.reshape(found["pixels"], (64, 64)), picture, atol=1e-12)
    np.testing.assert_allclose(found["goal"], patches(picture) @ SOBEL_X, atol=1e-9)
    kernel, losses = descend(picture, patches(picture) @ SOBEL_X, 0.05, 10)
    np.testing.assert_allclose(found["kernel"], kernel, atol=1e-10)
    np.testing.assert_allclose(found["losses"], losses, rtol=1e-10)
    assert (found["step"], found["rate"], found["noise"]) == (10, 0.05, 0)
    assert found["furthest"] == pytest.approx(abs(kernel - SOBEL_X).max())
    share = f"{100 * losses[-1] / losses[0]:.3g} % of the first"
    assert message(page, NAME).startswith(f"After 10 steps the loss is {share}")
    assert page.problems == []
    assert page.outside == []


def test_every_kernel_is_found_in_noise(page):
    choice(page, "Picture").select_option("noise")
    choice(page, "Step size").select_option("0.2")
    for name, kernel in TARGETS.items():
        choice(page, "Kernel to be found").select_option(name)
        assert value(page)["step"] == 0
        press(page, "100 steps")
        found = value(page)
        assert found["target"] == name
        np.testing.assert_allclose(found["secret"], kernel, atol=1e-15)
        np.testing.assert_allclose(found["kernel"], kernel, atol=1e-5)
        assert found["isOver"]
    assert "is wrong by less than 0.001" in message(page, NAME)


def test_the_limit_of_the_step_size_is_that_of_the_eigenvalues(page):
    for name in PARTS:
        choice(page, "Picture").select_option(name)
        found = value(page)
        rows = patches(standardised(grey_levels(name, 64)))
        eigenvalues = np.linalg.eigvalsh(rows.T @ rows / len(rows))
        assert found["limit"] == pytest.approx(1 / eigenvalues[-1], rel=1e-9)
        assert found["directions"] == 9


def test_too_large_a_step_diverges_and_the_message_says_why(page):
    choice(page, "Step size").select_option("0.2")
    press(page, "Start again")
    press(page, "Step", times=2)
    assert "After 2 steps" in message(page, NAME)
    assert "0.2 is too large for this picture: above 1/λ₁ = 0.146" in message(page, NAME)
    press(page, "100 steps")
    found = value(page)
    assert found["losses"][-1] > 1e9 * found["losses"][0] > found["losses"][-2]
    assert found["isOver"]
    assert "more than a billion times the first: the search has diverged." in message(page, NAME)
    assert "Choose a smaller one and start again." in message(page, NAME)
    press(page, "Step")
    assert value(page)["step"] == found["step"]
    choice(page, "Step size").select_option("0.1")
    press(page, "Start again")
    press(page, "100 steps")
    assert value(page)["losses"][-1] < 0.01 * value(page)["losses"][0]
    assert "too large" not in message(page, NAME)


@pytest.mark.parametrize(("picture", "directions"), [("flat", 1), ("ramp", 2)])
def test_kernels_that_a_picture_cannot_tell_apart_are_said_to_be_so(page, picture, directions):
    choice(page, "Picture").select_option(picture)
    choice(page, "Kernel to be found").select_option("gaussian-blur")
    assert value(page)["directions"] == directions
    assert f"only {directions} of 9 directions can be told apart" in message(page, NAME)
    press(page, "100 steps")
    found = value(page)
    rows = patches(np.reshape(found["pixels"], (64, 64)))
    nearest = np.linalg.lstsq(rows, found["goal"], rcond=1e-9)[0]
    np.testing.assert_allclose(found["kernel"], nearest, atol=1e-5)
    assert found["furthest"] > 0.1
    assert "every answer is right, and the kernel is a different one" in message(page, NAME)


def test_noise_in_the_map_leaves_a_loss_and_the_kernel_of_least_squares(page):
    choice(page, "Picture").select_option("motorcycle")
    noise = page.get_by_role("slider", name="Noise in the map")
    noise.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    found = value(page)
    assert (found["noise"], found["step"]) == (1, 0)
    rows = patches(standardised(grey_levels("motorcycle", 64)))
    added = np.array(found["goal"]) - rows @ SOBEL_X
    assert abs(added.mean()) < 0.1
    assert added.std() == pytest.approx(1, abs=0.05)
    choice(page, "Step size").select_option("0.1")
    press(page, "100 steps", times=8)
    nearest, residue = np.linalg.lstsq(rows, found["goal"])[:2]
    found = value(page)
    np.testing.assert_allclose(found["kernel"], nearest, atol=0.01)
    assert found["losses"][-1] == pytest.approx(residue[0] / len(rows), rel=1e-3)
    assert "noise, which no kernel gives" in message(page, NAME)


def test_play_goes_on_until_it_is_paused_and_begins_again_at_the_end(page):
    press(page, "Play")
    assert value(page)["isPlaying"]
    live = page.locator(f"{NAME} .message")
    assert live.get_attribute("aria-live") == "off"
    page.wait_for_function(f"document.querySelector('{NAME}').value.step > 15")
    press(page, "Pause")
    found = value(page)
    assert not found["isPlaying"]
    assert live.get_attribute("aria-live") == "polite"
    assert message(page, NAME).startswith(f"After {found['step']} steps")
    kernel, _ = descend(
        standardised(grey_levels("chelsea", 64)), np.array(found["goal"]), 0.05, found["step"]
    )
    np.testing.assert_allclose(found["kernel"], kernel, atol=1e-9)
    choice(page, "Step size").select_option("1")
    press(page, "Play")
    page.get_by_role("button", name="Play").wait_for()
    assert value(page)["isOver"]
    choice(page, "Step size").select_option("0.01")
    press(page, "Play")
    assert not value(page)["isOver"]
    assert value(page)["losses"][-1] <= value(page)["losses"][0]


def test_a_reader_who_wants_no_motion_gets_fifty_steps_a_second(open_page):
    page = open_page("plain.html", reduced_motion="reduce")
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # only `run_for` lets time pass
    press(page, "Play")
    steps = []
    for _ in range(2):
        page.clock.run_for(1000)
        steps.append(value(page)["step"])
    assert steps == [60, 110]


def test_kernels_are_read_out_as_numbers(page):
    choice(page, "Kernel to be found").select_option("gaussian-blur")
    spoken = [
        page.get_by_role("img", name=f"Kernel {which}:").get_attribute("aria-label")
        for which in ("to be found", "so far")
    ]
    assert spoken[0] == "Kernel to be found: 0.06, 0.13, 0.06, 0.13, 0.25, 0.13, 0.06, 0.13, 0.06"
    assert spoken[1] == "Kernel so far: " + ", ".join(["0"] * 9)


def test_an_attribute_that_it_does_not_know_is_refused_in_words(open_page):
    page = open_page("unheard.html")
    assert message(page, NAME) == f'<{NAME}>: has no attribute "rate"; it takes none.'


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_the_page_and_is_accessible(open_page, theme, width):
    page = open_page("plain.html", theme=theme, width=width)
    assert misfits(page, NAME) == []
    choice(page, "Step size").select_option("1")
    press(page, "100 steps")
    assert misfits(page, NAME) == []
    assert page.problems == []
    assert violations_in(page, NAME) == []


def test_it_fits_a_narrow_phone(open_page):
    assert misfits(open_page("plain.html", width=320), NAME) == []
