"""Cells of a page, run as a notebook runs them: each on what the cells above it have left."""

import ast
import builtins
import copy
import json
import linecache
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

import __main__
from convbook.checking.progress import passed_tasks
from page.data import stand_in_for_scikit_learn
from page.errors import in_a_line, in_words
from page.ipython import as_python, shell, stand_in_for_a_screen, stand_in_for_ipython
from page.limits import Guard, NotLoaded, TimeLimit
from page.outputs import Stream, bundle, now, show_open_figures
from page.outputs import begin as begin_outputs

_STATES = 60  # namespaces that are kept: more than a notebook has cells


@dataclass
class State:
    """What the cells up to one of them have left."""

    names: dict[str, Any]
    passed: dict[str, object]  # as `convbook.checking.passed` notes them
    # Which of these cells did not run to their end, by name, and why in a line.
    failed: dict[str, str] = field(default_factory=dict)
    outputs: list[dict[str, Any]] = field(default_factory=list)  # of the last of them


_states: dict[tuple[str, ...], State] = {}


class Cell:
    """A cell that is to be run: its name, by which errors call it, and its text."""

    def __init__(self, about: dict[str, str]) -> None:
        self.name, self.source = about["id"], about["source"]
        # Why it is not run, if it has ended Python before.
        self.ended = about.get("ended")


def run(
    about: str,
    index: int,
    seconds: float,
    begin: Callable[[int], None],
    report: Callable[[str], None],
) -> str:
    """Run a notebook's cells up to `index`, of which those before it only if they are new.

    Each may take `seconds`; one that takes longer in C, the page ends together with Python.

    Returns JSON: `ok` and `outputs` of the last one and `above`, the outputs of the one before it;
    or `wanted`, packages to load before the cells are run again.
    """
    cells = [Cell(each) for each in json.loads(about)[: index + 1]]
    for cell in cells:
        _remember_text(cell)
    state = _empty()
    for place, cell in enumerate(cells):
        key = tuple(each.source for each in cells[: place + 1])
        known = _states.pop(key, None) if place < index else None
        if known is None:
            begin(place)
            known, outputs, ok = _run(cell, cells[:place], state, seconds, report)
            if wanted := not_loaded.tell():
                return json.dumps({"wanted": wanted})
        _states[key] = known  # the last one that was used comes last
        above, state = state.outputs, known
    while len(_states) > _STATES:
        del _states[next(iter(_states))]
    return json.dumps({"ok": ok, "outputs": outputs, "above": above})


def _remember_text(cell: Cell) -> None:
    """Let errors, and checks that read an answer, find the cell's text by its name."""
    text = cell.source
    with suppress(SyntaxError, ValueError):
        text = as_python(text)
    # Python counts on the end of the last line when it marks the place of an error.
    lines = f"{text}\n".splitlines(keepends=True)
    linecache.cache[cell.name] = (len(text), None, lines, cell.name)


def _empty() -> State:
    return State({"__name__": "__main__", "__builtins__": builtins, "__doc__": None}, {})


def _run(
    cell: Cell,
    above: list[Cell],
    state: State,
    seconds: float,
    report: Callable[[str], None],
) -> tuple[State, list[dict[str, Any]], bool]:
    """Run one cell on a copy of what the cells above it have left."""
    shown = begin_outputs(report)
    if cell.ended:
        failed = state.failed | {cell.name: cell.ended}
        return State(state.names, state.passed, failed), [], False
    names = vars(__main__)
    names.clear()
    names.update(_copied(state.names))
    passed_tasks.clear()
    passed_tasks.update(state.passed)
    shell.history_manager.input_hist_raw = [each.source for each in [*above, cell]]
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream("stdout", shown), Stream("stderr", shown)
    try:
        with TimeLimit(seconds):
            error = _error_of(cell)
    finally:
        changed = guard.put_back()
        sys.stdout, sys.stderr = streams
    if error is None:
        error = _error_of_figures()
    failed = dict(state.failed)
    if error is not None:
        failed[cell.name] = in_a_line(error)
        shown.error(error, in_words(error, cell, above, state.failed))
    if changed:
        some = ", ".join(changed[:3]) + (" and more" if len(changed) > 3 else "")
        shown.say(f"✗ This cell changes {some}: that belongs to everybody and was put back.")
    shown.close()
    guard.keep()
    return State(dict(names), dict(passed_tasks), failed, shown.all), shown.all, error is None


def _copied(names: dict[str, Any]) -> dict[str, Any]:
    """A copy of a namespace, and of the data in it.

    A cell that changes an array of an earlier cell in place, or draws from its generator, does so
    in a copy: run again, it gives the same again.
    """
    memo: dict[int, Any] = {}
    return {name: _copy(value, memo) for name, value in names.items()}


def _copy(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, (ModuleType, type, FunctionType)):
        return value
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # an open file, a generator
        return value


_ANY_ERROR = BaseException  # a cell may delete the name


def _error_of(cell: Cell) -> BaseException | None:
    """Run a cell in the namespace; what it raises, if it does."""
    try:
        text = as_python(cell.source, cell.name)
        tree = ast.parse(text, cell.name)
        last = tree.body[-1] if tree.body else None
        is_shown = isinstance(last, ast.Expr) and not text.rstrip().endswith(";")
        body = tree.body[:-1] if is_shown else tree.body
        exec(compile(ast.Module(body, []), cell.name, "exec"), vars(__main__))
        if is_shown and isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), cell.name, "eval"), vars(__main__))
            if value is not None:
                now().rich("execute_result", bundle(value), {})
    except _ANY_ERROR as error:
        return error
    return None


def _error_of_figures() -> BaseException | None:
    try:
        show_open_figures()
    except BaseException as error:
        return error
    return None


def forget(names: list[str]) -> None:
    """What could not be fetched is asked for again."""
    not_loaded.forget(names)


def import_loaded(names: list[str]) -> None:
    """Import what was loaded: the first time takes long, and a cell's time is limited."""
    if "sklearn" in names:
        stand_in_for_scikit_learn()
    for name in names:
        with suppress(ImportError):
            import_module(name)
    if "matplotlib" in sys.modules:
        stand_in_for_a_screen()
    guard.keep()


stand_in_for_ipython()
not_loaded = NotLoaded()
sys.meta_path.append(not_loaded)
guard = Guard()
