"""TODO: what the element of the chapter shows, played with by keyboard."""

import pytest
from accessibility import violations_in
from playwright.sync_api import Page

PAGE = "chapters/arithmetic.html"


@pytest.fixture
def page(open_page) -> Page:
    return open_page(PAGE)


@pytest.mark.parametrize(("key", "size"), [("Home", 1), ("End", 9), ("ArrowRight", 4)])
def test_slider_sets_the_size_and_the_message_says_it(page: Page, key: str, size: int) -> None:
    element = page.locator("convolution-explorer")
    element.get_by_label("Size").focus()
    page.keyboard.press(key)
    assert element.evaluate("element => element.value") == {"size": size}
    assert f"{size} squares" in element.locator(".message").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_page, theme: str) -> None:
    assert violations_in(open_page(PAGE, theme=theme), "convolution-explorer") == []
