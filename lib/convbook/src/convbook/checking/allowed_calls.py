"""Which calls are allowed: whether the text of a function calls a ready-made convolution."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FunctionType
from typing import Any

_NAMES = """
    convolve convolve1d convolve2d correlate correlate1d correlate2d fftconvolve oaconvolve lfilter
    conv conv1d conv2d conv3d Conv1d Conv2d Conv3d unfold Unfold locally_connected
    toeplitz toeplitz_matrix convolution_matrix matmul_toeplitz parameter_map
    im2col col2im doubly_blocked_toeplitz_matrix
"""
READY_MADE = frozenset(_NAMES.split())


def ready_made_in(function: Callable[..., Any]) -> str | None:
    """The first ready-made convolution that `function` or a helper of its notebook names.

    A name counts wherever it is used, unless it is the student's own: a function of the notebook,
    which is then read too, a function inside `function`, an argument or a variable.
    Raises OSError, TypeError or SyntaxError when the text of `function` can't be had.

    >>> def lazy(x, u):
    ...     import numpy as np
    ...     return np.correlate(x, u)
    >>> ready_made_in(lazy)
    'correlate'
    """
    name = getattr(function, "__name__", "")
    return str(name) if name in READY_MADE and _is_library(function) else _search(function, set())


def _search(function: Callable[..., Any], read: set[str]) -> str | None:
    """What a function uses and, in the notebook, the functions that it calls; `read` are done."""
    function = inspect.unwrap(getattr(function, "pyfunc", function))  # pyfunc: np.vectorize
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    named = getattr(function, "__globals__", {})
    own = set(_own_names(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=used) | ast.alias(name=used) if used in READY_MADE:
                return used
            case ast.Name(id=used) if used not in own | read:
                found = named.get(used)
                name = getattr(found, "__name__", used)
                if isinstance(found, FunctionType) and not _is_library(found):
                    read.add(used)
                    with suppress(OSError, SyntaxError):  # a helper without a text is let pass
                        name = _search(found, read)
                if name in READY_MADE:
                    return str(name)
    return None


def _own_names(tree: ast.AST) -> Iterator[str]:
    """The functions, arguments and variables that a text defines itself."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name


def _is_library(function: Callable[..., Any]) -> bool:
    """Whether `function` comes from an installed package rather than from a notebook."""
    package = str(getattr(function, "__module__", "")).partition(".")[0]
    return package in {"numpy", "scipy", "torch", "convbook", "jax", "cupy", "cupyx", "skimage"}
