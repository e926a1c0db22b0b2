"""Where a kernel lies on an image: sizes, windows and addresses, by key, mouse and touch."""

import html
import itertools
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from accessibility import small_texts, violations_in
from element_pages import Finger, message, misfits, serve_elements
from element_pages import value as value_of
from playwright.sync_api import Locator, Page

from convbook import conv2d, conv_transpose2d
from convbook.geometry import output_size, same_padding, transposed_size

NAME = "convolution-explorer"
PAGES = {
    "usual": NAME,
    "given": f'{NAME} id="given" size="3x5" stride="2" padding="2x1" at="1,3"',
    "turned": f'{NAME} size="3" stride="2" padding="1" transposed output_padding="1" numbers',
    "two": f'{NAME} id="first">\n</{NAME}>\n\n<{NAME} size="4"',
    "mistyped": f'{NAME} stride="0"',
    "unheard": f'{NAME} strides="2"',
}
SETTINGS = ("size", "kernel", "stride", "padding", "dilation", "output_padding")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve_elements(tmp_path_factory.mktemp("book"), PAGES) as address:
        yield address


@pytest.fixture(scope="module")
def kept(keep_page) -> Page:
    return keep_page("usual.html", reduced_motion="reduce")


@pytest.fixture
def page(kept: Page) -> Page:
    """A page that tests share, in the state in which it begins."""
    kept.set_viewport_size({"width": 1280, "height": 900})
    kept.evaluate("scrollTo(0, 0)")
    show(kept, "")
    return kept


def show(page: Page, case: str, name: str = NAME) -> dict[str, Any]:
    """Follow an address to a case, and return the value."""
    return shown(page, [case], name)[0]


def shown(page: Page, cases: list[str], name: str = NAME) -> list[dict[str, Any]]:
    """The values after following the address of each case."""
    return page.evaluate(
        """async ([name, cases]) => {
          const values = [];
          for (const text of cases) {
            history.replaceState(null, "", "#");
            const followed = new Promise(
              (done) => addEventListener("hashchange", done, { once: true }));
            location.hash = `${name}?${text}`;
            await followed;
            values.push(document.getElementById(name).value);
          }
          return values;
        }""",
        [name, cases],
    )  # fmt: skip


def value(page: Page) -> dict[str, Any]:
    return value_of(page, NAME)


def board(page: Page, title: str) -> Locator:
    return page.locator(f"{NAME} figure", has=page.get_by_text(title, exact=True)).locator("svg")


def field(page: Page, label: str) -> Locator:
    return page.get_by_role("spinbutton", name=label, exact=True)


def keys(page: Page) -> Locator:
    return page.get_by_role("application")


# ------------------------------------------------------------------------------------- sizes


def padding_of(padding: int | str, s: int, dilation: int) -> tuple[int, int]:
    if isinstance(padding, int):
        return padding, padding
    if padding == "same":
        return same_padding(s, dilation)
    zeros = dilation * (s - 1) if padding == "full" else 0
    return zeros, zeros


def size_or_zero(function: Any, *given: Any) -> int:
    try:
        return function(*given)
    except ValueError:
        return 0


def read_by_hand(n: int, s: int, pair: tuple[int, int], stride: int, dilation: int) -> list[int]:
    """The pixels that a window reads, found by trying every place of the padded signal."""
    before, after = pair
    found = set()
    for start in range(0, n + before + after, stride):
        taps = [start + a * dilation for a in range(s)]
        if taps[-1] < n + before + after:
            found |= {tap - before for tap in taps}
    return sorted(place for place in found if 0 <= place < n)


def test_sizes_and_windows_of_an_axis_are_those_of_convbook(page):
    paddings = (0, 1, 2, "valid", "same", "full")
    grid = list(itertools.product(range(1, 8), range(1, 5), paddings, range(1, 4), range(1, 4)))
    sizes, pairs, reads = page.evaluate(
        """async (grid) => {
          const windows = await import("/_static/elements/windows.js");
          const axes = grid.map(([n, s, padding, stride, dilation]) => {
            const pair = windows.paddingPair(padding, s, dilation);
            return windows.convolution({ n, s, stride, dilation, padding: pair });
          });
          const pixels = (axis) => [...axis.read].filter((place) => axis.isPixel(place));
          return [axes.map((axis) => axis.output), axes.map((axis) => axis.padding),
            axes.map((axis) => pixels(axis).sort((a, b) => a - b))];
        }""",
        grid,
    )  # fmt: skip
    for (n, s, padding, stride, dilation), size, pair, read in zip(
        grid, sizes, pairs, reads, strict=True
    ):
        expected = padding_of(padding, s, dilation)
        assert tuple(pair) == expected
        assert max(size, 0) == size_or_zero(output_size, n, s, expected, stride, dilation)
        assert read == read_by_hand(n, s, expected, stride, dilation)


