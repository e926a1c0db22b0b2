"""The reference of the library: signatures as they are written, and links to the source.

Autodoc would print what a name of a type stands for: of `ArrayLike` that is five lines.

The `source` role leads to the page on which viewcode shows a module, from any page of the book:

    The definition stands in {source}`convbook.simple`.
"""

import ast
import inspect
import textwrap
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxRole


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


class Source(SphinxRole):
    """The path of a module, which links to its text."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        path = self.text.replace(".", "/")
        page = self.env.app.builder.get_relative_uri(self.env.docname, f"_modules/{path}")
        shown = nodes.literal("", f"{path}.py")
        link = nodes.reference("", "", shown, refuri=page, internal=True, classes=["source"])
        return [link], []


def text_and_places(app: Sphinx, module: str) -> tuple[str, dict[str, tuple[str, int, int]]]:
    """The text of a module, and the lines of everything in it that a reader may want to see.

    Viewcode finds what `def` and `class` define; `conv2d = face(conv, 2, …)` is a function too.
    """
    analyzer = ModuleAnalyzer.for_module(module)
    analyzer.find_tags()
    places = dict(analyzer.tags)
    for node in ast.parse(analyzer.code).body:
        if isinstance(node, ast.Assign):
            # One name, or several at once: `conv1d, conv2d = …`.
            for name in ast.walk(node.targets[0]):
                if isinstance(name, ast.Name):
                    places[name.id] = ("other", node.lineno, node.end_lineno or node.lineno)
    return analyzer.code, places


def setup(app: Sphinx) -> dict[str, Any]:
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.viewcode")
    app.add_role("source", Source())
    app.connect("viewcode-find-source", text_and_places)
    app.connect("autodoc-process-signature", written_signature)
    app.connect("autodoc-skip-member", is_field)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
