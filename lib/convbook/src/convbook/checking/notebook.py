"""A student's own check of a notebook: its cells run in order, and what each of its tests says.

    python -m convbook check ps02_locality.ipynb

The notebook runs in a Python of its own, in its folder, from its first cell to its last, as after
"Restart and run all"; its file is only read.
"""

import json
import linecache
import logging
import os
import re
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from traceback import walk_tb
from typing import Any, TextIO, cast

from convbook.checking.cells import explain_missing_names
from convbook.checking.checks import CheckFailed
from convbook.checking.time_limit import TooSlow, call_within, in_words
from convbook.extras import extra

with extra("check"):
    import nbformat
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

_CELL_SECONDS = 60  # as long as the grader lets a cell run
_PRINTED = 10  # lines of what a failed test printed
# Figures that ask for a window, or for a page that answers.
_SCREENS = frozenset(
    {"ipympl", "nbagg", "notebook", "webagg", "widget", "gtk", "gtk3", "gtk4", "macosx", "osx"}
    | {"qt", "qt4", "qt5", "qt6", "tk", "wx"}
)
# What a kernel hands on to the page that shows the notebook, where nobody looks at it.
_FOR_THE_PAGE = ("autosave", "connect_info", "less", "man", "more", "qtconsole", "subshell")
_CELL_FILE = re.compile(r"<ipython-input-(\d+)-")
_HINTS = {
    "EOFError": "nobody is there to answer input() when a notebook is checked or graded",
    "SystemExit": "a cell that ends the program; leave that out of a notebook",
}


class NotANotebook(ValueError):
    """A file that can't be checked, and why, in words."""


@dataclass(frozen=True)
class Cell:
    """A code cell; `test` is the name of the test in it, if there is one, `points` its worth."""

    source: str
    test: str | None = None
    points: float | None = None


def check(path: Path) -> bool:
    """Run a notebook, print what each of its tests says, and return whether all have passed.

    Raises NotANotebook.
    """
    cells = read(path)
    if not any(cell.test for cell in cells):
        raise NotANotebook("has no checks in it")
    # A process of its own: nothing is left over from another notebook, and code that ends
    # Python ends this one only.
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        try:
            return executor.submit(_run, cells, path.resolve().parent).result()
        except BrokenProcessPool:
            print("✗ then a cell ended Python itself: what comes after it has not been run")
            return False


def read(path: Path) -> list[Cell]:
    """The code cells of a notebook's file. Raises NotANotebook."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise NotANotebook(f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise NotANotebook(f"is not a notebook: byte {error.start} is no text") from None
    if not text.strip():
        raise NotANotebook("is empty")
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        why = f"its JSON is broken at line {error.lineno} ({error.msg})"
        raise NotANotebook(f"is not a notebook: {why}") from None
    except RecursionError:
        raise NotANotebook("is not a notebook: it is nested too deep") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise NotANotebook("is not a notebook: it doesn't say its format")
    # nbformat's words about cells without an id and the like are for developers.
    logging.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=4)
        return [_cell(each) for each in notebook.cells if each.cell_type == "code"]
    except Exception as error:  # nbformat raises many kinds
        words = (str(error).splitlines() or [""])[0]
        raise NotANotebook(f"is not a notebook: {type(error).__name__}: {words}") from None
    finally:
        logging.disable(logging.NOTSET)


def _cell(cell: Any) -> Cell:
    """A code cell with what nbgrader has noted of it."""
    about = cell.metadata.get("nbgrader", {})
    if not about.get("grade") or about.get("solution"):
        return Cell(cell.source)
    points = about.get("points")
    return Cell(
        cell.source,
        str(about.get("grade_id", "a test without a name")),
        float(points) if isinstance(points, int | float) else None,
    )


class _Shell(InteractiveShell):
    """IPython as in a notebook, without anybody who looks on."""

    @classmethod
    def ready(cls) -> "_Shell":
        """The process's shell, with what a kernel's has beyond IPython's own."""
        shell: Any = cls.instance()
        for name in _FOR_THE_PAGE:
            shell.register_magic_function(_unseen, magic_name=name)
        shell.extension_manager.load_extension("storemagic")
        return cast(_Shell, shell)

    def init_history(self) -> None:
        """Leave the student's own history as it is."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)

    def init_virtualenv(self) -> None:
        """The environment is what the process was started with."""

    def enable_gui(self, gui: str | None = None) -> None:
        """There are no windows whose events would have to be waited for."""

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Let Matplotlib draw as asked for, and inline where that would open windows."""
        enable: Any = super().enable_matplotlib
        return enable("inline" if gui and gui.lower() in _SCREENS else gui)

    def ask_exit(self) -> None:
        """What comes after `exit()` is run all the same."""

    def _showtraceback(self, *_: Any) -> None:
        """An error is told with its test."""