def test_transposed_sizes_are_those_of_convbook_and_both_views_agree(page):
    grid = [
        case
        for case in itertools.product(
            range(1, 6), range(1, 4), range(3), range(1, 4), range(1, 4), range(3)
        )
        if case[5] < max(case[3], case[4])
    ]
    found = page.evaluate(
        """async (grid) => {
          const windows = await import("/_static/elements/windows.js");
          return grid.map(([n, s, padding, stride, dilation, more]) => {
            const given = { n, s, stride, dilation, padding: [padding, padding], more };
            const patches = windows.transposedPatches(given);
            const zeros = windows.transposedZeros(given);
            // Which input pixel meets which output pixel, by which entry of the kernel.
            const met = [[], []];
            for (let i = 0; i < patches.windows; i++) {
              patches.taps(i).forEach((place, a) => {
                if (patches.isPixel(place)) met[0].push([i, place, a].join());
              });
            }
            for (let o = 0; o < zeros.windows; o++) {
              zeros.taps(o).forEach((place, a) => {
                if (zeros.isPixel(place)) met[1].push([place / zeros.spacing, o, s - 1 - a].join());
              });
            }
            return [patches.output, zeros.output, met[0].sort().join(" "), met[1].sort().join(" ")];
          });
        }""",
        grid,
    )  # fmt: skip
    for case, (by_patches, by_zeros, met, met_too) in zip(grid, found, strict=True):
        size = size_or_zero(transposed_size, *case)
        assert max(by_patches, 0) == max(by_zeros, 0) == size
        assert met == met_too or size == 0


CASES = [
    "size=5&kernel=3&stride=3",
    "size=3x5&kernel=3&stride=2&padding=2x1",
    "size=7&kernel=3&dilation=2",
    "size=5&kernel=3&padding=same",
    "size=5x4&kernel=2x4&padding=same",
    "size=6&kernel=3&stride=2",
    "size=8x5&kernel=2x1&stride=3x2&padding=1x0",
    "size=9x7&kernel=2&dilation=2x3&stride=2",
    "size=1&kernel=1",
    "size=4&kernel=3&padding=full&at=2,3",
    "size=2x6&kernel=1x3&stride=4x1&padding=2x0",
]
TRANSPOSED = [
    "size=3&kernel=3&stride=2&padding=1&output_padding=1",
    "size=3x2&kernel=2x3&stride=3x1&output_padding=2x0",
    "size=2&kernel=3&dilation=2&padding=1",
    "size=2x4&kernel=1&stride=3&padding=1x0",
    "size=4&kernel=2&padding=1",
]


def spelled(case: str) -> dict[str, Any]:
    """The settings of a case, as pairs."""
    given = dict(part.split("=") for part in case.split("&"))
    usual = {"padding": "0", "stride": "1", "dilation": "1", "output_padding": "0"}
    pairs: dict[str, Any] = {}
    for name, text in (usual | given).items():
        numbers = text.replace(",", "x").split("x")
        pairs[name] = text if text.isalpha() else [int(numbers[0]), int(numbers[-1])]
    return pairs


def pads(given: dict[str, Any]) -> list[tuple[int, int]]:
    word = given["padding"] if isinstance(given["padding"], str) else None
    each = zip(given["kernel"], given["dilation"], strict=True)
    return [padding_of(word or given["padding"][n], s, d) for n, (s, d) in enumerate(each)]


def test_pixels_that_no_window_reads_are_counted_and_listed(page):
    for case, found in zip(CASES, shown(page, CASES), strict=True):
        given = spelled(case)
        read = [
            read_by_hand(n, s, pair, stride, d)
            for n, s, pair, stride, d in zip(
                given["size"], given["kernel"], pads(given), given["stride"], given["dilation"],
                strict=True,
            )
        ]  # fmt: skip
        every = itertools.product(*map(range, given["size"]))
        unread = [[i, j] for i, j in every if i not in read[0] or j not in read[1]]
        assert found["unread"] == unread, case
        assert found["output"] == [
            output_size(n, s, pair, stride, d)
            for n, s, pair, stride, d in zip(
                given["size"], given["kernel"], pads(given), given["stride"], given["dilation"],
                strict=True,
            )
        ]  # fmt: skip


def numbers_in(page: Page, title: str) -> np.ndarray:
    """What is written on a board, row by row."""
    return np.array(
        page.evaluate(
            """title => {
              const figure = [...document.querySelectorAll("convolution-explorer figure")]
                .find(figure => figure.querySelector("strong").textContent.startsWith(title));
              const places = new Map();
              for (const text of figure.querySelectorAll("text")) {
                const [x, y] = ["x", "y"].map(name => Number(text.getAttribute(name)));
                if (!places.has(y)) places.set(y, []);
                places.get(y).push(Number(text.textContent.replace("−", "-")));
              }
              return [...places.values()];
            }""",
            title,
        )
    )  # fmt: skip


