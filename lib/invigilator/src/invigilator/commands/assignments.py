"""What the commands about assignments share: nbgrader's options, and which are meant."""

import logging
import os
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.apps.baseapp import NbGrader

from invigilator.version import VERSION

OPTIONS = {
    "log-level": "Application.log_level",
    "assignment": "CourseDirectory.assignment_id",
    "course": "CourseDirectory.course_id",
    "course-dir": "CourseDirectory.root",
    "db": "CourseDirectory.db_url",
    "notebook": "CourseDirectory.notebook_id",
    "student": "CourseDirectory.student_id",
}


class AssignmentsApp(NbGrader):  # type: ignore[misc]
    """A command about one or more assignments, named after it."""

    version = VERSION
    flags: dict[str, Any] = {}

    def _log_level_default(self) -> int:
        # What nbgrader does step by step is no news; what goes wrong is told by name.
        return logging.ERROR

    def start(self) -> None:
        # Libraries' advice to developers is no news to an instructor.
        warnings.simplefilter("ignore")
        # nbgrader calls `alembic` by name: it stands beside the interpreter.
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        super().start()
        if self.coursedir.db_url.startswith("postgresql+psycopg:") and not find_spec("psycopg"):
            what = "a gradebook on a PostgreSQL server takes psycopg"
            self.exit_with(f'{what}: pip install "invigilator[postgresql]"')

    def assignments(self) -> list[str]:
        chosen = self.extra_args or [self.coursedir.assignment_id]
        if not chosen[0]:
            self.exit_with(f"name an assignment: {self.name} ASSIGNMENT …")
        known = self.coursedir.format_path(self.coursedir.source_directory, ".", "")
        for name in chosen:
            if not (Path(known) / name).is_dir():
                self.exit_with(f"there is no assignment {name!r} in {known}")
        return list(chosen)

    def exit_with(self, message: str) -> NoReturn:
        sys.exit(f"{self.name}: {message}")
