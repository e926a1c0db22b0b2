"""The reference of the library: signatures as they are written, and what a reader doesn't need.

Autodoc would print what a name of a type stands for: of `ArrayLike` that is five lines.
"""

import ast
import inspect
import textwrap
from typing import Any

from sphinx.application import Sphinx


def written_signature(
    app: Sphinx,
    what: str,
    name: str,
    obj: Any,
    options: Any,
    signature: str | None,
    returns: str | None,
) -> tuple[str, str | None] | None:
    """The signature of a function or a class as its source has it."""
    if what not in ("function", "method", "class", "exception"):
        return None
    node = ast.parse(textwrap.dedent(inspect.getsource(obj))).body[0]
    if isinstance(node, ast.ClassDef):
        return fields(node), None
    assert isinstance(node, ast.FunctionDef), name
    if what == "method":
        node.args.args = node.args.args[1:]
    return f"({ast.unparse(node.args)})", ast.unparse(node.returns) if node.returns else None


def fields(node: ast.ClassDef) -> str:
    """The annotated names of a class, which a named tuple or a dataclass is called with."""
    made = [ast.unparse(each) for each in node.body if isinstance(each, ast.AnnAssign)]
    return f"({', '.join(made)})"


def is_field(app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any) -> bool | None:
    """Leave the fields of a named tuple out: they stand in its signature and its description."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("autodoc-process-signature", written_signature)
    app.connect("autodoc-skip-member", is_field)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
