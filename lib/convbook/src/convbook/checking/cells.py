"""The cells of the notebook in which a check stands: which of them did not run.

A cell with a syntax error leaves the function of before behind, and a test that is run too early
finds none at all. Where there is no IPython all of this does nothing.
"""

import ast
import re
import sys
import warnings
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

_CHECKS = ("check", "check_raises", "check_handwritten")


@dataclass(frozen=True)
class BrokenCell:
    """A cell that can't be compiled: what is wrong, and where."""

    error: str
    line: int | None
    text: str


def broken_cell(name: str) -> BrokenCell | None:
    """The cell that was run last of those with `def name`, if it can't be compiled."""
    shell = _shell()
    if shell is None or not name.isidentifier():
        return None
    definition = re.compile(rf"^[ \t]*(?:async )?def {name}\b", re.MULTILINE)
    cells = reversed(shell.history_manager.input_hist_raw)
    last = next((cell for cell in cells if definition.search(cell)), None)
    return None if last is None else _fault_of(last, shell)


def _fault_of(cell: str, shell: Any) -> BrokenCell | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = shell.transform_cell(cell)
            compile(source, "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        text = (error.text or "").strip()
        return BrokenCell(f"{type(error).__name__}: {error.msg}", error.lineno, text)
    except ValueError:  # a null character
        return None
    return None


def explain_missing_names() -> None:
    """From now on, let the notebook say which cell to run when a check names what isn't there."""
    shell = _shell()
    # Somebody else's handler stays.
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((NameError,), _show)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    get: Any = getattr(ipython, "get_ipython", None)
    return None if get is None else get()


def _show(
    shell: Any, kind: Any, error: Any, trace: TracebackType, tb_offset: int | None = None
) -> None:
    """Show a NameError: as ever, unless it is a check that came too early."""
    try:
        if _is_a_checks(shell, error, trace):
            error._render_traceback_ = partial(_advice, error.name)
    finally:
        shell.showtraceback((kind, error, trace), running_compiled_code=True)


def _is_a_checks(shell: Any, error: NameError, trace: TracebackType) -> bool:
    """Whether the cell itself, not a function that it calls, hands a missing name to a check."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    if frame.f_locals is not frame.f_globals or frame.f_globals is not shell.user_ns:
        return False
    tree = ast.parse(shell.transform_cell(shell.history_manager.input_hist_raw[-1]))
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _CHECKS
        and isinstance(node.args[0] if node.args else None, ast.Name)
        and ast.unparse(node.args[0]) == error.name
        for node in ast.walk(tree)
    )


def _advice(name: str) -> list[str]:
    broken = broken_cell(name)
    if broken is None:
        return [f"✗ {name} isn't defined yet: run the cell above that begins with `def {name}(`"]
    where = f" in line {broken.line}" if broken.line else ""
    return [
        f"✗ {name} isn't defined: its cell did not run.",
        f"  error:            {broken.error}{where}: {broken.text}",
        "  what to do:       correct the cell and run it, then run this one again",
    ]
