"""Which calls are allowed: whether a function, with its helpers, calls what its task doesn't allow.

Each name in the text is followed to the object that it leads to, through imports, aliases and
modules; the verdict is about that object, so how it is spelt doesn't matter. The student's own
functions and classes may have any name: they are read in turn. What leads nowhere without running
the code is let pass, for to accuse an honest student is worse than to miss a cheat.
"""

import ast
import importlib
import inspect
import linecache
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from types import FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from convbook.checking.origins import is_library_file, is_library_module, is_standard, text_of
from convbook.checking.references import Found, Unloaded, references

# What every task allows of NumPy, beside all that works number by number (its ufuncs) and its
# dtypes: to make, reshape, index, add up and multiply arrays. What a task may be about isn't
# here, such as `pad`, windows, `kron`, transforms and solvers.
_NUMPY = """
    array asarray asanyarray ascontiguousarray asfortranarray copy frombuffer fromfunction fromiter
    zeros zeros_like ones ones_like empty empty_like full full_like
    arange linspace logspace geomspace eye identity tri diag diagflat

    reshape ravel squeeze expand_dims atleast_1d atleast_2d atleast_3d shape ndim size
    transpose permute_dims matrix_transpose swapaxes moveaxis rollaxis
    broadcast broadcast_to broadcast_arrays broadcast_shapes
    concatenate concat stack vstack hstack dstack column_stack block
    split array_split hsplit vsplit dsplit unstack
    flip fliplr flipud rot90 roll tile repeat append insert delete resize trim_zeros

    where select choose take take_along_axis put put_along_axis putmask place copyto compress
    extract nonzero argwhere flatnonzero ix_ indices ndindex ndenumerate nditer meshgrid
    unravel_index ravel_multi_index diag_indices diag_indices_from fill_diagonal diagonal
    tril triu tril_indices triu_indices tril_indices_from triu_indices_from
    searchsorted isin unique

    sum prod cumsum cumprod cumulative_sum cumulative_prod mean average median std var
    ptp trace diff max min amax amin argmax argmin all any count_nonzero sort argsort
    nansum nanprod nanmean nanmax nanmin nanargmax nanargmin
    dot vdot inner outer einsum einsum_path tensordot

    round around fix clip real imag angle nan_to_num isreal iscomplex isscalar
    isclose allclose array_equal array_equiv

    dtype finfo iinfo result_type promote_types can_cast min_scalar_type common_type issubdtype
    isdtype astype iterable shares_memory may_share_memory
    vectorize frompyfunc apply_along_axis apply_over_axes piecewise
    errstate seterr geterr printoptions set_printoptions get_printoptions
    array2string array_str array_repr format_float_positional format_float_scientific ndarray ufunc
"""
# Randomness and assertions do no task's work, nor does what only shows something.
_MODULES = ("numpy.random", "numpy.testing", "numpy.typing", "IPython", "matplotlib", "tqdm")
# Of Python itself all is allowed but what runs code that can't be read here.
_UNREADABLE = frozenset(
    {"builtins.eval", "builtins.exec", "builtins.compile", "builtins.__import__"}
    | {"code", "codeop", "ctypes", "importlib", "marshal", "pickle", "pkgutil", "runpy"}
    | {"multiprocessing", "os", "subprocess"}
)
# The file that IPython names for the code of a cell that begins with `%%time`; it keeps no text.
_TIMED = "<timed exec>"
# What IPython makes of a line with `%` or `!` begins with a call of this.
_COMMANDS = ".get_ipython"
# What things are called in everyday words, by the end of their names: for messages only.
_KINDS = {
    r"(un|de)?_?correlat.*": "a ready-made cross-correlation",
    r".*toeplitz.*|convolution_matrix|diagonals_of|parameter_map": "a ready-made Toeplitz matrix",
    r".*conv(olv|olution|\d?d?$|_|transpose).*|separable_conv": "a ready-made convolution",
    r"polymul": "a ready-made product of polynomials, which is a convolution",
    r"lfilter|.*_filter\d?d?": "a ready-made filter",
    r"locally_connected.*": "a ready-made locally connected layer",
    r"unfold|im2col|sliding_window.*|as_strided": "a ready-made table of windows",
    r"fold|col2im": "a ready-made sum of windows",
    r"[ir]*h?fft.*": "a ready-made Fourier transform",
    r".*pool\d?d?(_.*)?": "a ready-made pooling",
    r"pad|.*pad\dd": "ready-made padding",
}


class Unreadable(Exception):
    """The text of one of the student's functions can't be had: its name, and if it is timed."""

    def __init__(self, name: str, timed: bool) -> None:
        super().__init__(name)
        self.name, self.timed = name, timed


@dataclass(frozen=True)
class RefusedCall:
    """A call that a task doesn't allow.

    call: as the student wrote it, with its full name where that is another. kind: what it is, in
    everyday words, if there are any. function, line, text: where it stands.
    """

    call: str
    kind: str | None
    function: str = ""
    line: int = 0
    text: str = ""


