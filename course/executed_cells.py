"""Forget what the cells of a chapter put out, once the library that they import has changed.

    python -m course.executed_cells        before a build: forget what is no longer true

Jupyter Book keeps the outputs of executed cells in `build/jupyter_cache`, by the text of the cells
alone. Here each chapter has a digest of the modules of `convbook` that its cells come to import;
where it differs from that of the last build, the chapter's outputs are removed and its cells run
again. A change of `requirements.lock` removes everything.

The modules are found in the text, without running it. `from convbook import conv2d` depends on the
module that defines `conv2d` and on all that this imports, at its top or inside a function; not on
everything else that `convbook/__init__.py` imports. Whatever can't be resolved depends on the whole
module or package it asks for. What can be missed: a module imported by a name that is made up at
run time; a change that acts on others when it is imported, such as `numpy.seterr`; files that a
cell reads itself. For these, `rm -r build/jupyter_cache`.
"""

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePath

import jupytext
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_cache import get_cache

from course.address import ROOT

CACHE = ROOT / "build" / "jupyter_cache"
CHAPTERS = ROOT / "chapters"
LIBRARY = ROOT / "lib" / "convbook" / "src" / "convbook"
LOCK = ROOT / "requirements.lock"


class Package:
    """The modules of a package, and which of them import which, by their text.

    `folder` is the package's own folder; its name is that of the package.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, Path] = {}
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            self.files[name] = path

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """The parsed text of each module."""
        return {name: ast.parse(path.read_text("utf-8")) for name, path in self.files.items()}

    def is_package(self, module: str) -> bool:
        """Whether a module is a folder's `__init__.py`."""
        return self.files[module].name == "__init__.py"

    def imported(self, tree: ast.AST, within: str = "") -> set[str]:
        """The modules that a text asks for by name; `within` is the module that it is the text of.

        A name that a package only passes on counts as its origin's.
        """
        found = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {self.nearest(alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                source = self.absolute(node, within)
                found |= {self.origin(source, alias.name) for alias in node.names}
        return found - {""}

    def absolute(self, node: ast.ImportFrom, within: str) -> str:
        """The module that `from … import` names, its dots resolved."""
        if not node.level:
            return node.module or ""
        parents = within.split(".")
        up = node.level - self.is_package(within)
        base = parents[: len(parents) - up]
        return ".".join([*base, node.module] if node.module else base)

    def nearest(self, name: str) -> str:
        """The module of the package that holds a dotted name; "" for another package's."""
        while name and name not in self.files:
            name = name.rpartition(".")[0]
        return name

    def origin(self, module: str, name: str) -> str:
        """The module in which a name is defined that `module` offers."""
        if f"{module}.{name}" in self.files:
            return f"{module}.{name}"
        if module not in self.files or not self.is_package(module) or name == "*":
            return self.nearest(module)
        for node in self.trees[module].body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        return self.origin(self.absolute(node, module), alias.name) or module
        return module

    def needed(self, tree: ast.AST) -> set[str]:
        """All modules that a text comes to import, theirs included."""
        found: set[str] = set()
        waiting = self.imported(tree)
        while waiting:
            module = waiting.pop()
            found.add(module)
            waiting |= self.imported(self.trees[module], module) - found
        return found

    def digest(self, tree: ast.AST) -> str:
        """Changes with the text of any module that `tree` needs, and with the files beside it."""
        digest = hashlib.sha256()
        for module in sorted(self.needed(tree)):
            for path in [self.files[module], *self.data_beside(module)]:
                digest.update(f"{path.relative_to(self.folder)}\0".encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def data_beside(self, module: str) -> Iterator[Path]:
        """The files in a module's folder that are no Python: it may read any of them."""
        for path in sorted(self.files[module].parent.iterdir()):
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                yield path


def cells_of(chapter: Path) -> ast.Module:
    """The code of all cells of a chapter, as one text."""
    notebook = jupytext.read(chapter, fmt="md:myst")
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    manager = TransformerManager()
    return ast.parse("\n".join(manager.transform_cell(source) for source in cells))


def digests(chapters: Path, library: Path, lock: Path) -> dict[str, str]:
    """Of each chapter, by its name, what it depends on beside its own text."""
    package = Package(library)
    pinned = hashlib.sha256(lock.read_bytes()).hexdigest()
    return {
        path.name: f"{pinned} {package.digest(cells_of(path))}"
        for path in sorted(chapters.glob("*.md"))
    }


def forget(cache: Path, changed: set[str]) -> list[str]:
    """Remove the outputs of chapters from a cache; returns the names of those it held.

    Chapters are told by the name of their file alone: a cache may have been copied with its course.
    """
    kept = get_cache(str(cache))
    removed = []
    for record in kept.list_cache_records():
        name = PurePath(record.uri).name
        if name in changed:
            kept.remove_cache(record.pk)
            removed.append(name)
    return sorted(removed)


def refresh(cache: Path, now: Mapping[str, str]) -> list[str]:
    """Forget what differs from the digests of the last build, and note those of today.

    Returns the names of the chapters that were forgotten.
    """
    noted = cache / "digests.json"
    before = json.loads(noted.read_text("utf-8")) if noted.is_file() else {}
    cache.mkdir(parents=True, exist_ok=True)
    removed = forget(cache, {name for name in now if before.get(name) != now[name]})
    noted.write_text(json.dumps(now, indent=1), "utf-8")
    return removed


def main() -> None:
    for name in refresh(CACHE, digests(CHAPTERS, LIBRARY, LOCK)):
        print(f"chapters/{name} will be executed again: what it imports has changed")


if __name__ == "__main__":
    main()
