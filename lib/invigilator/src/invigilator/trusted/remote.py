"""The examiner's side of a candidate: the student's functions and objects, from outside.

What comes from the sandbox is data that a student may have made up. It becomes plain values,
proxies that ask again, or exceptions; never code, and never text read from a file that it names.
"""

import builtins
import linecache
import pickle
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MethodType, TracebackType
from typing import Any

from invigilator.protocol.channel import Channel, Gone
from invigilator.protocol.wire import Special, WireError, decode, encode, update
from invigilator.shell import Record, clean, of_no_module
from invigilator.trusted.proxies import RemoteObject, identifier, listed, signature_of, text_of
from invigilator.untrusted.sandbox import Sandbox

_GRACE = 1.5  # seconds in which an interrupted call may still answer
_LINES = 100_000


class Unanswered(RuntimeError):
    """A call that got no answer, and why."""

    __module__ = "builtins"  # a student reads the name alone


class TooSlow(TimeoutError):
    """A call that took longer than it may."""

    __module__ = "builtins"


class Remote:
    """One submission in the sandbox: asks its process, and starts it anew when it has ended.

    `folders` are those whose files may be named in an error's frames. `record` says where
    what the student's code puts out during a call goes.
    """

    def __init__(
        self, sandbox: Sandbox, folders: list[Path], record: Callable[[], Record], call: float
    ) -> None:
        self.sandbox, self.folders, self.record, self.limit = sandbox, folders, record, call
        self.channel: Channel | None = None
        self.life = 0  # how often a process was started
        self.depth = 0
        self.objects: dict[int, Any] = {}
        self.functions: list[Any] = []
        self.numbers: dict[int, int] = {}  # of functions made for the student's
        self.texts: dict[str, list[str]] = {}

    def start(self) -> None:
        """Start a process, which has run nothing yet."""
        self.channel, self.life, self.depth = self.sandbox.start(), self.life + 1, 0
        self.objects, self.numbers = {}, {}

    def end(self, gone: bool = False) -> str:
        """End the process: why it ended, as far as that is known.

        `gone` says that it has left the wire; then it is about to end by itself.
        """
        if self.channel is not None:
            self.channel.close()
            self.channel = None
        return self.sandbox.stop(_GRACE if gone else 0.0) or "it ended"

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """What the process answers. Raises TooSlow or Unanswered; after that it may have ended."""
        if self.channel is None:
            raise Unanswered("the process with the notebook's functions has ended")
        deadline = time.monotonic() + seconds
        try:
            self.channel.send(encode(question, self.pack, self.channel.limits), deadline)
            return self.next_answer(deadline)
        except _CallbackFailed as failed:
            self.end()
            raise failed.error from None
        except TimeoutError:
            self.interrupt()
            raise TooSlow(f"no answer within {seconds:g} seconds") from None
        except Gone:
            raise Unanswered(f"the process stopped: {self.end(gone=True)}") from None
        except WireError as error:
            self.end()
            raise Unanswered(f"the answer can't be read: {error}") from None
        except BaseException:  # the examiner's time is up
            self.end()
            raise

    def next_answer(self, deadline: float) -> dict[str, Any]:
        """The next answer; what is asked meanwhile is answered."""
        assert self.channel is not None
        while True:
            message = decode(self.channel.receive(deadline), self.unpack_late, self.channel.limits)
            if type(message) is not dict:
                raise WireError("an answer of another form")
            message = self.understood(message)
            if "callback" not in message:
                return message
            self.channel.send(self.called_back(message), deadline)

    def interrupt(self) -> None:
        """Bring back a process that takes too long, or end it."""
        assert self.channel is not None
        self.sandbox.interrupt()
        try:
            late = decode(self.channel.receive(time.monotonic() + _GRACE), lambda special: None)
            if type(late) is dict and "callback" not in late:
                return
        except (TimeoutError, Gone, WireError):
            pass
        self.end()

    def run(self, source: str, seconds: float) -> dict[str, Any]:
        """Run a cell: {"outputs", "success", "count"}."""
        answer = self.ask({"do": "run", "source": source}, seconds)
        count = answer.get("count")
        return {
            "outputs": clean(answer.get("outputs")),
            "success": answer.get("success") is True,
            "count": count if type(count) is int else None,
        }

    def names(self, names: list[str]) -> dict[str, Any]:
        """The values of those names that the notebook has bound."""
        found = self.ask({"do": "names", "names": names}, self.limit).get("names")
        if type(found) is not dict or not found.keys() <= set(names):
            raise Unanswered("the names that the notebook binds can't be read")
        return found

    def apply(self, operation: str, on: Any, *args: Any, **kwargs: Any) -> Any:
        """Do something with an object of the student's; raises what that raises."""
        question = {"do": "apply", "operation": operation, "on": on, "args": args, "kwargs": kwargs}
        answer = self.ask(question, self.limit)
        record = self.record()
        for output in clean(answer.get("outputs")):
            if output["output_type"] == "stream":
                # On stderr it would cost points; a warning is none of a test's business.
                record.stream("stdout", output["text"])
            elif output["output_type"] == "display_data":
                record.display(output["data"], output["metadata"])
        if "changed" in answer:
            update((args, kwargs), answer["changed"])
        if "error" in answer:
            error = self.error(answer["error"])
            raise error
        if "value" not in answer:
            raise Unanswered("the answer can't be read: it has no value")
        return answer["value"]

    def called_back(self, message: dict[str, Any]) -> bytes:
        """Call a function that a test passed, for the student's side."""
        number, args, kwargs = message["callback"], message.get("args"), message.get("kwargs")
        answer: dict[str, Any]
        self.depth += 1
        try:
            if type(number) is not int or not 0 <= number < len(self.functions) or self.depth > 50:
                raise WireError("a call of a function that nobody passed")
            if type(args) is not tuple or type(kwargs) is not dict:
                raise WireError("a call without arguments")
            answer = {"value": self.functions[number](*args, **kwargs)}
        except WireError:
            raise
        except (TooSlow, Unanswered) as error:
            raise _CallbackFailed(error) from None
        except Exception as error:  # the student's side learns its kind and words, no more
            answer = {"error": type(error).__name__, "text": str(error)}
        finally:
            self.depth -= 1
        return encode(answer, self.pack)

    def pack(self, value: Any) -> Special:
        """What isn't plain data, for the student's side."""
        if isinstance(value, RemoteObject):
            self.must_live(value._life)
            return Special("object", value._number)
        if isinstance(value, FunctionType) and id(value) in self.numbers:
            return Special("object", self.numbers[id(value)])
        name = getattr(value, "__name__", "function")
        local = isinstance(value, (FunctionType, MethodType)) and value.__module__ == "__main__"
        if not local:
            try:
                return Special("pickle", pickle.dumps(value))
            except Exception:
                pass
        if not callable(value):
            raise TypeError(f"{type(value).__name__} can't be handed to a student's function")
        self.functions.append(value)
        return Special("function", {"number": len(self.functions) - 1, "name": str(name)})

    def must_live(self, life: int) -> None:
        if life != self.life or self.channel is None:
            raise Unanswered("the process with this object has ended")

    def unpack_late(self, special: Special) -> Any:
        """Objects are made when all that is said of them has been read."""
        if special.kind not in ("object", "function") or type(special.about) is not int:
            raise WireError(f"an answer holds a thing of kind {special.kind!r}")
        return _Mention(special.kind, special.about)

    def understood(self, message: dict[str, Any]) -> dict[str, Any]:
        """A message with proxies in place of what it mentions."""
        described = message.pop("objects", [])
        if type(described) is not list:
            raise WireError("an answer of another form")
        for about in described:
            self.describe(about)
        for about in described:
            self.connect(about)
        known: dict[str, Any] = self.resolved(message)
        return known

    def resolved(self, value: Any) -> Any:
        if type(value) is _Mention:
            if value.kind == "function" and 0 <= value.number < len(self.functions):
                return self.functions[value.number]
            if value.kind == "function" or value.number not in self.objects:
                raise WireError("an answer mentions what there isn't")
            return self.objects[value.number]
        if type(value) in (list, tuple):
            if not any(_may_mention(each) for each in value):
                return value
            return type(value)(self.resolved(each) for each in value)
        if type(value) in (set, frozenset):
            return type(value)(self.resolved(each) for each in value)
        if type(value) is dict:
            return {self.resolved(key): self.resolved(each) for key, each in value.items()}
        return value

    def describe(self, about: Any) -> None:
        """Make the proxy of an object."""
        if type(about) is not dict or type(about.get("number")) is not int:
            raise WireError("an object without a number")
        if "file" in about:
            self.objects[about["number"]] = self.function(about)
            return
        name = identifier(about.get("type"), "object")
        kind = type(name, (RemoteObject,), {"__module__": text_of(about.get("type module"))})
        self.objects[about["number"]] = kind(self, about)

    def connect(self, about: dict[str, Any]) -> None:
        """Let a function know those that it names."""
        proxy = self.objects[about["number"]]
        if not isinstance(proxy, FunctionType):
            return
        names = about.get("names")
        if type(names) is dict:
            for name, number in names.items():
                if type(name) is str and type(number) is int and number in self.objects:
                    proxy.__globals__[name] = self.objects[number]
        if type(wrapped := about.get("wrapped")) is int and wrapped in self.objects:
            proxy.__wrapped__ = self.objects[wrapped]  # type: ignore[attr-defined]

    def function(self, about: dict[str, Any]) -> FunctionType:
        """A function that calls the student's, and looks like it to `inspect`: name, signature,
        text and the functions that it names."""
        number, life = about["number"], self.life
        target = object.__new__(RemoteObject)
        vars(target).update(_candidate=self, _number=number, _life=life)

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            return self.apply("call", target, *args, **kwargs)

        file, line = self.file(about.get("file")), _line(about.get("line"))
        if type(text := about.get("text")) is str:
            self.note(file, dict(enumerate(text.splitlines(keepends=True)[:_LINES], 1)))
        name = text_of(about.get("__name__")) or "function"
        code = stand_in.__code__.replace(co_filename=file, co_firstlineno=line, co_name=name)
        proxy = FunctionType(code, {}, name, None, stand_in.__closure__)
        proxy.__module__ = text_of(about.get("__module__")) or "__main__"
        proxy.__qualname__ = text_of(about.get("__qualname__")) or name
        proxy.__doc__ = text_of(about.get("__doc__")) or None
        if (signature := signature_of(about.get("signature"))) is not None:
            proxy.__signature__ = signature  # type: ignore[attr-defined]
        self.numbers[id(proxy)] = number
        return proxy

    def file(self, name: Any) -> str:
        """The name under which a file of the sandbox is known here: libraries' by their own."""
        name = text_of(name)
        if ".." not in name and any(Path(name).is_relative_to(folder) for folder in self.folders):
            return name
        return f"<notebook {name}>"

    def note(self, file: str, lines: dict[int, str]) -> None:
        """Remember the text of some of a file's lines, for tracebacks and `inspect`."""
        if not file.startswith("<notebook "):
            return
        known = self.texts.setdefault(file, [])
        for number, text in lines.items():
            known.extend([""] * (number - len(known)))
            known[number - 1] = text.rstrip("\n") + "\n"
        of_no_module(file)
        linecache.cache[file] = (sum(map(len, known)), None, known, file)

    def error(self, about: Any) -> BaseException:
        """An error of the student's side as an exception of the nearest kind, with its frames."""
        if type(about) is not dict:
            return Unanswered("the answer can't be read")
        text = text_of(about.get("text"))
        kind = next(filter(None, map(_kind, listed(about.get("kinds")))), Exception)
        name = identifier(about.get("name"), "Exception")
        members = {"__str__": lambda self: text, "__module__": kind.__module__}
        try:
            error: BaseException = type(name, (kind,), members)(text)
        except Exception:
            error = Exception(text)
        trace: TracebackType | None = None
        for frame in reversed(listed(about.get("frames"))[-50:]):
            match frame:
                case (str(file), int(line), str(function), str(shown)):
                    file, line = self.file(file), _line(line)
                    self.note(file, {line: shown})
                    made = _frame(file, line, function)
                    trace = TracebackType(trace, made, made.f_lasti, line)
        return error.with_traceback(trace)