def test_the_numbers_are_those_of_convbook_s_layer(page):
    for case in CASES:
        found = show(page, f"{case}&numbers")
        given = spelled(case)
        (top, bottom), (left, right) = pads(given)
        padded = numbers_in(page, "Input").astype(float)
        height, width = given["size"]
        image = np.pad(padded[top : top + height, left : left + width],
                       ((top, bottom), (left, right)))  # fmt: skip
        np.testing.assert_array_equal(padded, image)
        kernel = numbers_in(page, "Kernel").astype(float)
        output = conv2d(
            image[None, None], kernel[None, None],
            stride=given["stride"], dilation=given["dilation"],
        )[0, 0]  # fmt: skip
        np.testing.assert_array_equal(numbers_in(page, "Output"), output)
        i, j = found["at"]
        assert found["sum"] == output[i, j]
        assert page.locator(f"{NAME} .sum strong").inner_text() == f"{output[i, j]:.0f}".replace(
            "-", "−"
        )


def test_the_numbers_of_a_transposed_layer_are_convbook_s_in_both_views(page):
    for case in TRANSPOSED:
        given = spelled(case)
        show(page, f"{case}&transposed&numbers")
        image, kernel = (numbers_in(page, title).astype(float) for title in ("Input", "Kernel"))
        patches = numbers_in(page, "Output")
        top, left = given["padding"]
        show(page, f"{case}&transposed&numbers&view=zeros")
        np.testing.assert_array_equal(numbers_in(page, "Kernel"), kernel[::-1, ::-1])
        output = conv_transpose2d(
            image[None, None], kernel[None, None], stride=given["stride"],
            padding=given["padding"], dilation=given["dilation"],
            output_padding=given["output_padding"],
        )[0, 0]  # fmt: skip
        np.testing.assert_array_equal(numbers_in(page, "Output"), output)
        height, width = output.shape
        np.testing.assert_array_equal(patches[top : top + height, left : left + width], output)


def test_outputs_to_which_no_pixel_adds_are_listed(page):
    found = show(page, "size=2&stride=3&kernel=2&transposed&output_padding=1")
    assert found["output"] == [6, 6]
    added = {0, 1, 3, 4}
    assert found["unread"] == [
        [i, j] for i in range(6) for j in range(6) if i not in added or j not in added
    ]
    assert "20 of the 36 pixels of the output are hatched: no window adds to them." in message(
        page, NAME
    )


SQUARES = {
    "size=3x5&stride=2&padding=2x1": {"pixel": 15, "padding": 34},
    "size=6&stride=2&padding=1": {"pixel": 36, "padding": 28, "hatch": 15},
    "size=6&kernel=2&stride=5": {"pixel": 4, "unread": 32, "hatch": 32},
    "size=3&stride=2&padding=1&transposed&output_padding=1": {"pixel": 36, "padding": 13},
    "size=2&kernel=2&stride=3&transposed": {"pixel": 16, "unread": 9, "hatch": 9},
    "size=3&stride=2&transposed&view=zeros": {"pixel": 9, "inserted": 16, "padding": 56},
}


def test_squares_are_drawn_as_what_they_are(page):
    for case, expected in SQUARES.items():
        show(page, case)
        scattered = "transposed" in case and "zeros" not in case
        drawn = board(page, "Output" if scattered else "Input").evaluate(
            """svg => Object.fromEntries([...svg.firstChild.children].map(path => {
              const [kind, d] = [path.getAttribute("class"), path.getAttribute("d")];
              // A square is hatched by seven lines.
              return [kind, d.match(/M/g).length / (kind === "hatch" ? 7 : 1)];
            }))"""
        )
        assert drawn == expected, case


def test_the_window_is_drawn_where_it_reads_and_has_the_kernel_s_entries(page):
    for case, corner, span, taps in (
        ("size=8x6&kernel=3x2&stride=2x1&padding=1x2&at=2,4", (2, 3), (3, 2), 6),
        ("size=7&dilation=2&at=3,2", (2, 1), (5, 5), 9),
        ("size=3&stride=2&padding=1&transposed&at=2,3", (2, 4), (3, 3), 9),
        ("size=3&stride=2&padding=1&transposed&view=zeros&at=2,3", (1, 2), (3, 3), 9),
    ):
        show(page, case)
        scattered = "transposed" in case and "zeros" not in case
        (top, left, height, width), entries = board(
            page, "Output" if scattered else "Input"
        ).evaluate(
            """svg => {
              const [all, frame] = [svg, svg.querySelector(".frame")].map(
                node => node.getBoundingClientRect());
              const square = all.width / (svg.viewBox.baseVal.width / 40);
              const corner = [frame.top - all.top, frame.left - all.left];
              const squares = [...corner, frame.height, frame.width].map(length => length / square);
              return [squares, svg.querySelector(".taps").getAttribute("d").match(/M/g).length];
            }"""
        )
        np.testing.assert_allclose((top, left, height, width), (*corner, *span), atol=0.15)
        assert entries == taps


