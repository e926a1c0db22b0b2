"""What the names in a function's text lead to: objects, followed through imports and aliases.

Nothing is run for it. What can't be known without running, such as what a function returns, leads
nowhere.

What is reached through a library, such as `sys.modules["__main__"]`, is marked: in a grader the
libraries are the grader's own, and on such a way lie the tests that ask.
"""

import ast
import builtins
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

from convbook.checking.origins import Function, is_library_module

_BUILT_IN = vars(builtins)


@dataclass(frozen=True)
class Unloaded:
    """Something in a library's module that isn't imported here, by its full name."""

    path: str


@dataclass(frozen=True)
class Found:
    """What an expression leads to, and whether the way there goes through a library."""

    thing: Any
    through_library: bool = False


@dataclass(frozen=True)
class Reference:
    """An expression of a text, and what it leads to."""

    node: ast.expr
    found: Found


#: For each name that a function binds, the values that are known beforehand.
_Scope = dict[str, list["ast.expr | _Imported"]]


@dataclass(frozen=True)
class _Imported:
    """What an import binds a name to: a module, or something in one."""

    module: str
    member: str | None = None


def references(text: Function, function: FunctionType) -> Iterator[Reference]:
    """What the text of a function refers to, in the order of the text.

    A name in an annotation, or in the second argument of `isinstance`, calls nothing and is left
    out.
    """
    outside = {**function.__globals__}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            outside[name] = cell.cell_contents
        except ValueError:  # not bound yet
            continue
    reader = _Reader(outside)
    reader.visit(text)
    yield from reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, outside: Mapping[str, Any]) -> None:
        self.outside = outside
        self.scopes: list[_Scope] = []
        self.asked: set[tuple[int, str]] = set()  # names whose values are being looked up
        self.found: list[Reference] = []

    # A function's decorators and defaults are read outside of it, and its body inside.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.read_function(node, node.decorator_list, node.body)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.read_function(node, node.decorator_list, node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.read_function(node, [], [node.body])

    def read_function(self, node: Function, outer: list[ast.expr], body: list[Any]) -> None:
        defaults = [each for each in node.args.kw_defaults if each is not None]
        for each in [*outer, *node.args.defaults, *defaults]:
            self.visit(each)
        self.scopes.append(_bound_in(node.args, body))
        for each in body:
            self.visit(each)
        self.scopes.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        self.note(node.func, called=True)
        self.note(node, called=True)  # getattr(np, "convolve")
        if not isinstance(node.func, ast.Name):
            self.read_below(node.func)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        if self.leads_to(node.func, isinstance, issubclass):
            arguments = arguments[:1]
        for each in arguments:
            self.visit(each)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.note(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.note(node)
        self.read_below(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.note(node)
        self.generic_visit(node)

    def read_below(self, node: ast.expr) -> None:
        """Read what stands before the last dot."""
        if isinstance(node, ast.Attribute):
            self.visit(node.value)
        else:
            self.visit(node)

    def note(self, node: ast.expr, called: bool = False) -> None:
        for found in self.values(node):
            # The name of a module alone would look like that of something in it.
            if called or not isinstance(found.thing, Unloaded):
                self.found.append(Reference(node, found))

    def values(self, node: ast.AST) -> list[Found]:
        """What an expression may lead to, as far as that is known without running it."""
        match node:
            case ast.Name(id=name):
                return self.named(name)
            case ast.Attribute(value=base, attr=name):
                return [m for each in self.values(base) for m in member(each, name)]
            case ast.Subscript(value=base, slice=ast.Constant(value=key)):
                return [m for each in self.values(base) for m in _entry(each, key)]
            case ast.Call(func=function, args=[base, name, *_]) if self.leads_to(function, getattr):
                return [m for each in self.values(base) for m in _by_name(each, name)]
            case ast.Call(func=function, args=[base]) if self.leads_to(function, vars):
                return [m for each in self.values(base) for m in member(each, "__dict__")]
            case ast.IfExp(body=one, orelse=other):
                return self.values(one) + self.values(other)
            case ast.NamedExpr(value=value):
                return self.values(value)
        return []

    def leads_to(self, node: ast.expr, *wanted: Any) -> bool:
        return any(found.thing is each for found in self.values(node) for each in wanted)

    def named(self, name: str) -> list[Found]:
        for scope in reversed(self.scopes):
            if name in scope:
                return self.bound(scope, name)
        for room in (self.outside, _BUILT_IN):
            if name in room:
                return [Found(room[name])]
        return []

    def bound(self, scope: _Scope, name: str) -> list[Found]:
        asked = (id(scope), name)
        if asked in self.asked:  # np = np
            return []
        self.asked.add(asked)
        try:
            return [
                value
                for each in scope[name]
                for value in (_imported(each) if isinstance(each, _Imported) else self.values(each))
            ]
        finally:
            self.asked.remove(asked)


def member(base: Found, name: str) -> list[Found]:
    """What `base.name` is, without running anything of the base's: one value, or none."""
    thing = base.thing
    through_library = base.through_library or _is_a_librarys(thing)
    if isinstance(thing, Unloaded):
        return [Found(Unloaded(f"{thing.path}.{name}"), True)]
    if not isinstance(thing, ModuleType):
        value = inspect.getattr_static(thing, name, None)
        if isinstance(value, property):
            value = value.fget
        elif isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        return [] if value is None else [Found(value, through_library)]
    if name == "__dict__":
        return [Found(vars(thing), through_library)]
    if name in vars(thing):
        return [Found(vars(thing)[name], through_library)]
    return _imported(_Imported(f"{thing.__name__}.{name}"))


def _is_a_librarys(thing: Any) -> bool:
    if isinstance(thing, Unloaded):
        return True
    if isinstance(thing, ModuleType):
        return is_library_module(thing.__name__)
    # A list or a dictionary may be anybody's.
    kind = thing if isinstance(thing, type) else type(thing)
    return kind not in (dict, list, tuple) and is_library_module(kind.__module__)


def _by_name(base: Found, name: ast.expr) -> list[Found]:
    """What `getattr(base, name)` gives; of a library, with a name that is made up, anything."""
    if isinstance(name, ast.Constant):
        return member(base, str(name.value))
    thing = base.thing
    library = isinstance(thing, ModuleType) and is_library_module(thing.__name__)
    return [Found(Unloaded(f"{thing.__name__}.…"), True)] if library else []


def _entry(base: Found, key: Any) -> list[Found]:
    if type(base.thing) not in (dict, list, tuple, MappingProxyType):
        return []
    try:
        return [Found(base.thing[key], base.through_library)]
    except (LookupError, TypeError):
        return []


def _imported(binding: _Imported) -> list[Found]:
    """What an import gives, if it is of a library.

    Nothing is imported for this: a module of the student's would run.
    """
    if not is_library_module(binding.module):
        return []
    module = sys.modules.get(binding.module, Unloaded(binding.module))
    found = Found(module, True)
    return [found] if binding.member is None else member(found, binding.member)


def _bound_in(arguments: ast.arguments, body: list[ast.AST]) -> _Scope:
    """The names that a function binds itself; one that it declares global isn't its own."""
    scope: _Scope = {each.arg: [] for each in ast.walk(arguments) if isinstance(each, ast.arg)}
    outer: set[str] = set()
    for node in _own_nodes(body):
        match node:
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                outer.update(names)
            case ast.Name(id=name, ctx=ast.Store()):
                scope.setdefault(name, [])
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                scope.setdefault(name, [])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                scope.setdefault(name, [])
    for node in _own_nodes(body):
        for name, value in _known_values(node):
            scope.setdefault(name, []).append(value)
    return {name: values for name, values in scope.items() if name not in outer}


def _own_nodes(body: list[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a function's body, without those in functions and classes within it."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _known_values(node: ast.AST) -> Iterator[tuple[str, "ast.expr | _Imported"]]:
    """The names that a statement binds to something that may be known."""
    match node:
        case ast.Import(names=names):
            for each in names:
                first = each.name.partition(".")[0]
                yield each.asname or first, _Imported(each.name if each.asname else first)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for each in names:
                yield each.asname or each.name, _Imported(module, each.name)
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _pairs(target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _pairs(target, value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case (ast.Tuple(elts=targets), ast.Tuple(elts=values)) if len(targets) == len(values):
            for one, other in zip(targets, values, strict=True):
                yield from _pairs(one, other)
