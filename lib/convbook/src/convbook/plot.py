"""Figures and tables that read well on a light page, on a dark one, and in print.

Draw with Matplotlib as usual and hand the figure to `show`. Whatever is drawn in black takes the
colour of the page's text, and the background stays clear; `COLOURS` keep their contrast on both.
`table` shows a list of rows.
"""

import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook.arguments import array_of, integer, short_repr
from convbook.arrays import Array
from convbook.extras import extra
from convbook.geometry import output_size, receptive_fields

#: Distinct hues with a contrast of at least 3 : 1 against white and against near-black.
COLOURS = ("#2f81c7", "#cf6a12", "#2c9a5e", "#a35fc9", "#d14a5a", "#8a7a18", "#158f9c", "#b5577f",
           "#7c838d")  # fmt: skip


def distinct_colours(count: int) -> list[str]:
    """`count` colours of which no two are the same; up to nine, the first of `COLOURS`.

    More have luminances that keep their contrast on light and on dark pages, and hues that
    neighbours in the list don't share.

    >>> distinct_colours(2)
    ['#2f81c7', '#cf6a12']
    """
    count = integer("count", count, 0)
    if count <= len(COLOURS):
        return list(COLOURS[:count])
    from colorsys import hls_to_rgb

    # Steps of the golden ratio never come back to where they were, nor near to it soon.
    hues = np.arange(count) * 0.6180339887 % 1
    saturation = 0.35 + 0.3 * (np.arange(count) * 0.7548776662 % 1)
    luminance = np.resize([0.27, 0.2, 0.15], count)
    pairs = zip(hues, saturation, strict=True)
    linear = np.array([hls_to_rgb(hue, 0.5, s) for hue, s in pairs]) ** 2.2
    linear *= (luminance / (linear @ [0.2126, 0.7152, 0.0722]))[:, None]
    channels = np.rint(255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(int)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in channels]


@dataclass(frozen=True)
class Picture:
    """A drawn figure that a notebook displays: SVG in a page, PNG where SVG can't be shown."""

    svg: str
    png: bytes
    alt: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": self.svg, "image/png": self.png, "text/plain": f"[{self.alt}]"}


def figure(
    rows: int = 1, columns: int = 1, size: tuple[float, float] | None = None, **options: Any
) -> tuple[Any, Any]:
    """A Matplotlib figure of `size` inches and its axes, as `plt.subplots` gives them.

    `options` go to `Figure.subplots`: `sharex`, `width_ratios`, `squeeze`, …

    >>> fig, (left, right) = figure(1, 2)
    >>> fig.get_size_inches().tolist()
    [6.0, 3.0]
    """
    with extra("plot"):
        from matplotlib.figure import Figure

    rows, columns = integer("rows", rows, 1), integer("columns", columns, 1)
    fig = Figure(figsize=size or (3.0 * columns, 3.0 * rows), layout="constrained")
    axes = fig.subplots(rows, columns, **options)
    for ax in np.ravel(axes):
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_facecolor("none")
    return fig, axes


def show(fig: Any, alt: str) -> Picture:
    """Turn a Matplotlib figure into a picture with the alternative text `alt`.

    `alt` says what a reader who doesn't see the figure needs to know, and mustn't be empty.

    >>> fig, ax = figure()
    >>> line = ax.plot([0, 1], [0, 1], color="black")
    >>> picture = show(fig, alt="A straight line rising from 0 to 1.")
    >>> 'role="img" aria-label="A straight line rising from 0 to 1."' in picture.svg
    True
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must describe the figure in words; it is {short_repr(alt)}")
    with extra("plot"):
        from matplotlib import rc_context
        from matplotlib.legend import Legend

    alt = " ".join(alt.split())
    for legend in fig.findobj(Legend):  # its box would stay white on a dark page
        legend.get_frame().set_facecolor("none")
    # Lay out once: doing it again moves everything by a hair.
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    png, svg = io.BytesIO(), io.StringIO()
    # The salt makes the ids of one page's figures differ, and one figure's the same every time.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": alt}):
        fig.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
    fig.savefig(png, format="png", dpi=150, facecolor="white")
    width, height = (72 * inches for inches in fig.get_size_inches())
    return Picture(_for_page(svg.getvalue(), alt, width, height), png.getvalue(), alt)


def _for_page(svg: str, alt: str, width: float, height: float) -> str:
    """Matplotlib's SVG file as an element that can stand in a page beside others."""
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    # The style sheet would hold for the whole page; it goes into the element's own style.
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'\b((?:fill|stroke)(?:: |="))#000000', r"\1currentColor", body)
    # Matplotlib names every group (axes_1, text_3), the same in each figure: keep what is used.
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', body))
    body = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", body)
    # Blank lines would end the HTML block in which Markdown readers find the figure.
    body = re.sub(r"\n\s*\n", "\n", body)
    return (
        f'<svg class="picture" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {width:g} {height:g}" style="width: {width:g}pt; max-width: 100%; '
        'height: auto; stroke-linejoin: round; stroke-linecap: butt" fill="currentColor" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">' + body
    )