# --------------------------------------------------------------------------- what it says


def test_it_says_sizes_place_and_coverage(page):
    show(page, "size=7&dilation=2&at=2,3")
    assert message(page, NAME) == (
        "Output at row 2, column 3: the window reads 9 pixels (rows 2, 4 and 6, columns 3, 5 "
        "and 7). Input 7 × 7, output 3 × 3. Every pixel is read by some window."
    )
    show(page, "size=5&stride=3&padding=1")
    assert message(page, NAME) == (
        "Output at row 1, column 1: the window reads 4 pixels (rows 1 and 2, columns 1 and 2) "
        "and 5 zeros. Input 5 × 5, output 2 × 2. Every pixel is read by some window."
    )
    show(page, "size=6&kernel=2&stride=5")
    assert message(page, NAME).endswith("32 of the 36 pixels are hatched: no window reads them.")


FORMULAS = [
    ("size=7&stride=2&padding=1", ["the floor of (7 + 2·1 − 1·(3 − 1) − 1) / 2, + 1"
     " = the floor of 6 / 2, + 1 = 4"]),
    ("size=3x4&kernel=4x3&padding=same", ["the floor of (3 + (1 + 2) − 1·(4 − 1) − 1) / 1, + 1"
     " = the floor of 2 / 1, + 1 = 3", "the floor of (4 + 2·1 − 1·(3 − 1) − 1) / 1, + 1"
     " = the floor of 3 / 1, + 1 = 4"]),
    ("size=3&stride=2&padding=1&transposed&output_padding=1",
     ["(3 − 1)·2 + 1·(3 − 1) + 1 − 2·1 + 1 = 6"]),
]  # fmt: skip


@pytest.mark.parametrize(("case", "formulas"), FORMULAS)
def test_the_formula_has_the_numbers_in_it(page, case, formulas):
    found = show(page, case)
    lines = page.get_by_role("math")
    spoken = [line.get_attribute("aria-label") for line in lines.all()]
    assert spoken[1:] == formulas
    results = [int(line.locator("strong").inner_text()) for line in lines.all()[1:]]
    assert results == (found["output"] if len(formulas) == 2 else found["output"][:1])


def test_a_screen_reader_finds_names_for_all(page):
    show(page, "size=3x5&stride=2&padding=2x1&numbers")
    assert keys(page).get_attribute("aria-label") == (
        "Output of 3 × 3 pixels: the arrow keys move the window"
    )
    assert board(page, "Input").get_attribute("aria-label") == (
        "Input of 3 × 5 pixels, with padding 7 × 7"
    )
    assert board(page, "Kernel").get_attribute("aria-label").startswith("Kernel: 1, 1, 0; 1, −1")
    for label in ("Input in height", "Padding in width", "Kind of padding"):
        assert page.get_by_label(label, exact=True).is_visible()
    show(page, "size=3&transposed")
    assert keys(page).get_attribute("aria-label") == (
        "Input of 3 × 3 pixels: the arrow keys choose a pixel"
    )


# ------------------------------------------------------------------------------- moving it


def test_arrow_keys_move_the_window_and_stop_at_the_border(page):
    show(page, "size=7x6&stride=2x1")
    keys(page).focus()
    before = page.evaluate("scrollY")
    place = []
    for key in ["ArrowDown"] * 4 + ["ArrowRight"] * 2 + ["ArrowUp"] + ["ArrowLeft"] * 4:
        page.keyboard.press(key)
        place.append(value(page)["at"])
    assert place == [
        [1, 0], [2, 0], [2, 0], [2, 0], [2, 1], [2, 2], [1, 2], [1, 1], [1, 0], [1, 0], [1, 0]
    ]  # fmt: skip
    assert page.evaluate("scrollY") == before
    assert value(page)["read"] == [[2, 3, 4], [0, 1, 2]]
    page.keyboard.press("Tab")
    assert not keys(page).evaluate("node => node === document.activeElement")


def place_on(page: Page, title: str, row: float, column: float) -> tuple[float, float]:
    """Where a place of a board, counted in squares of what is drawn, stands on the screen."""
    board(page, title).scroll_into_view_if_needed()
    box = board(page, title).bounding_box()
    columns = board(page, title).evaluate("svg => (svg.viewBox.baseVal.width - 8) / 40")
    side = box["width"] / (columns + 0.2)
    return box["x"] + (column + 0.1) * side, box["y"] + (row + 0.1) * side


