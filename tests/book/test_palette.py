"""Figures and elements have one palette, and look the same on a light and on a dark page."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from browsing import serve
from matplotlib.image import imread
from playwright.sync_api import Browser
from skimage.color import deltaE_ciede2000, rgb2lab

from convbook.plot import COLOURS, distinct_colours, draw_matrix, figure, ink_on, show

STATIC = Path(__file__).resolve().parents[2] / "chapters" / "_static"


def test_elements_have_the_colours_of_the_figures(browser: Browser):
    with serve(STATIC) as site, browser.new_context() as context:
        page = context.new_page()
        page.goto(site + "elements/base.js")
        hues, colours, inks = page.evaluate(
            """async () => {
              const base = await import("/elements/base.js");
              const colours = Array.from({ length: 600 }, (_, n) => base.weightColour(n));
              return [base.BOOK_COLOURS, colours, colours.map(base.inkOn)];
            }"""
        )
    assert hues == list(COLOURS)
    assert colours == distinct_colours(600)
    assert inks == [ink_on(colour) for colour in colours]


@pytest.mark.parametrize("ground", ["#ffffff", "#121212"])
def test_sixteen_weights_of_a_matrix_are_told_apart_as_seen(browser: Browser, ground: str):
    fig, ax = figure()
    draw_matrix(ax, np.arange(16).reshape(4, 4))
    page = browser.new_page()
    page.set_content(f"<body style='background: {ground}'>{show(fig, 'Sixteen weights.').svg}")
    entries = page.locator("svg path[style*='fill: #']")
    seen = []
    for entry in entries.all():
        pixels = imread(io.BytesIO(entry.screenshot()))
        seen.append(pixels[len(pixels) // 2, len(pixels[0]) // 2, :3])
    page.close()
    assert len(seen) == 16
    np.testing.assert_allclose(
        np.rint(255 * np.array(seen)).astype(int),
        [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in COLOURS],
        atol=1,
    )
    lab = rgb2lab(np.array([seen]))[0]
    differences = deltaE_ciede2000(lab[:, None], lab[None])
    assert differences[~np.eye(16, dtype=bool)].min() >= 20


def test_the_style_sheet_closes_what_it_opens() -> None:
    """A brace that is missing switches off all rules below it, without a word."""
    sheet = (STATIC / "course.css").read_text("utf-8")
    depth = 0
    for line in re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).splitlines():
        if not line.startswith((" ", "}")):
            assert depth == 0, line
        depth += line.count("{") - line.count("}")
    assert depth == 0
