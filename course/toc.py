"""The pages of the book, as `_toc.yml` lists them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from course.address import ROOT


def contents(root: Path = ROOT) -> Any:
    """The table of contents."""
    return yaml.safe_load((root / "_toc.yml").read_text("utf-8"))


def chapters(root: Path = ROOT) -> list[str]:
    """The pages of the numbered chapters, in their order."""
    parts = [part for part in contents(root)["parts"] if part.get("numbered")]
    return [chapter["file"] for part in parts for chapter in part["chapters"]]


def title(page: str, root: Path = ROOT) -> str:
    """The heading of a page that is written in Markdown.

    >>> title("chapters/locality")
    'Locality'
    """
    lines = (root / f"{page}.md").read_text("utf-8").splitlines()
    return next(line.removeprefix("# ") for line in lines if line.startswith("# "))


def pages(root: Path = ROOT) -> list[str]:
    """All pages, in their order."""
    toc = contents(root)
    return [toc["root"], *(page for part in toc["parts"] for page in below(part["chapters"]))]


def below(entries: list[Any]) -> Iterator[str]:
    """The pages of some entries, each followed by its sections."""
    for entry in entries:
        yield entry["file"]
        yield from below(entry.get("sections", []))
