"""The reference of the library: signatures as they are written, links to the source, uses.

Autodoc would print what a name of a type stands for: of `ArrayLike` that is five lines.

The `source` role leads to the page on which viewcode shows a module, from any page of the book:

    The definition stands in {source}`convbook.simple`.

Every entry says in which chapters and for which tasks it is used (`course/uses.py`); the
`library-names` directive lists all entries, page by page.
"""

import ast
import inspect
import textwrap
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective, SphinxRole

from course.toc import pages
from course.uses import uses_by_name


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


def say_where_used(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Add to an entry links to the chapters that use it and to the tasks that do."""
    if what == "module":
        return
    # `convbook.checking` explains what its modules define.
    own = f"{getattr(obj, '__module__', '')}.{getattr(obj, '__name__', '')}"
    uses = app.config.uses_by_name.get(name) or app.config.uses_by_name.get(own)
    if uses is None:
        return
    known = app.env.found_docs
    said = [f":doc:`/{chapter}`" for chapter in uses.chapters if chapter in known]
    for assignment, tasks in uses.tasks.items():
        page = f"exercises/{assignment}/{assignment}"
        if page in known:
            # A helper of every check is named once, not with a dozen tasks.
            few = ", ".join(tasks) if len(tasks) < 5 else f"{len(tasks)} tasks"
            said.append(f"{few} in :doc:`/{page}`")
    if said:
        lines += ["", ".. container:: used-in", "", f"   Used in {'; '.join(said)}."]


def find_uses(app: Sphinx, config: Any) -> None:
    """Look for the uses of the library once, chapters in the order of the book."""
    order = pages()
    found = uses_by_name()
    for uses in found.values():
        uses.chapters = sorted(set(uses.chapters) & set(order), key=order.index)
    config.uses_by_name = found


class names_of_pages(nodes.General, nodes.Element):
    """Where the list of all names will stand, once all pages are read."""


class LibraryNames(SphinxDirective):
    """A list of what the library's pages explain, page by page."""

    def run(self) -> list[nodes.Node]:
        return [names_of_pages()]


def list_names(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Write the list, with links to the entries."""
    for place in list(doctree.findall(names_of_pages)):
        entries: dict[str, list[nodes.Node]] = {}
        for name, entry in app.env.domaindata["py"]["objects"].items():
            # Every algorithm of the engine has a `forward`: no list of names tells them apart.
            engine = name.startswith("convbook.engine.")
            kinds = ("function", "class", "exception", "data")
            if entry.objtype in kinds and not entry.aliased and not engine:
                target = app.builder.get_relative_uri(page, entry.docname)
                short = nodes.literal("", name.rpartition(".")[2])
                link = nodes.reference("", "", short, refuri=f"{target}#{name}", internal=True)
                entries.setdefault(entry.docname, []).append(link)
        items = []
        in_order = sorted(entries, key=pages().index)
        for holder, links in ((each, entries[each]) for each in in_order):
            spaced = [part for link in links for part in (link, nodes.Text(" "))]
            title = app.env.titles[holder].astext()
            target = app.builder.get_relative_uri(page, holder)
            heading = nodes.reference("", title, refuri=target, internal=True)
            items.append(
                nodes.definition_list_item(
                    "",
                    nodes.term("", "", heading),
                    nodes.definition("", nodes.paragraph("", "", *spaced)),
                )
            )
        place.replace_self(nodes.definition_list("", *items))


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
    app.add_config_value("uses_by_name", {}, "", dict)
    app.add_node(names_of_pages)
    app.add_directive("library-names", LibraryNames)
    app.connect("config-inited", find_uses)
    app.connect("doctree-resolved", list_names)
    app.connect("autodoc-process-docstring", say_where_used)
    app.connect("viewcode-find-source", text_and_places)
    app.connect("autodoc-process-signature", written_signature)
    app.connect("autodoc-skip-member", is_field)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
