"""The matrix and its switches: what it counts, says and shows, turned by keyboard in a browser."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
from accessibility import small_texts, violations_in
from matplotlib.colors import to_hex
from playwright.sync_api import Page
from skimage.color import deltaE_ciede2000, rgb2lab

import convbook
from convbook.plot import COLOURS, draw_matrix, figure

PAGE = "chapters/weight_sharing.html"
SHAPES = {"4": 4, "8": 8, "3×3": (3, 3), "4×4": (4, 4)}
SWITCHES = ("local", "shared", "padded")


@pytest.fixture(scope="module")
def kept(keep_page) -> Page:
    return keep_page(PAGE, reduced_motion="reduce")


@pytest.fixture
def page(kept: Page) -> Page:
    """A page that tests share, in the state in which it begins."""
    kept.set_viewport_size({"width": 1280, "height": 900})
    kept.mouse.move(0, 0)
    turn(kept, output=2)
    return kept


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return request.param


def by_keyboard(page: Page, size: str, **wanted: bool) -> Any:
    """Bring the element into a state by keyboard alone, and return its value."""
    switches = page.locator("matrix-switches input[role=switch]")
    switches.first.focus()
    for n, name in enumerate(SWITCHES):
        if switches.nth(n).is_checked() != wanted[name]:
            page.keyboard.press("Space")
        page.keyboard.press("Tab")
    steps = list(SHAPES).index(size) - page.evaluate("document.activeElement.selectedIndex")
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    return page.evaluate("document.querySelector('matrix-switches').value")


def turn(page: Page, **wanted: Any) -> Any:
    """Bring the element into a state at once, and return its value."""
    state = {"size": "4", "output": 1} | dict.fromkeys(SWITCHES, False) | wanted
    return page.evaluate(
        """(state) => {
          const element = document.querySelector("matrix-switches");
          for (const name of ["local", "shared", "padded"]) element[name].checked = state[name];
          element.size.value = state.size;
          element.size.dispatchEvent(new Event("change"));
          element.output.value = state.output;
          element.output.dispatchEvent(new Event("input"));
          return element.value;
        }""",
        state,
    )


def expected_numbers(size: str, local: bool, shared: bool, padded: bool) -> np.ndarray:
    shape = SHAPES[size]
    if local or not shared:
        layer = "shared" if shared else "local" if local else "dense"
        return convbook.parameter_map(layer, shape, k=1, padded=padded)
    # One weight for each offset that occurs: the kernel reaches from any pixel to any other.
    sizes = (shape,) if isinstance(shape, int) else shape
    reach = max(sizes) - 1 + padded
    if not padded:
        return convbook.parameter_map("shared", shape, k=reach)
    numbers = convbook.parameter_map("shared", shape, k=reach, padded=True)
    columns = np.arange(numbers.shape[1]).reshape([n + 2 * reach for n in sizes])
    border_of_one = tuple(slice(reach - 1, reach + n + 1) for n in sizes)
    return numbers[:, columns[border_of_one].ravel()]


def message(page: Page) -> str:
    return page.locator("matrix-switches .message").text_content()


STATES = list(product(SHAPES, [False, True], [False, True], [False, True]))


def test_every_matrix_is_the_parameter_map_of_its_layer(page):
    names = {(0, 0): "dense", (1, 0): "local", (1, 1): "shared", (0, 1): "shared, not local"}
    for size, local, shared, padded in STATES:
        value = by_keyboard(page, size=size, local=local, shared=shared, padded=padded)
        numbers = expected_numbers(size, local, shared, padded)
        assert value == {
            "layer": names[local, shared],
            "rows": numbers.shape[0],
            "columns": numbers.shape[1],
            "parameters": int(numbers.max()) + 1,
            "nonzero": int((numbers >= 0).sum()),
            "numbers": numbers.tolist(),
        }, (size, local, shared, padded)


TRAILS = [
    ({}, ["Dense 16", "Local 10", "Local and shared 3"], 0),
    ({"local": True}, ["Dense 16", "Local 10", "Local and shared 3"], 1),
    ({"local": True, "shared": True}, ["Dense 16", "Local 10", "Local and shared 3"], 2),
    ({"shared": True}, ["Dense 16", "Shared 7", "Local and shared 3"], 1),
    ({"padded": True}, ["Dense 24", "Local 12", "Local and shared 3"], 0),
    ({"padded": True, "shared": True}, ["Dense 24", "Shared 9", "Local and shared 3"], 1),
    ({"size": "8"}, ["Dense 64", "Local 22", "Local and shared 3"], 0),
    ({"size": "3×3"}, ["Dense 81", "Local 49", "Local and shared 9"], 0),
    (
        {"size": "4×4", "padded": True, "local": True, "shared": True},
        ["Dense 576", "Local 144", "Local and shared 9"],
        2,
    ),
]


def test_the_counts_are_shown_on_the_road_from_dense_to_shared(page):
    for state, trail, current in TRAILS:
        turn(page, **state)
        stops = page.locator("matrix-switches .trail li").all()
        texts = [" ".join(stop.locator("span, strong").all_text_contents()) for stop in stops]
        assert texts == [f"{stop} parameters" for stop in trail]
        marks = [stop.get_attribute("aria-current") for stop in stops]
        assert marks == ["true" if n == current else None for n in range(3)]


MESSAGES = [
    (
        {"output": 2},
        "Dense: 16 parameters, a different one for each of the 16 entries. "
        "Output pixel 2 reads all 4 pixels.",
    ),
    (
        {"local": True, "output": 2},
        "Local: 10 parameters, a different one for each of the 10 non-zero entries of 16: "
        "a banded matrix. Output pixel 2 reads 3 of the 4 pixels.",
    ),
    (
        {"local": True, "shared": True, "output": 4},
        "Local and shared: 3 parameters for 10 non-zero entries of 16; every diagonal is "
        "constant: a Toeplitz matrix. Output pixel 4 reads 2 of the 4 pixels.",
    ),
    (
        {"shared": True},
        "Shared but not local: 7 parameters, one for each offset, for all 16 entries; every "
        "diagonal is constant: a Toeplitz matrix. Output pixel 1 reads all 4 pixels.",
    ),
    (
        {"local": True, "shared": True, "padded": True},
        "Local and shared, zero-padded: 3 parameters for 12 non-zero entries of 24; every "
        "diagonal is constant: a Toeplitz matrix. "
        "Output pixel 1 reads 2 of the 4 pixels and 1 zero of the padding.",
    ),
    (
        {"size": "3×3", "local": True, "padded": True},
        "Local, zero-padded: 81 parameters, a different one for each of the 81 non-zero "
        "entries of 225: a banded matrix of banded blocks. "
        "Output pixel 1 reads 4 of the 9 pixels and 5 zeros of the padding.",
    ),
    (
        {"size": "4×4", "local": True, "shared": True, "output": 16},
        "Local and shared: 9 parameters for 100 non-zero entries of 256; every block is a "
        "Toeplitz matrix, and so is the pattern of blocks: a doubly blocked Toeplitz matrix. "
        "Output pixel 16 reads 4 of the 16 pixels.",
    ),
]


def test_the_message_says_it_in_words(page):
    for state, text in MESSAGES:
        turn(page, **state)
        assert message(page) == text
    assert page.locator("matrix-switches .message").get_attribute("aria-live") == "polite"


SUMS = [
    ({"output": 2}, "H2 = w21 X1 + w22 X2 + w23 X3 + w24 X4"),
    ({"local": True, "output": 4}, "H4 = w43 X3 + w44 X4"),
    ({"local": True, "shared": True, "output": 2}, "H2 = v−1 X1 + v0 X2 + v1 X3"),
    ({"local": True, "padded": True}, "H1 = w10 · 0 + w11 X1 + w12 X2"),
    ({"size": "3×3", "local": True, "shared": True}, "H1 = e X1 + f X2 + h X4 + i X5"),
    (
        {"size": "4×4", "output": 6},
        "H6 = w6,1 X1 + w6,2 X2 + w6,3 X3 + w6,4 X4 + w6,5 X5 + w6,6 X6 + w6,7 X7 + … + w6,16 X16",
    ),
]


def test_the_sum_of_a_row_is_written_out(page):
    for state, text in SUMS:
        turn(page, **state)
        assert page.locator("matrix-switches .formula").text_content() == text


def lit(page: Page) -> list[str]:
    return page.locator("matrix-switches .matrix .lit").all_text_contents()


def test_a_row_is_chosen_by_mouse_and_the_pixels_that_it_reads_light_up(page):
    turn(page, local=True, shared=True, output=1)
    assert lit(page) == ["X1", "X2", "H1"]
    before = message(page)
    page.locator("matrix-switches .entry[data-row='2']").first.hover()
    assert lit(page) == ["X2", "X3", "X4", "H3"]
    assert message(page) == before
    page.locator("matrix-switches .controls").hover()
    assert lit(page) == ["X1", "X2", "H1"]
    page.locator("matrix-switches .entry[data-row='3']").first.click()
    page.locator("matrix-switches .controls").hover()
    assert lit(page) == ["X3", "X4", "H4"]
    assert page.get_by_label("Output pixel").input_value() == "4"
    assert page.locator("matrix-switches output").text_content() == "4"
    assert message(page).endswith("Output pixel 4 reads 2 of the 4 pixels.")


def test_a_row_is_chosen_by_keyboard(page):
    by_keyboard(page, "8", local=True, shared=False, padded=False)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert lit(page) == ["X2", "X3", "X4", "H3"]
    page.keyboard.press("End")
    assert lit(page) == ["X7", "X8", "H8"]


def test_a_smaller_matrix_keeps_the_chosen_row_within_it(page):
    turn(page, size="4×4", output=16)
    page.get_by_label("Size").select_option("4")
    assert page.locator("matrix-switches output").text_content() == "4"
    assert message(page).endswith("Output pixel 4 reads all 4 pixels.")


def test_the_pixels_light_up_in_the_images_too(page):
    turn(page, size="3×3", local=True, output=1)
    pictures = page.locator("matrix-switches .pictures svg")
    lit_in = [picture.locator(".lit").all_text_contents() for picture in pictures.all()]
    assert lit_in == [["X1", "X2", "X4", "X5"], ["H1"]]


# What is painted: the colour of every square that is visible, of every text, and of the page.
PAINTED = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const rgb = (colour) => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      known.set(colour, [...context.getImageData(0, 0, 1, 1).data]);
    }
    return known.get(colour);
  };
  const style = (node) => getComputedStyle(node);
  const all = (selector) => [...document.querySelectorAll("matrix-switches " + selector)];
  let ground = document.querySelector("matrix-switches");
  while (rgb(style(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
  const page = rgb(style(ground).backgroundColor);
  const squares = all("svg .entry, svg .pixel").map((node) => {
    const [fill, text] = [node.querySelector(".fill"), node.querySelector("text")];
    const visible = style(fill).opacity === "1";
    return {
      entry: node.classList.contains("entry"),
      colour: visible ? rgb(style(fill).fill) : null,
      exact: visible ? style(fill).fill : null,
      text: text.textContent ? rgb(style(text).fill) : null,
    };
  });
  const words = all(".weight, .message, .formula, figcaption, .trail span, .trail strong").map(
    (node) => ({
      text: rgb(style(node).color),
      colour: node.matches(".weight") ? rgb(style(node).backgroundColor) : null,
    }),
  );
  return {page, squares, words};
}"""


