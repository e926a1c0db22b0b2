"""Figures that read well on a light page, on a dark one, and in print.

Draw with Matplotlib as usual and hand the figure to `show`. Whatever is drawn in black takes the
colour of the page's text, and the background stays clear; `COLOURS` keep their contrast on both.
`table`, from `convbook.tables`, shows a list of rows.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook.arguments import array_of, integer, short_repr
from convbook.arrays import Array
from convbook.extras import extra
from convbook.geometry import output_size, receptive_fields
from convbook.tables import table as table

#: Sixteen colours of which no two look alike: at least 20 apart by CIEDE2000, and each with a
#: contrast of at least 3 : 1 against a white page and against a near-black one.
COLOURS = ("#2f81c7", "#cf6a12", "#00a868", "#7048c8", "#c02020", "#909800", "#00a0a8", "#e858c8",
           "#786060", "#c00068", "#307000", "#d87878", "#786028", "#9088b0", "#506868",
           "#989080")  # fmt: skip

# What marks the squares of a matrix, so that `show` knows which texts stand on a colour.
_WEIGHT = "weight"

# What is written on a colour. Pure black would become the colour of the page's text, see `show`.
_INKS = ("#ffffff", "#010101")


def distinct_colours(count: int) -> list[str]:
    """`count` colours of which no two are the same; the first sixteen are `COLOURS`.

    A colour's place in the list does not depend on `count`. More than sixteen can't all look
    different: from the seventeenth on they keep their contrast on light and on dark pages, and
    those near to each other in the list differ in hue, but something must be written on them.

    >>> distinct_colours(2)
    ['#2f81c7', '#cf6a12']
    >>> distinct_colours(40)[:16] == list(COLOURS)
    True
    """
    count = integer("count", count, 0)
    if count <= len(COLOURS):
        return list(COLOURS[:count])
    from colorsys import hls_to_rgb

    # Steps of the golden ratio never come back to where they were, nor near to it soon.
    further = np.arange(count - len(COLOURS))
    hues = further * 0.6180339887 % 1
    saturation = 0.35 + 0.3 * (further * 0.7548776662 % 1)
    luminance = np.resize([0.27, 0.2, 0.15], len(further))
    pairs = zip(hues, saturation, strict=True)
    linear = np.array([hls_to_rgb(hue, 0.5, s) for hue, s in pairs]) ** 2.2
    linear *= (luminance / (linear @ [0.2126, 0.7152, 0.0722]))[:, None]
    channels = np.rint(255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(int)
    return [*COLOURS, *(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in channels)]


def ink_on(colour: str) -> str:
    """White or near-black, whichever reads better on a colour "#rrggbb": at least 4.5 : 1.

    >>> ink_on("#cf6a12"), ink_on("#7048c8")
    ('#010101', '#ffffff')
    """
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    # Where the contrasts with white and with black, as WCAG 2 defines them, are the same.
    return _INKS[0] if luminance < 0.1796 else _INKS[1]


#: What a phone shows of a figure in one line, in inches, and the smallest text in points that is
#: 11 pixels high there and on a wide screen.
_PHONE, _SMALLEST = 3.2, 8.25


@dataclass(frozen=True)
class Picture:
    """A drawn figure that a notebook displays: SVG in a page, PNG where SVG can't be shown.

    `narrow` is the SVG for a phone, empty where `svg` fits one.
    """

    svg: str
    png: bytes
    alt: str
    narrow: str = ""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        # Only the book's own style sheet shows what is hidden here, in place of what comes after.
        narrow = f'<div class="picture-narrow" hidden>{self.narrow}</div>' if self.narrow else ""
        html = narrow + self.svg
        return {"text/html": html, "image/png": self.png, "text/plain": f"[{self.alt}]"}


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


def show(fig: Any, alt: str, narrow: Any = None) -> Picture:
    """Turn a Matplotlib figure into a picture with the alternative text `alt`.

    `alt` says what a reader who doesn't see the figure needs to know, and mustn't be empty.
    No text is smaller than 11 pixels on the page. What is too wide for a phone is drawn a second
    time for one, with fewer axes side by side, column after column; `narrow` is another figure to
    show there instead, at most 3.2 inches wide.

    >>> fig, ax = figure()
    >>> line = ax.plot([0, 1], [0, 1], color="black")
    >>> picture = show(fig, alt="A straight line rising from 0 to 1.")
    >>> 'role="img" aria-label="A straight line rising from 0 to 1."' in picture.svg
    True
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must describe the figure in words; it is {short_repr(alt)}")
    alt = " ".join(alt.split())
    svg = _svg(fig, alt, alt)
    png = io.BytesIO()
    fig.savefig(png, format="png", dpi=150, facecolor="white")
    # Both drawings stand on one page, where no id may come twice.
    salt, shown = f"{alt} (narrow)", "100%; max-width: 24rem"
    phone = ""
    if narrow is not None:
        phone = _svg(narrow, alt, salt, shown)
    elif fig.get_figwidth() > _PHONE:
        with _stacked(fig):
            phone = _svg(fig, alt, salt, shown)
    return Picture(svg, png.getvalue(), alt, phone)


