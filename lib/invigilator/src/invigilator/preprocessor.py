"""nbgrader's own `Execute`, replaced: stock `nbgrader autograde` and the formgrader's button run
students' code as isolated as `invigilator autograde` does. In nbgrader_config.py:

    c.Autograde.autograde_preprocessors = [
        "invigilator.preprocessor.Isolated",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
"""

import atexit
import os
import secrets
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import find_all_files
from traitlets import Bool

from invigilator.course.assignment import read_paper
from invigilator.trusted.examiner import Work
from invigilator.trusted.worker import Room
from invigilator.untrusted.sandbox import Allowance

_rooms: list[Room] = []  # one at most, kept warm from one submission to the next


class Isolated(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a notebook's cells: the student's in a sandbox, the tests beside it."""

    sandbox = Bool(True, help="isolate students' code").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        about = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        with Gradebook(about["db_url"], course.course_id) as gradebook:
            names = (about["assignment"], about["notebook"])
            paper = read_paper(course, gradebook, *names, self.config)
        folder = Path(resources["metadata"]["path"])
        files = {
            str(Path(name).relative_to(folder)): Path(name).read_bytes()
            for name in find_all_files(str(folder), [*course.ignore, "*.ipynb"])
        }
        seed = int(os.environ.get("GRADING_SEED") or secrets.randbits(32))
        text = nbformat.writes(nb).encode()
        work = Work(about["student"], text, files, seed, prepared=True)
        result = room(paper.modules, Allowance(parent=self), self.sandbox).examine(paper, work)
        if why := result.get("failed") or result.get("lost"):
            raise RuntimeError(why)
        self.log.info("The seed of the hidden tests was %d", seed)
        return nbformat.reads(result["notebook"], as_version=4), resources


def room(modules: tuple[str, ...], allowance: Allowance, isolated: bool) -> Room:
    """The warm room, or a new one if another assignment needs other modules."""
    if _rooms and not (set(modules) <= set(_rooms[0].modules) and _rooms[0].isolated == isolated):
        _rooms.pop().close()
    if not _rooms:
        _rooms.append(Room(modules, allowance, isolated))
    return _rooms[0]


@atexit.register
def _close() -> None:
    while _rooms:
        _rooms.pop().close()
