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
