"""Every page of the built book can be read by all: with a screen reader, in light and in dark."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

Look = Callable[..., Page]

# What axe finds in the theme, and only there: (rule, selector) with the reason why it stays and a
# page on which it occurs. One that occurs no more fails below, so that it leaves this list.
THEMES_OWN = {
    ("region", ".sidebar-primary-items__start > .sidebar-primary-item:has(> .navbar-brand)"): (
        "the link to the first page stands before the navigation, in no landmark",
        "chapters/intro.html",
    ),
}


def violations(page: Page, **options: Any) -> list[tuple[str, str, bool, str]]:
    """What axe finds on a page, one a node: rule, target, whether the theme's own, and what."""
    options["resultTypes"] = ["violations"]
    found = []
    for violation in Axe().run(page, options=options).response["violations"]:
        rule = violation["id"]
        selectors = [selector for own, selector in THEMES_OWN if own == rule]
        for node in violation["nodes"]:
            target = node["target"][0]
            known = bool(selectors) and page.evaluate(
                "([target, known]) => document.querySelector(target).matches(known)",
                [target, ", ".join(selectors)],
            )
            found.append((rule, target, known, node["failureSummary"]))
    return found


def test_axe_finds_nothing_of_ours(look: Look) -> None:
    assert [found for found in violations(look()) if not found[2]] == []


# What axe compares with the colours behind it is compared in both themes; on a phone there are no
# other colours, only other places.
COLOURS = ["color-contrast", "link-in-text-block"]


def test_axe_finds_enough_contrast_in_the_dark(look: Look) -> None:
    dark = violations(look(theme="dark"), runOnly=COLOURS)
    assert [found for found in dark if not found[2]] == []


def test_axe_finds_nothing_of_ours_on_a_phone(look: Look) -> None:
    rules = {rule: {"enabled": False} for rule in COLOURS}
    phone = violations(look(width=390), rules=rules)
    assert [found for found in phone if not found[2]] == []


@pytest.mark.parametrize(("rule", "selector"), THEMES_OWN)
def test_what_is_excused_in_the_theme_still_occurs(
    open_page: Callable[..., Page], rule: str, selector: str
) -> None:
    _, path = THEMES_OWN[rule, selector]
    page = open_page(path)
    targets = [target for found, target, _, _ in violations(page, runOnly=[rule]) if found == rule]
    assert any(page.locator(target).and_(page.locator(selector)).count() for target in targets)


def test_page_says_its_language_title_and_subject(look: Look) -> None:
    page = look()
    assert page.locator("html").get_attribute("lang") == "en"
    assert len(page.title()) > len("From Dense to Convolutional")
    descriptions = page.locator("meta[name=description]")
    assert descriptions.count() == 1
    assert len(descriptions.get_attribute("content") or "") >= 30


def test_headings_begin_with_one_h1_and_skip_no_level(look: Look) -> None:
    levels = look().evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
          .filter(heading => heading.checkVisibility())
          .map(heading => Number(heading.tagName[1]))"""
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_figure_says_what_it_shows(look: Look) -> None:
    alts = look().evaluate(
        """() => [...document.querySelectorAll("article img, article svg[role=img]")]
          .filter(figure => !figure.closest("[aria-hidden=true]"))
          .map(figure => figure.getAttribute("alt") || figure.getAttribute("aria-label") || "")"""
    )
    poor = [
        alt for alt in alts
        if len(alt) < 20 or alt.startswith("<Figure") or " " not in alt
    ]  # fmt: skip
    assert poor == []


def test_every_element_to_play_with_has_a_name_and_says_its_state(look: Look) -> None:
    elements = look().locator("main [role=group]:has(> .stage)")
    for element in elements.all():
        assert len(element.get_attribute("aria-label") or "") >= 10
        message = element.locator("> [aria-live]")
        assert len(message.inner_text()) >= 20
        for control in element.locator("input, select").all():
            name = "box => box.labels[0]?.textContent ?? box.ariaLabel ?? ''"
            assert control.evaluate(name).strip() != ""


def test_no_element_is_left_without_its_script(look: Look) -> None:
    left = look().evaluate(
        """() => [...document.querySelectorAll("article :not(:defined)")]
          .map(box => box.localName)
          .filter(name => !name.startsWith("mjx-"))"""
    )
    assert left == []
