"""What of a graded test's outputs a student reads."""

from typing import Any

import pytest
from conftest import cell
from nbformat.v4 import new_output

from invigilator.feedback import HideTests

TEST = "visible()\n### BEGIN HIDDEN TESTS\nhidden()\n### END HIDDEN TESTS"
ERROR = new_output("error", ename="CheckFailed", evalue="what was wrong", traceback=["line 7"])
PRINTED = new_output("stream", name="stdout", text="from a student's code")
DISPLAYED = new_output("display_data", data={"text/html": "<i>a student's</i>"})
PICTURE = new_output(
    "display_data", data={"text/html": "<b>the test's</b>"}, metadata={"in_feedback": True}
)


def shown(source: str, *outputs: Any) -> list[Any]:
    graded = cell("test", "test_f", source, 1)
    graded.outputs = list(outputs)
    made, _ = HideTests().preprocess_cell(graded, {}, 0)
    return [(each.output_type, each.get("data", each.get("text"))) for each in made.outputs]


LEFT_OUT = ("stream", "(what your code printed during hidden tests is left out)\n")
PICTURED = ("display_data", {"text/html": "<b>the test's</b>"})


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([ERROR], [("error", None)]),
        ([PRINTED, ERROR], [("error", None), LEFT_OUT]),
        ([DISPLAYED, ERROR], [("error", None), LEFT_OUT]),
        ([PICTURE, ERROR], [PICTURED, ("error", None)]),
        ([PRINTED, PICTURE, DISPLAYED, ERROR], [PICTURED, ("error", None), LEFT_OUT]),
    ],
)
def test_of_a_hidden_test_only_its_own_outputs_are_shown(outputs: Any, expected: Any) -> None:
    assert shown(TEST, *outputs) == expected


def test_of_a_visible_test_all_is_shown() -> None:
    assert len(shown("visible()", PRINTED, DISPLAYED, ERROR)) == 3
