"""What stands for a student's object in the examiner."""

import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, TypeVar

from invigilator.protocol.messages import ObjectDescription, Parameter

_Kind = TypeVar("_Kind", int, str, float)
_ATTRIBUTES = ("__name__", "__qualname__", "__module__", "__doc__")

#: Does something with a student's object: the operation's name, the object, the arguments.
Apply = Callable[..., Any]


class RemoteObject:
    """Something of the student's that isn't plain data: it can be asked, called and passed back.

    It never equals anything but itself, whatever the student's object says. Nor is it asked for
    sums, differences or what it contains: an object that answers 0 to every difference would be as
    close to what is right as a test could wish, and would be told what that is.
    """

    def __init__(self, apply: Apply, generation: int, description: ObjectDescription) -> None:
        # Past __setattr__, which asks the student's object.
        vars(self).update(_apply=apply, _generation=generation, _number=description.number)
        for name in _ATTRIBUTES:
            if name in description.attributes:
                vars(self)[name] = printable(description.attributes[name])
        if (signature := signature_of(description.signature)) is not None:
            vars(self)["__signature__"] = signature

    def __getattr__(self, name: str) -> Any:
        # Private names are for Python's protocols, which would each ask over the wire.
        if name.startswith("_"):
            raise AttributeError(name)
        return self._apply("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._apply("set", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._apply("call", self, *args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._apply("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._apply("put", self, key, value)

    def __contains__(self, value: Any) -> bool:
        raise TypeError(f"can't look into {type(self).__name__} of the student's")

    def __len__(self) -> int:
        return _of_type(int, self._apply("len", self))

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        found = self._apply("iter", self)
        return found if isinstance(found, RemoteObject) else iter(found)

    def __next__(self) -> Any:
        return self._apply("next", self)

    def __str__(self) -> str:
        return _of_type(str, self._apply("str", self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the student's>"

    def __float__(self) -> float:
        return _of_type(float, self._apply("float", self))

    def __int__(self) -> int:
        return _of_type(int, self._apply("int", self))

    def __instancecheck__(self, instance: Any) -> bool:
        return self._apply("isinstance", self, instance) is True


def remote_object(apply: Apply, generation: int, description: ObjectDescription) -> RemoteObject:
    """The proxy of an object, of a class with the name of the student's."""
    name = identifier(description.type_name, "object")
    members = {"__module__": printable(description.type_module)}
    kind = type(name, (RemoteObject,), members)
    proxy: RemoteObject = kind(apply, generation, description)
    return proxy


def remote_function(
    apply: Apply, generation: int, description: ObjectDescription, file: str, line: int
) -> FunctionType:
    """A function that calls the student's, and looks like it to `inspect`: it has its name and
    signature and says that it stands in that line of a file."""
    target = object.__new__(RemoteObject)
    vars(target).update(_apply=apply, _generation=generation, _number=description.number)

    # On one line: in a traceback its frame then shows the line where the student's function begins.
    stand_in: Any = lambda *args, **kwargs: apply("call", target, *args, **kwargs)  # noqa: E731

    attributes = {name: printable(text) for name, text in description.attributes.items()}
    name = attributes.get("__name__") or "function"
    # What reads the text looks up variables by name: under these it finds none of the examiner's.
    hidden = tuple(f"<{each}>" for each in stand_in.__code__.co_freevars)
    code = stand_in.__code__.replace(
        co_filename=file,
        co_firstlineno=line,
        co_name=name,
        co_qualname=name,
        co_freevars=hidden,
    )
    proxy = FunctionType(code, {}, name, None, stand_in.__closure__)
    proxy.__module__ = attributes.get("__module__") or "__main__"
    proxy.__qualname__ = attributes.get("__qualname__") or name
    proxy.__doc__ = attributes.get("__doc__") or None
    if (signature := signature_of(description.signature)) is not None:
        proxy.__signature__ = signature  # type: ignore[attr-defined]
    return proxy


def printable(text: str, limit: int = 20_000) -> str:
    """A text from the sandbox, not too long, and without what ends a string in C."""
    return text[:limit].replace("\0", "")


def identifier(text: str, otherwise: str) -> str:
    """A text from the sandbox as the name of a class."""
    name = printable(text, 100)
    return name if name.isidentifier() else otherwise


def signature_of(parameters: list[Parameter] | None) -> inspect.Signature | None:
    """The signature of these parameters; None where there is none, or none that Python allows."""
    if parameters is None:
        return None
    try:
        return inspect.Signature([_parameter(each) for each in parameters])
    except ValueError:
        return None


def _parameter(described: Parameter) -> inspect.Parameter:
    kind = inspect._ParameterKind(described.kind)
    default = described.default if described.optional else inspect.Parameter.empty
    return inspect.Parameter(described.name, kind, default=default)


def _of_type(kind: type[_Kind], value: Any) -> _Kind:
    if type(value) is not kind:
        raise TypeError(f"a {kind.__name__} was expected, not {type(value).__name__}")
    return value
