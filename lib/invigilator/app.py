"""Command line: `invigilator autograde ps03_sharing`, `invigilator report ps03_sharing`.

Both read `nbgrader_config.py` in the current folder and take nbgrader's own options.
"""

import logging
import sys
from pathlib import Path
from typing import Any

from nbgrader.apps.baseapp import NbGrader
from traitlets import Integer, Unicode

from invigilator import batch, report


class AssignmentsApp(NbGrader):  # type: ignore[misc]
    """A command about one or more assignments, named after it."""

    def _log_level_default(self) -> int:
        # What nbgrader does step by step is no news; what goes wrong is told by name.
        return logging.ERROR

    def assignments(self) -> list[str]:
        if not self.extra_args:
            self.exit_with(f"name an assignment: {self.name} ASSIGNMENT …")
        known = self.coursedir.format_path(self.coursedir.source_directory, ".", "")
        for name in self.extra_args:
            if not (Path(known) / name).is_dir():
                self.exit_with(f"there is no assignment {name!r} in {known}")
        return list(self.extra_args)

    def exit_with(self, message: str) -> None:
        sys.exit(f"{self.name}: {message}")


class AutogradeApp(AssignmentsApp):
    """Grade submissions, one after the other; report by name those that can't be graded."""

    name = "invigilator autograde"
    description = "Grade every submission of an assignment, then make its feedback."
    aliases = {
        "student": "CourseDirectory.student_id",
        "db": "CourseDirectory.db_url",
        "seed": "AutogradeApp.seed",
    }
    flags: dict[str, Any] = {}
    seed = Integer(None, allow_none=True, help="seed of the hidden tests").tag(config=True)

    def start(self) -> None:
        super().start()
        done = True
        for assignment in self.assignments():
            waiting = batch.students(self.coursedir, assignment)
            if self.coursedir.student_id != "*":
                if self.coursedir.student_id not in waiting:
                    self.exit_with(f"{self.coursedir.student_id} has not submitted {assignment}")
                waiting = [self.coursedir.student_id]
            results = []
            for result in batch.autograde(self.config, assignment, waiting, self.seed):
                results.append(result)
                state = "graded" if result.graded else f"not graded: {result.reason}"
                print(
                    f"{assignment} {len(results):>4} of {len(waiting)}  {result.seconds:4.1f} s  "
                    f"{result.student}: {state}",
                    flush=True,
                )
            batch.save(self.coursedir, assignment, results)
            outcome = batch.nbgrader_api(self.config).generate_feedback(assignment, force=True)
            if not outcome["success"]:
                print(f"feedback of {assignment}: {batch.last_words(outcome)}")
                done = False
        sys.exit(0 if done else 1)


class ReportApp(AssignmentsApp):
    """Write the class's page and print its scores."""

    name = "invigilator report"
    description = "Summarise assignments on one page, and print the scores."
    aliases = {"to": "ReportApp.to", "db": "CourseDirectory.db_url"}
    flags: dict[str, Any] = {}
    to = Unicode("report.html", help="where to write the page").tag(config=True)

    def start(self) -> None:
        super().start()
        summaries = [report.summarise(self.coursedir, name) for name in self.assignments()]
        report.write_page(summaries, Path(self.to))
        print(report.table(summaries))


class Invigilator(NbGrader):  # type: ignore[misc]
    """The command with its subcommands."""

    name = "invigilator"
    description = "Grade nbgrader assignments. `invigilator autograde --help` tells more."
    subcommands = {
        "autograde": (AutogradeApp, AutogradeApp.description),
        "report": (ReportApp, ReportApp.description),
    }
    flags: dict[str, Any] = {}
    aliases: dict[str, Any] = {}

    def start(self) -> None:
        super().start()
        if self.subapp is None:
            self.print_help()
            sys.exit(1)


def main() -> None:
    """The entry point of the `invigilator` command."""
    Invigilator.launch_instance()
