"""Errors of the student's side as exceptions here: of the nearest kind, with frames that show the
student's own lines."""

import builtins
import linecache
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

from invigilator.protocol.messages import ErrorDescription
from invigilator.shell import of_no_module
from invigilator.trusted.proxies import identifier, printable

_MAX_LINES = 100_000
_MAX_FRAMES = 50


class Unanswered(RuntimeError):
    """A call that got no answer, and why."""

    __module__ = "builtins"  # a student reads the name alone


class TooSlow(TimeoutError):
    """A call that took longer than it may."""

    __module__ = "builtins"


class Sources:
    """The text of the student's files, for tracebacks and `inspect`.

    `folders` are those whose files go by their own names. No other is ever opened because the
    sandbox names it: a traceback would show the student a file of the instructor's.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self.folders = list(folders)
        self.texts: dict[str, list[str]] = {}

    def file(self, name: str) -> str:
        """The name under which a file of the sandbox is known here."""
        name = printable(name)
        if ".." not in name and any(Path(name).is_relative_to(folder) for folder in self.folders):
            return name
        return f"<notebook {name}>"

    def remember(self, file: str, lines: dict[int, str]) -> None:
        """Remember the text of some of a file's lines, by number."""
        if not file.startswith("<notebook "):
            return
        known = self.texts.setdefault(file, [])
        for number, text in lines.items():
            known.extend([""] * (number - len(known)))
            known[number - 1] = text.rstrip("\n") + "\n"
        # linecache gives the text to tracebacks and to inspect, and never looks for the file.
        of_no_module(file)
        linecache.cache[file] = (sum(map(len, known)), None, known, file)

    def remember_text(self, file: str, text: str) -> None:
        """Remember a whole file."""
        lines = text.splitlines(keepends=True)[:_MAX_LINES]
        self.remember(file, dict(enumerate(lines, 1)))

    def exception(self, described: ErrorDescription) -> BaseException:
        """An error of the student's side, to be raised here."""
        text = printable(described.text)
        kind = next(filter(None, map(_exception_class, described.kinds)), Exception)
        name = identifier(described.name, "Exception")
        # Some classes make another text of what they are given, such as KeyError.
        members = {"__str__": lambda self: text, "__module__": kind.__module__}
        try:
            error: BaseException = type(name, (kind,), members)(text)
        except Exception:
            error = Exception(text)
        trace: TracebackType | None = None
        for frame in reversed(described.frames[-_MAX_FRAMES:]):
            file, line = self.file(frame.file), line_number(frame.line)
            self.remember(file, {line: frame.text})
            python_frame = _frame(file, line, printable(frame.function))
            trace = TracebackType(trace, python_frame, python_frame.f_lasti, line)
        return error.with_traceback(trace)


def line_number(value: int) -> int:
    """A number of a line that can be one."""
    return min(max(value, 1), _MAX_LINES)


def _exception_class(described: tuple[str, str]) -> type[BaseException] | None:
    """The exception of that module and name, if it is one of Python's or of a loaded library that
    adds nothing to how one of Python's is made."""
    module, name = described
    if module == "builtins":
        found: Any = getattr(builtins, name, None)
    elif name.isidentifier():
        found = vars(sys.modules.get(module, builtins)).get(name)
    else:
        return None
    if not isinstance(found, type) or not issubclass(found, BaseException):
        return None
    if issubclass(found, BaseExceptionGroup) or type(found) is not type:
        return None
    bases = found.__mro__
    first_plain = next(place for place, b in enumerate(bases) if b.__module__ == "builtins")
    added = bases[:first_plain]
    # A constructor of its own may want other arguments, or do anything with ours.
    has_constructor = any("__init__" in vars(b) or "__new__" in vars(b) for b in added)
    return None if has_constructor else found


def _frame(file: str, line: int, name: str) -> FrameType:
    """A frame that says that it belongs to some line of a file; it ran nothing of that."""
    code: CodeType = compile("frame()", "<frame>", "eval")
    name = name or "<module>"
    short = name.rpartition(".")[2]
    code = code.replace(co_filename=file, co_firstlineno=line, co_name=short, co_qualname=name)
    frame: FrameType = eval(code, {"frame": partial(sys._getframe, 0)})
    return frame
