"""Serve built pages on loopback and open them in a browser."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

OpenPage = Callable[..., Page]


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback: its address."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def watch(page: Page, site: str) -> Page:
    """Collect what goes wrong in `page.problems`, requests to other hosts in `page.outside`."""
    page.problems, page.outside = [], []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
    page.on(
        "response",
        lambda r: page.problems.append(f"{r.status} {r.url}") if r.status > 399 else None,
    )
    page.on(
        "request",
        lambda r: (
            None if r.url.startswith((site, "data:", "blob:")) else page.outside.append(r.url)
        ),
    )
    return page


@contextlib.contextmanager
def opener(browser: Browser, site: str) -> Iterator[OpenPage]:
    """A function that opens pages of a site in windows of their own, closed at the end."""
    contexts = []

    def open_page(path: str, theme: str = "light", width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, **options
        )
        contexts.append(context)
        page = watch(context.new_page(), site)
        page.goto(site + path)
        page.wait_for_load_state("load")
        page.evaluate("() => window.MathJax?.startup?.promise?.then(() => null)")
        return page

    yield open_page
    for context in contexts:
        context.close()
