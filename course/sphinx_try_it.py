"""Let readers change and run a chapter's cells that have the tag `try-it`.

Such a cell is executed when the book is built, as any other, and reads as code with its output:
without JavaScript, in print, and where there is no Python for pages. Elsewhere a script makes an
editor of it, and runs it in the page after those lines of the earlier cells that it needs. They are
found here, and stand in the page as data.
"""

import ast
import json
import symtable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
from docutils import nodes
from sphinx.application import Sphinx

from course.sphinx_pyodide import gathered

TAG = "try-it"
AT_HAND = {"numpy", "convbook"}  # always loaded in a page


def tried_cells(path: Path) -> list[tuple[list[str], str]]:
    """The cells to try of a chapter: what each needs of the cells before it, and its own text."""
    cells = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    return [
        (needed([each.source for each in cells[:place]], cell.source), cell.source)
        for place, cell in enumerate(cells)
        if TAG in cell.metadata.get("tags", [])
    ]


def needed(above: list[str], cell: str) -> list[str]:
    """The statements of earlier cells without which a cell would not run, cell by cell.

    Imports of what a page always has are among them.

    >>> needed(["import numpy as np\\nimport torch", "x = 3\\ny = x", "x = 5"], "print(y)")
    ['import numpy as np', 'x = 3\\ny = x']
    """
    statements = [(place, each) for place, text in enumerate(above) for each in _parsed(text)]
    imported = set().union(*(each.binds for _, each in statements if each.imports))
    late: set[str] = set()
    while True:
        # A function looks up what it uses when it is called: after all that stands above.
        wanted = late
        for each in reversed(_parsed(cell)):
            wanted = each.before(wanted)
        kept = []
        for place, each in reversed(statements):
            if each.is_at_hand or (each.binds | (each.changes - imported)) & wanted:
                kept.insert(0, (place, each))
                wanted = each.before(wanted)
        found = late.union(*(each.late for _, each in kept))
        if found == late:
            break
        late = found
    texts = ["\n".join(each.text for at, each in kept if at == place)
             for place in range(len(above))]  # fmt: skip
    return [text for text in texts if text]


class Statement:
    """A statement at the top level of a cell, and the names that it has to do with."""

    def __init__(self, node: ast.stmt) -> None:
        self.text = ast.unparse(node)
        table = symtable.symtable(self.text, "cell", "exec")
        symbols = table.get_symbols()
        self.imports = isinstance(node, ast.Import | ast.ImportFrom)
        # Who changes a cell may write what the chapter's readers write, `np.` first of all.
        self.is_at_hand = self.imports and _packages(node) <= AT_HAND
        self.binds = {
            each.get_name() for each in symbols if each.is_assigned() or each.is_imported()
        }
        # What is looked up when it is called, or at once: a comprehension is a function, too.
        self.late = set(_globals_inside(table))
        self.uses = {each.get_name() for each in symbols if each.is_referenced()}
        if not isinstance(node, ast.FunctionDef):
            self.uses |= self.late
        if isinstance(node, ast.AugAssign):
            self.uses |= self.binds
        # What it changes in place: x[0] = 1, x.n = 1, x += 1, x.append(1).
        self.changes = {name for each in ast.walk(node) if (name := _changed(each))}
        compound = ast.For | ast.While | ast.If | ast.With | ast.Try | ast.AugAssign | ast.Match
        self.binds_wholly = not isinstance(node, compound)

    def before(self, wanted: set[str]) -> set[str]:
        """The names that are wanted before it, if these are wanted after it."""
        return (wanted - self.binds if self.binds_wholly else wanted) | self.uses


def _packages(node: ast.stmt) -> set[str]:
    """The packages of an import."""
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
    return {name.partition(".")[0] for name in names}


def _parsed(text: str) -> list[Statement]:
    return [Statement(node) for node in ast.parse(text).body]


def _globals_inside(table: symtable.SymbolTable) -> Iterator[str]:
    """The global names of a scope's inner ones."""
    for inner in table.get_children():
        yield from (each.get_name() for each in inner.get_symbols() if each.is_global())
        yield from _globals_inside(inner)


def _changed(node: ast.AST) -> str | None:
    """The name whose value a part of a statement changes in place."""
    part: Any = None
    if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
        part = node.value
    elif (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
    ):
        part = node.value.func
    while isinstance(part, ast.Subscript | ast.Attribute):
        part = part.value
    return part.id if isinstance(part, ast.Name) else None


def note_what_is_needed(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put what each cell to try needs into the page, where its script finds it."""
    marked = [
        each for each in doctree.findall(nodes.container) if f"tag_{TAG}" in each["classes"]
    ]  # fmt: skip
    if not marked or app.builder.format != "html" or not gathered(app).is_dir():
        return
    tried = tried_cells(Path(app.env.doc2path(page)))
    for node, (above, source) in zip(marked, tried, strict=True):
        # In a script of HTML, nothing is escaped, and this would end it.
        data = json.dumps({"above": above, "source": source}).replace("</", "<\\/")
        element = f'<script type="application/json" class="{TAG}-data">{data}</script>'
        node += nodes.raw("", element, format="html")


def send_script(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Send the script to pages with cells to try."""
    if f'class="{TAG}-data"' in context.get("body", ""):
        app.add_css_file("worksheet/try-it.css")
        app.add_js_file("worksheet/try-it.js", type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-resolved", note_what_is_needed)
    app.connect("html-page-context", send_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
