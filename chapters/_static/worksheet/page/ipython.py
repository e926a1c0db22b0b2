"""What stands in for IPython, which a page hasn't got.

`display`, lines such as `%matplotlib inline`, and as much of the shell as `convbook.checking` and
Matplotlib ask for.
"""

import builtins
import re
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

from page.outputs import display, now, show_open_figures

_SILENT = ("matplotlib", "config", "load_ext", "autoreload", "precision")


class Shell:
    """As much of IPython's shell as the checks and Matplotlib ask for."""

    # NameErrors are explained here: convbook's advice to run a cell above would be wrong.
    custom_exceptions = (NameError,)

    def __init__(self) -> None:
        self.history_manager = SimpleNamespace(input_hist_raw=[])
        self.display_pub = SimpleNamespace(publish=self._publish)
        self.events = SimpleNamespace(register=lambda *_: None, unregister=lambda *_: None)
        self.user_ns = vars(sys.modules["__main__"])

    @staticmethod
    def _publish(data: dict[str, str], metadata: dict[str, Any] | None = None, **_: Any) -> None:
        now().rich("display_data", data, metadata or {})

    def transform_cell(self, source: str) -> str:
        return as_python(source)

    def run_line_magic(self, name: str, line: str) -> None:
        if name not in _SILENT:
            now().say(f"`%{name} {line}` is left out: this page runs Python alone.")

    def system(self, line: str) -> None:
        now().say(f"`!{line}` is left out: this page runs Python alone.")

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


def stand_in(name: str, **contents: Any) -> None:
    """Put a module in the place of one that a page hasn't got."""
    module: Any = ModuleType(name, "As much of it as a page has.")
    vars(module).update(contents)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


def _shown_as(kind: str) -> Callable[[Any], Shown]:
    return lambda data: Shown(kind, data)


def stand_in_for_ipython() -> None:
    shown = {
        "HTML": "text/html", "SVG": "image/svg+xml", "Markdown": "text/markdown",
        "Latex": "text/latex", "Math": "text/latex",
    }  # fmt: skip
    stand_in("IPython", get_ipython=get_ipython, display=None, version_info=(8, 24, 0, ""))
    stand_in("IPython.core")
    stand_in("IPython.core.pylabtools", backend2gui={})
    stand_in(
        "IPython.display",
        display=display,
        clear_output=lambda wait=False: now().all.clear(),
        **{name: _shown_as(kind) for name, kind in shown.items()},
    )
    # A check of what an answer calls knows IPython's functions by these names.
    display.__module__, get_ipython.__module__ = "IPython.display", "IPython"
    _nobody.__module__, _nobody.__qualname__ = "builtins", "input"
    vars(builtins).update(display=display, get_ipython=get_ipython, input=_nobody)


shell = Shell()


def get_ipython() -> Shell:
    return shell


def stand_in_for_a_screen() -> None:
    """Let Matplotlib draw into the page; `plt.show` is a function of where it draws."""
    from matplotlib.backends import backend_agg

    canvas = {name: vars(backend_agg)[name] for name in ("FigureCanvas", "FigureManager")}
    stand_in("page_figures", show=show_open_figures, **canvas)
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
    lines = _as_pasted(source.splitlines())
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


_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)")


def _as_pasted(lines: list[str]) -> list[str]:
    """Lines without prompts, or the indent of the first, that came with them from elsewhere.

    IPython takes them away, too.
    """
    if not lines:
        return lines
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    lines = [line.removeprefix(indent) for line in lines]
    return [_PROMPT.sub("", line) for line in lines] if lines[0].startswith(">>>") else lines


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