def refused_call(
    function: Callable[..., Any], allowed: Iterable[str], refused: Iterable[str] = ()
) -> RefusedCall | None:
    """A call that `function` or a helper of its makes and `allowed` doesn't have, if there is one.

    It is the first, or the first that has a name in everyday words: `conv2d`, not `torch.tensor`.
    `allowed` holds full names, such as "np.pad"; that of a module allows all that is in it. See
    `names_allowed` for what every task allows that doesn't name it in `refused`.
    Raises Unreadable when the function's text can't be had, TypeError when it is no function, and
    ValueError when a name in `allowed` or `refused` leads nowhere.

    >>> def lazy(x, u):
    ...     import numpy as np
    ...     return np.correlate(np.pad(x, 1), u)
    >>> refused_call(lazy, ["np.pad"]).call
    'np.correlate'
    """
    if not callable(function):
        raise TypeError(f"{type(function).__name__} is not callable")
    return _Search(_Allowed(allowed, refused)).through(function)


@cache
def names_allowed() -> frozenset[str]:
    """The names in NumPy that every task allows: ufuncs and types of numbers with the others.

    >>> {"sum", "add", "float32"} <= names_allowed()
    True
    """
    listed = {name for name in _NUMPY.split() if hasattr(np, name)}
    return frozenset(
        listed
        | {name for name, thing in vars(np).items() if isinstance(thing, np.ufunc)}
        | {name for name, thing in vars(np).items() if _is_scalar_type(thing)}
    )


@cache
def _base() -> tuple[frozenset[int], frozenset[str]]:
    """What every task allows, by identity and by full name."""
    things = [getattr(np, name) for name in names_allowed()]
    paths = {f"numpy.{name}" for name in names_allowed()} | {path_of(thing) for thing in things}
    return frozenset(map(id, things)), frozenset(paths)


class _Allowed:
    """What one task allows: every task's, and some names.

    A thing is compared with them itself, for it may have several names, and by its full name, for
    in a grader it stands in another process.
    """

    def __init__(self, names: Iterable[str], but: Iterable[str] = ()) -> None:
        things, paths = _base()
        self.things, self.paths = set(things), {*paths, *_MODULES}
        for name in but:
            thing, path = _named(name, "refused")
            self.things.discard(id(thing))
            self.paths -= {path, path_of(thing)}
        for name in names:
            thing, path = _named(name, "allowed")
            self.things.add(id(thing))
            self.paths |= {path} if isinstance(thing, ModuleType) else {path, path_of(thing)}
            if isinstance(thing, ModuleType):
                self.things |= {id(each) for each in vars(thing).values()}

    def __contains__(self, thing: Any) -> bool:
        path = path_of(thing)
        if path.endswith(_COMMANDS):
            return False
        if id(thing) in self.things or _is_in(path, self.paths):
            return True
        # Of the methods of arrays and of Python's own types each does what all tasks allow.
        owner = _owner(thing)
        if owner is not None and (owner.__module__ == "builtins" or id(owner) in self.things):
            return True
        return is_standard(path) and not _is_in(path, _UNREADABLE)


def _named(name: str, argument: str) -> tuple[Any, str]:
    """What a full name leads to, and that name with `numpy` for `np`."""
    package, *members = re.sub(r"^np(?=\.)", "numpy", name).split(".")
    try:
        thing: Any = importlib.import_module(package)
        for place, member in enumerate(members, 1):
            if not hasattr(thing, member):
                importlib.import_module(".".join([package, *members[:place]]))
            thing = getattr(thing, member)
    except (ImportError, AttributeError, ValueError):
        raise ValueError(f"{argument}: there is no {name!r}") from None
    return thing, ".".join([package, *members])


def _is_scalar_type(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, np.generic)


def _is_in(path: str, among: Collection[str]) -> bool:
    """Whether a full name, or what it is a member of, is among some."""
    names = path.split(".")
    return any(".".join(names[:end]) in among for end in range(1, len(names) + 1))


def path_of(thing: Any) -> str:
    """The full name of a thing of a library, as far as it tells it; else that of its class.

    >>> path_of(np.convolve), path_of(np.ones(2)), path_of(len)
    ('numpy.convolve', 'numpy.ndarray', 'builtins.len')
    """
    if isinstance(thing, Unloaded):
        return thing.path
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    if not isinstance(name, str):
        thing = type(thing)
        name = thing.__qualname__
    module = getattr(thing, "__module__", None)
    if not isinstance(module, str):
        module = getattr(_owner(thing), "__module__", "builtins")
    return f"{module}.{name.rpartition('.')[2]}"


def _owner(thing: Any) -> type | None:
    """The class whose method something is."""
    owner = getattr(thing, "__objclass__", None)
    bound_to = getattr(thing, "__self__", None)
    if owner is None and bound_to is not None and not isinstance(bound_to, ModuleType):
        owner = bound_to if isinstance(bound_to, type) else type(bound_to)
    return owner if isinstance(owner, type) else None


def _is_own(thing: Any) -> bool:
    """Whether something was written by the student."""
    if isinstance(thing, FunctionType):
        return not is_library_file(thing.__code__.co_filename)
    return not is_library_module(path_of(thing).rpartition(".")[0])