class _CallbackFailed(Exception):
    """A function that a test passed needed an answer and got none, so its caller gets none."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


class _Mention:
    """A number in a message that stands for an object."""

    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.number = kind, number


def _may_mention(value: Any) -> bool:
    return type(value) in (_Mention, list, tuple, dict, set, frozenset)


def _line(value: Any) -> int:
    return min(max(value, 1), _LINES) if type(value) is int else 1


def _kind(name: Any) -> type[BaseException] | None:
    """The exception of that module and name, if it is one of Python's or of a loaded library that
    adds nothing to how one of Python's is made."""
    match name:
        case ("builtins", str(name)):
            kind = getattr(builtins, name, None)
        case (str(module), str(name)) if name.isidentifier():
            kind = vars(sys.modules.get(module, builtins)).get(name)
        case _:
            return None
    if not isinstance(kind, type) or not issubclass(kind, BaseException):
        return None
    if issubclass(kind, BaseExceptionGroup) or type(kind) is not type:
        return None
    plain = next(base for base in kind.__mro__ if base.__module__ == "builtins")
    own = any(
        "__init__" in vars(k) or "__new__" in vars(k)
        for k in kind.__mro__[: kind.__mro__.index(plain)]
    )
    return None if own else kind


def _frame(file: str, line: int, name: str) -> FrameType:
    """A frame that says that it belongs to some line of a file; it ran nothing of that."""
    code: CodeType = compile("frame()", "<frame>", "eval")
    code = code.replace(co_filename=file, co_firstlineno=line, co_name=name or "<module>")
    frame: FrameType = eval(code, {"frame": partial(sys._getframe, 0)})
    return frame
