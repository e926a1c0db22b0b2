"""The specification of an assignment: all that grading takes, without gradebook and folders.

It can be pickled, so an examiner on another machine needs nothing else.
"""

import ast
import contextlib
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import find_all_files, is_grade, is_solution
from traitlets.config import Config


class AssignmentError(ValueError):
    """An assignment that can't be graded as it is, and why."""


@dataclass(frozen=True)
class MasterCell:
    """What the gradebook knows of a cell of the instructor's."""

    name: str
    cell_type: str
    locked: bool
    source: str
    checksum: str | None
    max_score: float | None = None
    solution: bool = False
    task: bool = False

    @property
    def test(self) -> bool:
        """Whether it is graded by running it."""
        return self.max_score is not None and not self.solution and not self.task


@dataclass(frozen=True)
class Step:
    """A code cell of the instructor's notebook, in order: a test by its name, a solution by the
    names that it binds, or a cell that the examiner runs."""

    source: str
    test: str | None = None
    solution: bool = False
    binds: frozenset[str] = frozenset()
    imports: str = ""


@dataclass(frozen=True)
class AssignmentSpec:
    """One notebook of an assignment.

    `order` are the names of the instructor's cells and `ids` their ids, `files` what lies beside
    the notebook and `own_files` those of them that students may replace, `modules` what any of the
    assignment's notebooks imports: one sandbox serves them all.
    """

    assignment: str
    notebook: str
    kernelspec: str | None
    cells: dict[str, MasterCell]
    order: list[str]
    ids: dict[str, str]
    steps: list[Step]
    answers: str
    files: dict[str, bytes]
    own_files: frozenset[str]
    config: Config
    modules: tuple[str, ...]
    hidden: tuple[str, str]

    def digest(self) -> str:
        """Changes when anything does that could change a grade."""
        steps = [(step.source, step.test, step.solution, sorted(step.binds)) for step in self.steps]
        cells = [asdict(self.cells[name]) for name in sorted(self.cells)]
        files = {name: hashlib.sha256(self.files[name]).hexdigest() for name in self.files}
        # The instructor's answers are left out: a better solution changes no grade.
        parts = (self.kernelspec, cells, steps, files, self.config)
        text = json.dumps(parts, sort_keys=True, default=repr)
        return hashlib.sha256(text.encode()).hexdigest()

    def files_beside(self, submitted: dict[str, bytes]) -> dict[str, bytes]:
        """What lies beside the notebook: the student's files, the instructor's over them."""
        kept = {name for name in self.own_files if name in submitted}
        instructors = {name: self.files[name] for name in self.files if name not in kept}
        return {**submitted, **instructors}

    def without_hidden(self, source: str) -> str:
        """A cell's text as students have it."""
        begin, end = self.hidden
        visible, inside = [], False
        for line in source.split("\n"):
            inside = inside or begin in line
            if not inside:
                visible.append(line)
            inside = inside and end not in line
        return "\n".join(visible)


def read_specs(
    course: CourseDirectory, gradebook: Gradebook, assignment: str, config: Config
) -> dict[str, AssignmentSpec]:
    """The notebooks of an assignment by name, from the gradebook and the instructor's folder.

    Raises AssignmentError where one of the two lacks something.
    """
    try:
        masters = {n.name: n for n in gradebook.find_assignment(assignment).notebooks}
    except MissingEntry:
        how = f"run `nbgrader generate_assignment {assignment}`"
        raise AssignmentError(f"{assignment} is not in the gradebook: {how}") from None
    folder = Path(course.format_path(course.source_directory, ".", assignment))
    if not folder.is_absolute():
        folder = Path(course.root) / folder
    sources = {name: _read_source(folder / f"{name}.ipynb") for name in sorted(masters)}
    # A dict keeps the order and drops what comes twice.
    modules = dict.fromkeys(module for source in sources.values() for module in imported(source))
    files = {
        str(Path(name).relative_to(folder)): Path(name).read_bytes()
        for name in find_all_files(str(folder), [*course.ignore, "*.ipynb"])
    }
    replaceable = config.get("Autograde", {}).get("exclude_overwriting", {}).get(assignment, ())
    clear = ClearHiddenTests(config=config)
    specs = {}
    for name, source in sources.items():
        cells = master_cells(masters[name])
        named = [cell for cell in source.cells if "nbgrader" in cell.metadata]
        specs[name] = AssignmentSpec(
            assignment,
            name,
            masters[name].kernelspec,
            cells,
            [cell.metadata.nbgrader.grade_id for cell in named],
            {cell.metadata.nbgrader.grade_id: cell.get("id", "") for cell in named},
            steps(source, cells),
            nbformat.writes(source),
            files,
            frozenset(replaceable),
            config,
            tuple(modules),
            (clear.begin_test_delimeter, clear.end_test_delimeter),
        )
    return specs


