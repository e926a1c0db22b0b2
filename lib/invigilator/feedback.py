"""What a student reads: their work, each check's message and points, and no hidden line."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution


class HideTests(ClearHiddenTests):  # type: ignore[misc]
    """Leave the hidden tests out of feedback, and their lines out of error messages.

    Put it into `GenerateFeedback.preprocessors`, before the HTML is made.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        cell, resources = super().preprocess_cell(cell, resources, index)
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            for output in cell.outputs:
                if output.output_type == "error":
                    # A traceback quotes the lines of the test; the message is for the student.
                    kind = "" if output.ename == "CheckFailed" else f"{output.ename}: "
                    output.traceback = [f"✗ {kind}{output.evalue}"]
        return cell, resources