def contrast(one: list[int], other: list[int]) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(rgba: list[int]) -> float:
        values = [value / 255 for value in rgba[:3]]
        red, green, blue = [
            v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values
        ]
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_one_parameter_has_one_colour_that_stands_out_with_its_text(open_page, theme):
    page = open_page(PAGE, theme=theme, reduced_motion="reduce")
    for size, local, shared, padded in STATES:
        value = turn(page, size=size, local=local, shared=shared, padded=padded)
        painted = page.evaluate(PAINTED)
        assert painted["page"][:3] == ([255] * 3 if theme == "light" else [18] * 3)
        for square in painted["squares"]:
            ground = square["colour"] or painted["page"]
            assert square["colour"] is None or contrast(ground, painted["page"]) >= 3
            assert square["text"] is None or contrast(square["text"], ground) >= 4.5
        for word in painted["words"]:
            assert contrast(word["text"], word["colour"] or painted["page"]) >= 4.5

        colours = [square["exact"] for square in painted["squares"] if square["entry"]]
        numbers = [number for row in value["numbers"] for number in row]
        assert [colour is None for colour in colours] == [number < 0 for number in numbers]
        pairs = {pair for pair in zip(numbers, colours, strict=True) if pair[0] >= 0}
        assert len(pairs) == value["parameters"] == len({colour for _, colour in pairs})
        if value["parameters"] <= len(COLOURS):
            seen = [square["colour"][:3] for square in painted["squares"] if square["entry"]
                    and square["colour"]]  # fmt: skip
            assert least_difference(np.unique(seen, axis=0)) >= 20, (size, local, shared, padded)


