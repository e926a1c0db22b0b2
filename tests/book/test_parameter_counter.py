"""The parameter counter of the introduction, set by keyboard, counted by the library."""

import pytest
from playwright.sync_api import Page

from convbook import conv_parameters, dense_parameters, locally_connected_parameters


def expected(n: int, c: int, c_out: int, s: int) -> dict[str, str]:
    return {
        "dense": str(dense_parameters(n, n, c, c_out)),
        "locally connected": str(locally_connected_parameters(n, n, c, c_out, s)),
        "convolutional": str(conv_parameters(c, c_out, s)),
    }


@pytest.fixture
def page(open_page) -> Page:
    return open_page("chapters/intro.html")


def value(page: Page) -> dict[str, str]:
    return page.evaluate("document.querySelector('parameter-counter').value")


def test_it_starts_with_the_numbers_of_the_text(page: Page) -> None:
    assert value(page) == expected(256, 3, 3, 3)
    shown = page.locator("parameter-counter").inner_text().replace("\u202f", " ")
    assert "38 654 705 664 weights, 154.6 GB" in shown
    assert "81 weights, 324 bytes" in shown


def test_the_largest_choice_stays_exact(page: Page) -> None:
    for place in range(4):
        page.locator("parameter-counter select").nth(place).focus()
        page.keyboard.press("End")
    assert value(page) == expected(1024, 64, 64, 7)


def test_every_choice_counts(page: Page) -> None:
    page.locator("parameter-counter select").nth(1).select_option("1")
    page.locator("parameter-counter select").nth(0).select_option("8")
    page.locator("parameter-counter select").nth(3).select_option("5")
    page.locator("parameter-counter select").nth(2).select_option("16")
    assert value(page) == expected(8, 1, 16, 5)
