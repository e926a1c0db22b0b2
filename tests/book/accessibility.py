"""What axe finds in one element of a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# axe looks at where everything on a page lies, which takes it long where there is much.
ALONE = """selector => {
  const apart = node => [...document.querySelectorAll(selector)]
    .every(element => !element.contains(node) && !node.contains(element));
  const next = node => node.parentElement.querySelector(selector);
  [...document.querySelectorAll("main article *")]
    .filter(node => next(node) && apart(node)).forEach(node => node.remove());
}"""


def violations_in(page: Page, selector: str) -> list[tuple[str, str]]:
    """What axe finds in an element, after all else in the article but its ancestors is removed."""
    page.evaluate(ALONE, selector)
    found = Axe().run(page, context=selector).response["violations"]
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found]


# Pixels on the screen: an SVG that is scaled down scales its texts.
SMALL = """([selector, least]) => {
  const texts = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !node.getClientRects().length) continue;
    if (getComputedStyle(node).display === "none") continue;
    const scale = node.getScreenCTM ? Math.abs(node.getScreenCTM().a) : 1;
    const size = scale * parseFloat(getComputedStyle(node).fontSize);
    if (size < least - 0.05) found.push([texts.currentNode.data, Math.round(10 * size) / 10]);
  }
  return found;
}"""


def small_texts(page: Page, selector: str, least: float = 11) -> list[list[str | float]]:
    """The texts in an element that are smaller than this on the screen, with their sizes."""
    return page.evaluate(SMALL, [selector, least])
