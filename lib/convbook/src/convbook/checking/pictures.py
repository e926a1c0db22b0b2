"""What was expected beside what came: small arrays as numbers, larger ones as a picture.

In text everywhere; where a notebook shows it, a picture is also drawn, as an SVG that needs nothing
from outside and is readable on light and on dark pages.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_NUMBERS = 30  # as many can be taken in at a glance
_ROW = 10  # numbers of a vector in a line
_LINE = 88  # characters that fit beside each other
_LINES = 12  # of an array that only shows its shape
_WINDOW = 32  # rows and columns of a picture
_DIGITS = (4, 6, 9, 13, 17)


@dataclass(frozen=True)
class SideBySide:
    """An expected answer and what came instead; `wrong` marks where they differ, if both have one
    shape."""

    right: Array
    got: Array
    wrong: NDArray[np.bool_] | None

    @property
    def is_small(self) -> bool:
        """Whether the numbers themselves are shown."""
        return max(self.right.size, self.got.size) <= _NUMBERS

    def lines(self) -> list[str]:
        """Both as text.

        >>> right, got = np.array([[1, 2], [3, 4]]), np.array([[1, 2], [4, 3]])
        >>> print("\\n".join(SideBySide(right, got, right != got).lines()))
        expected    got (* differs)
        1 2         1  2
        3 4         4* 3*
        """
        if self.right.ndim == 0 or min(self.right.size, self.got.size) == 0:
            return []
        return _numbers(self) if self.is_small else _map(self)

    def html(self) -> str | None:
        """A picture of both; None where numbers are shown, or nothing can be compared."""
        if self.is_small or self.wrong is None or self.right.ndim == 0:
            return None
        return _picture(self, self.wrong)


def show(pair: SideBySide) -> bool:
    """Draw the picture into the notebook; returns whether there is one that takes it."""
    picture = pair.html()
    get: Any = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = None if get is None else get()
    if picture is None or shell is None:
        return False
    # No text beside it: a terminal would print that, and the error's own text says the same.
    # A student's code can't set the mark with which a grader lets it into feedback.
    shell.display_pub.publish({"text/html": picture}, metadata={"in_feedback": True})
    return True


# -- Numbers ----------------------------------------------------------------------------------


def _numbers(pair: SideBySide) -> list[str]:
    right, got = _texts(pair)
    title = "got (* differs)" if pair.wrong is not None else "got"
    left, other = _block(right), _block(got)
    if pair.wrong is None:
        left, other = _beginning(left), _beginning(other)
    width = max(len("expected"), *map(len, left))
    if width + 4 + max(map(len, other)) > _LINE:
        return ["expected", *_indented(left), title, *_indented(other)]
    rows = max(len(left), len(other))
    left += [""] * (rows - len(left))
    other += [""] * (rows - len(other))
    pairs = zip(["expected", *left], [title, *other], strict=True)
    return [f"{one:<{width}}    {another}".rstrip() for one, another in pairs]


def _texts(pair: SideBySide) -> tuple[Array, Array]:
    """The numbers of both as texts, with digits enough to tell those apart that differ."""
    for digits in _DIGITS:
        right, got = _formatted(pair.right, digits), _formatted(pair.got, digits)
        if pair.wrong is None or (right[pair.wrong] != got[pair.wrong]).all():
            break
    if pair.wrong is not None:
        got = np.where(pair.wrong, np.strings.add(got, "*"), np.strings.add(got, " "))
    return right, got


def _formatted(array: Array, digits: int) -> Array:
    kind = f".{digits}g" if array.dtype.kind == "f" else ""
    texts = [format(value, kind) for value in array.ravel().tolist()]
    return np.array(texts, dtype=str).reshape(array.shape)


def _block(texts: Array) -> list[str]:
    """An array of texts in aligned columns: a matrix for each index before the last two axes."""
    width = int(np.strings.str_len(texts).max())
    if texts.ndim == 1:
        return [_row(texts[start : start + _ROW], width) for start in range(0, len(texts), _ROW)]
    matrices = texts.reshape(-1, *texts.shape[-2:])
    lines = []
    for place, matrix in zip(np.ndindex(texts.shape[:-2]), matrices, strict=True):
        if place:
            lines.append(_index(place) + ":")
        lines += [_row(row, width) for row in matrix]
    return lines


def _beginning(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], "…"]


def _row(texts: Array, width: int) -> str:
    return " ".join(f"{text:>{width}}" for text in texts).rstrip()


def _index(place: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, place))}]"


def _indented(lines: list[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


# -- Pictures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Window:
    """The part of an array that a picture shows: of one matrix in it, around the first fault."""

    plane: tuple[int, ...]
    rows: slice
    columns: slice

    def of(self, array: Array) -> Array:
        matrix = np.atleast_2d(array[self.plane])
        return matrix[self.rows, self.columns]

    def title(self, shape: tuple[int, ...]) -> str:
        """Which part it is; "" when it is all there is."""
        height, width = (1, *shape)[-2:]
        parts = [_index(self.plane)] if self.plane else []
        if self.rows != slice(0, height):
            parts.append(f"rows {self.rows.start} to {self.rows.stop - 1}")
        if self.columns != slice(0, width):
            parts.append(f"columns {self.columns.start} to {self.columns.stop - 1}")
        return ", ".join(parts)


def _window(wrong: NDArray[np.bool_]) -> _Window:
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    shape = (1, *wrong.shape)[-2:]
    row, column = (0, *place)[-2:]
    return _Window(place[:-2], _around(row, shape[0]), _around(column, shape[1]))


def _around(place: int, length: int) -> slice:
    start = min(max(place - _WINDOW // 2, 0), max(length - _WINDOW, 0))
    return slice(start, min(start + _WINDOW, length))


def _map(pair: SideBySide) -> list[str]:
    """Where the two differ, as text."""
    if pair.wrong is None:
        return []
    window = _window(pair.wrong)
    title = window.title(pair.wrong.shape)
    rows = ["".join("×" if wrong else "·" for wrong in row) for row in window.of(pair.wrong)]
    return [f"where it differs (×){': ' if title else ''}{title}", *rows]


def _picture(pair: SideBySide, wrong: NDArray[np.bool_]) -> str:
    window = _window(wrong)
    right, got, marks = (window.of(each) for each in (pair.right, pair.got, wrong))
    low, high = _range(right, got)
    cell = max(4, min(16, 240 // max(right.shape)))
    title = window.title(wrong.shape)
    count = f"{int(wrong.sum())} of {wrong.size} values differ"
    alt = f"Expected beside got{': ' + title if title else ''}; {count}, outlined in red."
    panels = [
        _panel("expected", right, None, (low, high), cell),
        _panel("got (differences in red)", got, marks, (low, high), cell),
    ]
    caption = escape(f"{title + ': ' if title else ''}{count}; black {low:.4g}, white {high:.4g}")
    return (
        f'<figure role="img" aria-label="{escape(alt)}" style="margin: 0.5em 0">'
        f'<div style="display: flex; flex-wrap: wrap; gap: 1.5em">{"".join(panels)}</div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _range(*arrays: Array) -> tuple[float, float]:
    """The smallest and the largest number that is finite."""
    values = np.concatenate([np.asarray(each, float).ravel() for each in arrays])
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def _panel(
    title: str,
    values: Array,
    marks: NDArray[np.bool_] | None,
    limits: tuple[float, float],
    cell: int,
) -> str:
    low, high = limits
    finite = np.nan_to_num(np.clip(np.asarray(values, float), low, high), nan=low)
    # Halves, for the largest numbers that there are have no difference.
    grey = (finite / 2 - low / 2) / ((high / 2 - low / 2) or 1.0)
    levels = np.rint(255 * grey).astype(int)
    height, width = levels.shape
    squares = [
        f'<rect x="{x * cell}" y="{y * cell}" width="{cell}" height="{cell}" '
        f'fill="#{levels[y, x]:02x}{levels[y, x]:02x}{levels[y, x]:02x}"/>'
        for y, x in np.ndindex(height, width)
    ]
    if marks is not None:
        squares += [
            f'<rect x="{x * cell + 1}" y="{y * cell + 1}" width="{cell - 2}" '
            f'height="{cell - 2}" fill="none" stroke="#e5383b" stroke-width="1.5"/>'
            for y, x in np.argwhere(marks).tolist()
        ]
    size = f'width="{width * cell}" height="{height * cell}"'
    box = f'viewBox="0 0 {width * cell} {height * cell}"'
    # The frame takes the page's colour of text, for a black or white edge is lost on its ground.
    return (
        f"<div><div>{escape(title)}</div>"
        f'<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" {size} {box} '
        f'style="outline: 1px solid currentColor; max-width: 100%; height: auto">'
        f"{''.join(squares)}</svg></div>"
    )
