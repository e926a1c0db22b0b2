"""A reader finds the way: search, the theme switch, and everything by keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]

# What a reader may look for, and the chapter that must be found.
WORDS = {
    "permutation": "chapters/fully_connected.html",
    "raster": "chapters/images_as_tensors.html",
    "neocognitron": "chapters/locality.html",
    "equivariance": "chapters/weight_sharing.html",
    "checkerboard": "chapters/arithmetic.html",
}


@pytest.mark.parametrize(("word", "place"), WORDS.items())
def test_search_finds_the_chapter_of_a_word(open_page: OpenPage, word: str, place: str) -> None:
    page = open_page(f"search.html?q={word}")
    expect(page.locator(f"#search-results a[href^='{place}']").first).to_be_visible()
    assert (page.problems, page.outside) == ([], [])


# What the search must name first: the chapter about it, or the entry of exactly that name.
FIRST = {
    "toeplitz": "chapters/weight_sharing.html",
    "equivariance": "chapters/weight_sharing.html",
    "permutation": "chapters/fully_connected.html",
    "locality": "chapters/locality.html",
    "conv2d": "chapters/library/layers.html#convbook.layers.conv.conv2d",
}


@pytest.mark.parametrize(("word", "place"), FIRST.items())
def test_search_names_the_best_place_first(open_page: OpenPage, word: str, place: str) -> None:
    page = open_page(f"search.html?q={word}")
    first = page.locator("#search-results li a").first
    expect(first).to_be_visible()
    expect(page.locator("#search-results .search-summary")).to_contain_text("found")
    assert (first.get_attribute("href") or "").startswith(place)


@pytest.mark.parametrize("word", ["equivariance", "toeplitz", "patch"])
def test_search_shows_no_raw_formula_and_no_buttons(open_page: OpenPage, word: str) -> None:
    page = open_page(f"search.html?q={word}")
    shown = page.locator("#search-results p.context")
    expect(shown.nth(2)).to_be_visible()
    page.wait_for_load_state("networkidle")
    texts = shown.all_inner_texts()
    assert [text for text in texts if re.search(r"\\[()[\]a-z]|\.pdf", text)] == []


def test_ctrl_k_opens_the_search_and_enter_asks_it(open_page: OpenPage) -> None:
    page = open_page("chapters/intro.html")
    page.keyboard.press("Control+k")
    expect(page.locator("#pst-search-dialog input")).to_be_focused()
    page.keyboard.type("locality")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=locality*")
    expect(page.locator("#search-results a[href^='chapters/locality.html']").first).to_be_visible()


def test_escape_closes_the_search(open_page: OpenPage) -> None:
    page = open_page("chapters/intro.html")
    page.keyboard.press("Control+k")
    expect(page.locator("#pst-search-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#pst-search-dialog")).not_to_be_visible()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_page_opens_in_the_system_s_theme(open_page: OpenPage, system: str) -> None:
    page = open_page("chapters/intro.html", theme=system)
    expect(page.locator("html")).to_have_attribute("data-theme", system)


def test_chosen_theme_stays_on_the_next_page(open_page: OpenPage, site: str) -> None:
    page = open_page("chapters/intro.html")
    html = page.locator("html")
    button = page.locator(".theme-switch-button:visible").first
    button.focus()
    for _ in range(3):
        if html.get_attribute("data-mode") != "dark":
            page.keyboard.press("Enter")
    expect(html).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-theme", "dark")
    page.goto(f"{site}chapters/locality.html")
    expect(html).to_have_attribute("data-theme", "dark")


# Once colours and places change at once, what has the focus can be looked at after each key.
AT_ONCE = "*, ::before, ::after { transition: none !important; animation: none !important }"
NOTE_THE_STOPS = """() => {
  const stop = () => {
    const box = document.activeElement, style = getComputedStyle(box);
    const at = box.getBoundingClientRect();
    const wrap = box.closest("label, .tooltip, form, .frame") ?? box;
    const around = getComputedStyle(wrap);
    return {
      tag: box.localName,
      part: [["sidebar", ".bd-sidebar-primary"],
             ["search", ".search-button__button, .search-button-field"],
             ["theme switch", ".theme-switch-button"], ["quick check", "quick-check"],
             ["element", "[role=group]:has(> .stage)"], ["contents", ".bd-sidebar-secondary"],
             ["text", "main article"]]
        .filter(([, selector]) => box.closest(selector)).map(([name]) => name),
      ringed: [style, around].some(({outlineStyle, outlineWidth, boxShadow}) =>
        outlineStyle !== "none" && parseFloat(outlineWidth) >= 1 || boxShadow !== "none"),
      shown: box === document.body || at.width > 0 && at.bottom > 0 && at.top < innerHeight,
      editor: box.matches(".cm-content"),
      what: box.outerHTML.slice(0, 90),
    };
  };
  window.stops = [];
  addEventListener("keyup", () => window.stops.push(stop()));
}"""


def tab_through(page: Page) -> list[dict[str, Any]]:
    """Where the focus stops on its way through a whole page."""
    page.add_style_tag(content=AT_ONCE)
    page.evaluate(NOTE_THE_STOPS)
    for _ in range(60):
        for _ in range(25):
            page.keyboard.press("Tab")
        stops: list[dict[str, Any]] = page.evaluate("window.stops")
        tags = [stop["tag"] for stop in stops]
        if "body" in tags:
            return stops[: tags.index("body")]
        if stops[-1]["editor"]:  # there Tab indents, until Escape
            page.keyboard.press("Escape")
    raise AssertionError(f"Tab never comes to the end of the page: {stops[-1]}")


def test_tab_reaches_every_part_of_a_chapter_with_a_visible_ring(
    open_page: OpenPage, chapter: str
) -> None:
    page = open_page(chapter)
    stops = tab_through(page)
    assert [stop["what"] for stop in stops if not (stop["ringed"] and stop["shown"])] == []
    parts = {part for stop in stops for part in stop["part"]}
    wanted = {"sidebar", "search", "theme switch", "text"}
    wanted |= {"quick check"} if page.locator("quick-check").count() else set()
    wanted |= {"element"} if page.locator("[role=group] > .stage").count() else set()
    assert wanted <= parts
