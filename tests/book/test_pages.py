"""Every page of the built book, as a browser shows it: whole, quiet, on a phone and on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

Look = OpenPage = Callable[..., Page]


def test_page_asks_nothing_of_other_hosts(look: Look) -> None:
    assert look().outside == []


def test_page_loads_without_errors(look: Look) -> None:
    assert look().problems == []


def test_maths_is_typeset_and_none_is_left_raw(look: Look) -> None:
    # `.math` is what Sphinx writes for MathJax; what waits unseen, as a reason does, counts too.
    wrong = look().evaluate(
        """() => [...document.querySelectorAll("main article .math")]
          .filter(math => !math.querySelector("mjx-container")
            || math.querySelector("mjx-merror, [data-mjx-error], merror")
            || /\\\\[()[\\]]/.test(math.textContent))
          .map(math => math.textContent)"""
    )
    assert wrong == []


@pytest.mark.parametrize("width", [320, 390])
def test_page_fits_the_width_of_a_phone(look: Look, width: int) -> None:
    page = look(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


FIGURE = "main article :is(img, svg[role=img]:not([aria-hidden=true]))"
WIDE = f"{FIGURE}, main article :is(pre, table, mjx-container[display])"


@pytest.mark.parametrize("width", [320, 1280])
def test_what_is_too_wide_scrolls_in_its_own_box(look: Look, width: int) -> None:
    """Nothing sticks out of the page or is cut off without a way to scroll there."""
    cut = look(width=width).evaluate(
        """wide => {
          const scrolls = box => /auto|scroll/.test(getComputedStyle(box).overflowX);
          const fits = box => box.getBoundingClientRect().right <= innerWidth + 1;
          const reachable = box => {
            if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth && !scrolls(box)
                && getComputedStyle(box).overflowX !== "visible") return false;
            if (fits(box)) return true;
            for (let outer = box.parentElement; outer; outer = outer.parentElement)
              if (scrolls(outer) && fits(outer)) return true;
            return false;
          };
          return [...document.querySelectorAll(wide)]
            .filter(box => box.checkVisibility() && !reachable(box))
            .map(box => box.outerHTML.slice(0, 120));
        }""",
        WIDE,
    )
    assert cut == []


def test_code_of_a_chapter_is_no_wider_than_its_cell(open_page: OpenPage, chapter: str) -> None:
    wide = open_page(chapter).evaluate(
        """() => [...document.querySelectorAll("article .cell_input pre")]
          .filter(code => code.scrollWidth > code.clientWidth)
          .map(code => code.textContent.trim().slice(0, 80))"""
    )
    assert wide == []


def test_the_sign_that_links_to_a_heading_begins_no_line(look: Look) -> None:
    """A heading is as high without it, however long its last line is."""
    higher = look(width=390).evaluate(
        """() => [...document.querySelectorAll("article :is(h1, h2, h3, h4):has(> .headerlink)")]
          .filter(heading => {
            const sign = heading.querySelector(".headerlink"), high = heading.offsetHeight;
            sign.hidden = true;
            sign.style.setProperty("display", "none", "important");
            const without = heading.offsetHeight;
            sign.style.removeProperty("display");
            sign.hidden = false;
            return high !== without;
          })
          .map(heading => heading.textContent)"""
    )
    assert higher == []


def test_no_page_lists_what_only_its_makers_aim_at(look: Look) -> None:
    headings = look().locator("article table th").all_inner_texts()
    assert "target" not in [heading.strip().lower() for heading in headings]


CONTROLS = """.bd-header-article, .bd-sidebar-primary, .bd-sidebar-secondary, .prev-next-area,
              .controls, .copybtn, .assignment-links"""


def test_paper_shows_the_figures_and_no_controls(look: Look) -> None:
    page = look()
    figures = page.locator(f"{FIGURE}:visible").count()
    page = look(media="print")
    shown = page.locator(CONTROLS).evaluate_all(
        "boxes => boxes.filter(box => box.checkVisibility()).map(box => box.className)"
    )
    assert shown == []
    assert page.locator(f"{FIGURE}:visible").count() == figures


def test_paper_shows_dark_ink_in_dark_mode_too(look: Look) -> None:
    ink = look(theme="dark", media="print").evaluate(
        "getComputedStyle(document.querySelector('main h1')).color.match(/[0-9.]+/g).map(Number)"
    )
    assert max(ink[:3]) < 100


def test_paper_keeps_an_equation_with_its_number(look: Look) -> None:
    apart = look(media="print").evaluate(
        """() => [...document.querySelectorAll("article .math:has(> .eqno)")]
          .filter(line => getComputedStyle(line).breakInside !== "avoid")
          .map(line => line.textContent)"""
    )
    assert apart == []


def test_chapter_is_readable_without_javascript(
    plain_window: BrowserContext, site: str, chapter: str
) -> None:
    page = plain_window.new_page()
    page.goto(site + chapter)
    assert len(page.locator("main article").inner_text()) > 200
    for choice in page.locator("quick-check details").all():
        choice.locator("summary").click()
        expect(choice.locator(".reason")).to_be_visible()
        assert len(choice.locator(".reason").inner_text()) > 20
    # A figure to play with has its sentence instead.
    for name in set(re.findall(r"<([a-z]+-[a-z-]+)", page.content())) - {"quick-check"}:
        for element in page.locator(f"article {name}").all():
            assert len(element.inner_text()) > 40
    page.close()
