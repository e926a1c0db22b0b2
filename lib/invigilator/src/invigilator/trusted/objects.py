"""What crosses between the examiner and a candidate by number: the student's objects, for which
proxies stand here, and the functions that tests pass, which stay here."""

import pickle
import sys
from dataclasses import dataclass
from types import FunctionType, MethodType, ModuleType
from typing import Any

from invigilator.modules import is_library
from invigilator.protocol.messages import ObjectDescription
from invigilator.protocol.wire import Special, WireError
from invigilator.trusted.errors import Sources, Unanswered, line_number
from invigilator.trusted.proxies import (
    Apply,
    RemoteObject,
    identifier,
    printable,
    remote_function,
    remote_object,
)

_MAY_REFER = (list, tuple, dict, set, frozenset)


@dataclass(frozen=True)
class Reference:
    """A number in a message that stands for an object or a function."""

    kind: str
    number: int


class ObjectTable:
    """The objects of one student's process, and the functions that it may call.

    `generation` counts the processes: an object of one that has ended can't be used any more.
    """

    def __init__(self, apply: Apply, sources: Sources) -> None:
        self.apply, self.sources = apply, sources
        self.generation = 0
        self.objects: dict[int, Any] = {}
        self.readable: dict[int, Any] = {}  # what a test that reads a text finds in their place
        self.function_numbers: dict[int, int] = {}  # by the id of a function's proxy
        self.passed: list[Any] = []

    def forget(self) -> None:
        """The process has ended, and its objects with it."""
        self.generation += 1
        self.objects, self.readable, self.function_numbers = {}, {}, {}

    def pack(self, value: Any) -> Special:
        """What isn't plain data, for the student's side."""
        if isinstance(value, RemoteObject):
            if value._generation != self.generation:
                raise Unanswered("the process with this object has ended")
            return Special("object", value._number)
        if isinstance(value, FunctionType) and id(value) in self.function_numbers:
            return Special("object", self.function_numbers[id(value)])
        # What a test defines must stay here: its code may hold what is right.
        of_a_test = isinstance(value, (FunctionType, MethodType)) and value.__module__ == "__main__"
        if not of_a_test:
            try:
                return Special("pickle", pickle.dumps(value))
            except Exception:  # pickling runs any class's code
                pass
        if not callable(value):
            raise TypeError(f"{type(value).__name__} can't be handed to a student's function")
        self.passed.append(value)
        name = getattr(value, "__name__", "function")
        return Special("function", {"number": len(self.passed) - 1, "name": str(name)})

    def unpack(self, special: Special) -> Reference:
        """What stands in a message for an object, until all that it describes has been read."""
        if special.kind not in ("object", "function") or type(special.payload) is not int:
            raise WireError(f"an answer holds a thing of kind {special.kind!r}")
        return Reference(special.kind, special.payload)

    def add(self, descriptions: list[ObjectDescription]) -> None:
        """Make the proxies of objects."""
        for description in descriptions:
            number = description.number
            self.objects[number] = self._proxy(description)
            self.readable[number] = readable_object(description) or self.objects[number]
        # Only now are those there that a function may name.
        for description in descriptions:
            self._connect(description)

    def _proxy(self, description: ObjectDescription) -> Any:
        if description.function is None:
            return remote_object(self.apply, self.generation, description)
        file = self.sources.file(description.function.file)
        line = line_number(description.function.line)
        if description.function.text is not None:
            self.sources.remember_text(file, description.function.text)
        proxy = remote_function(self.apply, self.generation, description, file, line)
        self.function_numbers[id(proxy)] = description.number
        return proxy

    def _connect(self, description: ObjectDescription) -> None:
        """Let a text that is read lead on: a function to what it names, a class to its methods."""
        number = description.number
        proxy, readable = self.objects[number], self.readable[number]
        if description.wrapped in self.readable:
            vars(proxy)["__wrapped__"] = self.readable[description.wrapped]
        if description.function is not None and isinstance(proxy, FunctionType):
            for name, other in description.function.names.items():
                if other in self.readable:
                    proxy.__globals__[name] = self.readable[other]
        for name, other in description.methods.items():
            # The sandbox may have described a number twice, or a method that is none.
            if isinstance(readable, type) and isinstance(self.objects.get(other), FunctionType):
                setattr(readable, f"method {name}", self.objects[other])

    def resolve(self, value: Any) -> Any:
        """A value with proxies in place of references."""
        if type(value) is Reference:
            return self._referred(value)
        if type(value) in (list, tuple):
            # Long lists of numbers are the rule: they stay as they are.
            if not any(type(each) is Reference or type(each) in _MAY_REFER for each in value):
                return value
            return type(value)(self.resolve(each) for each in value)
        if type(value) in (set, frozenset):
            return type(value)(self.resolve(each) for each in value)
        if type(value) is dict:
            return {self.resolve(key): self.resolve(each) for key, each in value.items()}
        return value

    def _referred(self, reference: Reference) -> Any:
        if reference.kind == "function" and 0 <= reference.number < len(self.passed):
            return self.passed[reference.number]
        if reference.kind == "object" and reference.number in self.objects:
            return self.objects[reference.number]
        raise WireError("an answer mentions what there isn't")


def readable_object(description: ObjectDescription) -> Any:
    """What stands for an object where a test reads a text in which it is named; None for a proxy.

    A library's module is the examiner's own: the sandbox says no more than its name. A class of the
    notebook is an empty one, which gets its methods later.
    """
    name = description.attributes.get("__name__", "")
    if (description.type_module, description.type_name) == ("builtins", "module"):
        return sys.modules[name] if is_library(name) else ModuleType(printable(name))
    if description.methods:
        return type(identifier(name, "object"), (), {"__module__": "__main__"})
    return None
