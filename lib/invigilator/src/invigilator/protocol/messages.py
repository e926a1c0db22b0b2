"""The messages between the grader's processes: each kind is a frozen dataclass.

On the wire a message is a tuple: the name of its kind, then its fields in order. What comes from
students' processes may be made up, so reading checks the kind and the type of every field.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from invigilator.protocol.wire import MessageLimits, Special, WireError, decode, encode

Reader = Callable[[Any], Any]

# What a worker asks of its examiner, and the answers.


@dataclass(frozen=True)
class NotebookSubmission:
    """One submitted notebook: `notebook` is the text of its file, `files` lie beside it.

    `prepared` says that the notebook has been prepared already, and only its cells are to be run.
    """

    student: str
    notebook: bytes
    files: dict[str, bytes]
    seed: int
    prepared: bool = False


@dataclass(frozen=True)
class Open:
    """Start a sandbox with these limits, and import modules in both processes."""

    limits: dict[str, int]
    modules: list[str]
    isolated: bool


@dataclass(frozen=True)
class Learn:
    """Import beforehand what a run of this notebook imports. `spec` is pickled: it is only opened
    in the child that grades."""

    spec: bytes
    submission: NotebookSubmission


@dataclass(frozen=True)
class Examine:
    """Grade a notebook."""

    spec: bytes
    submission: NotebookSubmission


@dataclass(frozen=True)
class Ready:
    """What was asked is done."""


@dataclass(frozen=True)
class Learned:
    """The modules that the examiner and the student's process had imported at the end of a run."""

    examiner: list[str]
    candidate: list[str]


@dataclass(frozen=True)
class Graded:
    """A notebook as nbgrader would write it, and what goes into the gradebook, by cell.

    `restarts` counts how often the student's process ended before it was told to.
    """

    notebook: str
    grades: dict[str, int | float | None]
    comments: dict[str, str | None]
    notes: list[str]
    restarts: int
    seconds: float


@dataclass(frozen=True)
class Ungradable:
    """A notebook that earns nothing, for a reason that lies in it."""

    reason: str


@dataclass(frozen=True)
class Lost:
    """No result, for a reason that is none of the submission's."""

    reason: str


Order = Open | Learn | Examine
Verdict = Graded | Ungradable | Lost
Report = Ready | Learned | Graded | Ungradable | Lost

# What the sandbox's owner asks of the warm process in it, and the answers.


@dataclass(frozen=True)
class Import:
    """Import modules, for all children to come."""

    modules: list[str]


@dataclass(frozen=True)
class Start:
    """Fork a child for a submission: what it may use, in bytes, seconds, processes, characters."""

    memory: int
    file: int
    processes: int
    cpu: int
    message: int
    output: int


@dataclass(frozen=True)
class Interrupt:
    """Raise KeyboardInterrupt in the child. Neither this nor Start is answered."""


@dataclass(frozen=True)
class Stop:
    """End the child, after a grace in seconds. The answer repeats the ticket."""

    ticket: int
    grace: float


@dataclass(frozen=True)
class Stopped:
    """The child has ended, for a reason if it ended by itself; `clean` if nothing of it is left."""

    ticket: int
    clean: bool
    reason: str | None


SandboxOrder = Import | Start | Interrupt | Stop
SandboxAnswer = Ready | Stopped

# What the examiner asks of a candidate, and the answers.


@dataclass(frozen=True)
class Files:
    """Write files into the working folder. Answer: Ready."""

    files: dict[str, bytes]


@dataclass(frozen=True)
class Run:
    """Run a cell. Answer: Ran."""

    source: str


@dataclass(frozen=True)
class Names:
    """Tell the values of names. Answer: Values."""

    names: list[str]


@dataclass(frozen=True)
class Modules:
    """Tell what is imported. Answer: Imported."""


@dataclass(frozen=True)
class Apply:
    """Do something with an object of the student's. Answer: Returned or Raised."""

    operation: str
    target: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class CallbackReturned:
    """The value of a function that a test passed."""

    value: Any


