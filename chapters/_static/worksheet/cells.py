"""Cells of a page, run as a notebook runs them: each on what the cells above it have left.

In a page there is no IPython. What notebooks use of it is stood in for here: `display`, lines such
as `%matplotlib inline`, and as much of the shell as `convbook.checking` asks for.
"""

import ast
import base64
import builtins
import copy
import io
import json
import linecache
import pprint
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from time import monotonic
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import __main__
from convbook.checking.origins import is_library_file
from convbook.checking.time_limit import TooSlow, in_words

monitoring: Any = vars(sys)["monitoring"]  # new in Python 3.12

_LINES, _CHARACTERS, _DISPLAYS = 1000, 100_000, 50  # as much of one cell's outputs is shown
_STATES = 60  # namespaces that are kept: more than a notebook has cells
_BETWEEN = 0.2  # seconds from one report of what a running cell prints to the next


# -- What a cell shows ------------------------------------------------------------------------


class Outputs:
    """A cell's outputs in the notebook's format, reported while it runs."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self.all: list[dict[str, Any]] = []
        self._report, self._reported = report, monotonic()
        self._lines = self._characters = self._displays = self._left_out = 0

    def text(self, name: str, text: str) -> None:
        """What is printed, as far as there is room for it."""
        if self._left_out:
            self._left_out += len(text)
            return
        shown = text[: _CHARACTERS - self._characters]
        if shown.count("\n") > _LINES - self._lines:
            shown = "".join(shown.splitlines(True)[: _LINES - self._lines])
        self._lines += shown.count("\n")
        self._characters += len(shown)
        self._left_out += len(text) - len(shown)
        if shown:
            last = self.all[-1] if self.all else {}
            if last.get("output_type") == "stream" and last["name"] == name:
                last["text"] += shown
            else:
                self.all.append({"output_type": "stream", "name": name, "text": shown})
        # `print` writes the end of its line apart.
        if text.endswith("\n") and monotonic() - self._reported > _BETWEEN:
            self.report()

    def say(self, sentence: str) -> None:
        """A sentence of the page's own, below what was printed."""
        self.all.append({"output_type": "stream", "name": "stderr", "text": f"{sentence}\n"})

    def rich(self, kind: str, data: dict[str, str], metadata: dict[str, Any]) -> None:
        self._displays += 1
        if self._displays <= _DISPLAYS:
            output = {"output_type": kind, "data": data, "metadata": metadata}
            self.all.append(output | ({"execution_count": None} if "result" in kind else {}))

    def error(self, error: BaseException, lines: list[str]) -> None:
        try:
            value = str(error)
        except Exception:
            value = ""
        name = type(error).__name__
        self.all.append(
            {"output_type": "error", "ename": name, "evalue": value, "traceback": lines}
        )

    def close(self) -> None:
        """Say what there was no room for."""
        if self._left_out:
            self.say(
                f"✗ This cell prints too much: {self._left_out:,} more characters are not shown."
            )
        if self._displays > _DISPLAYS:
            self.say(f"✗ This cell displays {self._displays} things; {_DISPLAYS} are shown.")

    def report(self) -> None:
        self._reported = monotonic()
        self._report(json.dumps(self.all))


