"""Which cell of a notebook is which of the instructor's, and which file which notebook."""

import contextlib
from collections.abc import Iterable, Mapping

from nbformat import NotebookNode

from invigilator.course.assignment import AssignmentSpec, bound
from invigilator.course.repair import Unreadable, read


def recognised(notebook: NotebookNode, spec: AssignmentSpec) -> dict[str, NotebookNode]:
    """The cell that is each of the instructor's: by its name, its id, else what it says or binds.

    The last one counts where there are several.
    """
    found: dict[str, NotebookNode] = {}
    others = []
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if isinstance(name, str) and name in spec.cells:
            found[name] = cell
        else:
            others.append(cell)
    lost = [name for name in spec.order if name in spec.cells and name not in found]
    for name in lost:
        master = spec.cells[name]
        # Some tools drop metadata, some ids too: what a cell says or binds is what is left.
        given, binds = spec.without_hidden(master.source), bound(master.source)[0]
        same = [cell for cell in others if cell.id == spec.ids.get(name)]
        same = same or [cell for cell in others if cell.source.strip() == given.strip()]
        if not same and master.solution and binds:
            same = [cell for cell in others if binds <= bound(cell.source)[0]]
        if same:
            found[name] = same[-1]
            others = [cell for cell in others if cell is not same[-1]]
    return found


def matched(specs: Iterable[AssignmentSpec], notebooks: Mapping[str, bytes]) -> dict[str, str]:
    """Which file is which notebook of an assignment, by its name, else by what is in it."""
    specs = list(specs)
    found = {spec.notebook: spec.notebook for spec in specs if spec.notebook in notebooks}
    missing = [spec for spec in specs if spec.notebook not in found]
    if not missing:
        return found
    others = {}
    for name in sorted(name for name in notebooks if name not in found):
        with contextlib.suppress(Unreadable):
            others[name] = read(notebooks[name])[0]
    for spec in missing:
        likeness = {name: len(recognised(other, spec)) for name, other in others.items()}
        best = max(likeness, key=likeness.__getitem__, default=None)
        # With fewer than half of its cells, it is more likely to be another notebook.
        if best is not None and 2 * likeness[best] >= len(spec.cells):
            found[spec.notebook] = best
            del others[best]
    return found
