"""The patch explorer of the chapter on locality, played with by keyboard."""

import numpy as np
import pytest
from playwright.sync_api import Page

ROWS, COLUMNS = 7, 10


def expected(i: int, j: int, k: int) -> dict[str, object]:
    row, column = np.indices((ROWS, COLUMNS))
    distances = np.maximum(abs(row - i), abs(column - j))
    inside = int((distances <= k).sum())
    weights = (2 * k + 1) ** 2
    return {"i": i, "j": j, "k": k, "inside": inside, "outside": weights - inside,
            "weights": weights, "distances": distances.tolist()}  # fmt: skip


@pytest.fixture
def page(open_page) -> Page:
    return open_page("chapters/locality.html")


def value(page: Page) -> dict[str, object]:
    return page.evaluate("document.querySelector('patch-explorer').value")


def test_it_starts_with_a_whole_patch(page: Page) -> None:
    assert value(page) == expected(2, 3, 1)
    assert page.problems == []


@pytest.mark.parametrize(
    ("keys", "place"),
    [(["Home"], (0, 3, 1)), (["End"], (6, 3, 1)), (["ArrowRight"], (3, 3, 1))],
)
def test_arrow_keys_move_the_row(page: Page, keys: list[str], place: tuple[int, int, int]) -> None:
    page.get_by_label("Row i").focus()
    for key in keys:
        page.keyboard.press(key)
    assert value(page) == expected(*place)


def test_a_corner_with_the_largest_patch_counts_its_padding(page: Page) -> None:
    for label, key in (("Row i", "End"), ("Column j", "End"), ("Half-width k", "End")):
        page.get_by_label(label).focus()
        page.keyboard.press(key)
    assert value(page) == expected(6, 9, 3)
    message = page.locator("patch-explorer .message").inner_text()
    assert "7 × 7 = 49 pixels, 33 of them lie outside the image" in message


def test_a_click_chooses_the_pixel(page: Page) -> None:
    page.locator("patch-explorer [data-i='5'][data-j='8']").click()
    assert value(page) == expected(5, 8, 1)
