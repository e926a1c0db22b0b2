"""nbgrader's own `Execute`, replaced: stock `nbgrader autograde` and the formgrader's button run
students' code as isolated as `invigilator autograde` does. See `invigilator.settings`.
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

from invigilator.batch.execution import close_worker, open_worker, warm_worker
from invigilator.course.assignment import AssignmentError, read_specs
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import Graded, Lost, NotebookSubmission, Ungradable

# A worker is kept warm from one submission to the next.
atexit.register(close_worker)


class Isolated(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a notebook's cells: the student's in a sandbox, the tests beside it."""

    sandbox = Bool(True, help="isolate students' code").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        names = resources["nbgrader"]
        course = CourseDirectory(parent=self)
        with Gradebook(names["db_url"], course.course_id) as gradebook:
            specs = read_specs(course, gradebook, names["assignment"], self.config)
        spec = specs.get(names["notebook"])
        if spec is None:
            raise AssignmentError(f"{names['assignment']} has no notebook {names['notebook']}")
        folder = Path(resources["metadata"]["path"])
        files = {
            str(Path(name).relative_to(folder)): Path(name).read_bytes()
            for name in find_all_files(str(folder), [*course.ignore, "*.ipynb"])
        }
        seed = int(os.environ.get("GRADING_SEED") or secrets.randbits(32))
        text = nbformat.writes(nb).encode()
        submission = NotebookSubmission(names["student"], text, files, seed, prepared=True)
        limits = Limits(parent=self)
        worker = warm_worker(spec, limits, self.sandbox)
        worker = worker or open_worker(spec, limits, self.sandbox)
        match worker.examine(spec, submission):
            case Ungradable(reason) | Lost(reason):
                raise RuntimeError(reason)
            case Graded(notebook):
                self.log.info("The seed of the hidden tests was %d", seed)
                return nbformat.reads(notebook, as_version=4), resources
