"""Figures carry their description, the page's own black, and nothing that collides on a page."""

import io
import re
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.image import imread
from matplotlib.patches import Rectangle
from skimage.color import deltaE_ciede2000, rgb2lab

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
    ink_on,
    show,
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
        "text/html": f'<div class="picture-narrow" hidden>{picture.narrow}</div>{picture.svg}',
        "image/png": picture.png,
        "text/plain": "[A line & <others>.]",
    }


def test_black_is_the_pages_text_colour(picture: Picture):
    assert not re.search(r"#000000|#000\b|\bblack\b|rgb\(0", picture.svg)
    assert "stroke: currentColor" in picture.svg
    # White is the ink of labels alone, on colours; nothing has a white ground.
    assert set(re.findall(r"<(\w+) [^>]*#ffffff", picture.svg)) == {"text"}
    root = ElementTree.fromstring(picture.svg)
    assert root.get("fill") == "currentColor"
    texts = [element for element in root.iter(f"{SVG}text")]
    assert {"colour", "a & b < c"} <= {"".join(text.itertext()).strip() for text in texts}
    inked = {t.text for t in texts if "fill" in t.get("style", "")}
    assert inked == {"a", "b", "c"}  # the labels on the colours of a matrix


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


def test_no_id_comes_twice_in_a_page(picture: Picture):
    assert set(ids(picture.svg)).isdisjoint(ids(picture.narrow))
    assert picture.narrow.count("url(#") == picture.svg.count("url(#") > 0


def boxes(svg: str) -> list[list[float]]:
    """The squares that `marked` draws, as (left, top, right, bottom) in inches."""
    found = []
    for path in re.findall(r'<path d="([^"]*)"[^>]*fill: #123456', svg):
        numbers = [float(number) / 72 for number in re.findall(r"-?[0-9.]+", path)]
        across, down = numbers[::2], numbers[1::2]
        found.append([min(across), min(down), max(across), max(down)])
    return found


def marked(rows: int, columns: int, size: tuple[float, float], **options: Any) -> Any:
    """A figure whose axes are filled, from their left to their right."""
    fig, axes = figure(rows, columns, size=size, **options)
    for ax in np.ravel(axes):
        ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        ax.add_patch(Rectangle((0, 0), 1, 1, facecolor="#123456"))
    return fig


@pytest.mark.parametrize(
    ("rows", "columns", "size", "options", "order"),
    [
        # The places of the axes, in the order of the wide figure: (line, place in it).
        (1, 1, (5.6, 3), {}, [(0, 0)]),
        (1, 3, (7.2, 2.7), {}, [(0, 0), (1, 0), (2, 0)]),
        (1, 4, (7.2, 2), {}, [(0, 0), (0, 1), (1, 0), (1, 1)]),
        (2, 2, (7.2, 4), {}, [(0, 0), (2, 0), (1, 0), (3, 0)]),
        (2, 1, (6, 4), {}, [(0, 0), (1, 0)]),
        (1, 3, (5, 2), {"width_ratios": [6, 1, 6]}, [(0, 0), (0, 1), (1, 0)]),
    ],
)
def test_a_wide_figure_is_stacked_for_a_phone(
    rows: int, columns: int, size: tuple[float, float], options: Any, order: list[Any]
):
    picture = show(marked(rows, columns, size, **options), "Squares.")
    assert len(boxes(picture.svg)) == rows * columns
    found = boxes(picture.narrow)
    tops = sorted({round(box[1], 1) for box in found})
    lines = [tops.index(round(box[1], 1)) for box in found]
    before = [sum(lines[j] == line and found[j][0] < box[0] for j in range(len(found)))
              for box, line in zip(found, lines, strict=True)]  # fmt: skip
    assert list(zip(lines, before, strict=True)) == order
    root = ElementTree.fromstring(picture.narrow)
    assert float(root.get("viewBox").split()[2]) == pytest.approx(72 * 3.2)
    assert all(box[0] >= 0 and box[2] <= 3.2 for box in found)
    assert "max-width: 24rem" in root.get("style")


def test_a_narrow_figure_has_one_drawing_and_another_may_be_given():
    assert show(marked(1, 1, (3, 3)), "A square.").narrow == ""
    other = show(marked(1, 3, (7, 2)), "Squares.", narrow=marked(1, 1, (3, 2)))
    assert [len(boxes(other.svg)), len(boxes(other.narrow))] == [3, 1]


def test_axes_of_several_grids_only_come_closer():
    fig = marked(1, 2, (6, 2))
    fig.add_subplot(fig.add_gridspec(1, 9)[8])
    assert ElementTree.fromstring(show(fig, "Axes.").narrow).get("viewBox") == "0 0 230.4 144"


def test_shared_ticks_are_written_on_every_line_of_a_phone():
    fig, (left, right) = figure(1, 2, size=(7, 2), sharey=True)
    left.set(ylim=(0, 1), yticks=[0.25])
    picture = show(fig, "Two axes.")
    assert [svg.count("0.25") for svg in (picture.svg, picture.narrow)] == [1, 2]
    assert right.get_subplotspec().colspan.start == 1  # as it was


def test_no_text_is_smaller_than_eleven_pixels():
    fig, ax = figure(size=(7, 3))
    ax.set_title("small", fontsize=5)
    picture = show(fig, "Small words.")
    for svg, shown in ((picture.svg, 7 * 96), (picture.narrow, 342)):
        width = float(ElementTree.fromstring(svg).get("viewBox").split()[2])
        sizes = [float(size) for size in re.findall(r"font-size: ([0-9.]+)px", svg)]
        assert min(sizes) * shown / width >= 11


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


