"""What a student sees in a notebook below a cell whose check fails."""

import textwrap
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from reports import report
from traitlets.config import Config


@pytest.fixture
def shell() -> Any:
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance(
        config=Config(HistoryManager={"enabled": False}), colors="nocolor"
    )
    InteractiveShell.clear_instance()


def run_cell(shell: Any, source: str) -> str:
    """What a notebook shows below a cell."""
    with capture_output() as captured:
        shell.run_cell(textwrap.dedent(source))
    return str(captured.stdout) + str(captured.stderr)


def test_a_notebook_shows_the_message_alone(shell: Any):
    run_cell(shell, "from convbook.checking import check")
    source = """\
        def shift(x):
            y = x[0]

            return y[9]
    """
    assert run_cell(shell, source) == ""
    shown = run_cell(shell, "secret = 1; check(shift, [[1, 2]], expect=[secret])")
    assert shown.strip() == "✗ " + report(
        "shift stops with an error.",
        "called with: x = [[1, 2]]",
        "error: IndexError: list index out of range",
        "at line 4: return y[9]",
    )


def test_check_handwritten_reads_a_notebooks_cells(shell: Any):
    run_cell(shell, "import numpy as np; from convbook.checking import check_handwritten")
    run_cell(shell, "def slide(x, u):\n    return np.convolve(x, u)")
    run_cell(shell, "def layer(x, u):\n    return slide(x, u)")
    assert run_cell(shell, "check_handwritten(layer)").strip() == "✗ " + report(
        "layer uses `convolve`, a ready-made convolution.",
        "what to do: write it yourself with indexing, products and sums",
    )
