"""In the sandbox: one student's process. It runs the cells and answers calls; nothing here is
trusted by anyone else.

Each question that it is asked is answered by one message. While a function of the student runs, the
student's side may call back functions that the test passed.
"""

import builtins
import contextlib
import inspect
import linecache
import operator
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from invigilator.protocol.channel import Channel
from invigilator.protocol.messages import (
    Answer,
    Apply,
    Callback,
    CallbackRaised,
    CallbackReturned,
    CandidateMessage,
    ErrorDescription,
    Files,
    Frame,
    FromCandidate,
    FunctionDescription,
    Imported,
    Modules,
    Names,
    ObjectDescription,
    Parameter,
    Raised,
    Ran,
    Ready,
    Returned,
    Run,
    ToCandidate,
    Values,
    decode_message,
    encode_message,
    to_plain,
)
from invigilator.protocol.wire import Special, WireError, encode
from invigilator.shell import Record, Shell

_MAX_TEXT = 20_000  # characters of a text about something
_MAX_FRAMES = 50
_MAX_KINDS = 20  # classes that an error's class comes from


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
        # Kept for good: an id that was told must not become another object's.
        self.objects: dict[int, Any] = {}
        self.undescribed: list[Any] = []
        self.operations = _operations()

    def serve(self) -> None:
        """Answer until the other side ends."""
        while True:
            self.answer(self.receive())

    def receive(self) -> ToCandidate:
        """The examiner's next message."""
        message: ToCandidate = decode_message(self.channel.receive(), ToCandidate, self.unpack)
        return message

    def send(self, message: CandidateMessage) -> None:
        """Send a message, with descriptions of the objects that it is the first to mention."""
        plain, limits = to_plain(message), self.channel.limits
        data = encode_message(FromCandidate([], plain), self.pack, limits)
        objects = []
        while self.undescribed:  # to describe one may mention others
            objects.append(self.describe(self.undescribed.pop()))
        if objects:
            data = encode_message(FromCandidate(objects, plain), self.pack, limits)
        self.channel.send(data)

    def answer(self, question: ToCandidate) -> None:
        """Answer one question."""
        try:
            self.send(self.answer_to(question))
        except WireError as error:  # too large to cross
            self.send(Raised(self.describe_error(error), [], None))

    def answer_to(self, question: ToCandidate) -> Answer:
        match question:
            case Files(files):
                return self.write(files)
            case Run(source):
                return self.run(source)
            case Names(names):
                bound = self.shell.user_ns
                found = {name: bound[name] for name in names if name in bound}
                return Values({n: value for n, value in found.items() if self.can_cross(value)})
            case Modules():
                return Imported(list(sys.modules))
            case Apply():
                return self.apply(question)
            case CallbackReturned() | CallbackRaised():
                raise WireError("no function was called back")

    def write(self, files: dict[str, bytes]) -> Ready:
        """Write files into the working folder."""
        for name, content in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Ready()

    def run(self, source: str) -> Ran:
        """Run a cell."""
        record, success = self.shell.run(source)
        return Ran(record.outputs, success, self.shell.execution_count - 1)

    def can_cross(self, value: Any) -> bool:
        """Whether a value is small enough."""
        try:
            encode(value, self.pack, self.channel.limits)
        except WireError:
            return False
        return True

    def apply(self, asked: Apply) -> Answer:
        """Do something with an object: the value or the error, what was printed, what changed."""
        self.shell.record = record = Record(self.shell.record.limit)
        arguments = (asked.args, asked.kwargs)
        # A function may change its arguments, which are copies of the test's: the test must see it.
        before = self.plain(arguments)
        value, error = None, None
        try:
            value = self.operations[asked.operation](asked.target, *asked.args, **asked.kwargs)
        except BaseException as raised:  # exit() too is an answer
            error = self.describe_error(raised)
        self.shell.collect()
        changed = arguments if before != self.plain(arguments) else None
        if error is not None:
            return Raised(error, record.outputs, changed)
        return Returned(value, record.outputs, changed)

    def plain(self, arguments: Any) -> bytes | None:
        """Arguments as they are now, what isn't plain data left out."""
        try:
            return encode(arguments, lambda value: Special("left out", None))
        except WireError:
            return None

    def unpack(self, special: Special) -> Any:
        """What the examiner, who may be trusted, means."""
        match special.kind:
            case "object":
                return self.objects[special.payload]
            case "function":
                return _callback(self, **special.payload)
            case "pickle":
                return pickle.loads(special.payload)
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
            self.undescribed.append(value)
        return id(value)

    def describe(self, value: Any) -> ObjectDescription:
        """What a test may ask about an object."""
        attributes = {}
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            text = getattr(value, name, None)
            if type(text) is str:
                attributes[name] = text[:_MAX_TEXT]
        kind = type(value)
        attributes.setdefault("__module__", _module_of(value))
        wrapped = _wrapped(value)
        return ObjectDescription(
            id(value),
            str(kind.__name__)[:100],
            str(kind.__module__)[:100],
            attributes,
            _signature(value) if callable(value) else None,
            self.describe_function(value) if kind is FunctionType else None,
            None if wrapped is None else self.number(wrapped),
            {name: self.number(method) for name, method in _methods(value).items()},
        )

    def describe_function(self, value: FunctionType) -> FunctionDescription:
        """Where a function's text stands and, if it is the student's, the text and what it names.

        That is for tests which read how a function was written.
        """
        code = value.__code__
        file = code.co_filename[:1000]
        if value.__globals__ is not self.shell.user_ns and not _is_beside_the_notebook(file):
            return FunctionDescription(file, code.co_firstlineno, None, {})
        text = "".join(linecache.getlines(code.co_filename))[: 50 * _MAX_TEXT]
        codes = list(_codes(code))
        known = value.__globals__ | _closure(value)
        named = {name for each in codes for name in (*each.co_names, *each.co_freevars)}
        names = {
            name: self.number(known[name])
            for name in sorted(named & known.keys())
            if callable(known[name]) or isinstance(known[name], ModuleType)
        }
        return FunctionDescription(file, code.co_firstlineno, text, names)

    def describe_error(self, error: BaseException) -> ErrorDescription:
        """An error as data: its kind, its words, and where it was raised."""
        try:
            text = str(error)
        except Exception:
            text = ""
        kinds = [(str(k.__module__), str(k.__qualname__)) for k in type(error).__mro__]
        # A comprehension's own name says nothing: its qualified one has the function around it.
        names = [f.f_code.co_qualname for f, _ in traceback.walk_tb(error.__traceback__)]
        lines = traceback.extract_tb(error.__traceback__)
        frames = [
            Frame(f.filename[:1000], f.lineno or 1, name[:200], (f.line or "")[:500])
            for name, f in [*zip(names, lines, strict=False)][-_MAX_FRAMES:]
            if f.filename != __file__  # this file's own lines are no news to a student
        ]
        name = str(type(error).__name__)[:100]
        return ErrorDescription(name, kinds[:_MAX_KINDS], text[:_MAX_TEXT], frames)

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Let the examiner call a function that a test passed."""
        self.send(Callback(number, args, kwargs))
        while True:
            match self.receive():
                case CallbackReturned(value):
                    return value
                case CallbackRaised(name, text):
                    raise getattr(builtins, name, RuntimeError)(text)
                case question:  # the function in turn uses something of the student's
                    self.answer(question)


def _signature(value: Any) -> list[Parameter] | None:
    """The parameters of something that can be called; None where Python can't tell them."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    return [
        Parameter(p.name, int(p.kind), p.default is not p.empty, _short(p.default))
        for p in parameters
    ]