def test_the_mouse_drags_the_window_on_either_board(page):
    show(page, "size=9&stride=2&padding=1")
    page.mouse.move(*place_on(page, "Input", 1.5, 1.5))
    page.mouse.down()
    page.mouse.move(*place_on(page, "Input", 3.4, 5.6))
    assert value(page)["at"] == [1, 2]
    page.mouse.move(*place_on(page, "Input", 30, 30))
    page.mouse.up()
    assert value(page)["at"] == [4, 4]
    page.mouse.move(*place_on(page, "Input", 1, 1))
    assert value(page)["at"] == [4, 4]
    page.mouse.click(*place_on(page, "Output", 0.5, 2.5))
    assert value(page)["at"] == [0, 2]
    # Of a transposed layer, the pixel is chosen on the input, and dragged on either board.
    show(page, "size=3&stride=2&transposed")
    page.mouse.click(*place_on(page, "Input", 2.5, 1.5))
    assert value(page)["at"] == [2, 1]
    page.mouse.click(*place_on(page, "Output", 3.5, 5.5))
    assert value(page)["at"] == [1, 2]


def test_a_finger_drags_the_window_and_beside_it_scrolls_the_page(open_page):
    page = open_page("usual.html", width=390, has_touch=True, is_mobile=True)
    show(page, "size=7")
    start, end = place_on(page, "Input", 1.5, 1.5), place_on(page, "Input", 5.5, 3.5)
    before = page.evaluate("scrollY")
    finger = Finger(page)
    finger.drag(start, end)
    assert value(page)["at"] == [4, 2]
    assert page.evaluate("scrollY") == before
    finger.drag(place_on(page, "Input", 2.5, 6.5), place_on(page, "Input", 0.5, 6.5), steps=8)
    page.wait_for_function("before => scrollY > before", arg=before)


def test_play_goes_through_all_places_quietly_and_stops_when_asked(open_page):
    page = open_page("usual.html")
    page.clock.install(time=0)
    page.clock.pause_at(1000)  # only `run_for` lets time pass
    live = page.locator(f"{NAME} .message")
    page.get_by_role("button", name="Play").click()
    assert value(page)["isPlaying"]
    assert live.get_attribute("aria-live") == "off"
    places = []
    for _ in range(4):
        page.clock.run_for(700)
        places.append(value(page)["at"])
    assert places == [[0, 1], [0, 2], [1, 0], [1, 1]]
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(3000)
    assert value(page)["at"] == [1, 1]
    assert live.get_attribute("aria-live") == "polite"
    assert "Output at row 2, column 2" in message(page, NAME)
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(7000)
    found = value(page)
    assert (found["at"], found["isPlaying"]) == ([2, 2], False)
    # It begins again.
    page.get_by_role("button", name="Play").click()
    assert value(page)["at"] == [0, 0]
    # Who moves or changes something meanwhile, stops it.
    keys(page).press("ArrowDown")
    assert (value(page)["at"], value(page)["isPlaying"]) == ([1, 0], False)
    page.get_by_role("button", name="Play").click()
    field(page, "Stride").fill("2")
    assert not value(page)["isPlaying"]
    assert page.get_by_role("button", name="Play").is_enabled()


def test_a_reader_who_wants_no_motion_gets_a_row_at_a_time(open_page):
    page = open_page("usual.html", reduced_motion="reduce")
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.get_by_role("button", name="Play").click()
    places = []
    for _ in range(2):
        page.clock.run_for(1000)
        places.append(value(page)["at"])
    assert places == [[1, 0], [2, 0]]
    window = page.locator(f"{NAME} .window").first
    assert window.evaluate("node => getComputedStyle(node).transitionDuration") == "0s"


# ----------------------------------------------------------------------------- settings


def test_fields_are_set_by_keyboard_and_by_buttons(page):
    stride = field(page, "Stride")
    stride.focus()
    page.keyboard.press("ArrowUp")
    assert value(page)["stride"] == [2, 2]
    for _ in range(2):
        page.get_by_role("button", name="Input: more").click()
    page.get_by_role("button", name="Kernel: less").click()
    found = value(page)
    assert (found["size"], found["kernel"], found["output"]) == ([7, 7], [2, 2], [3, 3])
    page.get_by_label("One number for both axes").uncheck()
    field(page, "Dilation in width").fill("3")
    assert value(page)["dilation"] == [1, 3]
    page.get_by_label("One number for both axes").check()
    assert value(page)["dilation"] == [1, 1]
    assert field(page, "Dilation in width").count() == 0


