"""Figures carry their description, the page's own black, and nothing that collides on a page."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.image import imread

from convbook import parameter_map
from convbook.arguments import short_repr
from convbook.plot import (
    COLOURS,
    Picture,
    distinct_colours,
    draw_activation_maps,
    draw_image,
    draw_kernel,
    draw_matrix,
    draw_receptive_field,
    figure,
    show,
    table,
)

SVG = "{http://www.w3.org/2000/svg}"


def busy_figure() -> Any:
    """One with everything that Matplotlib gives an id, a style or a colour."""
    fig, (left, middle, right) = figure(1, 3, size=(7, 3))
    draw_image(left, np.linspace(0, 1, 60).reshape(3, 4, 5), title="colour")
    draw_matrix(middle, parameter_map("shared", 3, 1), labels=[["a", "b", "c"]] * 3)
    right.plot([1, 3, 2], marker="o", color="black", label="a & b < c")
    right.scatter([0, 1], [1, 2], color=COLOURS[1])
    right.fill_between([0, 1, 2], [0, 1, 0], color="black", hatch="/", alpha=0.5)
    right.legend()
    return fig


@pytest.fixture(scope="module")
def picture() -> Picture:
    return show(busy_figure(), "A line & <others>.")


def test_the_svg_is_an_image_with_its_description(picture: Picture):
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == picture.alt == "A line & <others>."
    assert root.get("viewBox") == "0 0 504 216"
    assert picture._repr_mimebundle_() == {
        "text/html": picture.svg,
        "image/png": picture.png,
        "text/plain": "[A line & <others>.]",
    }


def test_black_is_the_pages_text_colour(picture: Picture):
    assert not re.search(r"#000000|#000\b|\bblack\b|rgb\(0", picture.svg)
    assert "stroke: currentColor" in picture.svg
    assert "#ffffff" not in picture.svg
    root = ElementTree.fromstring(picture.svg)
    assert root.get("fill") == "currentColor"
    texts = [element for element in root.iter(f"{SVG}text")]
    assert {"colour", "a & b < c"} <= {"".join(text.itertext()).strip() for text in texts}
    assert not any("fill" in text.get("style", "") for text in texts)


def test_words_about_black_stay_as_they_are():
    fig, ax = figure()
    ax.set_title("#000000")
    assert ">#000000<" in show(fig, "A title.").svg


def test_nothing_reaches_out_of_the_figure(picture: Picture):
    assert not re.search(r"<style|<metadata|<script|<\?xml|<!DOCTYPE", picture.svg)
    addresses = set(re.findall(r'https?://[^"\s]+', picture.svg))
    assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_no_blank_line_ends_the_html_block(picture: Picture):
    assert not re.search(r"\n\s*\n", picture.svg)
    fig, _ = figure()
    broken = show(fig, "One line.\n\n  Another line.")
    assert broken.alt == "One line. Another line."
    assert not re.search(r"\n\s*\n", broken.svg)


def ids(svg: str) -> list[str]:
    return re.findall(r'\bid="([^"]*)"', svg)


def test_every_reference_has_its_one_id(picture: Picture):
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', picture.svg))
    assert {a or b for a, b in used} == set(ids(picture.svg))
    assert len(ids(picture.svg)) == len(set(ids(picture.svg))) > 3


def test_ids_of_two_figures_differ(picture: Picture):
    other = show(busy_figure(), "The same figure, described in other words.")
    assert set(ids(picture.svg)).isdisjoint(ids(other.svg))


def test_the_same_figure_gives_the_same_svg(picture: Picture):
    fig = busy_figure()
    first, second = show(fig, picture.alt), show(fig, picture.alt)
    assert first == second
    assert first.svg == picture.svg


def test_the_png_is_white_where_nothing_is_drawn(picture: Picture):
    pixels = imread(io.BytesIO(picture.png))
    assert pixels.shape[:2] == (450, 1050)
    assert np.all(pixels[0, 0] == 1)


@pytest.mark.parametrize("alt", ["", "  \n ", None, 3])
def test_a_figure_needs_a_description(alt: Any):
    fig, _ = figure()
    message = re.escape(f"alt must describe the figure in words; it is {short_repr(alt)}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        show(fig, alt)


def contrast(colour: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted([luminance(colour), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("count", [0, 1, len(COLOURS), len(COLOURS) + 1, 16, 100, 256])
def test_colours_differ_and_stand_out_on_white_and_on_near_black(count: int):
    colours = distinct_colours(count)
    assert len(set(colours)) == len(colours) == count
    assert [c for c in colours if contrast(c, "#ffffff") < 3 or contrast(c, "#121212") < 3] == []


def drawn(image: Any, limits: Any = (0, 1)) -> Any:
    """What `draw_image` hands to Matplotlib, as the colours that it shows."""
    _, ax = figure()
    draw_image(ax, image, limits=limits)
    (artist,) = ax.images
    return artist.to_rgba(artist.get_array())[..., :3]


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (3, 3), (3, 5), (1, 3, 5), (1, 1, 1)])
def test_grey_images_of_any_shape(shape: tuple[int, ...]):
    image = np.linspace(0, 1, int(np.prod(shape))).reshape(shape)
    expected = np.repeat(image.reshape(*shape[-2:], 1), 3, axis=-1)
    np.testing.assert_allclose(drawn(image), expected, atol=1 / 255)


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (2, 5), (5, 1)])
def test_colour_images_of_any_shape(size: tuple[int, int]):
    image = np.linspace(0, 1, 3 * size[0] * size[1]).reshape(3, *size)
    np.testing.assert_allclose(drawn(image), np.moveaxis(image, 0, -1), atol=1 / 255)


@pytest.mark.parametrize("channels", [1, 3])
def test_limits_scale_and_cut_off_in_both_kinds(channels: int):
    image = np.array([[[-2, 0, 5, 10, 12]]] * channels)
    expected = np.repeat(np.array([[[0], [0], [0.5], [1], [1]]]), 3, axis=-1)
    np.testing.assert_allclose(drawn(image, limits=(0, 10)), expected, atol=1 / 255)
    own = np.repeat(((image[0] + 2) / 14)[..., None], 3, axis=-1)
    np.testing.assert_allclose(drawn(image, limits=None), own, atol=1 / 255)
    np.testing.assert_allclose(drawn(0 * image, limits=None), 0 * own, atol=0)


def test_bools_are_black_and_white():
    np.testing.assert_array_equal(drawn([[True, False]])[0], [[1, 1, 1], [0, 0, 0]])
    np.testing.assert_array_equal(drawn([[True, False]], None)[0], [[1, 1, 1], [0, 0, 0]])


@pytest.mark.parametrize("shape", [(), (4,), (2, 4, 4), (4, 4, 3), (1, 3, 4, 4), (3, 0, 4), (0, 0)])
def test_what_is_no_image(shape: tuple[int, ...]):
    _, ax = figure()
    message = (
        "image must have shape (h, w), (1, h, w) or (3, h, w) and at least one pixel; "
        f"it has {shape}"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        draw_image(ax, np.zeros(shape))


@pytest.mark.parametrize("limits", [(1, 0), (0, 0), (0, 1, 2), 3, (0, np.nan)])
def test_what_are_no_limits(limits: Any):
    _, ax = figure()
    message = re.escape(f"limits must be two numbers, low < high; they are {limits!r}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        draw_image(ax, np.zeros((2, 2)), limits=limits)


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (3, 4), (0, 3)])
def test_a_matrix_has_a_square_for_each_entry(shape: tuple[int, int]):
    numbers = np.arange(shape[0] * shape[1]).reshape(shape) - 1
    fig, ax = figure()
    draw_matrix(ax, numbers, title="parameters", labels=numbers.astype(str).tolist())
    palette = distinct_colours(max(numbers.size - 1, 0))
    squares = {(p.get_y(), p.get_x()): p for p in ax.patches}
    assert list(squares) == list(np.ndindex(shape))
    for place, square in squares.items():
        assert (square.get_width(), square.get_height()) == (1, 1)
        number = int(numbers[place])
        colour = None if number < 0 else palette[number]
        assert square.get_fill() or colour is None
        if colour:
            red, green, blue, _ = square.get_facecolor()
            shown = "#" + "".join(f"{round(255 * c):02x}" for c in (red, green, blue))
            assert shown == colour
        else:
            assert square.get_facecolor()[3] == 0
    written = {(t.get_position()[1] - 0.5, t.get_position()[0] - 0.5): t for t in ax.texts}
    assert {place: text.get_text() for place, text in written.items()} == {
        place: str(n) for place, n in np.ndenumerate(numbers) if n >= 0
    }
    assert ax.get_title() == "parameters"
    show(fig, "A matrix.")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2],), ValueError, "numbers must have 2 axes; it has 1: shape (2,)"),
        (([[0.5]],), TypeError, "numbers must hold integers; its dtype is float64"),
        (([[True]],), TypeError, "numbers must hold integers; its dtype is bool"),
        (
            ([[1, 2]], "", [["a"]]),
            ValueError,
            "labels must have 1 rows of 2; it is [['a']]",
        ),
        (
            ([[1, 2]], "", None, [[1], [2]]),
            ValueError,
            "colours must have the shape (1, 2); it has (2, 1)",
        ),
    ],
)
def test_draw_matrix_refuses(arguments: Any, error: type[Exception], message: str):
    _, ax = figure()
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        draw_matrix(ax, *arguments)


def test_entries_of_a_matrix_can_keep_their_colours():
    numbers = np.array([[0, 1, -1], [-1, 2, 3]])
    _, ax = figure()
    draw_matrix(ax, numbers, colours=np.arange(20, 26).reshape(2, 3))
    palette = distinct_colours(26)
    drawn = [to_hex(p.get_facecolor()) if p.get_facecolor()[3] else None for p in ax.patches]
    assert drawn == [palette[20], palette[21], None, None, palette[24], palette[25]]


def test_figure_gives_axes_as_subplots_does():
    fig, axes = figure(2, 3)
    assert axes.shape == (2, 3)
    assert fig.get_size_inches().tolist() == [9, 6]
    fig, axes = figure(1, 2, size=(4, 2), squeeze=False, width_ratios=[1, 3])
    assert axes.shape == (1, 2)
    assert fig.get_size_inches().tolist() == [4, 2]
    with pytest.raises(ValueError, match=r"^rows must be an integer of at least 1; it is 0$"):
        figure(0, 1)


def test_a_kernel_shows_its_numbers_and_the_strength_of_each():
    _fig, ax = figure()
    draw_kernel(ax, np.array([[-0.5, 0.25, 1.0], [2.0, -1e-9, 0.0]]), "edges")
    assert [text.get_text() for text in ax.texts] == ["−0.5", "0.25", "1", "2", "0", "0"]
    filled = [patch for patch in ax.patches if patch.get_linewidth() == 0]
    alphas = [round(float(patch.get_alpha()), 4) for patch in filled]
    assert alphas == [0.2125, 0.1062, 0.425, 0.85, 0.0, 0.0]
    hues = [to_hex(patch.get_facecolor()) for patch in filled[:4]]
    assert hues == [COLOURS[1], COLOURS[0], COLOURS[0], COLOURS[0]]
    assert ax.get_title() == "edges"


def test_activation_maps_share_their_limits():
    _fig, axes = figure(2, 2)
    maps = np.array([[[0.0, 1.0]], [[2.0, 4.0]], [[-4.0, 0.0]]])
    draw_activation_maps(axes, maps, ["a", "b", "c"])
    drawn = [ax.images[0].get_array() for ax in axes.ravel()[:3]]
    for picture, image in zip(drawn, maps, strict=True):
        np.testing.assert_allclose(picture, (image + 4) / 8)
    assert [ax.get_title() for ax in axes.ravel()] == ["a", "b", "c", ""]
    assert not axes[1, 1].images
    draw_activation_maps(axes, np.ones((1, 2, 2)))  # all alike


@pytest.mark.parametrize(
    ("shape", "titles", "words"),
    [
        ((4, 2, 2), None, "no more than 3 channels"),
        ((2, 0, 2), None, "at least one pixel"),
        ((2, 2, 2), ["one"], "titles must be 2"),
        ((2, 2), None, "maps must have 3 axes"),
    ],
)
def test_maps_that_do_not_fit_are_refused(shape: Any, titles: Any, words: str):
    _fig, axes = figure(1, 3)
    with pytest.raises(ValueError, match=words):
        draw_activation_maps(axes, np.zeros(shape), titles)


@pytest.mark.parametrize(
    ("stack", "pixels", "output", "seen"),
    [
        ([(3,), (3,)], 9, None, 5),
        ([(2, 2), (2, 2)], 8, 0, 4),
        ([(3, 1, 1)], 5, 0, 2),  # the padding is no pixel
        ([(3, 1, 0, 2)], 7, 2, 3),
        ([], 4, 1, 1),
    ],
)
def test_a_receptive_field_fills_what_is_seen(stack: Any, pixels: int, output: Any, seen: int):
    _fig, ax = figure()
    draw_receptive_field(ax, stack, pixels, output)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    rows = [[d for d in dots if d.get_ydata()[0] == row] for row in range(len(stack) + 1)]
    filled = [sum(d.get_markerfacecolor() != "none" for d in row) for row in rows]
    assert len(rows[0]) == pixels
    assert filled[0] == seen
    assert filled[-1] == 1
    assert len(ax.texts) == len(stack) + 1


def test_an_output_or_a_layer_that_is_not_there_is_refused():
    _fig, ax = figure()
    with pytest.raises(ValueError, match="output must be less than 7; it is 7"):
        draw_receptive_field(ax, [(3,)], 9, 7)
    with pytest.raises(ValueError, match="s must be at most the padded size 2; it is 3"):
        draw_receptive_field(ax, [(3,)], 2)


def html_table(header: Any, rows: Any) -> tuple[list[list[tuple[Any, ...]]], str]:
    """The HTML of a table as rows of (tag, scope, side, text), and its class."""
    html = table(header, rows)._repr_mimebundle_()["text/html"]
    root = ElementTree.fromstring(html)
    shown = []
    for line in root.iter("tr"):
        cells = []
        for cell in line:
            side = re.search(r"text-align: (\w+)", cell.get("style"))[1]
            cells.append((cell.tag, cell.get("scope"), side, cell.text or ""))
        shown.append(cells)
    return shown, root.get("class")


LAYERS = [
    ["dense", 38_654_705_664, "154.6 GB", 0.5],
    ["a < b & c", -81, None, -1234567.0],
    ["", 0, "9×", np.float32(0.25)],
]


def test_a_table_in_a_page_has_headings_and_numbers_at_the_right():
    shown, name = html_table(["layer", "weights", "memory", "error"], LAYERS)
    assert name == "numbers"
    assert shown == [
        [
            ("th", "col", "left", "layer"),
            ("th", "col", "right", "weights"),
            ("th", "col", "right", "memory"),
            ("th", "col", "right", "error"),
        ],
        [
            ("th", "row", "left", "dense"),
            ("td", None, "right", "38\u202f654\u202f705\u202f664"),
            ("td", None, "right", "154.6 GB"),
            ("td", None, "right", "0.5"),
        ],
        [
            ("th", "row", "left", "a < b & c"),
            ("td", None, "right", "−81"),
            ("td", None, "right", ""),
            ("td", None, "right", "−1.235e+06"),
        ],
        [
            ("th", "row", "left", ""),
            ("td", None, "right", "0"),
            ("td", None, "right", "9×"),
            ("td", None, "right", "0.25"),
        ],
    ]


def test_a_table_elsewhere_is_aligned_text():
    shown = table(["layer", "weights", "memory", "error"], LAYERS)
    text = """