def _callback(candidate: Candidate, number: int, name: str) -> Callable[..., Any]:
    """A function that stands for one of the examiner's."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return candidate.call_back(number, args, kwargs)

    function.__name__ = function.__qualname__ = name
    function._examiners_number = number  # type: ignore[attr-defined]
    return function


def _module_of(value: Any) -> str:
    """The module of what has no `__module__` that is a text, as some functions in C."""
    bound_to = getattr(value, "__self__", value)
    kind = bound_to if isinstance(bound_to, type) else type(bound_to)
    return str(kind.__module__)[:_MAX_TEXT]


def _wrapped(value: Any) -> Any:
    """What an object hands its calls over to: a decorated function, a method, a class; or None."""
    if isinstance(value, MethodType):
        return value.__func__
    if isinstance(value, partial):
        return value.func
    if isinstance(value, np.vectorize):
        return value.pyfunc
    own = getattr(value, "__module__", None) == "__main__"
    inner = inspect.getattr_static(value, "__wrapped__", None)
    if own and callable(inner):
        return inner
    is_instance = own and type(value).__module__ == "__main__" and callable(value)
    return type(value) if is_instance else None


def _methods(value: Any) -> dict[str, FunctionType]:
    """The functions of a class of the notebook."""
    if not isinstance(value, type) or value.__module__ != "__main__":
        return {}
    found = {}
    for name, each in vars(value).items():
        method = each.fget if isinstance(each, property) else getattr(each, "__func__", each)
        if type(method) is FunctionType:
            found[name[:100]] = method
    return found


def _closure(function: FunctionType) -> dict[str, Any]:
    """The variables of the functions around a function, as far as they have values."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        with contextlib.suppress(ValueError):
            found[name] = cell.cell_contents
    return found


def _is_beside_the_notebook(file: str) -> bool:
    try:
        return Path(file).is_absolute() and Path(file).is_relative_to(Path.cwd())
    except (OSError, ValueError):  # the folder is gone
        return False


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
    # As in Jupyter, a notebook imports what lies beside it.
    sys.path.insert(0, os.getcwd())
    Candidate(channel, shell).serve()
