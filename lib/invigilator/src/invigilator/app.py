"""Command line: `invigilator autograde ps03_sharing`, `invigilator report ps03_sharing`.

Commands read `nbgrader_config.py` in the current folder and take nbgrader's own options.
"""

import contextlib
import copy
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool, Integer, Unicode
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.batch.grading import GradingError
from invigilator.course.assignment import AssignmentError
from invigilator.course.repair import Unreadable, read
from invigilator.course.results import Result
from invigilator.course.submissions import students
from invigilator.feedback import PREPROCESSORS
from invigilator.reporting import tables
from invigilator.reporting.page import write_page
from invigilator.reporting.summary import summarise
from invigilator.shell import Shell
from invigilator.untrusted.sandbox import missing

_OPTIONS = {
    "log-level": "Application.log_level",
    "assignment": "CourseDirectory.assignment_id",
    "course": "CourseDirectory.course_id",
    "course-dir": "CourseDirectory.root",
    "db": "CourseDirectory.db_url",
    "notebook": "CourseDirectory.notebook_id",
    "student": "CourseDirectory.student_id",
}
_BAR, _CLEAR = 30, "\r\x1b[K"  # characters of a bar; to the start of an empty line
_UNSAFE = """\
WARNING: grading without a sandbox. Students' code runs as you: it can read and change your files,
other students' work, the tests and the gradebook, and it can use the network."""


class AssignmentsApp(NbGrader):  # type: ignore[misc]
    """A command about one or more assignments, named after it."""

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

    def assignments(self) -> list[str]:
        chosen = self.extra_args or [self.coursedir.assignment_id]
        if not chosen[0]:
            self.exit_with(f"name an assignment: {self.name} ASSIGNMENT …")
        known = self.coursedir.format_path(self.coursedir.source_directory, ".", "")
        for name in chosen:
            if not (Path(known) / name).is_dir():
                self.exit_with(f"there is no assignment {name!r} in {known}")
        return list(chosen)

    def exit_with(self, message: str) -> None:
        sys.exit(f"{self.name}: {message}")


class AutogradeApp(AssignmentsApp):
    """Grade submissions side by side, each in a sandbox; report by name those that can't be."""

    name = "invigilator autograde"
    description = "Grade every submission of an assignment, then make its feedback."
    aliases = {
        **_OPTIONS,
        "jobs": "AutogradeApp.jobs",
        "scheduler": "AutogradeApp.scheduler",
        "seed": "AutogradeApp.seed",
    }
    flags = {
        "force": ({"AutogradeApp": {"force": True}}, "grade anew what is graded already"),
        "f": ({"AutogradeApp": {"force": True}}, "grade anew what is graded already"),
        "unsafe-no-sandbox": (
            {"AutogradeApp": {"sandbox": False}},
            "run students' code as you, with all that you may do",
        ),
        "no-feedback": ({"AutogradeApp": {"feedback": False}}, "don't make feedback"),
    }
    jobs = Integer(0, help="how many at a time; by default one a core").tag(config=True)
    scheduler = Unicode("", help="address of a Dask scheduler: grade on its workers").tag(
        config=True
    )
    seed = Integer(None, allow_none=True, help="seed of the hidden tests").tag(config=True)
    force = Bool(False, help="grade anew what is graded already").tag(config=True)
    sandbox = Bool(True, help="isolate students' code").tag(config=True)
    feedback = Bool(True, help="make feedback too").tag(config=True)

    def start(self) -> None:
        super().start()
        if self.sandbox and (why := missing()):
            self.exit_with(f"{why}; --unsafe-no-sandbox grades without isolation")
        if not self.sandbox:
            print(_UNSAFE, file=sys.stderr)
        kept = "What is graded is kept; the same command goes on from here."
        whole = True
        try:
            with self.executor() as executor:
                for assignment in self.assignments():
                    whole = self.autograde(assignment, executor) and whole
        except (AssignmentError, GradingError) as error:
            self.exit_with(str(error))
        except (OSError, SQLAlchemyError) as error:  # the disk is full, the gradebook locked
            self.exit_with(f"{error}\n{kept}")
        except KeyboardInterrupt:
            print(f"\nStopped. {kept}")
            sys.exit(130)
        sys.exit(0 if whole else 1)

    @contextlib.contextmanager
    def executor(self) -> Iterator[Executor | None]:
        """The workers of a Dask scheduler, if there is to be one."""
        if not self.scheduler:
            yield None
            return
        from distributed import Client

        with Client(self.scheduler) as client:  # type: ignore[no-untyped-call]
            for worker, why in client.run(missing).items():
                if why and self.sandbox:
                    self.exit_with(f"on the worker {worker} {why}")
            self.jobs = self.jobs or sum(client.nthreads().values())
            if not self.jobs:
                self.exit_with(f"the scheduler {self.scheduler} has no workers")
            yield client.get_executor(pure=False, retries=1)

    def autograde(self, assignment: str, executor: Executor | None) -> bool:
        """Grade one assignment; says whether every submission has a result."""
        chosen = students(self.coursedir, assignment)
        if self.coursedir.student_id != "*":
            if self.coursedir.student_id not in chosen:
                self.exit_with(f"{self.coursedir.student_id} has not submitted {assignment}")
            chosen = [self.coursedir.student_id]
        batch = Batch(
            self.coursedir,
            self.config,
            assignment,
            jobs=self.jobs,
            seed=self.seed,
            force=self.force,
            isolated=self.sandbox,
            executor=executor,
        )
        progress = Progress(assignment, len(chosen))
        for result in batch.autograde(chosen):
            progress.tell(result)
        for warning in batch.warnings:
            print(f"{assignment}  WARNING: {warning}")
        progress.end()
        print(tables.tasks(summarise(self.coursedir, assignment)), flush=True)
        if not self.feedback:
            return progress.whole
        outcome = nbgrader_api(feedback_config(self.config)).generate_feedback(
            assignment, force=True
        )
        if not outcome["success"]:
            print(f"feedback of {assignment}: {last_words(outcome)}")
        return progress.whole and bool(outcome["success"])