def test_a_word_says_what_padding_it_is(page):
    show(page, "size=4x5&kernel=4x3")
    for word, sides, amount in (
        ("same", [[1, 2], [1, 1]], "1 + 2 × 1"),
        ("full", [[3, 3], [2, 2]], "3 × 2"),
        ("valid", [[0, 0], [0, 0]], "0"),
    ):
        page.get_by_label("Kind of padding").select_option(word)
        assert value(page)["padded"] == sides
        assert page.locator(f"{NAME} fieldset output").filter(visible=True).inner_text() == amount


def test_transposed_leads_back_from_the_output_to_the_input(page):
    switch = page.get_by_role("switch", name="Transposed")
    for case in CASES:
        before = show(page, case)
        switch.check()
        turned = value(page)
        if before["padding"] == "same" and any(a != b for a, b in before["padded"]):
            continue  # A transposed layer cuts as much before as after.
        assert (turned["size"], turned["output"]) == (before["output"], before["size"]), case
        assert turned["at"] == before["at"]
        assert turned["unread"] == before["unread"]
        switch.uncheck()
        assert [value(page)[name] for name in ("size", "output")] == [
            before[name] for name in ("size", "output")
        ]


def test_examples_are_shown_and_found_again(page):
    names = page.get_by_label("Example").locator("option").all_inner_texts()
    assert names[-1] == "Your own"
    for transposed in (False, True):
        page.get_by_role("switch", name="Transposed").set_checked(transposed)
        for name in names[:-1]:
            page.get_by_label("Example").select_option(name)
            found = value(page)
            assert found["problem"] is None
            assert found["transposed"] is transposed
            chosen = page.get_by_label("Example").locator("option:checked")
            assert chosen.inner_text() == name
    page.get_by_label("Example").select_option("Stride 2")
    page.get_by_role("button", name="Dilation: more").click()
    assert page.get_by_label("Example").input_value() == "own"


IMPOSSIBLE = [
    ("size=5&kernel=7", "The kernel doesn’t fit: it spans 7 pixels, and the input with its padding "
     "has 5."),
    ("size=4x9&kernel=3&dilation=2", "In height, the kernel doesn’t fit: with dilation 2 its 3 "
     "entries span 5 pixels, and the input with its padding has 4."),
    ("size=5&padding=same&stride=2", "Padding “same” keeps the size of the input, which takes "
     "stride 1; the stride is 2."),
    ("size=3&stride=2&transposed&output_padding=2", "Output padding must be less than the stride "
     "(2) or the dilation (1); it is 2."),
    ("size=1&kernel=2&padding=2&transposed", "The padding cuts off more than there is: it takes 4 "
     "of 2 pixels."),
    ("size=20&stride=3&transposed", "The picture would have 60 pixels; up to 40 are drawn."),
]  # fmt: skip


@pytest.mark.parametrize(("case", "sentence"), IMPOSSIBLE)
def test_what_is_impossible_is_said_and_no_picture_stays(page, case, sentence):
    assert show(page, case) == {"problem": sentence}
    assert message(page, NAME) == sentence
    assert page.locator(f"{NAME} svg").filter(visible=True).count() == 0
    assert page.get_by_role("math").filter(visible=True).count() == 0
    assert page.get_by_role("button", name="Play").is_disabled()
    assert misfits(page, NAME) == []
    # And back again.
    assert show(page, "size=5")["output"] == [3, 3]
    assert keys(page).is_visible()
    assert page.problems == []


@pytest.mark.parametrize(
    ("label", "typed", "sentence"),
    [
        ("Stride", "0", "Stride must be a whole number from 1 to 8; it is 0."),
        ("Input", "99", "Input must be a whole number from 1 to 32; it is 99."),
        ("Kernel", "2.5", "Kernel must be a whole number from 1 to 11; it is 2.5."),
        ("Padding", "-1", "Padding must be a whole number from 0 to 10; it is −1."),
        ("Dilation", "", "Dilation must be a whole number from 1 to 8; there is none."),
    ],
)
def test_what_is_typed_out_of_range_is_named(page, label, typed, sentence):
    number = field(page, label)
    before = number.input_value()
    number.fill(typed)
    assert value(page) == {"problem": sentence}
    assert message(page, NAME) == sentence
    assert number.get_attribute("aria-invalid") == "true"
    assert page.locator(f"{NAME} svg").filter(visible=True).count() == 0
    number.fill(before)
    assert value(page)["problem"] is None
    assert number.get_attribute("aria-invalid") == "false"
    assert page.problems == []


# --------------------------------------------------------------------------- its address


def fragment(page: Page) -> str:
    return urllib.parse.unquote(urllib.parse.urlsplit(page.url).fragment)


ROUND_TRIPS = [
    "size=5&kernel=3",
    "size=3x5&kernel=3&stride=2&padding=2x1&at=1,3",
    "size=5&kernel=4x3&padding=same&dilation=1x2&numbers",
    "size=3&kernel=3&stride=2&padding=1&output_padding=1&transposed&view=zeros&at=6,2",
]