@dataclass(frozen=True)
class CallbackRaised:
    """A function that a test passed raised an exception: its name and its words, no more."""

    name: str
    text: str


Question = Files | Run | Names | Modules | Apply
ToCandidate = Question | CallbackReturned | CallbackRaised


@dataclass(frozen=True)
class Ran:
    """What a cell put out, whether it ran to its end, and its number."""

    outputs: list[Any]
    success: bool
    count: int | None


@dataclass(frozen=True)
class Values:
    """The values of those names that are bound and can cross."""

    values: dict[str, Any]


@dataclass(frozen=True)
class Imported:
    """The names of imported modules."""

    modules: list[str]


@dataclass(frozen=True)
class Frame:
    """One line of a traceback."""

    file: str
    line: int
    function: str
    text: str


@dataclass(frozen=True)
class ErrorDescription:
    """An exception: its name, module and name of its class and of each base, its words, trace."""

    name: str
    kinds: list[tuple[str, str]]
    text: str
    frames: list[Frame]


@dataclass(frozen=True)
class Returned:
    """The value of an operation, what was printed, and the arguments if it changed them."""

    value: Any
    outputs: list[Any]
    changed: tuple[Any, Any] | None


@dataclass(frozen=True)
class Raised:
    """The error of an operation; also the answer to a question whose answer can't cross."""

    error: ErrorDescription
    outputs: list[Any]
    changed: tuple[Any, Any] | None


@dataclass(frozen=True)
class Callback:
    """Call a function that a test passed. Answer: CallbackReturned or CallbackRaised."""

    number: int
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a signature; `kind` as `inspect` numbers them."""

    name: str
    kind: int
    optional: bool
    default: bool | int | float | str | None


@dataclass(frozen=True)
class FunctionDescription:
    """Where a function's text stands; for the student's own, the text and what is named in it:
    functions, classes, modules."""

    file: str
    line: int
    text: str | None
    names: dict[str, int]


@dataclass(frozen=True)
class ObjectDescription:
    """What a test may ask about an object that crosses as a number.

    `wrapped` is what it hands its calls over to, `methods` those of a class of the notebook.
    """

    number: int
    type_name: str
    type_module: str
    attributes: dict[str, str]
    signature: list[Parameter] | None
    function: FunctionDescription | None
    wrapped: int | None
    methods: dict[str, int]


@dataclass(frozen=True)
class FromCandidate:
    """What a candidate sends: a message, and first of all each object in it that is new."""

    objects: list[ObjectDescription]
    message: Any


Answer = Ready | Ran | Values | Imported | Returned | Raised
CandidateMessage = Answer | Callback


def to_plain(message: Any) -> tuple[Any, ...]:
    """A message as the wire carries it.

    >>> to_plain(Stopped(7, True, None))
    ('Stopped', 7, True, None)
    """
    values = [
        _nested_to_plain(getattr(message, name)) if nested else getattr(message, name)
        for name, nested in _layout(message.__class__)
    ]
    return (type(message).__name__, *values)


def from_plain(value: Any, kinds: Any) -> Any:
    """The message in a plain value, of one of some kinds: a dataclass or a union of several.

    Raises WireError.

    >>> from_plain(("Stopped", 7, True, None), SandboxAnswer)
    Stopped(ticket=7, clean=True, reason=None)
    """
    reader: Reader = _reader(kinds)
    return reader(value)


def encode_message(
    message: Any,
    special: Callable[[Any], Special] | None = None,
    limits: MessageLimits | None = None,
) -> bytes:
    """The bytes of a message."""
    return encode(to_plain(message), special, limits)


def decode_message(
    data: bytes | bytearray,
    kinds: Any,
    special: Callable[[Special], Any] | None = None,
    limits: MessageLimits | None = None,
) -> Any:
    """The message in some bytes, of one of some kinds. Raises WireError."""
    return from_plain(decode(data, special, limits), kinds)


def _nested_to_plain(value: Any) -> Any:
    if value is None:
        return None
    return [to_plain(each) for each in value] if type(value) is list else to_plain(value)


@functools.cache
def _layout(kind: type) -> tuple[tuple[str, bool], ...]:
    """The fields of a message, and which of them are declared to hold messages.

    A field of another type is never looked into: a student's object may be a dataclass too.
    """
    hints = get_type_hints(kind)
    return tuple((field.name, _holds_messages(hints[field.name])) for field in fields(kind))


def _holds_messages(hint: Any) -> bool:
    return is_dataclass(hint) or any(_holds_messages(each) for each in get_args(hint))


# Readers are made once for each type: a submission sends thousands of messages.
@functools.cache
def _reader(hint: Any) -> Reader:
    """What checks that a plain value has a type, and makes the messages in it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value: value
    if is_dataclass(hint):
        return _message_reader((hint,))
    if origin is UnionType:
        return _union_reader(arguments)
    if origin is list:
        return _list_reader(_reader(arguments[0]))
    if origin is dict:
        return _dict_reader(_reader(arguments[0]), _reader(arguments[1]))
    if origin is tuple:
        return _tuple_reader(arguments)
    return _exact_reader(hint)