class Stream(io.TextIOBase):
    """`sys.stdout` and `sys.stderr` of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.text(self.name, text)
        return len(text)


_METHODS = {
    "text/html": "_repr_html_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "text/markdown": "_repr_markdown_",
    "text/latex": "_repr_latex_",
}


def bundle(value: Any) -> dict[str, str]:
    """A value in all forms that it can be shown in, by their media types."""
    if _is_figure(value):
        return _drawn(value)
    forms = dict(_forms(value))
    if "text/plain" not in forms:
        several = type(value) in (list, tuple, dict, set, frozenset)
        forms["text/plain"] = (
            pprint.pformat(value, sort_dicts=False) if several else repr(value)
        )  # fmt: skip
    return {
        kind: base64.b64encode(form).decode() if isinstance(form, bytes) else str(form)
        for kind, form in forms.items()
    }


def _forms(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, type):  # its methods are its instances'
        return
    whole = getattr(value, "_repr_mimebundle_", None)
    if callable(whole):
        found = whole()
        yield from (found[0] if isinstance(found, tuple) else found or {}).items()
    for kind, name in _METHODS.items():
        method = getattr(value, name, None)
        form = method() if callable(method) else None
        if form is not None:
            yield kind, form


def _is_figure(value: Any) -> bool:
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(value, figures.Figure)


def _drawn(figure: Any) -> dict[str, str]:
    """A figure of Matplotlib's in the page's colours. It is closed: it won't be shown again."""
    from convbook import plot

    words = [text.get_text() for text in [figure._suptitle] if text]
    for axes in figure.axes:
        words += [axes.get_title(), axes.get_xlabel(), axes.get_ylabel()]
    figure.patch.set_facecolor("none")
    for axes in figure.axes:
        axes.set_facecolor("none")
    alt = ", ".join(["A figure", *(word for word in words if word)])
    shown = plot.show(figure, alt=alt)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(figure)
    return bundle(shown)


def display(*values: Any, **options: Any) -> None:
    """Show values below the cell, as IPython's function of this name does."""
    for value in values:
        raw = options.get("raw") and isinstance(value, dict)
        now.rich("display_data", value if raw else bundle(value), options.get("metadata") or {})


def show_open_figures(*_: Any, **__: Any) -> None:
    """Show and close what pyplot has open; this is `plt.show`, too."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        display(pyplot.figure(number))


# -- What stands in for IPython ---------------------------------------------------------------


_SILENT = ("matplotlib", "config", "load_ext", "autoreload", "precision")


class Shell:
    """As much of IPython's shell as the checks and Matplotlib ask for."""

    # NameErrors are explained here: convbook's advice to run a cell above would be wrong.
    custom_exceptions = (NameError,)

    def __init__(self) -> None:
        self.history_manager = SimpleNamespace(input_hist_raw=[])
        self.display_pub = SimpleNamespace(publish=self._publish)
        self.events = SimpleNamespace(register=lambda *_: None, unregister=lambda *_: None)
        self.user_ns = vars(__main__)

    @staticmethod
    def _publish(data: dict[str, str], metadata: dict[str, Any] | None = None, **_: Any) -> None:
        now.rich("display_data", data, metadata or {})

    def transform_cell(self, source: str) -> str:
        return as_python(source)

    def run_line_magic(self, name: str, line: str) -> None:
        if name not in _SILENT:
            now.say(f"`%{name} {line}` is left out: this page runs Python alone.")

    def system(self, line: str) -> None:
        now.say(f"`!{line}` is left out: this page runs Python alone.")

    def getoutput(self, line: str) -> list[str]:
        self.system(line)
        return []

    def enable_gui(self, _: Any = None) -> None:
        """There are no windows."""


class Shown:
    """A text of a kind that is not plain, such as `HTML("<b>text</b>")`."""

    def __init__(self, kind: str, data: Any) -> None:
        self._kind, self.data = kind, data

    def _repr_mimebundle_(self) -> dict[str, Any]:
        return {self._kind: self.data, "text/plain": f"<{self._kind}>"}


def _stand_in(name: str, **contents: Any) -> None:
    module: Any = ModuleType(name, "What a page has of IPython.")
    vars(module).update(contents)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


def _shown_as(kind: str) -> Callable[[Any], Shown]:
    return lambda data: Shown(kind, data)


def _stand_in_for_ipython() -> None:
    shown = {
        "HTML": "text/html", "SVG": "image/svg+xml", "Markdown": "text/markdown",
        "Latex": "text/latex", "Math": "text/latex",
    }  # fmt: skip
    _stand_in("IPython", get_ipython=get_ipython, display=None, version_info=(8, 24, 0, ""))
    _stand_in("IPython.core")
    _stand_in("IPython.core.pylabtools", backend2gui={})
    _stand_in(
        "IPython.display",
        display=display,
        clear_output=lambda wait=False: now.all.clear(),
        **{name: _shown_as(kind) for name, kind in shown.items()},
    )
    # A check of what an answer calls knows IPython's functions by these names.
    display.__module__, get_ipython.__module__ = "IPython.display", "IPython"
    vars(builtins).update(display=display, get_ipython=get_ipython, input=_nobody)