def _wrapped(thing: Any) -> list[Any]:
    """What something hands its calls over to."""
    if _is_at_its_path(thing):  # np.dot has a `__wrapped__` too
        return []
    if isinstance(thing, partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, MethodType):
        return [thing.__func__, *([type(thing.__self__)] if _is_own(type(thing.__self__)) else [])]
    inner = inspect.getattr_static(thing, "__wrapped__", None)
    if inner is None and isinstance(thing, np.vectorize):
        inner = thing.pyfunc
    return [] if inner is None else [inner]


def _is_at_its_path(thing: Any) -> bool:
    """Whether a library has something under the name that it tells, and so didn't wrap it."""
    module, _, name = path_of(thing).rpartition(".")
    return is_library_module(module) and _in_module(module, name) is thing


def _in_module(module: str, name: str) -> Any:
    return vars(sys.modules[module]).get(name) if module in sys.modules else None


def _public_path(thing: Any) -> str:
    """The shortest full name of a thing: `torch.nn.Conv1d`, not `torch.nn.modules.conv.Conv1d`."""
    path = path_of(thing)
    *modules, name = path.split(".")
    kind = thing if hasattr(thing, "__name__") else type(thing)
    for end in range(1, len(modules)):
        module = ".".join(modules[:end])
        if _in_module(module, name) is kind:
            return f"{module}.{name}"
    return path


class _Search:
    """Goes through a function and all that it calls; each is read once."""

    def __init__(self, allowed: _Allowed) -> None:
        self.allowed = allowed
        self.seen: dict[int, Any] = {}  # the things stay, so that their ids do

    def through(self, function: Any) -> RefusedCall | None:
        """The refused call of a function that is checked that says most."""
        found = [
            each if isinstance(each, RefusedCall) else RefusedCall(_public_path(each), _kind(each))
            for each in self.refused(function, must_be_read=True)
        ]
        return min(found, key=lambda refused: refused.kind is None, default=None)

    def refused(self, thing: Any, must_be_read: bool = False) -> Iterator[Any]:
        """The refused calls in what is the student's; a thing itself that isn't and is refused."""
        if id(thing) in self.seen or isinstance(thing, ModuleType) or not _is_called(thing):
            return
        self.seen[id(thing)] = thing
        inner = _wrapped(thing)
        if isinstance(thing, FunctionType) and _is_own(thing):
            yield from self.in_text_of(thing, must_be_read)
        elif isinstance(thing, type) and _is_own(thing):
            inner = [*thing.__mro__[1:], *_methods(thing)]
        elif not inner and _is_own(thing):
            inner = [type(thing)]
        elif not inner and thing not in self.allowed:
            yield thing
        for each in inner:
            yield from self.refused(each, must_be_read)

    def referred(self, found: Found) -> Iterator[Any]:
        """The refused calls in what a text refers to.

        What lies behind a library isn't read: in a grader it may be a test.
        """
        thing = found.thing
        if not found.through_library:
            yield from self.refused(thing)
        elif _is_called(thing) and not _is_own(thing) and thing not in self.allowed:
            yield thing

    def in_text_of(self, function: FunctionType, must_be_read: bool) -> Iterator[RefusedCall]:
        code = function.__code__
        texts = text_of(code)
        timed = _TIMED in code.co_filename
        if not texts and (must_be_read or timed):
            raise Unreadable(function.__name__, timed)
        for text in texts:
            for reference in references(text, function):
                for refused in self.referred(reference.found):
                    if isinstance(refused, RefusedCall):
                        yield refused
                        continue
                    node = reference.node
                    line = linecache.getline(code.co_filename, node.lineno).strip()
                    yield RefusedCall(
                        _command_in(line) or _written(node, refused),
                        _kind(refused),
                        function.__name__,
                        node.lineno,
                        line,
                    )


def _is_called(thing: Any) -> bool:
    return isinstance(thing, Unloaded) or callable(thing)


def _methods(kind: type) -> Iterator[Any]:
    for each in vars(kind).values():
        found = each.fget if isinstance(each, property) else getattr(each, "__func__", each)
        if isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
            yield found


def _written(node: ast.expr, thing: Any) -> str:
    """A call as the student wrote it and, where that hides it, its full name."""
    written = ast.unparse(node)
    path = _public_path(thing)
    last = path.rpartition(".")[2]
    shown = written if len(written) <= 60 else written[:59] + "…"
    return shown if last in written or last == "…" else f"{shown} ({path})"


def _command_in(line: str) -> str | None:
    """The command of the notebook that IPython has made this line of Python of."""
    found = re.search(
        r"get_ipython\(\)\.(?:run_(?:line|cell)_magic\('(\w+)'|system|getoutput)", line
    )
    if found is None:
        return None
    return f"%{found[1]}" if found[1] else "!"


def _kind(thing: Any) -> str | None:
    if path_of(thing).endswith(_COMMANDS):
        return "a notebook command, whose text can't be read"
    last = path_of(thing).rpartition(".")[2]
    for pattern, kind in _KINDS.items():
        if re.fullmatch(pattern, last, re.IGNORECASE):
            return kind
    return None
