"""What a student reads: their work, each check's message and points, and no hidden line."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

#: nbgrader's steps from a graded notebook to a page, without the hidden tests.
PREPROCESSORS = [
    "nbgrader.preprocessors.GetGrades",
    "invigilator.feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

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