def least_difference(colours: np.ndarray) -> float:
    """How different the two most alike of some colours look, by CIEDE2000."""
    lab = rgb2lab(colours[None] / 255)[0]
    differences = deltaE_ciede2000(lab[:, None], lab[None])
    return float(differences[~np.eye(len(colours), dtype=bool)].min())


def colours_of(page: Page, **state: Any) -> list[str | None]:
    """The colour of each entry of the matrix in a state, in raster order."""
    turn(page, **state)
    squares = page.evaluate(PAINTED)["squares"]
    return [square["exact"] for square in squares if square["entry"]]


def hexadecimal(colour: str | None) -> str | None:
    return colour and "#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", colour))


def test_four_pixels_have_the_colours_of_the_printed_figures(page):
    dense = colours_of(page)
    assert [hexadecimal(colour) for colour in dense] == list(COLOURS)
    for state in ({"local": True}, {"local": True, "shared": True}, {"shared": True}):
        kind = "shared" if state.get("shared") else "local"
        numbers = expected_numbers("4", bool(state.get("local")), kind == "shared", False)
        _, ax = figure()
        draw_matrix(ax, numbers)
        printed = [p.get_facecolor() for p in ax.patches]
        expected = [to_hex(colour) if colour[3] else None for colour in printed]
        assert [hexadecimal(colour) for colour in colours_of(page, **state)] == expected


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("padded", [False, True])
def test_entries_that_stay_keep_their_colours(page, size, padded):
    dense, local, shared = (
        colours_of(page, size=size, padded=padded, **kind)
        for kind in ({}, {"local": True}, {"local": True, "shared": True})
    )
    assert all(one is None or one == other for one, other in zip(local, dense, strict=True))
    # Those that are made equal all take the colour that one of them had.
    equal: dict[str, set[str]] = {}
    for before, after in zip(local, shared, strict=True):
        assert (before is None) == (after is None)
        if after:
            equal.setdefault(after, set()).add(before)
    assert all(after in before for after, before in equal.items())