def _read_source(path: Path) -> NotebookNode:
    if not path.is_file():
        raise AssignmentError(f"the instructor's notebook {path} is missing")
    source: NotebookNode = nbformat.read(path, as_version=4)
    return source


def master_cells(notebook: Any) -> dict[str, MasterCell]:
    """The cells of a notebook in the gradebook, by name."""
    points = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
    tasks = {cell.name for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return {
        cell.name: MasterCell(
            cell.name,
            cell.cell_type,
            bool(cell.locked),
            cell.source,
            cell.checksum,
            float(points[cell.name].max_score) if cell.name in points else None,
            cell.name in solutions,
            cell.name in tasks,
        )
        for cell in notebook.source_cells
    }


def steps(source: NotebookNode, cells: dict[str, MasterCell]) -> list[Step]:
    """What the examiner does with each code cell of the instructor's notebook."""
    found = []
    for cell in source.cells:
        if cell.cell_type != "code":
            continue
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        binds, imports = bound(cell.source)
        # The answer is the student's to give. Of the instructor's only the imports are run, which
        # later tests may use.
        if is_solution(cell):
            found.append(Step("", None, True, binds, imports))
        elif is_grade(cell) and name in cells:
            # As the gradebook has it, which is what was released; the folder may hold a newer one.
            found.append(Step(cells[name].source, name, binds=bound(cells[name].source)[0]))
        else:
            found.append(Step(cell.source, binds=binds))
    return found


def bound(source: str) -> tuple[frozenset[str], str]:
    """The names that a cell binds other than by imports, and its imports as a text of their own."""
    try:
        tree = _parsed(source)
    except SyntaxError:
        return frozenset(), ""
    # Imports are the instructor's own: modules can't cross, and a test means the real one.
    names: set[str] = set()
    imports: list[ast.stmt] = []

    def visit(node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
                # Names bound within a function are none of the notebook's.
                return
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp():
                return
            case ast.Import() | ast.ImportFrom():
                imports.append(node)
            case ast.Name(id=name, ctx=ast.Store()) | ast.ExceptHandler(name=str(name)):
                names.add(name)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return frozenset(names), "\n".join(map(ast.unparse, imports))


def _parsed(source: str) -> ast.Module:
    """A cell's text as Python, its magics as calls. Raises SyntaxError."""
    manager: Any = TransformerManager
    text: str = manager().transform_cell(source)
    return ast.parse(text)


def imported(source: NotebookNode) -> tuple[str, ...]:
    """The modules that a notebook's cells import, wherever they do it."""
    found: dict[str, None] = {}
    for cell in source.cells:
        if cell.cell_type != "code":
            continue
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(_parsed(cell.source)):
                match node:
                    case ast.Import(names=names):
                        found |= dict.fromkeys(alias.name for alias in names)
                    case ast.ImportFrom(module=str(module), level=0):
                        found[module] = None
    return tuple(found)


def words(source: str) -> set[str]:
    """Everything in a text that may be a name."""
    return set(re.findall(r"[^\W\d]\w*", source))
