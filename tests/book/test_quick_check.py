"""A quick check is answered by keyboard, says why, and stands alone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from accessibility import violations_in
from bs4 import BeautifulSoup
from playwright.sync_api import Locator, Page, expect

OpenPage = Callable[..., Page]
CHAPTER = "chapters/locality.html"


@pytest.fixture
def checks(open_page: OpenPage) -> list[Locator]:
    """The quick checks of a chapter, not answered yet."""
    return open_page(CHAPTER).locator("quick-check").all()


@pytest.fixture(scope="module")
def untouched(keep_page: OpenPage) -> Page:
    """A page that tests share, who only look at it."""
    return keep_page(CHAPTER)


def choices(check: Locator) -> Locator:
    return check.get_by_role("radio")


def answer(check: Locator, number: int) -> str:
    """Choose by keyboard, as far from the first choice as `number`; what is read out."""
    choices(check).first.focus()
    check.page.keyboard.press("Space")
    for _ in range(number):
        check.page.keyboard.press("ArrowDown")
    expect(choices(check).nth(number)).to_be_checked()
    return check.locator("[aria-live]").inner_text()


def test_every_chapter_s_quick_checks_have_one_right_choice_and_typeset_reasons(
    html: Path, open_page: OpenPage, quizzed: str
) -> None:
    built = BeautifulSoup((html / quizzed).read_text("utf-8"), "html.parser")
    key = [
        [choice.has_attr("data-correct") for choice in check.select("details")]
        for check in built.select("quick-check")
    ]
    page = open_page(quizzed)
    assert [sum(rights) for rights in key] == [1] * page.locator("quick-check").count()
    for check, rights in zip(page.locator("quick-check").all(), key, strict=True):
        assert choices(check).count() == len(rights)
        read = []
        for number in range(len(rights)):
            read.append(answer(check, number))
            maths = check.locator(".answer .math")
            expect(check.locator(".answer mjx-container")).to_have_count(maths.count())
        assert [text.startswith("Right. ") for text in read] == rights
        assert [text.startswith("Not quite. ") for text in read] == [not right for right in rights]
        assert len(set(read)) == len(read)
        assert min(map(len, read)) > 25


def test_question_names_its_choices(untouched: Page) -> None:
    for check in untouched.locator("quick-check").all():
        question = check.locator("legend").inner_text()
        assert len(question) >= 10
        assert check.get_by_role("group").count() == 1
        assert choices(check).count() >= 3


def test_nothing_is_said_before_a_choice(untouched: Page) -> None:
    for check in untouched.locator("quick-check").all():
        expect(check.locator(".verdict:visible")).to_have_count(0)
        # The region must be there before it speaks, or a screen reader won't listen to it.
        region = check.locator("[aria-live=polite][aria-atomic=true]")
        expect(region).to_be_attached()
        assert region.inner_text() == ""


def test_only_the_last_choice_s_reason_is_shown(checks: list[Locator]) -> None:
    check = checks[0]
    reasons = [answer(check, number) for number in range(choices(check).count())]
    for number, reason in enumerate(reasons):
        assert answer(check, number) == reason
        expect(check.locator(".reason:visible")).to_have_count(1)
        expect(check.locator("label[data-answer]")).to_have_count(1)


def test_choice_is_marked_by_more_than_colour(checks: list[Locator]) -> None:
    check = checks[0]
    marks = set()
    for number in range(choices(check).count()):
        answer(check, number)
        chosen = check.locator("label[data-answer]")
        marks.add(
            (
                chosen.get_attribute("data-answer"),
                chosen.evaluate("box => getComputedStyle(box, '::after').content[1]"),
            )
        )
    assert marks == {("right", "✓"), ("wrong", "✗")}


def test_mouse_answers_anywhere_on_a_choice(checks: list[Locator]) -> None:
    check = checks[0]
    label = check.locator("label").nth(1)
    box = label.bounding_box()
    assert box
    label.click(position={"x": box["width"] - 5, "y": 5})
    expect(choices(check).nth(1)).to_be_checked()
    expect(check.locator(".reason:visible")).to_have_count(1)


def test_quick_checks_of_one_page_are_independent(checks: list[Locator]) -> None:
    first, second, *others = checks
    said = answer(first, 0)
    answer(second, 1)
    expect(choices(first).nth(0)).to_be_checked()
    assert first.locator("[aria-live]").inner_text() == said
    for check in others:
        expect(check.locator("input:checked")).to_have_count(0)


def test_tab_goes_from_one_quick_check_to_the_next(checks: list[Locator]) -> None:
    first, second, *_ = checks
    answer(first, 1)
    for _ in range(100):
        first.page.keyboard.press("Tab")
        if second.locator(":focus").count():
            break
    expect(choices(second).first).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_answered_quick_check_reads_well(open_page: OpenPage, theme: str, width: int) -> None:
    page = open_page(CHAPTER, theme=theme, width=width)
    for number, check in enumerate(page.locator("quick-check").all()):
        answer(check, number % choices(check).count())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations_in(page, "quick-check") == []


@pytest.mark.parametrize("width", [320, 1280])
def test_choice_is_large_enough_to_touch(untouched: Page, width: int) -> None:
    untouched.set_viewport_size({"width": width, "height": 900})
    for label in untouched.locator("quick-check label").all():
        box = label.bounding_box()
        assert box
        assert box["height"] >= 24
        assert box["width"] >= 200