def get_ipython() -> Shell:
    return shell


def _stand_in_for_a_screen() -> None:
    """Let Matplotlib draw into the page; `plt.show` is a function of where it draws."""
    from matplotlib.backends import backend_agg

    canvas = {name: vars(backend_agg)[name] for name in ("FigureCanvas", "FigureManager")}
    _stand_in("page_figures", show=show_open_figures, **canvas)
    import matplotlib

    matplotlib.rcParams["backend"] = "module://page_figures"
    import_module("matplotlib.pyplot")  # makes its list of fonts, which takes long


def _nobody(prompt: object = "") -> str:
    raise EOFError("nobody is there to answer input() when a notebook is checked or graded")


_COMMAND = re.compile(
    r"^(?P<before>\s*(?:[\w.,\s]+=\s*)?)(?P<sign>[%!?])(?P<rest>[^%].*)$"
    r"|^(?P<indent>\s*)(?P<name>[\w.]+)\?{1,2}\s*$"
)


def as_python(source: str, name: str = "<cell>") -> str:
    """A cell whose lines that are IPython's own are calls of its shell, as IPython makes them.

    Raises SyntaxError where a line is neither Python's nor IPython's.
    """
    lines = source.splitlines()
    while True:
        text = "\n".join(lines)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, name, "exec")
            return text
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            line = _call_for(lines[number]) if 0 <= number < len(lines) else None
            if line is None:
                raise
            lines[number] = line


def _call_for(line: str) -> str | None:
    """The call that IPython makes of one of its commands; None for any other line."""
    found = _COMMAND.match(line)
    if found is None:
        return None
    if found["name"]:
        return f"{found['indent']}get_ipython().run_line_magic('pinfo', {found['name']!r})"
    before, rest = found["before"], found["rest"].strip()
    if found["sign"] == "!":
        return f"{before}get_ipython().{'getoutput' if '=' in before else 'system'}({rest!r})"
    if found["sign"] == "?":
        return f"{before}get_ipython().run_line_magic('pinfo', {rest!r})"
    magic, _, line = rest.partition(" ")
    return f"{before}get_ipython().run_line_magic({magic!r}, {line!r})"


# -- What a cell may change, and what it may not ----------------------------------------------

_GUARDED = {
    "ast", "builtins", "convbook", "copy", "functools", "inspect", "itertools", "json", "linecache",
    "math", "numpy", "os", "random", "time", "traceback",
}  # fmt: skip


class Guard:
    """Puts back what a cell has changed of Python and its libraries: the next one needs them."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[ModuleType, dict[str, Any]]] = {}
        # Methods that are bound here need no builtins, should these be gone.
        self._builtins_now = vars(builtins).copy
        self._builtins_back = partial(vars(builtins).update, vars(builtins).copy())
        self._path, self._finders = list(sys.path), list(sys.meta_path)
        self._recursion = sys.getrecursionlimit()
        self.keep()

    def keep(self) -> None:
        """Note what libraries hold that are here now and were not before."""
        for name, module in list(sys.modules.items()):
            if name not in self._kept and name.partition(".")[0] in _GUARDED:
                known = {key: each for key, each in vars(module).items() if callable(each)}
                self._kept[name] = (module, known)

    def put_back(self) -> list[str]:
        """Undo, and name what was changed."""
        found = self._builtins_now()
        self._builtins_back()
        changed = []
        for name, (module, known) in self._kept.items():
            sys.modules[name] = module
            here = found if module is builtins else vars(module)
            for key, value in known.items():
                if here.get(key) is not value:
                    vars(module)[key] = value
                    changed.append(f"{name}.{key}")
        sys.path[:], sys.meta_path[:] = self._path, self._finders
        sys.setrecursionlimit(self._recursion)
        sys.settrace(None)
        return changed


class NotLoaded(MetaPathFinder):
    """Notes which packages are looked for that Python hasn't got, even by who can do without."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self._asked: set[str] = set()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        name = fullname.partition(".")[0]
        if path is None and name not in self._asked:
            self.names.add(name)

    def tell(self) -> list[str]:
        """The names that have not been asked for before, which are now."""
        names = sorted(self.names)
        self._asked |= self.names
        self.names.clear()
        return names


