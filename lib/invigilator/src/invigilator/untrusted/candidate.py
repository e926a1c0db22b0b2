"""In the sandbox: one student's process. It runs the cells and answers calls; nothing here is
trusted by anyone else.

What it is asked for are dictionaries over the wire (`do` says what), each answered by one. While a
function of the student runs, the student's side may call back functions that the test passed.
"""

import builtins
import inspect
import linecache
import operator
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FunctionType
from typing import Any

from invigilator.protocol.channel import Channel
from invigilator.protocol.wire import Special, WireError, decode, encode
from invigilator.shell import Record, Shell

_TEXT = 20_000  # characters of a text about something
_FRAMES = 50


def _operations() -> dict[str, Callable[..., Any]]:
    """What can be done to an object of the student's from outside, by name."""
    return {
        "call": lambda f, *args, **kwargs: f(*args, **kwargs),
        "get": getattr,
        "set": setattr,
        "item": operator.getitem,
        "put": operator.setitem,
        "len": len,
        "iter": iter,
        "next": next,
        "str": str,
        "repr": repr,
        "float": float,
        "int": int,
        "isinstance": lambda kind, each: isinstance(each, kind),
    }


class Candidate:
    """One student's notebook, and those who ask about it at the other end of `channel`."""

    def __init__(self, channel: Channel, shell: Shell) -> None:
        self.channel, self.shell = channel, shell
        self.objects: dict[int, Any] = {}
        self.unsaid: list[Any] = []
        self.operations = _operations()

    def serve(self) -> None:
        """Answer until the other side ends."""
        while True:
            self.do(decode(self.channel.receive(), self.unpack))

    def do(self, asked: dict[str, Any]) -> None:
        """Answer one question."""
        answer = getattr(self, "do_" + asked.pop("do"))(**asked)
        try:
            data = self.message(answer)
        except WireError as error:  # too large to cross
            data = self.message({"error": self.about_error(error), "outputs": []})
        self.channel.send(data)

    def message(self, answer: dict[str, Any]) -> bytes:
        """An answer, with what there is to say about each object that it names first."""
        data = encode(answer, self.pack, self.channel.limits)
        objects = []
        while self.unsaid:
            objects.append(self.about(self.unsaid.pop()))
        if not objects:
            return data
        return encode(answer | {"objects": objects}, self.pack, self.channel.limits)

    def do_files(self, files: dict[str, bytes]) -> dict[str, Any]:
        """Write files into the working folder."""
        for name, content in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return {}

    def do_run(self, source: str) -> dict[str, Any]:
        """Run a cell."""
        record, success = self.shell.run(source)
        count = self.shell.execution_count - 1
        return {"outputs": record.outputs, "success": success, "count": count}

    def do_names(self, names: list[str]) -> dict[str, Any]:
        """The values of those names that the notebook has bound, where they can cross."""
        bound = self.shell.user_ns
        return {"names": {n: bound[n] for n in names if n in bound and self.can_cross(bound[n])}}

    def can_cross(self, value: Any) -> bool:
        try:
            encode(value, self.pack, self.channel.limits)
        except WireError:
            return False
        return True

    def do_modules(self) -> dict[str, Any]:
        """What is imported."""
        return {"modules": list(sys.modules)}

    def do_apply(
        self, operation: str, on: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        """Do something with an object: the value or the error, what was printed, what changed."""
        self.shell.record = record = Record(self.shell.record.limit)
        before = self.plain(args, kwargs)
        answer: dict[str, Any] = {}
        try:
            answer["value"] = self.operations[operation](on, *args, **kwargs)
        except BaseException as error:
            answer["error"] = self.about_error(error)
        self.shell.collect()
        answer["outputs"] = record.outputs
        if before != self.plain(args, kwargs):
            answer["changed"] = (args, kwargs)
        return answer

    def plain(self, args: Any, kwargs: Any) -> bytes | None:
        """Arguments as they are now, what isn't plain data left out."""
        try:
            return encode((args, kwargs), lambda value: Special("left out", None))
        except WireError:
            return None

    def unpack(self, special: Special) -> Any:
        """What the examiner, who may be trusted, means."""
        match special.kind:
            case "object":
                return self.objects[special.about]
            case "function":
                return _callback(self, **special.about)
            case "pickle":
                return pickle.loads(special.about)
        raise WireError(f"an unknown thing: {special.kind}")

    def pack(self, value: Any) -> Special:
        """An object of the student's, by its number."""
        number = getattr(value, "_examiners_number", None)
        if type(number) is int and type(value) is FunctionType:
            return Special("function", number)
        return Special("object", self.number(value))

    def number(self, value: Any) -> int:
        """What an object is called from now on."""
        if id(value) not in self.objects:
            self.objects[id(value)] = value
            self.unsaid.append(value)
        return id(value)

    def about(self, value: Any) -> dict[str, Any]:
        """What a test may ask about an object."""
        kind = type(value)
        about: dict[str, Any] = {
            "number": id(value),
            "type": kind.__name__[:100],
            "type module": str(kind.__module__)[:100],
        }
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            text = getattr(value, name, None)
            if type(text) is str:
                about[name] = text[:_TEXT]
        if callable(value):
            with suppress(TypeError, ValueError):
                about["signature"] = [
                    (p.name, int(p.kind), p.default is not p.empty, _short(p.default))
                    for p in inspect.signature(value).parameters.values()
                ]
        if type(value) is FunctionType:
            about |= self.about_function(value)
        return about

    def about_function(self, value: FunctionType) -> dict[str, Any]:
        """Where a function's text stands and, in the notebook, the text and what it names."""
        code, globals_ = value.__code__, value.__globals__
        about: dict[str, Any] = {"file": code.co_filename[:1000], "line": code.co_firstlineno}
        wrapped = getattr(value, "__wrapped__", None)
        if type(wrapped) is FunctionType:
            about["wrapped"] = self.number(wrapped)
        if globals_ is self.shell.user_ns:
            lines = linecache.getlines(code.co_filename)
            about["text"] = "".join(lines)[: 50 * _TEXT]
            named = {name for each in _codes(code) for name in each.co_names} & globals_.keys()
            about["names"] = {
                name: self.number(globals_[name])
                for name in sorted(named)
                if callable(globals_[name]) and not isinstance(globals_[name], type)
            }
        return about

    def about_error(self, error: BaseException) -> dict[str, Any]:
        """An error as data: its kind, its words, and where it was raised."""
        try:
            text = str(error)
        except Exception:
            text = ""
        frames = traceback.extract_tb(error.__traceback__)
        return {
            "name": type(error).__name__[:100],
            "kinds": [(k.__module__, k.__qualname__) for k in type(error).__mro__[:20]],
            "text": text[:_TEXT],
            "frames": [
                (f.filename[:1000], f.lineno or 1, f.name[:200], (f.line or "")[:500])
                for f in frames[-_FRAMES:]
                if f.filename != __file__
            ],
        }

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Let the examiner call a function that a test passed."""
        self.channel.send(self.message({"callback": number, "args": args, "kwargs": kwargs}))
        # The function in turn may use something of the student's.
        while "do" in (answer := decode(self.channel.receive(), self.unpack)):
            self.do(answer)
        if "error" in answer:
            kind = getattr(builtins, answer["error"], RuntimeError)
            raise kind(answer["text"])
        return answer["value"]


def _callback(candidate: Candidate, number: int, name: str) -> Callable[..., Any]:
    """A function that stands for one of the examiner's."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return candidate.call_back(number, args, kwargs)

    function.__name__ = function.__qualname__ = name
    function._examiners_number = number  # type: ignore[attr-defined]
    return function


def _codes(code: Any) -> Iterable[Any]:
    """A function's code and those of the functions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            yield from _codes(constant)


def _short(value: Any) -> Any:
    """A parameter's default, where it says something at a glance."""
    return value if type(value) in (int, float, bool, str, type(None)) else None


def run(channel: Channel, shell: Shell) -> None:
    """Be the student's process until the other side ends."""
    shell.take_streams()
    sys.path.insert(0, os.getcwd())
    Candidate(channel, shell).serve()