def _svg(fig: Any, alt: str, salt: str, shown: str = "") -> str:
    """A figure as SVG for a page, `shown` with this width there, by default its own.

    The `salt` makes the ids of one page's figures differ, and one figure's the same every time.
    """
    with extra("plot"):
        from matplotlib import rc_context
        from matplotlib.legend import Legend
        from matplotlib.text import Text

    for ax in fig.axes:
        _ink_names(ax)
    for legend in fig.findobj(Legend):  # its box would stay white on a dark page
        legend.get_frame().set_facecolor("none")
    for text in fig.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), _SMALLEST))
    # Lay out once: doing it again moves everything by a hair.
    fig.draw_without_rendering()
    fig.set_layout_engine("none")
    svg = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        fig.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
    width, height = (72 * inches for inches in fig.get_size_inches())
    return _for_page(svg.getvalue(), alt, width, height, shown or f"{width:g}pt; max-width: 100%")


@contextmanager
def _stacked(fig: Any) -> Iterator[None]:
    """A figure laid out for a phone: as many columns side by side as fit in its width.

    The first columns come with all their rows, below them the next: what stood one above the other
    still does. Axes that are not in one grid keep their places, closer together.
    """
    size = fig.get_size_inches().copy()
    places = {ax: ax.get_subplotspec() for ax in fig.axes if ax.get_subplotspec()}
    fig.set_layout_engine("constrained")
    fig.set_size_inches(_PHONE, size[1])
    if len({id(place.get_gridspec()) for place in places.values()}) == 1:
        _restack(fig, size, places)
    yield
    fig.set_size_inches(size)
    for ax, place in places.items():
        ax.set_subplotspec(place)
    fig.set_layout_engine("constrained")


def _restack(fig: Any, size: Array, places: dict[Any, Any]) -> None:
    """Give the axes of a grid new places, in a figure that was of this size."""
    from matplotlib.gridspec import GridSpecFromSubplotSpec

    grid = next(iter(places.values())).get_gridspec()
    widths = size[0] * _shares(grid.get_width_ratios(), grid.ncols)
    heights = size[1] * _shares(grid.get_height_ratios(), grid.nrows)
    groups: list[list[int]] = [[]]
    for column in range(grid.ncols):
        # A little closer than they were: four axes become two by two.
        if groups[-1] and widths[groups[-1]].sum() + widths[column] > 1.15 * _PHONE:
            groups.append([])
        groups[-1].append(column)
    # A single column that is wider than the phone becomes lower too, though not as much.
    lower = [min(1.0, max(0.75, _PHONE / widths[group].sum())) for group in groups]
    lines = np.concatenate([heights * factor for factor in lower])
    fig.set_size_inches(_PHONE, lines.sum())
    outer = fig.add_gridspec(len(lines), 1, height_ratios=lines)
    inner = {}
    for g, group in enumerate(groups):
        for row in range(grid.nrows):
            line = outer[g * grid.nrows + row]
            inner[g, row] = GridSpecFromSubplotSpec(1, len(group), line, width_ratios=widths[group])
    for ax, place in places.items():
        column = place.colspan.start
        g = next(g for g, group in enumerate(groups) if column in group)
        first = groups[g][0]
        ax.set_subplotspec(inner[g, place.rowspan.start][column - first])
        if column == first and len(ax.get_shared_y_axes().get_siblings(ax)) > 1:
            ax.tick_params(labelleft=True)  # the axes to its left had them for both


def _shares(ratios: Any, count: int) -> Array:
    """The parts of a whole that the columns or rows of a grid take."""
    parts: Array = np.ones(count) if ratios is None else np.asarray(ratios, dtype=float)
    return parts / float(parts.sum())