@pytest.mark.parametrize("count", [0, 1, len(COLOURS), len(COLOURS) + 1, 100, 700])
def test_colours_differ_and_stand_out_on_white_and_on_near_black(count: int):
    colours = distinct_colours(count)
    assert len(set(colours)) == len(colours) == count
    assert [c for c in colours if contrast(c, "#ffffff") < 3 or contrast(c, "#121212") < 3] == []
    assert [c for c in colours if contrast(c, ink_on(c)) < 4.5] == []


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 40])
def test_a_colour_keeps_its_place_however_many_there_are(count: int):
    assert distinct_colours(count) == distinct_colours(41)[:count]


def difference(one: str, other: str) -> float:
    """How different two colours look, by CIEDE2000; 1 can just be seen side by side."""
    pixels = [[[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in (one, other)]]
    (first, second) = rgb2lab(np.array(pixels))[0]
    return float(deltaE_ciede2000(first, second))


def test_no_two_of_sixteen_colours_look_alike():
    assert len(COLOURS) == 16
    pairs = [(a, b) for n, a in enumerate(COLOURS) for b in COLOURS[:n]]
    assert [pair for pair in pairs if difference(*pair) < 20] == []


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
    palette = np.roll(distinct_colours(numbers.size), -1)  # number n stands at place n + 1
    squares = {(p.get_y(), p.get_x()): p for p in ax.patches}
    assert list(squares) == list(np.ndindex(shape))
    for place, square in squares.items():
        assert (square.get_width(), square.get_height()) == (1, 1)
        number = int(numbers[place])
        colour = None if number < 0 else palette[number]
        assert square.get_fill() or colour is None
        if colour:
            assert to_hex(square.get_facecolor(), keep_alpha=True) == f"{colour}ff"
        else:
            assert square.get_facecolor()[3] == 0
    written = {(t.get_position()[1] - 0.5, t.get_position()[0] - 0.5): t for t in ax.texts}
    assert {place: text.get_text() for place, text in written.items()} == {
        place: str(n) for place, n in np.ndenumerate(numbers) if n >= 0
    }
    assert ax.get_title() == "parameters"
    show(fig, "A matrix.")
    for place, text in written.items():
        assert text.get_color() == ink_on(to_hex(squares[place].get_facecolor()))


def test_what_is_written_on_a_weight_reads_and_other_texts_stay_black():
    fig, ax = figure()
    draw_matrix(ax, [[0, -1], [1, 2]])
    on_dark = ax.text(0.5, 1.5, "w", color="black")
    on_light = ax.text(1.5, 1.5, "w")
    own, empty, beside = (
        ax.text(0.5, 0.5, "w", color="red"),
        ax.text(1.5, 0.5, "0"),
        ax.text(2.5, 1, "x"),
    )
    ax.patches[2].set_facecolor("#202020")
    ax.patches[3].set_facecolor("#eeeeee")
    show(fig, "A matrix with names.")
    texts = (on_dark, on_light, own, empty, beside)
    assert [to_hex(text.get_color()) for text in texts] == [
        "#ffffff", "#010101", "#ff0000", "#000000", "#000000",
    ]  # fmt: skip


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


def fills(numbers: Any, **options: Any) -> list[str | None]:
    """The colour of each entry of a matrix as drawn, in raster order; None where it is empty."""
    _, ax = figure()
    draw_matrix(ax, numbers, **options)
    return [to_hex(p.get_facecolor()) if p.get_facecolor()[3] else None for p in ax.patches]


def test_a_weight_keeps_its_colour_from_dense_to_local_to_shared():
    dense, local, shared = (
        fills(parameter_map(kind, 4, 1)) for kind in ("dense", "local", "shared")
    )
    assert dense == list(COLOURS)
    assert [colour for colour in local if colour] == [dense[p] for p in np.flatnonzero(local)]
    # A shared weight keeps the colour of the first entry where it stands.
    before, middle, after = dense[4], dense[0], dense[1]
    assert shared == [
        middle, after, None, None,
        before, middle, after, None,
        None, before, middle, after,
        None, None, before, middle,
    ]  # fmt: skip


def test_more_than_sixteen_weights_have_their_numbers_written_in():
    few, many, large = figure(1, 3)[1]
    draw_matrix(few, np.arange(16).reshape(4, 4))
    draw_matrix(many, parameter_map("local", 8, 1), fontsize=11)
    draw_matrix(large, np.arange(17 * 17).reshape(17, 17))
    assert [len(ax.texts) for ax in (few, many, large)] == [0, 22, 0]
    assert [text.get_text() for text in many.texts] == [str(n) for n in range(22)]
    assert {text.get_fontsize() for text in many.texts} == {11}
    dense, local = figure(1, 2)[1]
    places = np.arange(64).reshape(8, 8)
    for ax, kind in ((dense, "dense"), (local, "local")):
        draw_matrix(ax, parameter_map(kind, 8, 1), colours=places)
    named = [{t.get_position(): t.get_text() for t in ax.texts} for ax in (dense, local)]
    assert named[1].items() < named[0].items()  # entries keep their numbers as their colours
    assert len(set(fills(parameter_map("local", 8, 1)))) == 22 + 1


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
    assert alphas == [0.15, 0.075, 0.3, 0.6, 0.0, 0.0]
    hues = [to_hex(patch.get_facecolor()) for patch in filled[:4]]
    assert hues == [COLOURS[1], COLOURS[0], COLOURS[0], COLOURS[0]]
    assert ax.get_title() == "edges"
    for page, ink in (("#ffffff", "#222832"), ("#121212", "#ced6dd")):  # of the theme
        for hue in COLOURS[:2]:
            seen = 0.6 * np.array(to_rgb(hue)) + 0.4 * np.array(to_rgb(page))
            assert contrast(to_hex(seen), ink) >= 4.5


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
