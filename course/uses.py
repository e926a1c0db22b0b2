"""Where the book uses each name of the library: in which chapters, and for which tasks.

Found in the text of their cells, without running it. A name counts for the module that defines it,
wherever it is imported from; so `simple.conv2d` is not `conv2d`. A chapter also uses the definition
that it shows by `literalinclude`. A task is a solution's cell, or the tests of one.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jupytext

from course.address import ROOT
from course.executed_cells import LIBRARY, Package, cells_of

SHOWN = re.compile(r"```\{literalinclude\} \S*/convbook/(\S+)\.py\n(?::.*\n)*?:pyobject: (\w+)")


@dataclass
class Uses:
    """The pages of the chapters that use a name, and the tasks of the assignments that do."""

    chapters: list[str] = field(default_factory=list)
    tasks: dict[str, list[str]] = field(default_factory=dict)


def names_in(package: Package, tree: ast.AST) -> Iterator[str]:
    """What a text uses of a package, as `package.module.name`, some of it more than once."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                module = package.origin(node.module or "", alias.name)
                if module == f"{node.module}.{alias.name}":
                    modules[alias.asname or alias.name] = module
                elif module:
                    yield f"{module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module:
                yield f"{package.origin(module, node.attr)}.{node.attr}"


def tasks_of(source: Path) -> Iterator[tuple[str, ast.Module]]:
    """Of each task of an assignment its name and the code of one of its cells."""
    for cell in jupytext.read(source, fmt="md:myst").cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        # An answer in words is kept as a cell of code, too.
        if cell.cell_type == "code" and task not in ("", "setup", "imports", "written"):
            yield task.removeprefix("test_"), ast.parse(cell.source)


def uses_by_name(root: Path = ROOT) -> dict[str, Uses]:
    """Where each name of `convbook` is used, by `convbook.module.name`."""
    package = Package(root / LIBRARY.relative_to(ROOT))
    found: dict[str, Uses] = {}
    for chapter in sorted((root / "chapters").glob("*.md")):
        names = set(names_in(package, cells_of(chapter)))
        for module, name in SHOWN.findall(chapter.read_text("utf-8")):
            names.add(f"convbook.{module.replace('/', '.')}.{name}")
        for name in names:
            found.setdefault(name, Uses()).chapters.append(f"chapters/{chapter.stem}")
    for source in sorted((root / "solutions").glob("*/*.md")):
        for task, tree in tasks_of(source):
            for name in set(names_in(package, tree)):
                tasks = found.setdefault(name, Uses()).tasks.setdefault(source.stem, [])
                if task not in tasks:
                    tasks.append(task)
    return found
