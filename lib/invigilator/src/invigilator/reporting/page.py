"""The class's page: one HTML file that asks nothing of anyone else."""

import base64
import functools
import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from statistics import median
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from invigilator.reporting.summary import Status, Summary
from invigilator.reporting.tables import relative, versions

_WIDTH, _HEIGHT, _TOP, _FOOT, _SIDE = 400, 170, 18, 34, 8  # of a histogram
_BAR = 160  # width of a task's bar


@dataclass(frozen=True)
class Bin:
    """One bar of a histogram, in the drawing's units, and what it stands for."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


def histogram(summary: Summary) -> list[Bin]:
    """How many of those graded have which part of all points: tenths, and full marks apart."""
    counts = [0] * 11
    for row in summary.graded:
        part = row.score / summary.points if summary.points else 1.0
        # In binary, a sum of points may be a little less than it should.
        counts[min(int(10 * part + 1e-9), 10)] += 1
    labels = [f"{10 * tenth} to {10 * tenth + 9} %" for tenth in range(10)] + ["100 %"]
    step, tallest = (_WIDTH - 2 * _SIDE) / len(counts), max(*counts, 1)
    bins = []
    for place, (label, count) in enumerate(zip(labels, counts, strict=True)):
        height = round((_HEIGHT - _TOP - _FOOT) * count / tallest, 1)
        y = round(_HEIGHT - _FOOT - height, 1)
        x = round(_SIDE + place * step + 2, 1)
        bins.append(Bin(label, count, x, y, round(step - 4, 1), height))
    return bins


def shade(points: float | None, most: float) -> str:
    """The class of a mark's cell: darker where more points were lost."""
    if points is None:
        return "unmarked"
    if points >= most:
        return "full"
    return "none" if points <= 0 else "most-lost" if points < most / 2 else "some-lost"


def number(value: float | None) -> str:
    """A number as people write it.

    >>> number(2.0), number(1 / 3), number(None)
    ('2', '0.33', '–')
    """
    return "–" if value is None else f"{round(value, 2):g}"


def moment(text: str) -> str:
    """A time in ISO format as people write it, where they are."""
    when = datetime.fromisoformat(text).astimezone()
    return f"{when.day} {when:%B %Y, %H:%M %Z}"


def breakable(name: str) -> Markup:
    """A name that may be broken after each underscore.

    >>> breakable("test_<b>")
    Markup('test_<wbr>&lt;b&gt;')
    """
    return Markup("_<wbr>").join(name.split("_"))


def conditions(summary: Summary) -> list[str]:
    """Short names of what results depend on: tests, libraries, settings, the grader itself."""
    digests = {result.digest[:8] for result in summary.results if result.digest}
    return sorted(digests)


def links(folder: Path, pages: tuple[Path, ...]) -> list[tuple[str, str]]:
    """Each page's name, and its address seen from a folder."""
    addresses = map(quote, relative(pages, folder))
    return list(zip((page.stem for page in pages), addresses, strict=True))


def write_page(summaries: list[Summary], path: Path, made: datetime) -> None:
    """Write the page. Links to feedback are relative: both can be moved together."""
    folder = path.parent
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.PackageLoader("invigilator.reporting", ""),
    )
    environment.filters |= {"breakable": breakable, "moment": moment, "number": number}
    style, script = _part("report.css"), _part("report.js")
    text = environment.get_template("report.html.j2").render(
        summaries=summaries,
        made=made,
        versions=versions(),
        style=Markup(style),
        script=Markup(script),
        # Students choose names and messages: should one slip through as markup, it can't run.
        policy="; ".join(
            [
                "default-src 'none'",
                f"style-src {_source(style)}",
                f"script-src {_source(script)}",
                "base-uri 'none'",
                "form-action 'none'",
            ]
        ),
        Status=Status,
        bar=_BAR,
        size=(_WIDTH, _HEIGHT, _FOOT),
        conditions=conditions,
        dict_of=lambda rows: {row.student: row for row in rows},
        histogram=histogram,
        links=functools.cache(functools.partial(links, folder)),
        median=median,
        shade=shade,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _part(name: str) -> str:
    return resources.files("invigilator.reporting").joinpath(name).read_text("utf-8")


def _source(text: str) -> str:
    """What a content security policy calls a text that may stand in the page."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
