"""What nbgrader does to a notebook before and after its cells are run, without the gradebook.

nbgrader's preprocessors open the gradebook once each and stop at what they don't expect. Those that
need the gradebook are replaced here; any other that a course has configured runs as it is.
"""

import json
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.preprocessors import OverwriteCells
from nbgrader.utils import compute_checksum, is_task
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from invigilator.course.assignment import AssignmentSpec, MasterCell
from invigilator.course.recognition import recognised

Resources = dict[str, Any]

# Done here, by `conform`, or by the one who writes to the gradebook.
_REPLACED = {
    "DeduplicateIds",
    "OverwriteKernelspec",
    "OverwriteCells",
    "CheckCellMetadata",
    "SaveAutoGrades",
    "AssignLatePenalties",
}
_RUN = {"Execute", "Isolated"}


def sanitise(
    notebook: NotebookNode, spec: AssignmentSpec, resources: Resources, notes: list[str]
) -> NotebookNode:
    """The notebook as it is to be run: with the instructor's cells in place of those changed."""
    before, _ = _configured(spec.config)
    notebook = conform(notebook, spec, notes)
    for preprocessor in before:
        notebook, _ = preprocessor(notebook, resources)
    return notebook


def finish(notebook: NotebookNode, spec: AssignmentSpec, resources: Resources) -> NotebookNode:
    """The notebook as it is kept, after its cells have been run."""
    _, after = _configured(spec.config)
    for preprocessor in after:
        notebook, _ = preprocessor(notebook, resources)
    return notebook


def _configured(config: Config) -> tuple[list[Any], list[Any]]:
    """The course's preprocessors, without those replaced, before and after the cells are run."""
    traits = Autograde.class_traits()
    settings = config.get("Autograde", {})
    kinds = []
    for name in ("sanitize_preprocessors", "autograde_preprocessors"):
        listed = settings.get(name, traits[name].default())
        kinds += [import_item(kind) if isinstance(kind, str) else kind for kind in listed]
    names = [kind.__name__ for kind in kinds]
    # A course may have put steps of its own on either side of running the cells.
    middle = next((place for place, name in enumerate(names) if name in _RUN), len(names))
    replaced = _REPLACED | _RUN
    before = [kind(config=config) for kind in kinds[:middle] if kind.__name__ not in replaced]
    after = [kind(config=config) for kind in kinds[middle:] if kind.__name__ not in replaced]
    return before, after


def conform(notebook: NotebookNode, spec: AssignmentSpec, notes: list[str]) -> NotebookNode:
    """Give graded cells back what makes them so, and put back those that are missing."""
    if spec.kernelspec and (kernelspec := json.loads(spec.kernelspec)):
        notebook.metadata["kernelspec"] = nbformat.from_dict(kernelspec)
    found = recognised(notebook, spec)
    # A copy does for the tests that come after it, whichever of them is graded.
    first = {**found, **{_name(cell): cell for cell in reversed(notebook.cells)}}
    names = {id(cell): name for name, cell in found.items()}
    for cell in notebook.cells:
        name = names.get(id(cell))
        old = cell.metadata.pop("nbgrader", {})
        if name is not None:
            _restore(cell, spec.cells[name], old, notes)
        elif isinstance(copied := old.get("grade_id"), str) and copied in spec.cells:
            notes.append(f"a copy of the cell {copied} is not graded")
    for place, name in enumerate(spec.order):
        master = spec.cells.get(name)
        if master is None or master.max_score is None:
            continue
        before = {id(first[each]) for each in spec.order[:place] if each in first}
        # A test sees what cells above it did: it has to come after all that it tests.
        spots = [spot for spot, cell in enumerate(notebook.cells, 1) if id(cell) in before]
        last = max(spots, default=0)
        if name not in found:
            found[name] = first[name] = _made(master, notebook, spec)
            notebook.cells.insert(last, found[name])
            notes.append(f"the cell {name} was missing and has been put back")
        elif master.test and any(cell is found[name] for cell in notebook.cells[:last]):
            notebook.cells.insert(last, found[name])
            place = next(p for p, cell in enumerate(notebook.cells) if cell is found[name])
            del notebook.cells[place]
            notes.append(f"the cell {name} stood before what it tests and has been put after it")
    return notebook


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _made(master: MasterCell, notebook: NotebookNode, spec: AssignmentSpec) -> NotebookNode:
    """A cell of the instructor's that a notebook lacks."""
    cell: NotebookNode = OverwriteCells(config=spec.config).missing_cell_transform(
        nbformat.from_dict({**vars(master)}), master.max_score, master.solution, master.task
    )
    cell["id"] = _free(master.name, notebook)
    return cell


def _free(name: str, notebook: NotebookNode) -> str:
    """An id that no cell has."""
    taken = {cell.get("id") for cell in notebook.cells}
    start = "".join(c if c.isascii() and c.isalnum() else "-" for c in name)[:50] or "cell"
    numbered = (f"{start}-{number}" for number in range(len(taken) + 1))
    return next(each for each in (start, *numbered) if each not in taken)


def _restore(cell: NotebookNode, master: MasterCell, old: dict[str, Any], notes: list[str]) -> None:
    """Make a student's cell the instructor's again where it isn't the student's to change.

    `old` is what nbgrader had noted of it.
    """
    if not old:
        notes.append(f"the cell {master.name} had lost its metadata")
    if cell.cell_type != master.cell_type:
        notes.append(f"the cell {master.name} was of type {cell.cell_type}")
        cell.cell_type = master.cell_type
        if master.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.pop("attachments", None)
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    metadata = {
        "cell_type": master.cell_type,
        "checksum": master.checksum,
        "grade": master.max_score is not None and not master.task,
        "grade_id": master.name,
        "locked": master.locked,
        "points": master.max_score,
        "schema_version": SCHEMA_VERSION,
        "solution": master.solution,
        "task": master.task,
    }
    if master.max_score is None:
        del metadata["points"]
    if old.get("points", master.max_score) != master.max_score:
        notes.append(f"the points of the cell {master.name} had been changed")
    if "points" in metadata and old.get("points") == metadata["points"]:
        metadata["points"] = old["points"]  # 2 is not 2.0 in a file
    cell.metadata["nbgrader"] = nbformat.from_dict(metadata)
    if master.locked and compute_checksum(cell) != master.checksum:
        cell.source = master.source


def comment_on(cell: NotebookNode) -> str | None:
    """nbgrader's comment on an answer that is as it was given out."""
    unchanged = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return "No response." if unchanged and not is_task(cell) else None