@pytest.mark.parametrize("case", ROUND_TRIPS)
def test_an_address_shows_its_case_and_the_case_has_that_address(page, case):
    found = show(page, case)
    assert found["address"] == f"{NAME}?{case}"
    given = {name: found[name] for name in SETTINGS if name in found}
    assert show(page, found["address"].split("?")[1]) == found
    assert given["size"] == spelled(case.split("&")[0])["size"]


def test_attributes_name_the_case_with_which_it_begins(open_page):
    page = open_page("given.html")
    found = value(page)
    assert found["address"] == "given?size=3x5&kernel=3&stride=2&padding=2x1&at=1,3"
    assert found["output"] == [3, 3]
    assert fragment(page) == ""
    page.goto(page.url.replace("given.html", "turned.html"))
    found = value(page)
    assert found["address"] == (
        f"{NAME}?size=3&kernel=3&stride=2&padding=1&output_padding=1&transposed&numbers"
    )
    assert found["output"] == [6, 6]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mistyped", "“stride=0”: stride takes whole numbers from 1 to 8, one for both axes or"),
        ("unheard", 'has no attribute "strides"; it takes: size, kernel, stride, padding,'),
    ],
)
def test_attributes_that_it_does_not_know_are_refused_in_words(open_page, name, sentence):
    page = open_page(f"{name}.html")
    assert message(page, NAME).startswith(f"<{NAME}>: {sentence}")
    assert len(page.problems) == 1


def test_an_address_of_another_page_s_link_shows_the_case_and_the_element(open_page):
    page = open_page("given.html#given?size=7&dilation=2")
    assert value(page)["output"] == [3, 3]
    box = page.locator(NAME).bounding_box()
    assert 0 <= box["y"] < 450
    assert page.problems == []


def test_links_of_the_chapters_lead_to_cases_that_can_be_drawn(page):
    chapters = (Path(__file__).resolve().parents[2] / "chapters").glob("*.md")
    links = {
        html.unescape(link)
        for chapter in chapters
        for link in re.findall(r'href="[\w./-]*#[\w-]+\?([^"]*)"', chapter.read_text("utf-8"))
    }
    for link in sorted(links):
        assert show(page, link)["problem"] is None, link
        assert page.locator(f"{NAME} .note").inner_text() == "", link


def test_a_link_in_the_page_leads_to_its_case(page):
    page.evaluate(
        """name => {
          const link = document.createElement("a");
          link.href = `#${name}?size=8&kernel=2`;
          link.textContent = "A case";
          document.querySelector("article h1").after(link);
        }""",
        NAME,
    )
    page.get_by_role("link", name="A case").click()
    page.wait_for_function(f"document.querySelector('{NAME}').value.output[0] === 7")
    assert fragment(page) == f"{NAME}?size=8&kernel=2"


@pytest.mark.parametrize(
    ("case", "sentence", "size"),
    [
        ("size=0x5&kernel=2", "“size=0x5”: size takes whole numbers from 1 to 32, one for both", 5),
        ("size=7&strode=2", "“strode=2”: there is no setting “strode”, there are size, kernel,", 7),
        ("size=7&padding=some", "“padding=some”: padding takes whole numbers from 0 to 10, one", 7),
        ("size=7&transposed=no", "“transposed=no”: transposed takes no value.", 7),
        ("size=7&transposed&padding=same", "“padding=same”: a transposed convolution takes its", 7),
        ("size=7&view=all", "“view=all”: view is patches or zeros.", 7),
        ("size=7&at=0", "“at=0”: at takes a row and a column, counted from 1, as in 2,3.", 7),
        ("size=7&at=2,6", "“at”: there are 5 × 5 places.", 7),
        ("size=%E0%A4%A&kernel=2", "“size=", 5),
    ],
)
def test_a_wrong_address_says_what_it_could_not_read(page, case, sentence, size):
    found = show(page, case)
    note = page.get_by_role("status").filter(visible=True).inner_text()
    assert note.startswith(f"Of the address, this could not be read: {sentence}")
    assert found["size"] == [size, size]
    assert page.problems == []
    show(page, "size=7")
    assert page.get_by_role("status").inner_text() == ""


def test_an_address_of_an_element_that_is_not_there_says_so(open_page):
    page = open_page("two.html#third?size=7")
    notes = page.get_by_role("status").all_inner_texts()
    assert notes == [f"The address names “third”; on this page there is first, {NAME}-2.", ""]