def test_padding_leaves_the_band_of_four_pixels_its_colours(page):
    for kind in ({"local": True}, {"local": True, "shared": True}):
        alone = np.reshape(colours_of(page, **kind), (4, 4))
        padded = np.reshape(colours_of(page, padded=True, **kind), (4, 6))
        assert (padded[:, 1:-1] == alone).all()


NAMES = [
    ({}, "w11 w12 w13 w14 w21 w22 w23 w24 w31 w32 w33 w34 w41 w42 w43 w44"),
    ({"local": True}, "w11 w12 w21 w22 w23 w32 w33 w34 w43 w44"),
    ({"local": True, "padded": True}, "w10 w11 w12 w21 w22 w23 w32 w33 w34 w43 w44 w45"),
    ({"local": True, "shared": True}, "v0 v1 v−1 v0 v1 v−1 v0 v1 v−1 v0"),
    ({"size": "3×3", "local": True, "shared": True}, "e f h i d e f g h i d e g h b c e f h i "
     "a b c d e f g h i a b d e g h b c e f a b c d e f a b d e"),
]  # fmt: skip


@pytest.mark.parametrize("width", [390, 1280])
def test_the_weights_have_their_names_written_in(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for state, names in NAMES:
        turn(page, **state)
        page.evaluate("document.querySelector('matrix-switches').fitNames()")
        entries = page.locator("matrix-switches .matrix .entry.connected")
        assert " ".join(entries.all_text_contents()) == names


@pytest.mark.parametrize("width", [390, 768])
def test_no_text_is_too_small_to_read(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for size, local, shared, padded in STATES:
        turn(page, size=size, local=local, shared=shared, padded=padded)
        page.evaluate("document.querySelector('matrix-switches').fitNames()")
        assert small_texts(page, "matrix-switches") == []


def test_a_row_is_chosen_with_a_finger(open_page):
    page = open_page(PAGE, width=390, has_touch=True, reduced_motion="reduce")
    page.locator("matrix-switches .entry[data-row='3']").first.tap()
    assert page.get_by_label("Output pixel").input_value() == "4"
    for name in ("Shared", "Local"):
        page.get_by_role("switch", name=name).tap()
    assert message(page).startswith("Local and shared: 3 parameters")


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_overflows(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for size, local, shared, padded in STATES:
        turn(page, size=size, local=local, shared=shared, padded=padded)
        over = page.evaluate(
            """() => {
              const box = (node) => node.getBoundingClientRect();
              const inside = box(document.querySelector("matrix-switches"));
              const parts = [...document.querySelectorAll("matrix-switches *")]
                .map(box).filter((part) => part.width > 0);
              return [
                document.documentElement.scrollWidth - innerWidth,
                Math.max(...parts.map((part) => part.right)) - inside.right,
                inside.left - Math.min(...parts.map((part) => part.left)),
              ];
            }"""
        )
        assert max(over) <= 0, (size, local, shared, padded, over)


def test_switches_are_large_enough_to_touch(page):
    page.set_viewport_size({"width": 390, "height": 900})
    for control in page.locator("matrix-switches .controls label").all():
        assert control.bounding_box()["height"] >= 24


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_colours_fade_unless_the_reader_wants_no_motion(open_page, motion):
    page = open_page(PAGE, reduced_motion=motion)
    durations = page.locator("matrix-switches .entry .fill").evaluate_all(
        "(fills) => fills.map((fill) => getComputedStyle(fill).transitionDuration)"
    )
    assert set(durations) == ({"0s"} if motion == "reduce" else {"0.4s, 0.4s"})


def test_axe_finds_nothing(open_page, theme):
    page = open_page(PAGE, theme=theme, reduced_motion="reduce")
    kernel_on_image = {"size": "4×4", "local": True, "shared": True, "padded": True}
    for state in ({}, {"size": "8", "padded": True}, kernel_on_image):
        turn(page, **state)
        assert violations_in(page, "matrix-switches") == []
