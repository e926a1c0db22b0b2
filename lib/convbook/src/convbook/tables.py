"""Rows of results as a table that reads well in a page, on a phone and as text."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real
from typing import Any

from convbook.arguments import short_repr

#: A number as a cell's text has it: 12, −0.5, 9.9e+12, 97.3 %, 38.7 GB, 8.4×.
_NUMBER = re.compile(r"[+−-]?\d[\d., \u2009\u202f]*(e[+−-]?\d+)?\s?[^\W\d]{0,3}[%×]?")


@dataclass(frozen=True)
class Table:
    """Rows of cells that a notebook displays: HTML in a page, aligned text elsewhere."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | int | float | None, ...], ...]

    def __str__(self) -> str:
        columns = [
            [name, *(_cell(row[j], " ") for row in self.rows)] for j, name in enumerate(self.header)
        ]
        lines = []
        for i in range(len(self.rows) + 1):
            cells = []
            for column, numeric in zip(columns, self._numeric(), strict=True):
                width = max(map(len, column))
                cells.append(column[i].rjust(width) if numeric else column[i].ljust(width))
            lines.append("  ".join(cells).rstrip())
        rule = "  ".join("-" * max(map(len, column)) for column in columns)
        return "\n".join([lines[0], rule, *lines[1:]])

    def _numeric(self) -> list[bool]:
        """Of each column, whether all that stands in it are numbers."""
        columns = [[row[j] for row in self.rows] for j in range(len(self.header))]
        return [
            all(map(_is_number, column)) and any(_cell(value, "") for value in column)
            for column in columns
        ]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        numeric = self._numeric()
        # A notebook's own style sheet aligns every cell to the right: each says its side itself.
        sides = ["right" if each else "left" for each in numeric]
        head = [
            f'<th scope="col" style="text-align: {side}">{escape(name)}</th>'
            for name, side in zip(self.header, sides, strict=True)
        ]
        body = []
        for row in self.rows:
            cells = []
            for j, (value, side) in enumerate(zip(row, sides, strict=True)):
                tag = "td" if j else 'th scope="row"'
                # A number stays in one piece; words may wrap on a phone.
                wrap = "; white-space: nowrap" if numeric[j] else ""
                text = escape(_cell(value, "\u202f"))
                cells.append(f'<{tag} style="text-align: {side}{wrap}">{text}</{tag[:2]}>')
            body.append("<tr>" + "".join(cells) + "</tr>")
        html = (
            '<table class="numbers" style="font-variant-numeric: tabular-nums">\n'
            f"<thead><tr>{''.join(head)}</tr></thead>\n"
            "<tbody>\n" + "\n".join(body) + "\n</tbody>\n</table>"
        )
        return {"text/html": html, "text/plain": str(self)}


def _is_number(value: str | int | float | None) -> bool:
    """Whether a cell holds a number, or nothing where one could stand."""
    return not isinstance(value, str) or not value or bool(_NUMBER.fullmatch(value))


def _cell(value: str | int | float | None, space: str) -> str:
    """The text of a cell, with this space between the thousands of an integer."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    text = f"{value:,}".replace(",", space) if isinstance(value, Integral) else f"{value:.4g}"
    return text.replace("-", "−")


def table(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> Table:
    """A table with a `header` and `rows` of as many cells.

    Integers have a space between their thousands, floats four digits; for other digits or a unit,
    hand over a string. A column of numbers, `"97.3 %"` among them, is aligned at the right. None
    leaves a cell empty. The first cell of a row is its heading.
    Raises ValueError if a row has more or fewer cells than the header, TypeError for a cell of
    another kind.

    >>> rows = [["dense", 65536, "2.1 %"], ["shared", 9, None]]
    >>> print(table(["layer", "weights", "error"], rows))
    layer   weights  error
    ------  -------  -----
    dense    65 536  2.1 %
    shared        9
    """
    names = tuple(header)
    if not names or not all(isinstance(name, str) for name in names):
        raise TypeError(f"header must be one or more strings; it is {short_repr(header)}")
    cells = [tuple(row) for row in rows]
    for i, row in enumerate(cells):
        if len(row) != len(names):
            raise ValueError(
                f"rows[{i}] must have {len(names)} cells, one for each of the header; "
                f"it has {len(row)}: {short_repr(row)}"
            )
        for name, value in zip(names, row, strict=True):
            if isinstance(value, bool) or not isinstance(value, str | Real | None):
                raise TypeError(
                    f"a cell must be a str, an int, a float or None; the one of rows[{i}] below "
                    f"{name!r} is {short_repr(value)}"
                )
    return Table(names, tuple(cells))