def test_of_two_elements_the_one_that_was_touched_writes_the_address(open_page):
    page = open_page("two.html")
    page.wait_for_timeout(600)
    assert fragment(page) == ""
    field(page, "Stride").nth(1).fill("2")
    page.wait_for_function("location.hash !== ''")
    assert fragment(page) == f"{NAME}-2?size=4&kernel=3&stride=2"
    length = page.evaluate("history.length")
    field(page, "Dilation").first.fill("2")
    page.wait_for_function("location.hash.startsWith('#first')")
    assert fragment(page) == "first?size=5&kernel=3&dilation=2"
    assert page.evaluate("history.length") == length
    page.reload()
    assert page.locator("#first").evaluate("e => e.value.dilation") == [2, 2]


def test_a_move_is_kept_in_the_address_and_a_mere_touch_is_not(page):
    page.evaluate("history.replaceState(null, '', '#')")
    keys(page).focus()
    page.keyboard.press("Shift")
    page.wait_for_timeout(600)
    assert fragment(page) == ""
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.wait_for_function("location.hash !== ''")
    assert fragment(page) == f"{NAME}?size=5&kernel=3&at=3,1"


def test_an_example_and_its_transpose_have_their_addresses(page):
    page.evaluate("history.replaceState(null, '', '#')")
    page.get_by_label("Example").select_option("Stride 2")
    page.wait_for_function("location.hash.includes('stride=2')")
    page.get_by_role("switch", name="Transposed").check()
    page.wait_for_function("location.hash.includes('transposed')")
    assert fragment(page) == f"{NAME}?size=2&kernel=3&stride=2&transposed"


def test_what_cannot_be_read_is_not_written_into_the_address(page):
    page.evaluate("history.replaceState(null, '', '#')")
    field(page, "Stride").fill("0")
    page.wait_for_timeout(600)
    assert fragment(page) == ""


def test_copy_link_copies_the_address_of_the_case_or_says_where_it_stands(open_page):
    page = open_page("given.html", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert fragment(page) == "given?size=3x5&kernel=3&stride=2&padding=2x1&at=1,3"
    field(page, "Stride in width").fill("1")
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); }"
    )
    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("The link stands in the address bar.").wait_for()
    assert fragment(page) == "given?size=3x5&kernel=3&stride=2x1&padding=2x1&at=1,3"
    field(page, "Stride in width").fill("0")
    assert page.get_by_role("button", name="Copy link").is_disabled()


# ------------------------------------------------------------------------------ its look

LOOKS = [
    "",
    "size=3x5&stride=2&padding=2x1&at=1,3",
    "size=12&kernel=5&padding=full&stride=3&numbers",
    "size=5&kernel=4&padding=same&numbers&at=2,2",
    "size=3&stride=2&padding=1&transposed&output_padding=1&numbers",
    "size=3x4&stride=2&transposed&view=zeros&numbers&at=2,3",
    "size=32&kernel=5&padding=2",
    "size=20x30&dilation=4",
]


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_it_fits_the_page_and_can_be_read(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for case in LOOKS:
        show(page, case)
        assert misfits(page, NAME) == [], case
        assert small_texts(page, NAME) == [], case


def test_boards_of_a_phone_have_squares_that_a_finger_hits(page):
    page.set_viewport_size({"width": 390, "height": 900})
    for case in ("size=5&padding=1", "size=7&dilation=2", "size=12", "size=10&padding=1"):
        found = show(page, case)
        for title in ("Input", "Output"):
            box = board(page, title).bounding_box()
            columns = found["size"][1] + sum(found["padded"][1])
            if title == "Output":
                columns = found["output"][1]
            assert box["width"] / columns >= 24


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(open_page, theme):
    page = open_page("usual.html", theme=theme, reduced_motion="reduce")
    for width, case in (
        (1280, "size=6&stride=4&numbers"),
        (1280, "size=3x4&stride=2&transposed&view=zeros&numbers"),
        (390, "size=5x4&stride=2&padding=1"),
        (390, "kernel=9"),
    ):
        page.set_viewport_size({"width": width, "height": 900})
        show(page, case)
        assert violations_in(page, NAME) == [], case


def test_with_forced_colours_marks_keep_apart_from_the_page(open_page):
    page = open_page("usual.html", forced_colors="active")
    show(page, "size=6&stride=4&numbers")
    page_colour, pixel, taps, hatch = page.evaluate(
        """name => {
          const style = (selector) => getComputedStyle(document.querySelector(selector));
          return [style("body").backgroundColor, style(`${name} path.pixel`).stroke,
            style(`${name} .taps`).fill, style(`${name} path.hatch`).stroke];
        }""",
        NAME,
    )  # fmt: skip
    assert page_colour not in (pixel, taps, hatch)
    assert taps != pixel


def test_its_colours_are_the_book_s(page):
    from convbook.plot import COLOURS

    names = ("--in", "--out", "--now")
    used = page.locator(NAME).evaluate(
        "(node, names) => names.map(name => getComputedStyle(node).getPropertyValue(name))", names
    )
    assert used == [COLOURS[0], COLOURS[2], COLOURS[1]]
