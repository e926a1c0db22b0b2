"""What a student reads: their work, each check's message and points, and no hidden line.

The page is one file that loads nothing, so it reads the same without a network, and tells nobody
who reads it when. Formulas are MathML, which browsers draw by themselves.
"""

from pathlib import Path
from typing import Any

import nbgrader
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution
from traitlets.config import Config

#: nbgrader's steps from a graded notebook to a page, without the hidden tests.
PREPROCESSORS = [
    "nbgrader.preprocessors.GetGrades",
    "invigilator.feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

_TEMPLATES = Path(__file__).parent / "templates"
_NBGRADERS_TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions/formgrader/templates"

_LEFT_OUT = "(what your code printed during hidden tests is left out)\n"


class HideTests(ClearHiddenTests):  # type: ignore[misc]
    """Leave the hidden tests out of feedback, their lines out of error messages, and what a
    student's code prints while they run, which may be what they are made of.

    Put it into `GenerateFeedback.preprocessors`, before the HTML is made.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        hidden = self.begin_test_delimeter in cell.source
        cell, resources = super().preprocess_cell(cell, resources, index)
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            kept = [output for output in cell.outputs if _is_for_the_student(output)]
            if hidden and len(kept) < len(cell.outputs):
                cell.outputs = kept
                cell.outputs.append(new_output("stream", name="stdout", text=_LEFT_OUT))
            for output in cell.outputs:
                if output.output_type == "error":
                    # A traceback quotes the lines of the test; the message is for the student.
                    kind = "" if output.ename == "CheckFailed" else f"{output.ename}: "
                    output.traceback = [f"✗ {kind}{output.evalue}"]
        return cell, resources


def _is_for_the_student(output: NotebookNode) -> bool:
    """Whether an output of a test may be read by the student: its error, or what it marks so.

    What a student's code displays in the sandbox has lost its marks.
    """
    return output.output_type == "error" or bool(output.get("metadata", {}).get("in_feedback"))


def configure(config: Config) -> None:
    """Let a course's `generate_feedback` make such pages, where its settings don't say otherwise.

    For `nbgrader_config.py`, too: `configure(c)`.
    """
    if "preprocessors" not in config.GenerateFeedback:
        config.GenerateFeedback.preprocessors = PREPROCESSORS
    if "extra_template_basedirs" not in config.HTMLExporter:
        # nbgrader asks for the template "feedback": what is missing in ours is taken from its own.
        config.HTMLExporter.extra_template_basedirs = [str(_TEMPLATES), str(_NBGRADERS_TEMPLATES)]
        config.HTMLExporter.filters = {"markdown2html": markdown_to_html}


@pass_context
def markdown_to_html(context: Context, source: str) -> str:
    """A cell's text as HTML, formulas as MathML."""
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    html: str = MarkdownWithMath(renderer=renderer).render(source)
    return html


class _Renderer(IPythonRenderer):
    """nbconvert's, but for formulas, which it leaves to a script from the network."""

    def inline_math(self, body: str) -> str:
        return self.formula(body, "inline", f"${body}$")

    def block_math(self, body: str) -> str:
        return self.formula(body, "block", f"$${body}$$")

    def multiline_math(self, text: str) -> str:
        return self.block_math(text)

    def latex_environment(self, name: str, body: str) -> str:
        whole = rf"\begin{{{name}}}{body}\end{{{name}}}"
        return self.formula(whole, "block", whole)

    def formula(self, body: str, display: str, written: str) -> str:
        try:
            from latex2mathml.converter import convert

            return str(convert(body, display=display))
        # A student's formula may be anything; and an environment of before has no converter.
        except Exception:
            return f"<code>{self.escape_html(written)}</code>"
