"""The page of a student: formulas that need no network."""

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.converters import GenerateFeedback
from playwright.sync_api import Browser
from traitlets.config import Config

from invigilator.feedback import configure

pytestmark = pytest.mark.filterwarnings("ignore")

TEXT = r"""The sum $\sum_{t=0}^{s-1} u_t x_{i+t}$ costs `$5` and <b>not</b> 6.

$$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$$

\begin{align} a &< b \end{align}

A formula that is none: $\nosuchcommand{$
"""


def page_of(*cells: Any) -> str:
    """The feedback page of a notebook, by the exporter that nbgrader uses."""
    config = Config()
    configure(config)
    config.HTMLExporter.preprocessors = []
    exporter = GenerateFeedback(config=config)
    html, _ = exporter.exporter_class(config=exporter.config).from_notebook_node(
        new_notebook(cells=list(cells)),
        resources={"nbgrader": {"notebook": "ps1", "score": 0, "max_score": 1, "late_penalty": 0}},
    )
    return str(html)


@pytest.fixture(scope="module")
def page() -> str:
    pytest.importorskip("latex2mathml")
    return page_of(new_markdown_cell(TEXT))


def test_formulas_are_mathml(page: str) -> None:
    assert page.count("<math") == 3
    assert page.count('display="inline"') == 1
    assert page.count('display="block"') == 2
    assert "<mtable>" in page


def test_code_and_markup_stay_what_they_are(page: str) -> None:
    assert "<code>$5</code> and <b>not</b> 6" in page


def test_what_is_no_formula_is_shown_as_written(page: str) -> None:
    assert "nosuchcommand" in page


def test_a_course_may_say_how_its_feedback_is_made() -> None:
    config = Config()
    config.GenerateFeedback.preprocessors = ["a.b.C"]
    config.HTMLExporter.extra_template_basedirs = ["mine"]
    configure(config)
    assert config.GenerateFeedback.preprocessors == ["a.b.C"]
    assert dict(config.HTMLExporter) == {"extra_template_basedirs": ["mine"]}


def test_a_browser_asks_the_network_for_nothing(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "feedback.html"
    path.write_text(page_of(new_markdown_cell(TEXT), new_code_cell("1 + 1")), "utf-8")
    shown, asked = browser.new_page(), list[str]()
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(path.as_uri(), wait_until="networkidle")
    assert asked == [path.as_uri()]
    shown.close()
