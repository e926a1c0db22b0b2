"""What stands for a student's object in the examiner."""

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from invigilator.trusted.remote import Remote

_Kind = TypeVar("_Kind", int, str, float)


class RemoteObject:
    """Something of the student's that isn't plain data: it can be asked, called and passed back.

    It never equals anything but itself, whatever the student's object says. Nor is it asked for
    sums, differences or what it contains: an object that answers 0 to every difference would be as
    close to what is right as a test could wish, and would be told what that is.
    """

    def __init__(self, candidate: "Remote", about: dict[str, Any]) -> None:
        vars(self).update(_candidate=candidate, _number=about["number"], _life=candidate.life)
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if name in about:
                vars(self)[name] = text_of(about[name])
        if (signature := signature_of(about.get("signature"))) is not None:
            vars(self)["__signature__"] = signature

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._candidate.apply("get", self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._candidate.apply("set", self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._candidate.apply("call", self, *args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._candidate.apply("item", self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._candidate.apply("put", self, key, value)

    def __contains__(self, value: Any) -> bool:
        raise TypeError(f"can't look into {type(self).__name__} of the student's")

    def __len__(self) -> int:
        return _of_type(int, self._candidate.apply("len", self))

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[Any]:
        found = self._candidate.apply("iter", self)
        return found if isinstance(found, RemoteObject) else iter(found)

    def __next__(self) -> Any:
        return self._candidate.apply("next", self)

    def __str__(self) -> str:
        return _of_type(str, self._candidate.apply("str", self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of the student's>"

    def __float__(self) -> float:
        return _of_type(float, self._candidate.apply("float", self))

    def __int__(self) -> int:
        return _of_type(int, self._candidate.apply("int", self))

    def __instancecheck__(self, instance: Any) -> bool:
        return self._candidate.apply("isinstance", self, instance) is True


def text_of(value: Any, limit: int = 20_000) -> str:
    return value[:limit].replace("\0", "") if type(value) is str else ""


def identifier(value: Any, otherwise: str) -> str:
    name = text_of(value, 100)
    return name if name.isidentifier() else otherwise


def listed(value: Any) -> list[Any]:
    return list(value) if type(value) in (list, tuple) else []


def _of_type(kind: type[_Kind], value: Any) -> _Kind:
    if type(value) is not kind:
        raise TypeError(f"a {kind.__name__} was expected, not {type(value).__name__}")
    return value


def signature_of(parameters: Any) -> inspect.Signature | None:
    found = []
    for parameter in listed(parameters):
        match parameter:
            case (str(name), int(kind), bool(optional), default):
                try:
                    made = inspect.Parameter(name, inspect._ParameterKind(kind))
                except ValueError:
                    return None
                found.append(made.replace(default=default) if optional else made)
            case _:
                return None
    try:
        return None if parameters is None else inspect.Signature(found)
    except ValueError:
        return None