def _exact_reader(kind: type) -> Reader:
    """Subclasses don't count: plain data has none."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise _unexpected(value, kind.__name__)
        return value

    return read


def _unexpected(value: Any, expected: str) -> WireError:
    return WireError(f"a message holds {type(value).__name__} in place of {expected}")


def _union_reader(hints: tuple[Any, ...]) -> Reader:
    messages = tuple(each for each in hints if is_dataclass(each))
    others = {get_origin(each) or each: _reader(each) for each in hints if each not in messages}
    if not others:
        return _message_reader(messages)
    # A message is a tuple, so beside messages a union holds no type of tuple.
    readers = {tuple: _message_reader(messages), **others} if messages else others
    expected = " or ".join(sorted(kind.__name__ for kind in readers))

    def read(value: Any) -> Any:
        reader = readers.get(type(value))
        if reader is None:
            raise _unexpected(value, expected)
        return reader(value)

    return read


def _list_reader(read_item: Reader) -> Reader:
    read_list = _exact_reader(list)
    return lambda value: [read_item(each) for each in read_list(value)]


def _dict_reader(read_key: Reader, read_value: Reader) -> Reader:
    read_dict = _exact_reader(dict)
    return lambda value: {read_key(k): read_value(v) for k, v in read_dict(value).items()}


def _tuple_reader(arguments: tuple[Any, ...]) -> Reader:
    read_tuple = _exact_reader(tuple)
    if arguments[-1] is ...:
        read_item = _reader(arguments[0])
        return lambda value: tuple(read_item(each) for each in read_tuple(value))
    readers = [_reader(each) for each in arguments]

    def read(value: Any) -> Any:
        if len(read_tuple(value)) != len(readers):
            raise WireError(f"a message holds {len(value)} values in place of {len(readers)}")
        return tuple(reader(each) for reader, each in zip(readers, value, strict=True))

    return read


def _message_reader(kinds: tuple[Any, ...]) -> Reader:
    by_name = {kind.__name__: (kind, _field_readers(kind)) for kind in kinds}

    def read(value: Any) -> Any:
        if type(value) is not tuple or not value or type(value[0]) is not str:
            raise WireError("what came is not a message")
        if value[0] not in by_name:
            raise WireError(f"a message of kind {value[0][:40]!r} was not expected")
        kind, readers = by_name[value[0]]
        if len(value) != len(readers) + 1:
            raise WireError(f"a message of kind {value[0]} has {len(value) - 1} fields")
        return kind(*[reader(each) for reader, each in zip(readers, value[1:], strict=True)])

    return read


def _field_readers(kind: type) -> tuple[Reader, ...]:
    hints = get_type_hints(kind)
    return tuple(_reader(hints[name]) for name, _ in _layout(kind))


# Made on import, which is in the warm processes: else each of their children would make its own.
for _group in (Report, SandboxOrder, SandboxAnswer, ToCandidate, CandidateMessage, FromCandidate):
    _reader(_group)
