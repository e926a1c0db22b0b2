"""On a phone nothing is cut without a sign: it fits, or scrolls, by keyboard too, and shows it."""

from collections.abc import Callable

from playwright.sync_api import Page

Look = OpenPage = Callable[..., Page]

PHONE = 390

# What is cut, in which box, and what is wrong with that; nothing where all fits or scrolls well.
FIND_WHAT_IS_CUT = """() => {
  const parts = "mjx-container[display=true], .cell_output .output, pre, table, .stage";
  const wrong = [];
  for (const part of document.querySelectorAll(`main article :is(${parts})`)) {
    if (!part.checkVisibility()) continue;
    // What a screen reader reads of a formula takes no place.
    const what = part.querySelector("mjx-math") ?? part;
    const end = Math.max(what.getBoundingClientRect().right,
      what === part ? part.getBoundingClientRect().left + part.scrollWidth : 0);
    for (let box = part; box.localName !== "article"; box = box.parentElement) {
      const style = getComputedStyle(box), edge = box.getBoundingClientRect();
      const cuts = box.scrollWidth > box.clientWidth + 1 && box.clientWidth
        && style.overflowX !== "visible";
      if (!cuts) continue;
      const faults = [
        !/auto|scroll/.test(style.overflowX) && "does not scroll",
        edge.right > innerWidth + 1 && "sticks out",
        box.tabIndex !== 0 && "no keyboard",
        !/inset/.test(style.boxShadow) && "no shadow",
        // A shadow lies on the ground of its box, below all that stands in it.
        [...box.querySelectorAll("table, thead, tbody, tr, th, td")]
          .some(over => getComputedStyle(over).backgroundColor !== "rgba(0, 0, 0, 0)")
          && "shadow hidden",
      ].filter(Boolean);
      if (faults.length) wrong.push([box.outerHTML.slice(0, 80), ...faults]);
      break;
    }
    if (end > innerWidth + 1 && !part.closest(".more-right"))
      wrong.push([part.outerHTML.slice(0, 80), "cut"]);
  }
  return wrong;
}"""


def test_what_is_cut_on_a_phone_scrolls_and_shows_it(look: Look) -> None:
    page = look(width=PHONE)
    assert page.evaluate(FIND_WHAT_IS_CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


# The height of a text as the screen shows it: its font's, scaled as the picture is.
FIND_SMALL_TEXT = """() => [...document.querySelectorAll("main article svg text")]
  .filter(text => text.checkVisibility() && text.textContent.trim())
  .map(text => {
    const {a, b} = text.getScreenCTM();
    return [parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b), text.textContent];
  })
  .filter(([size]) => size < 11)"""


def test_text_in_pictures_can_be_read_on_a_phone(look: Look) -> None:
    assert look(width=PHONE).evaluate(FIND_SMALL_TEXT) == []


def test_text_in_pictures_can_be_read_on_a_wide_screen(look: Look) -> None:
    assert look().evaluate(FIND_SMALL_TEXT) == []


def test_no_equation_is_written_over_its_number(look: Look) -> None:
    over = look(width=PHONE).evaluate(
        """() => [...document.querySelectorAll("article .math > .eqno")]
          .filter(number => number.checkVisibility())
          .filter(number => {
            const box = number.parentElement.querySelector("mjx-container");
            return box.getBoundingClientRect().right > number.getBoundingClientRect().left + 1;
          })
          .map(number => number.textContent)"""
    )
    assert over == []


def test_folded_code_is_one_quiet_line_that_opens_by_keyboard(open_page: OpenPage) -> None:
    """As no page needs to have any, a cell is folded here as `hide-input` folds it."""
    page = open_page("chapters/how_it_is_built.html", width=PHONE)
    page.evaluate(
        """() => {
          const code = document.querySelector("article .cell_input");
          const folded = document.createElement("details");
          folded.className = "admonition hide above-input";
          folded.innerHTML = `<summary aria-label="Toggle hidden content">
            <p class="collapsed admonition-title">show the code</p>
            <p class="expanded admonition-title">hide the code</p></summary>`;
          code.before(folded);
          folded.append(code);
        }"""
    )
    summary = page.locator("details.hide > summary")
    assert summary.bounding_box()["height"] < 40
    assert summary.inner_text().strip() == "show the code"
    summary.focus()
    page.keyboard.press("Enter")
    code = page.locator("details.hide pre")
    assert code.is_visible()
    # What was folded is measured now: it scrolls, and says so.
    page.wait_for_function("box => box.matches('.more-right[tabindex]')", arg=code.element_handle())


def test_the_shadow_is_where_more_is(open_page: OpenPage) -> None:
    page = open_page("chapters/how_it_is_built.html", width=PHONE)
    code = page.locator("article .cell_input pre.more-right").first
    states = []
    for place in ("0", "10", "box.scrollWidth"):
        code.evaluate(f"box => box.scrollLeft = {place}")
        page.wait_for_timeout(100)
        states.append(
            code.evaluate("box => ['more-left', 'more-right'].map(s => box.classList.contains(s))")
        )
        # `code` finds the same box whichever side of it is cut.
        code = page.locator("article .cell_input pre").nth(0)
    assert states == [[False, True], [True, True], [True, False]]


def test_the_keyboard_scrolls_what_is_cut(open_page: OpenPage) -> None:
    page = open_page("chapters/how_it_is_built.html", width=PHONE)
    code = page.locator("article .cell_input pre").first
    code.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("box => box.scrollLeft > 0", arg=code.element_handle())


def test_a_phone_shows_its_own_drawing_and_a_wide_screen_the_wide_one(open_page: OpenPage) -> None:
    shown = []
    for width in (PHONE, 1280):
        page = open_page("chapters/intro.html", width=width)
        narrow = page.locator(".picture-narrow").first
        wide = page.locator(".picture-narrow + .picture").first
        shown.append((narrow.is_visible(), wide.is_visible()))
    page.emulate_media(media="print")
    shown.append((narrow.is_visible(), wide.is_visible()))
    assert shown == [(True, False), (False, True), (False, True)]