class Progress:
    """How far a batch is, at most once a second: a bar on a terminal, else a line; and a line for
    each submission that can't be graded."""

    def __init__(self, assignment: str, total: int) -> None:
        self.assignment, self.total, self.done, self.lost = assignment, total, 0, 0
        self.start = self.last = time.monotonic()

    def tell(self, result: Result) -> None:
        self.done += 1
        self.lost += result.lost
        if not result.graded:
            self.print(f"{self.assignment}  {result.student}: not graded: {result.reason}")
        if time.monotonic() - self.last >= 1 and self.done < self.total:
            self.show()

    @property
    def whole(self) -> bool:
        """Whether every submission has a result."""
        return self.done == self.total and not self.lost

    def show(self) -> None:
        self.last = time.monotonic()
        rate = self.done / max(self.last - self.start, 1e-3)
        left = (self.total - self.done) / rate
        words = f"{self.done:>4} of {self.total}  {rate:5.1f} a second  {left:4.0f} s left"
        if sys.stdout.isatty():
            full = round(_BAR * self.done / self.total)
            bar = "█" * full + "░" * (_BAR - full)
            print(f"{_CLEAR}{self.assignment}  {bar} {words}", end="", flush=True)
        else:
            self.print(f"{self.assignment}  {words}")

    def print(self, line: str) -> None:
        """A line of its own, in place of the bar."""
        clear = _CLEAR if sys.stdout.isatty() else ""
        print(clear + tables.printable(line), flush=True)

    def end(self) -> None:
        seconds = time.monotonic() - self.start
        self.print(f"{self.assignment}  {self.done} of {self.total} in {seconds:.1f} s")


def nbgrader_api(config: Config) -> NbGraderAPI:
    """nbgrader's own steps. It looks for an exchange, which grading doesn't need, and complains."""
    logging.disable()
    try:
        return NbGraderAPI(config=config)
    finally:
        logging.disable(logging.NOTSET)


def feedback_config(config: Config) -> Config:
    """A course's settings; feedback shows no hidden test, unless the course says how it is made."""
    quiet = copy.deepcopy(config)
    quiet.Application.log_level = "ERROR"
    if "preprocessors" not in quiet.GenerateFeedback:
        quiet.GenerateFeedback.preprocessors = PREPROCESSORS
    return quiet


