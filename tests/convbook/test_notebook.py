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
        "layer calls `np.convolve`, a ready-made convolution.",
        "in slide, line 2: return np.convolve(x, u)",
        "what to do: write it yourself with indexing, products and sums",
    )


LAMBDA = """\
layer = (
    lambda x, u:
        x[0] * u)
"""


@pytest.mark.parametrize(
    "cells",
    [
        ["%%time\ndef layer(x, u):\n    return x"],
        ["def layer(x, u):\n    return helper(x)", "%%time\ndef helper(x):\n    return x"],
    ],
)
def test_a_cell_that_is_timed_has_no_text_and_the_advice_is_right(shell: Any, cells: list[str]):
    run_cell(shell, "from convbook.checking import check_handwritten")
    for cell in cells:
        run_cell(shell, cell)
    name = "helper" if len(cells) == 2 else "layer"
    assert run_cell(shell, "check_handwritten(layer)").strip() == "✗ " + report(
        f"the text of {name} can't be read.",
        f"what to do: take `%%time` out of the cell with {name}; time a call of it in another cell",
    )


@pytest.mark.parametrize(
    "cell",
    [
        "%time done = 1\ndef layer(x, u):\n    return x[0] * u",
        "!echo done\ndef layer(x, u):\n    return x[0] * u",
        "layer = lambda x, u: x[0] * u",
        LAMBDA,
        "import functools\n@functools.lru_cache\ndef layer(x, u):\n    return x[0] * u",
        "class Layer:\n    def of(self, x, u):\n        return x[0] * u\nlayer = Layer().of",
    ],
    ids=["time", "shell", "lambda", "lines", "cached", "method"],
)
def test_a_text_is_found_beside_magics_and_for_what_is_no_def(shell: Any, cell: str):
    """The same answer in both: an honest one passes and a ready-made one doesn't."""
    run_cell(shell, "import numpy as np; from convbook.checking import check_handwritten")
    run_cell(shell, cell)
    assert run_cell(shell, "check_handwritten(layer)") == ""
    run_cell(shell, cell.replace("x[0] * u", "np.convolve(x, u)"))
    assert "`np.convolve`" in run_cell(shell, "check_handwritten(layer)")


def test_a_notebook_command_in_a_function_is_named_as_it_is_written(shell: Any):
    run_cell(shell, "import numpy as np; from convbook.checking import check_handwritten")
    run_cell(shell, "def layer(x, u):\n    %time h = np.convolve(x, u)\n    return x")
    assert run_cell(shell, "check_handwritten(layer)").strip() == "✗ " + report(
        "layer calls `%time`, a notebook command, whose text can't be read.",
        "in layer, line 2: get_ipython().run_line_magic('time', 'h = np.convolve(x, u)')",
        "what to do: write it yourself with indexing, products and sums",
    )
    run_cell(shell, "def layer(x, u):\n    !echo done\n    return x")
    assert "layer calls `!`, a notebook command" in run_cell(shell, "check_handwritten(layer)")