def import_loaded(names: list[str]) -> None:
    """Import what was loaded: the first time takes long, and a cell's time is limited."""
    for name in names:
        with suppress(ImportError):
            import_module(name)
    if "matplotlib" in sys.modules:
        _stand_in_for_a_screen()
    guard.keep()


class TimeLimit:
    """Raises TooSlow where a cell's code jumps back, or begins a function, after `seconds`.

    Code that catches every error meets it again at its next turn.
    """

    _TOOL = 3  # an id that no debugger or profiler takes

    def __init__(self, seconds: float) -> None:
        self._error: type[TooSlow] = type("TooSlow", (TooSlow,), {"seconds": seconds})
        self._end = monotonic() + seconds

    def __enter__(self) -> None:
        events = monitoring.events
        monitoring.use_tool_id(self._TOOL, "time limit")
        for event in (events.JUMP, events.BRANCH):
            monitoring.register_callback(self._TOOL, event, self._jumps)
        monitoring.register_callback(self._TOOL, events.PY_START, self._starts)
        monitoring.set_events(self._TOOL, events.JUMP | events.BRANCH | events.PY_START)

    def __exit__(self, *_: object) -> None:
        monitoring.set_events(self._TOOL, 0)
        monitoring.free_tool_id(self._TOOL)

    def _jumps(self, code: CodeType, place: int, target: int) -> Any:
        # Where nothing is disabled, this costs time at each turn of a loop.
        return monitoring.DISABLE if target > place else self._starts(code, place)

    def _starts(self, code: CodeType, _: int) -> Any:
        if is_library_file(code.co_filename):
            return monitoring.DISABLE
        if monotonic() > self._end:
            raise self._error
        return None


# -- Running ----------------------------------------------------------------------------------


@dataclass
class State:
    """What the cells up to one of them have left."""

    names: dict[str, Any]
    passed: dict[str, object]
    # Which of these cells did not run to their end, by name, and why in a line.
    failed: dict[str, str] = field(default_factory=dict)


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

    Returns JSON: `ok` and `outputs` of the last one, or `wanted`, packages to load before the cells
    are run again.
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
        state = known
    while len(_states) > _STATES:
        del _states[next(iter(_states))]
    return json.dumps({"ok": ok, "outputs": outputs})


def _remember_text(cell: Cell) -> None:
    """Let errors, and checks that read an answer, find the cell's text by its name."""
    text = cell.source
    with suppress(SyntaxError, ValueError):
        text = as_python(text)
    linecache.cache[cell.name] = (len(text), None, text.splitlines(keepends=True), cell.name)


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
    global now
    now = Outputs(report)
    if cell.ended:
        failed = state.failed | {cell.name: cell.ended}
        return State(state.names, state.passed, failed), [], False
    names = vars(__main__)
    names.clear()
    names.update(_copied(state.names))
    _passed().clear()
    _passed().update(state.passed)
    shell.history_manager.input_hist_raw = [each.source for each in [*above, cell]]
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream("stdout", now), Stream("stderr", now)
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
        failed[cell.name] = _in_a_line(error)
        now.error(error, _in_words(error, cell, above, state.failed))
    if changed:
        some = ", ".join(changed[:3]) + (" and more" if len(changed) > 3 else "")
        now.say(f"✗ This cell changes {some}: that belongs to everybody and was put back.")
    now.close()
    guard.keep()
    return State(dict(names), dict(_passed()), failed), now.all, error is None