def draw_image(ax: Any, image: ArrayLike, title: str = "", limits: Any = (0, 1)) -> None:
    """Draw one image (h, w), (1, h, w) or (3, h, w) on `ax`, without ticks.

    `limits` are the values shown as black and white, in colour images as none and all of a colour;
    None takes the image's own. What lies beyond is cut off.
    """
    picture = array_of("image", image).astype(float)
    if picture.ndim == 2:
        picture = picture[None]
    if picture.ndim != 3 or len(picture) not in (1, 3) or not picture.size:
        raise ValueError(
            "image must have shape (h, w), (1, h, w) or (3, h, w) and at least one pixel; "
            f"it has {np.shape(image)}"
        )
    low, high = _limits(picture, limits)
    # Matplotlib scales grey images alone, so both kinds are scaled here.
    picture = np.clip((picture - low) / (high - low or 1.0), 0, 1)
    shape = picture[0] if len(picture) == 1 else np.moveaxis(picture, 0, -1)
    ax.imshow(shape, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    if title:
        ax.set_title(title, fontsize=10)


def _limits(image: Array, limits: Any) -> tuple[float, float]:
    if limits is None:
        return float(np.nanmin(image)), float(np.nanmax(image))
    pair = array_of("limits", limits)
    if pair.shape != (2,) or not pair[0] < pair[1]:
        raise ValueError(f"limits must be two numbers, low < high; they are {short_repr(limits)}")
    return float(pair[0]), float(pair[1])


def draw_matrix(
    ax: Any,
    numbers: ArrayLike,
    title: str = "",
    labels: Sequence[Sequence[str]] | None = None,
    colours: ArrayLike | None = None,
) -> None:
    """Draw a matrix whose entries are parameters: one colour a parameter, nothing where it is −1.

    `numbers` is what `convbook.parameter_map` returns. `labels`, of the same shape, are written
    into the connected entries. `colours`, of the same shape, numbers the colours, so that an entry
    can keep its colour from one matrix to the next; by default each parameter has its own.
    """
    with extra("plot"):
        from matplotlib.patches import Rectangle

    numbers = _matrix_of_integers("numbers", numbers)
    rows, columns = numbers.shape
    if labels is not None and [len(row) for row in labels] != [columns] * rows:
        raise ValueError(f"labels must have {rows} rows of {columns}; it is {short_repr(labels)}")
    own = numbers if colours is None else _matrix_of_integers("colours", colours)
    if own.shape != numbers.shape:
        raise ValueError(f"colours must have the shape {numbers.shape}; it has {own.shape}")
    palette = distinct_colours(int(own.max(initial=-1)) + 1)
    for (i, j), number in np.ndenumerate(numbers):
        connected = number >= 0
        ax.add_patch(
            Rectangle(
                (j, i),
                1,
                1,
                facecolor=palette[int(own[i, j])] if connected else "none",
                edgecolor="black",
                linewidth=0.3,
                alpha=0.85 if connected else 0.5,
            )
        )
        if labels is not None and connected:
            ax.text(j + 0.5, i + 0.5, labels[i][j], ha="center", va="center", fontsize=8)
    _frame(ax, numbers.shape, title)


def _frame(ax: Any, shape: tuple[int, ...], title: str) -> None:
    """Show the squares of a matrix of this shape, the first row on top, and a title."""
    rows, columns = shape
    ax.set_xlim(-0.05, columns + 0.05)
    ax.set_ylim(rows + 0.05, -0.05)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title, fontsize=10)


def _matrix_of_integers(name: str, value: ArrayLike) -> Array:
    matrix = array_of(name, value, ndim=2)
    if matrix.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers; its dtype is {matrix.dtype}")
    return matrix


def draw_kernel(ax: Any, kernel: ArrayLike, title: str = "", digits: int = 2) -> None:
    """Draw a kernel (s_h, s_w): blue where it is positive, orange where negative, and its numbers.

    The stronger the colour, the larger the number; `digits` are shown after the point.

    >>> fig, ax = figure()
    >>> draw_kernel(ax, [[-1, 0, 1]])
    >>> [text.get_text() for text in ax.texts]
    ['−1', '0', '1']
    """
    with extra("plot"):
        from matplotlib.patches import Rectangle

    kernel = array_of("kernel", kernel, ndim=2)
    largest = float(np.max(abs(kernel), initial=0)) or 1.0
    for (i, j), value in np.ndenumerate(kernel):
        hue, strength = COLOURS[0 if value > 0 else 1], 0.85 * abs(float(value)) / largest
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=hue, alpha=strength, linewidth=0))
        ax.add_patch(
            Rectangle((j, i), 1, 1, facecolor="none", edgecolor="black", linewidth=0.3, alpha=0.5)
        )
        number = f"{float(value):.{integer('digits', digits)}f}"
        number = number.rstrip("0").rstrip(".") if "." in number else number
        number = number.replace("-0", "0") if number == "-0" else number.replace("-", "−")
        ax.text(j + 0.5, i + 0.5, number, ha="center", va="center", fontsize=8)
    _frame(ax, kernel.shape, title)


