"""Figures that read well on a light page, on a dark one, and in print.

Draw with Matplotlib as usual and hand the figure to `show`. Whatever is drawn in black takes the
colour of the page's text, and the background stays clear; `COLOURS` keep their contrast on both.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import array_of

#: Distinct hues with a contrast of at least 3 : 1 against white and against near-black.
COLOURS = ("#2f81c7", "#cf6a12", "#2c9a5e", "#a35fc9", "#d14a5a", "#8a7a18", "#158f9c", "#b5577f")


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
    from matplotlib.figure import Figure

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
    if not alt.strip():
        raise ValueError("alt must describe the figure; it is empty")
    from html import escape

    from matplotlib import rc_context

    png, svg = io.BytesIO(), io.StringIO()
    # The salt makes the ids of one page's figures differ, and one figure's the same every time.
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": alt}):
        fig.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
    fig.savefig(png, format="png", dpi=150, facecolor="white")
    text = svg.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace("#000000", "currentColor")
    width, height = (72 * inches for inches in fig.get_size_inches())
    # Blank lines would end the HTML block in which Markdown readers find the figure.
    body = re.sub(r"\n\s*\n", "\n", text[text.index(">", text.index("<svg")) + 1 :])
    opening = (
        f'<svg class="picture" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width:g} '
        f'{height:g}" style="width: {width:g}pt; max-width: 100%; height: auto" '
        'fill="currentColor" xmlns="http://www.w3.org/2000/svg" '
        'xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    return Picture(opening + body, png.getvalue(), alt)


def draw_image(ax: Any, image: ArrayLike, title: str = "", limits: Any = (0, 1)) -> None:
    """Draw one image (h, w), (1, h, w) or (3, h, w) on `ax`, without ticks.

    `limits` are the values shown as black and white; None takes the image's own.
    """
    image = array_of("image", image)
    if image.ndim == 3:
        image = image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)
    low, high = (image.min(), image.max()) if limits is None else limits
    ax.imshow(image, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    if title:
        ax.set_title(title, fontsize=10)


def draw_matrix(
    ax: Any, numbers: ArrayLike, title: str = "", labels: Sequence[Sequence[str]] | None = None
) -> None:
    """Draw a matrix whose entries are parameters: one colour a parameter, nothing where it is −1.

    `numbers` is what `convbook.parameter_map` returns. More parameters than there are colours
    start over with the first. `labels`, of the same shape, are written into the connected entries.
    """
    from matplotlib.patches import Rectangle

    numbers = array_of("numbers", numbers, ndim=2)
    rows, columns = numbers.shape
    for (i, j), number in np.ndenumerate(numbers):
        connected = number >= 0
        ax.add_patch(
            Rectangle(
                (j, i),
                1,
                1,
                facecolor=COLOURS[int(number) % len(COLOURS)] if connected else "none",
                edgecolor="black",
                linewidth=0.3,
                alpha=0.85 if connected else 0.5,
            )
        )
        if labels is not None and connected:
            ax.text(j + 0.5, i + 0.5, labels[i][j], ha="center", va="center", fontsize=8)
    ax.set_xlim(-0.05, columns + 0.05)
    ax.set_ylim(rows + 0.05, -0.05)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title, fontsize=10)
