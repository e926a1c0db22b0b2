"""Where code comes from: whether it is the student's or a library's, and where its text stands."""

import ast
import importlib.util
import linecache
import os
import sys
from collections.abc import Iterator
from types import CodeType

import numpy as np

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

# The standard library, packages, and this one: the last also where it is run from its source.
# In a page the library is an archive, of which `os`, frozen into Python, knows nothing.
_FOLDERS = tuple(
    os.path.dirname(path) + os.sep
    for path in (os.__file__, ast.__file__, np.__path__[0], os.path.dirname(__file__))
)


def is_library_file(filename: str) -> bool:
    """Whether code of that file is a library's.

    >>> is_library_file(np.__file__), is_library_file("<ipython-input-3-abc>")
    (True, False)
    """
    return (
        filename.startswith((*_FOLDERS, "<frozen "))
        or "site-packages" in filename
        or filename.endswith(".pyx")
    )


def is_standard(module: str) -> bool:
    """Whether a module, by its full name, belongs to Python itself."""
    return module.partition(".")[0] in sys.stdlib_module_names


def is_library_module(module: str) -> bool:
    """Whether a module, by its full name, is a library's.

    One that there isn't here counts as the student's own: it may lie beside the notebook.

    >>> is_library_module("numpy.fft"), is_library_module("__main__")
    (True, False)
    """
    package = module.partition(".")[0]
    if package == "__main__":
        return False
    if is_standard(package):
        return True
    loaded = sys.modules.get(package)
    spec = getattr(loaded, "__spec__", None)
    if loaded is None:
        try:
            spec = importlib.util.find_spec(package)  # imports nothing
        except (ImportError, ValueError):
            return False
    if spec is None:
        return False
    places = [spec.origin or "", *(spec.submodule_search_locations or [])]
    return any(is_library_file(os.path.join(place, "")) for place in places)


def text_of(code: CodeType) -> list[Function]:
    """Where the text of a function's code stands, parsed.

    Usually that is one place. Of several lambdas on one line nobody knows which one it is. The list
    is empty when the text can't be had, or isn't that of this function any more.
    """
    lines = linecache.getlines(code.co_filename)
    try:
        functions = list(_functions(ast.parse("".join(lines))))
    except (SyntaxError, ValueError):
        return []
    here = [each for each in functions if first_line(each) == code.co_firstlineno]
    named = [each for each in here if getattr(each, "name", "<lambda>") == code.co_name]
    return named or here


def _functions(tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def first_line(function: Function) -> int:
    """The line that Python takes for a function's first: that of its first decorator."""
    decorators = getattr(function, "decorator_list", [])
    return decorators[0].lineno if decorators else function.lineno