layer             weights    memory       error
---------  --------------  --------  ----------
dense      38 654 705 664  154.6 GB         0.5
a < b & c             −81            −1.235e+06
                        0        9×        0.25
"""
    assert str(shown) == shown._repr_mimebundle_()["text/plain"] == text.strip("\n")


@pytest.mark.parametrize(
    ("cell", "side"),
    [
        (7, "right"),
        (0, "right"),
        ("−0.5", "right"),
        ("1 024", "right"),
        ("9.9e+12", "right"),
        ("97.3 %", "right"),
        ("8.4×", "right"),
        ("12 ms", "right"),
        ("3 × 3", "left"),
        ("3 of 4", "left"),
        ("(1, 2)", "left"),
        ("c'", "left"),
        (None, "left"),
    ],
)
def test_which_columns_hold_numbers(cell: Any, side: str):
    shown, _ = html_table(["name", "value"], [["a", cell]])
    assert [row[1][2] for row in shown] == [side, side]


def test_a_column_with_one_word_among_its_numbers_is_aligned_as_words():
    shown, _ = html_table(["k", "sees"], [[1, 9], [2, "all"], [3, 0]])
    assert [[cell[2] for cell in row] for row in shown] == [["right", "left"]] * 4


def test_a_table_without_rows_shows_its_header():
    assert str(table(["k", "weights"], [])) == "k  weights\n-  -------"
    shown, _ = html_table(["k"], [])
    assert shown == [[("th", "col", "left", "k")]]


@pytest.mark.parametrize(
    ("header", "rows", "error", "message"),
    [
        (["a", "b"], [[1, 2], [3]], ValueError,
         "rows[1] must have 2 cells, one for each of the header; it has 1: (3,)"),
        ([], [], TypeError, "header must be one or more strings; it is []"),
        (["a", 2], [], TypeError, "header must be one or more strings; it is ['a', 2]"),
        (["a"], [[True]], TypeError,
         "a cell must be a str, an int, a float or None; the one of rows[0] below 'a' is True"),
        (["a"], [[[1]]], TypeError,
         "a cell must be a str, an int, a float or None; the one of rows[0] below 'a' is [1]"),
    ],
)  # fmt: skip
def test_table_refuses(header: Any, rows: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        table(header, rows)