def last_words(outcome: dict[str, Any]) -> str:
    """The last line of what nbgrader said of a failed run."""
    lines = [line.strip() for line in (outcome.get("error") or outcome["log"]).splitlines()]
    return next((line for line in reversed(lines) if line), "nbgrader gave no reason")


class CheckApp(NbGrader):  # type: ignore[misc]
    """A student's own run of the visible tests."""

    name = "invigilator check"
    description = "Run a notebook's visible tests, in your own environment, and say what they say."
    flags: dict[str, Any] = {}
    aliases: dict[str, Any] = {}

    # That there is no course where a student works is no news.
    _log_level_default = AssignmentsApp._log_level_default

    def start(self) -> None:
        super().start()
        if not self.extra_args:
            sys.exit(f"name a notebook: {self.name} NOTEBOOK …")
        passed = [check(Path(name)) for name in self.extra_args]
        sys.exit(0 if all(passed) else 1)


def check(path: Path) -> bool:
    """Run a notebook here and print what each of its tests says."""
    try:
        notebook, _ = read(path.read_bytes())
    except OSError as error:
        sys.exit(f"invigilator check: {path} can't be read: {error.strerror}")
    except Unreadable as error:
        sys.exit(f"invigilator check: {path} {error}")
    shell, whole = Shell.ready(), True
    here = os.getcwd()
    os.chdir(path.resolve().parent)
    sys.path.insert(0, "")
    try:
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            about = cell.metadata.get("nbgrader", {})
            stdout, stderr = sys.stdout, sys.stderr
            shell.take_streams(descriptors=False)
            try:
                record, success = shell.run(cell.source)
            finally:
                sys.stdout, sys.stderr = stdout, stderr
            if about.get("grade") and not about.get("solution"):
                whole = whole and success
                points = f"{about['points']:g} point" + "s" * (about["points"] != 1)
                print(f"{'✓' if success else '✗'} {about['grade_id']} ({points})")
                for output in record.outputs:
                    if output["output_type"] == "error":
                        kind = "" if output["ename"] == "CheckFailed" else f"{output['ename']}: "
                        print("  " + (kind + output["evalue"]).replace("\n", "\n  "))
    finally:
        sys.path.remove("")
        os.chdir(here)
    return whole


class ReportApp(AssignmentsApp):
    """Write the class's page, and its data if asked for; print its scores."""

    name = "invigilator report"
    description = "Summarise assignments on one page, and print the scores."
    aliases = {
        "assignment": "CourseDirectory.assignment_id",
        "course-dir": "CourseDirectory.root",
        "csv": "ReportApp.csv",
        "db": "CourseDirectory.db_url",
        "json": "ReportApp.json",
        "to": "ReportApp.to",
    }
    flags: dict[str, Any] = {}
    to = Unicode("report.html", help="where to write the page").tag(config=True)
    csv = Unicode("", help="where to write a row for each student and assignment").tag(config=True)
    json = Unicode("", help="where to write all that is known").tag(config=True)

    def start(self) -> None:
        super().start()
        made = datetime.now().astimezone()
        try:
            summaries = [summarise(self.coursedir, name) for name in self.assignments()]
            write_page(summaries, Path(self.to), made)
            if self.csv:
                tables.write_csv(summaries, Path(self.csv))
            if self.json:
                tables.write_json(summaries, Path(self.json), made)
        except (OSError, AssignmentError) as error:
            self.exit_with(str(error))
        except SQLAlchemyError as error:  # its other lines are for developers
            self.exit_with(f"the gradebook can't be read: {str(error).splitlines()[0]}")
        print(tables.terminal(summaries))


class Invigilator(NbGrader):  # type: ignore[misc]
    """The command with its subcommands."""

    name = "invigilator"
    description = "Grade nbgrader assignments. `invigilator autograde --help` tells more."
    subcommands = {
        "autograde": (AutogradeApp, AutogradeApp.description),
        "check": (CheckApp, CheckApp.description),
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
