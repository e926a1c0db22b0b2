"""What a cell shows, in the notebook's format: what it prints, displays and draws."""

import base64
import io
import json
import pprint
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

_LINES, _CHARACTERS, _DISPLAYS = 1000, 100_000, 50  # as much of one cell's outputs is shown
_BETWEEN = 0.2  # seconds from one report of what a running cell prints to the next


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


_current = Outputs(lambda _: None)


def now() -> Outputs:
    """The outputs of the cell that runs."""
    return _current


def begin(report: Callable[[str], None]) -> Outputs:
    """The outputs of a cell that is about to run."""
    global _current
    _current = Outputs(report)
    return _current


def display(*values: Any, **options: Any) -> None:
    """Show values below the cell, as IPython's function of this name does."""
    for value in values:
        raw = options.get("raw") and isinstance(value, dict)
        now().rich("display_data", value if raw else bundle(value), options.get("metadata") or {})


def show_open_figures(*_: Any, **__: Any) -> None:
    """Show and close what pyplot has open; this is `plt.show`, too."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        display(pyplot.figure(number))