def draw_activation_maps(
    axes: ArrayLike | Any, maps: ArrayLike, titles: Sequence[str] | None = None
) -> None:
    """Draw what each channel of a layer answers to one image: `maps` (c, h, w), one on each axes.

    All share their black and their white, so that they can be compared; axes that are left over
    stay empty.

    >>> fig, axes = figure(1, 3)
    >>> draw_activation_maps(axes, np.arange(8.0).reshape(2, 2, 2))
    >>> [ax.get_title() for ax in axes]
    ['channel 0', 'channel 1', '']
    """
    maps = array_of("maps", maps, ndim=3)
    places = list(np.ravel(np.asarray(axes, dtype=object)))
    if not maps.size or len(places) < len(maps):
        raise ValueError(
            f"maps must have at least one pixel and no more than {len(places)} channels, "
            f"one for each of the axes; its shape is {maps.shape}"
        )
    names = [f"channel {c}" for c in range(len(maps))] if titles is None else list(titles)
    if len(names) != len(maps):
        raise ValueError(
            f"titles must be {len(maps)}, one for each map; they are {short_repr(titles)}"
        )
    low, high = _limits(maps, None)
    limits = (low, high) if low < high else (low, low + 1)
    for ax, image, name in zip(places, maps, names, strict=False):
        draw_image(ax, image, name, limits)
    for ax in places[len(maps) :]:
        ax.set_axis_off()


def draw_receptive_field(
    ax: Any, stack: Sequence[Sequence[int]], pixels: int, output: int | None = None
) -> None:
    """Draw, along one axis, which of so many pixels an output of a stack of layers sees.

    `stack` is that of `convbook.receptive_fields`. Pixels are the lowest row, each layer's outputs
    a row above. What the `output` of the last layer, by default its middle one, depends on is
    filled and joined by lines.
    Raises ValueError when a layer does not fit.

    >>> fig, ax = figure()
    >>> draw_receptive_field(ax, [(3,), (3,)], pixels=9)
    >>> [text.get_text() for text in ax.texts]
    ['9 pixels', '7 outputs see 3 each', '5 outputs see 5 each']
    """
    fields = receptive_fields(stack)
    layers = [(*layer, *(1, 0, 1)[len(layer) - 1 :]) for layer in stack]
    sizes = [integer("pixels", pixels, 1)]
    for s, stride, padding, dilation in layers:
        sizes.append(output_size(sizes[-1], s, padding, stride, dilation))
    last = sizes[-1] // 2 if output is None else integer("output", output)
    if last >= sizes[-1]:
        raise ValueError(f"output must be less than {sizes[-1]}; it is {output}")
    # Where each output stands: over the middle of what it sees.
    centres = [[float(i) for i in range(pixels)]]
    for field, count in zip(fields, sizes[1:], strict=True):
        middle = field.start + (field.size - 1) / 2
        centres.append([middle + i * field.jump for i in range(count)])
    seen = {last}
    for row in range(len(layers), -1, -1):
        s, stride, padding, dilation = layers[row - 1] if row else (1, 1, 0, 1)
        below = {i * stride - padding + tap * dilation for i in seen for tap in range(s)}
        for i, x in enumerate(centres[row]):
            filled = i in seen
            face = COLOURS[row % len(COLOURS)] if filled else "none"
            ax.plot(x, row, "o", markersize=9, markerfacecolor=face, markeredgecolor="black",
                    markeredgewidth=0.6, alpha=1.0 if filled else 0.5)  # fmt: skip
            for tap in range(s) if row and filled else ():
                j = i * stride - padding + tap * dilation
                if 0 <= j < sizes[row - 1]:
                    ends = [x, centres[row - 1][j]], [row, row - 1]
                    ax.plot(*ends, color="black", linewidth=0.5, alpha=0.5, zorder=0)
        seen = {j for j in below if row and 0 <= j < sizes[row - 1]}
    words = [f"{pixels} pixels"] + [
        f"{count} outputs see {field.size} each"
        for count, field in zip(sizes[1:], fields, strict=True)
    ]
    for row, text in enumerate(words):
        ax.text(pixels, row, text, va="center", fontsize=9)
    ax.set_xlim(-1, 1.6 * pixels + 3)
    ax.set_ylim(-0.5, len(layers) + 0.5)
    ax.set_axis_off()


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
