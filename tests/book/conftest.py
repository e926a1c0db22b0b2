"""The built book, served on loopback and opened in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import OpenPage, opener, serve, watch
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "build" / "_build" / "html"


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built book."""
    if not (HTML / "index.html").is_file():
        pytest.fail("the book is not built: run `make book` first")
    return HTML


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address at which the built book is served."""
    with serve(html) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """Open a page of the book: `open_page("chapters/locality.html", theme="dark", width=390)`.

    The page collects what went wrong in `page.problems` and what it asked of other hosts in
    `page.outside`.
    """
    with opener(browser, site) as open_page:
        yield open_page


@pytest.fixture(scope="module")
def keep_page(browser: Browser, site: str) -> Iterator[OpenPage]:
    """As `open_page`, for tests that share a page, each after bringing it into a state."""
    with opener(browser, site) as open_page:
        yield open_page


# Pages of source come from one template: these stand for all of them.
SOURCES = ("_modules/index.html", "_modules/convbook/simple.html")


def built_pages(folder: str = "") -> list[str]:
    """The pages of the built book below `folder`, without the front door and what isn't ours."""
    paths = (path.relative_to(HTML) for path in sorted((HTML / folder).rglob("*.html")))
    ours = [path for path in paths if path.parts[0] not in ("_static", "lite")]
    found = [str(path) for path in ours if len(path.parts) > 1]
    return found + ([] if folder else ["search.html"])


def to_look_at(pages: list[str]) -> list[str]:
    """The pages, of which those of source are a few."""
    return [page for page in pages if page in SOURCES or not page.startswith("_modules/")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask a test of every page for `look` or `any_page`, of every chapter for `chapter`, of every
    chapter with quick checks for `quizzed`.

    In the scope of a session, so that all tests of one page run one after the other.
    """
    for name, folder in {
        "look": "", "any_page": "", "chapter": "chapters", "quizzed": "chapters"
    }.items():  # fmt: skip
        if name in metafunc.fixturenames:
            pages = to_look_at(built_pages(folder))
            if name == "quizzed":
                pages = [
                    page for page in pages if "<quick-check" in (HTML / page).read_text("utf-8")
                ]
            metafunc.parametrize(
                name, pages or ["index.html"], indirect=name == "look", scope="session"
            )


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """One browser window for all tests that look at pages and leave them as they are."""
    with browser.new_context() as context:
        yield context


@pytest.fixture(scope="session")
def look(request: pytest.FixtureRequest, window: BrowserContext, site: str) -> Iterator[OpenPage]:
    """Look at one page: `look(theme="dark", width=390, media="print")`, loaded only once."""
    page = watch(window.new_page(), site)
    page.goto(site + request.param)
    page.wait_for_load_state("load")
    page.evaluate("() => window.MathJax?.startup?.promise?.then(() => null)")

    def wait_for_theme(theme: str) -> None:
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")

    def look(theme: str = "light", width: int = 1280, media: str = "screen") -> Page:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="screen", color_scheme=theme)
        wait_for_theme(theme)
        if media == "print":
            page.emulate_media(media="print", color_scheme=theme)
            wait_for_theme("light")
        # Colours fade from one theme to the other.
        page.wait_for_function("document.getAnimations().every(a => a.playState === 'finished')")
        return page

    yield look
    page.close()


@pytest.fixture(scope="session")
def plain_window(browser: Browser) -> Iterator[BrowserContext]:
    """A browser window without JavaScript."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context