def _unseen(line: str) -> None:
    """Show nothing to nobody."""


def _run(cells: list[Cell], folder: Path) -> bool:
    """Run the cells in this process and tell of each test; returns whether all have passed."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    told = _keep_stdout()
    os.chdir(folder)
    sys.path.insert(0, "")
    shell: Any = _Shell.ready()
    explain_missing_names()
    passed, earned, worth, tests = 0, 0.0, 0.0, 0
    for cell in cells:
        number = shell.execution_count
        with capture_output() as captured:
            error = _error_of(shell, cell.source)
        if cell.test:
            tests += 1
            worth += cell.points or 0
            if error is None:
                passed += 1
                earned += cell.points or 0
            points = "" if cell.points is None else f" ({_points(cell.points)})"
            print("✗" if error else "✓", cell.test + points, file=told)
            if error is not None:
                _indented(f"{_words(error, number)}\n{_last_lines(captured.stdout)}", told)
        elif error is not None:
            print(f"✗ cell {number}, which is not a test, stops with an error", file=told)
            _indented(_words(error, number), told)
        told.flush()
    verdict = f"visible checks passed: {passed} of {tests}"
    if worth:
        # A cell's points are its hidden tests' too, and those are with the instructor.
        verdict += (
            f" ({earned:g} of {_points(worth)}, if the hidden tests, still to come, pass too)"
        )
    print(verdict, file=told, flush=True)
    return passed == tests


def _error_of(shell: Any, source: str) -> BaseException | None:
    """Run a cell: what it raises, if it does."""
    try:
        result = call_within(_CELL_SECONDS, partial(shell.run_cell, source, store_history=True))
    except TooSlow as late:  # raised while IPython itself was at work
        return late
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


def _keep_stdout() -> TextIO:
    """The standard output for the results alone; what else writes there is not seen."""
    told = open(os.dup(1), "w", encoding=sys.stdout.encoding, errors="replace")  # noqa: SIM115
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(nowhere, descriptor)
    return told


def _points(points: float) -> str:
    return f"{points:g} point" + "s" * (points != 1)


def _words(error: BaseException, number: int) -> str:
    """What a cell's error says and, unless it explains itself, where it was raised."""
    if isinstance(error, CheckFailed):
        return str(error)
    if isinstance(error, TooSlow):
        said = f"did not finish within {in_words(error.seconds)}; is there a loop that never ends?"
        return "\n".join([said, *_places(error, number)])
    rendered = getattr(error, "_render_traceback_", None)
    if isinstance(error, NameError) and rendered is not None:
        return "\n".join(rendered()).removeprefix("✗ ")
    name = type(error).__name__
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    lines = [f"{name}: {said}" if said else name]
    if hint := _HINTS.get(name):
        lines.append(hint)
    if isinstance(error, SyntaxError) and error.lineno:
        lines.append(_place(number, number, error.lineno, error.text or ""))
    else:
        lines += _places(error, number)
    return "\n".join(lines)


def _places(error: BaseException, number: int) -> list[str]:
    """The line of the notebook that was running, if there is one."""
    places = [
        (int(match[1]), line, frame.f_code.co_filename)
        for frame, line in walk_tb(error.__traceback__)
        if (match := _CELL_FILE.match(frame.f_code.co_filename))
    ]
    if not places:
        return []
    cell, line, file = places[-1]
    return [_place(number, cell, line, linecache.getline(file, line))]


def _place(number: int, cell: int, line: int, text: str) -> str:
    where = f"line {line}" if cell == number else f"line {line} of cell {cell}"
    return f"at {where}: {text.strip()}"


def _last_lines(printed: str) -> str:
    """The end of what a test printed: often the student's own search for the fault."""
    lines = printed.splitlines()
    if not lines:
        return ""
    some = f"the last {_PRINTED} lines of " if len(lines) > _PRINTED else ""
    return "\n".join([f"{some}what was printed:", *(f"  {line}" for line in lines[-_PRINTED:])])


def _indented(text: str, told: TextIO) -> None:
    for line in text.splitlines():
        print(f"  {line}" if line else "", file=told)
