"""What a student sees in a notebook below a cell whose check fails."""

import textwrap
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from reports import report
from traitlets.config import Config

from convbook.checking import notebook
from convbook.checking.cells import explain_missing_names
from convbook.checking.time_limit import TooSlow


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
        shell.run_cell(textwrap.dedent(source), store_history=True)
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
        "in shift, line 4: return y[9]",
    )


def test_what_a_function_of_the_check_raises_came_of_the_students_line(shell: Any):
    run_cell(shell, "from convbook.checking import check")
    run_cell(shell, "def slope(f, x):\n    return f(x + 1) - f(str(x))")
    checks = "def f(x):\n    return 2 / x\n\ncheck(slope, f, 1, expect=1)"
    assert run_cell(shell, checks).strip() == "✗ " + report(
        "slope stops with an error.",
        "called with: f (a function), x = 1",
        "error: TypeError: unsupported operand type(s) for /: 'int' and 'str'",
        "in slope, line 2: return f(x + 1) - f(str(x))",
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


BROKEN = "def layer(x):\n    y = x +\n    return y"


def test_a_syntax_error_leaves_no_old_function_to_be_judged(shell: Any):
    run_cell(shell, "from convbook.checking import check, check_handwritten, check_raises")
    run_cell(shell, "def layer(x):\n    return 2 * x")
    run_cell(shell, BROKEN)
    said = "✗ " + report(
        "the cell above with `def layer` did not run; what there is comes from before.",
        "error: SyntaxError: invalid syntax in line 2: y = x +",
        "what to do: correct that cell and run it, then run this one again",
    )
    assert run_cell(shell, "check(layer, 1, expect=2)").strip() == said
    assert run_cell(shell, "check_raises(layer, 'x', because='x is a text')").strip() == said
    assert run_cell(shell, "check_handwritten(layer)").strip() == said
    run_cell(shell, BROKEN.replace("x +", "x + x"))
    assert run_cell(shell, "check(layer, 1, expect=2)") == ""


@pytest.mark.parametrize(
    "other",
    ["def layer_2(x:", "# def layer(x:\nx = (", "text = 'def layer(x:'", "%%time\ndef layer(x:"],
)
def test_another_cell_that_is_broken_is_of_no_concern(shell: Any, other: str):
    run_cell(shell, "from convbook.checking import check")
    run_cell(shell, "def layer(x):\n    return 2 * x")
    run_cell(shell, other)
    assert run_cell(shell, "check(layer, 1, expect=2)") == ""


EARLY = "from convbook.checking import check\ncheck(layer, 1, expect=2)"


def test_a_check_before_its_function_says_which_cell_to_run(shell: Any):
    explain_missing_names()
    said = run_cell(shell, EARLY)
    assert said == "✗ layer isn't defined yet: run the cell above that begins with `def layer(`\n"
    run_cell(shell, "def layer(x):\n    return 2 * x")
    assert run_cell(shell, EARLY) == ""


def test_a_check_of_what_never_compiled_says_what_is_wrong_with_its_cell(shell: Any):
    explain_missing_names()
    run_cell(shell, BROKEN)
    assert run_cell(shell, EARLY).strip() == "✗ " + report(
        "layer isn't defined: its cell did not run.",
        "error: SyntaxError: invalid syntax in line 2: y = x +",
        "what to do: correct the cell and run it, then run this one again",
    )


def test_a_cell_with_a_missing_name_has_failed(shell: Any):
    explain_missing_names()
    with capture_output():
        result = shell.run_cell(EARLY, store_history=True)
    assert isinstance(result.error_in_exec, NameError)
    assert not result.success


@pytest.mark.parametrize(
    "cell",
    [
        "no_such_name + 1",
        "check(len, no_such_name, expect=1)",
        "def f():\n    return no_such_name\nf()",
    ],
)
def test_another_missing_name_is_shown_as_ever(shell: Any, cell: str):
    explain_missing_names()
    run_cell(shell, "from convbook.checking import check")
    said = run_cell(shell, cell)
    assert "Traceback (most recent call last)" in said
    assert "NameError: name 'no_such_name' is not defined" in said


def test_a_handler_of_somebody_elses_stays(shell: Any):
    def handler(*_: Any, **__: Any) -> list[str]:
        return ["mine"]

    shell.set_custom_exc((KeyError,), handler)
    explain_missing_names()
    assert shell.custom_exceptions == (KeyError,)


def test_the_check_of_a_notebook_ends_a_cell_that_never_ends(
    shell: Any, monkeypatch: pytest.MonkeyPatch
):
    run_cell(shell, "pass")  # what IPython imports for its first cell takes its time
    monkeypatch.setattr(notebook, "_CELL_SECONDS", 0.5)
    number = shell.execution_count
    error = notebook._error_of(shell, "x = 0\nwhile x < 1: pass")
    assert isinstance(error, TooSlow)
    assert notebook._words(error, number) == (
        "did not finish within 0.5 seconds; is there a loop that never ends?\n"
        "at line 2: while x < 1: pass"
    )
    assert notebook._error_of(shell, "x = 1") is None