def _passed() -> dict[str, object]:
    """The tasks that passed their checks, as `convbook.checking.passed` notes them."""
    from convbook.checking.progress import _passed as noted

    return noted


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
        shown = isinstance(last, ast.Expr) and not text.rstrip().endswith(";")
        body = tree.body[:-1] if shown else tree.body
        exec(compile(ast.Module(body, []), cell.name, "exec"), vars(__main__))
        if shown and isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), cell.name, "eval"), vars(__main__))
            if value is not None:
                now.rich("execute_result", bundle(value), {})
    except _ANY_ERROR as error:
        return error
    return None


def _error_of_figures() -> BaseException | None:
    try:
        show_open_figures()
    except BaseException as error:
        return error
    return None


# -- Errors in words --------------------------------------------------------------------------


def _in_words(
    error: BaseException, cell: Cell, above: list[Cell], failed: dict[str, str]
) -> list[str]:
    """What a student reads of an error."""
    own = getattr(error, "_render_traceback_", None)
    if own is not None:
        return list(own())
    if (
        isinstance(error, NameError)
        and error.name
        and (why := _missing(error.name, cell, above, failed))
    ):
        return why
    if isinstance(error, TooSlow):
        return [f"✗ {_late(error)}", *_place(error)]
    if isinstance(error, SystemExit):
        return ["✗ This cell ends the program (exit, quit, sys.exit): leave that out."]
    if isinstance(error, SyntaxError) and (error.text or "").lstrip().startswith("%%"):
        command = str(error.text).split()[0]
        return [f"✗ `{command}` is no Python: take it out of the cell, and it runs here, too."]
    shown = traceback.TracebackException(type(error), error, error.__traceback__)
    _keep_own_lines(shown)
    lines = "".join(shown.format()).rstrip().split("\n")
    if isinstance(error, ModuleNotFoundError) and error.name:
        lines.append(f"✗ There is no {error.name} in this page, only NumPy, Matplotlib, convbook.")
    return lines


def _missing(
    missing: str, cell: Cell, above: list[Cell], failed: dict[str, str]
) -> list[str] | None:
    """Why a name is missing, if a cell above was to define it."""
    name = re.escape(missing)
    definition = re.compile(rf"^[ \t]*(?:async )?(?:def|class) {name}\b|^{name}\b[^=\n]*=", re.M)
    for each in reversed(above):
        if each.name in failed and definition.search(each.source):
            return [
                f"✗ {missing} isn't defined: the cell above with it did not run to its end.",
                f"  its error:        {failed[each.name]}",
                "  what to do:       correct that cell, then run this one again",
            ]
    if re.search(rf"\bcheck\w*\(\s*{name}\s*[,)]", cell.source):
        return [
            f"✗ {missing} isn't defined: no cell above has `def {missing}(`.",
            "  what to do:       write the function under this name",
        ]
    return None


def _late(error: TooSlow) -> str:
    return (
        f"The cell did not finish within {in_words(error.seconds)}; "
        "is there a loop that never ends?"
    )


def _place(error: BaseException) -> list[str]:
    """The line of a cell that was running."""
    for frame, number in reversed([*traceback.walk_tb(error.__traceback__)]):
        code = frame.f_code
        if not is_library_file(code.co_filename):
            where = "" if code.co_name == "<module>" else f"in {code.co_name}, "
            line = linecache.getline(code.co_filename, number).strip()
            return [f"  {where + f'line {number}:':<17} {line}"]
    return []


def _in_a_line(error: BaseException) -> str:
    if isinstance(error, TooSlow):
        return _late(error)
    said = traceback.format_exception_only(error)[-1].strip().split("\n")[0]
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{said} (line {error.lineno}: {(error.text or '').strip()})"
    return said


def _keep_own_lines(shown: traceback.TracebackException | None) -> None:
    """Leave the cells' own lines of a traceback, without those of libraries."""
    if shown is None:
        return
    own = [each for each in shown.stack if not is_library_file(each.filename)]
    shown.stack = traceback.StackSummary.from_list(own)
    for other in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        _keep_own_lines(other)


_stand_in_for_ipython()
shell = Shell()
now = Outputs(lambda _: None)
not_loaded = NotLoaded()
sys.meta_path.append(not_loaded)
guard = Guard()
