"""A small book made by Sphinx alone, for tests of its extensions."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Built:
    """A built book: the folder of its HTML, and what Sphinx complained of."""

    html: Path
    complaints: list[str]

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.html / f"{name}.html").read_text("utf-8"), "html.parser")


def build(source: Path, settings: str, pages: dict[str, str]) -> Built:
    """Write the settings and pages, which link to each other, into `source` and build them."""
    html = source.with_name(f"{source.name}-html")
    (source / "conf.py").write_text(settings, "utf-8")
    toctree = "# A page\n\nShort.\n\n```{toctree}\n:glob:\n*\n```\n"
    for name, text in ({"index": toctree} | pages).items():
        (source / f"{name}.md").write_text(text, "utf-8")
    # In a process of its own: what one book has registered, Sphinx holds against the next.
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "--no-color", str(source), str(html)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Built(html, done.stderr.splitlines())