def _ink_names(ax: Any) -> None:
    """Black texts that stand on a weight of a matrix get the ink that reads on its colour."""
    from matplotlib.colors import to_hex

    squares = [p for p in ax.patches if p.get_gid() == _WEIGHT and p.get_facecolor()[3]]
    corners = {p.get_xy(): to_hex(p.get_facecolor()) for p in squares}
    for text in ax.texts if corners else ():
        x, y = text.get_position()
        colour = corners.get((x // 1, y // 1))
        if colour and to_hex(text.get_color()) == "#000000":
            text.set_color(ink_on(colour))


def _for_page(svg: str, alt: str, width: float, height: float, shown: str) -> str:
    """Matplotlib's SVG file as an element of the width `shown`, beside others in a page."""
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
        f'viewBox="0 0 {width:g} {height:g}" style="width: {shown}; '
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
    fontsize: float = 8.5,
) -> None:
    """Draw a matrix whose entries are parameters: one colour a parameter, nothing where it is −1.

    `numbers` is what `convbook.parameter_map` returns. `labels`, of the same shape, are written
    into the connected entries, in `fontsize` points. By default they are the numbers of the colours
    where there are more than can be told apart, which is sixteen, and at most ten columns.
    `colours`, of the same shape, numbers the colours. By default a parameter takes that of the
    first place where it stands, counted in raster order, if no place has a number above fifteen:
    so from dense to local to shared, entries keep their colours. Else it takes that of its number.

    >>> fig, (left, right) = figure(1, 2)
    >>> draw_matrix(left, [[0, 1], [2, 3]])
    >>> draw_matrix(right, [[0, -1], [1, 0]])  # parameter 1 is where 2 stands on the left
    >>> left.patches[2].get_facecolor() == right.patches[2].get_facecolor()
    True
    """
    with extra("plot"):
        from matplotlib.patches import Rectangle

    numbers = _matrix_of_integers("numbers", numbers)
    rows, columns = numbers.shape
    if labels is not None and [len(row) for row in labels] != [columns] * rows:
        raise ValueError(f"labels must have {rows} rows of {columns}; it is {short_repr(labels)}")
    own = _first_places(numbers) if colours is None else _matrix_of_integers("colours", colours)
    if own.shape != numbers.shape:
        raise ValueError(f"colours must have the shape {numbers.shape}; it has {own.shape}")
    if labels is None and len(np.unique(numbers[numbers >= 0])) > len(COLOURS) and columns <= 10:
        labels = own.astype(str).tolist()
    palette = distinct_colours(int(own.max(initial=-1)) + 1)
    for (i, j), number in np.ndenumerate(numbers):
        connected = number >= 0
        # A connected entry is opaque, so that its colour is the same on every page.
        ax.add_patch(
            Rectangle(
                (j, i),
                1,
                1,
                facecolor=palette[int(own[i, j])] if connected else "none",
                edgecolor="black",
                linewidth=0.3,
                alpha=1.0 if connected else 0.5,
                gid=_WEIGHT,
            )
        )
        if labels is not None and connected:
            ax.text(j + 0.5, i + 0.5, labels[i][j], ha="center", va="center", fontsize=fontsize)
    _frame(ax, numbers.shape, title)


def _first_places(numbers: Array) -> Array:
    """For each entry the first place, in raster order, of its number; or else the number itself."""
    if numbers.size > len(COLOURS):
        return numbers
    _, first, kind = np.unique(numbers, return_index=True, return_inverse=True)
    return first[kind].reshape(numbers.shape)


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

    The stronger the colour, the larger the number; `digits` are shown after the point. No colour
    is so strong that the page's text, dark or light, would not read on it.

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
        hue, strength = COLOURS[0 if value > 0 else 1], 0.6 * abs(float(value)) / largest
        ax.add_patch(Rectangle((j, i), 1, 1, facecolor=hue, alpha=strength, linewidth=0))
        ax.add_patch(
            Rectangle((j, i), 1, 1, facecolor="none", edgecolor="black", linewidth=0.3, alpha=0.5)
        )
        number = f"{float(value):.{integer('digits', digits)}f}"
        number = number.rstrip("0").rstrip(".") if "." in number else number
        number = number.replace("-0", "0") if number == "-0" else number.replace("-", "−")
        ax.text(j + 0.5, i + 0.5, number, ha="center", va="center", fontsize=8.5)
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
