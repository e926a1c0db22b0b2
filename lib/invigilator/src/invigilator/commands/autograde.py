"""`invigilator autograde ASSIGNMENT …`: grade every submission, then make the feedback."""

import contextlib
import copy
import logging
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

from nbgrader.apps import NbGraderAPI
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool, Integer, TraitError, Unicode
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.batch.grading import GradingError
from invigilator.commands.assignments import OPTIONS, AssignmentsApp
from invigilator.course.assignment import AssignmentError
from invigilator.course.results import Result
from invigilator.course.submissions import students
from invigilator.feedback import configure
from invigilator.reporting import tables
from invigilator.reporting.summary import summarise
from invigilator.untrusted.sandbox import missing, unsupported

_BAR, _CLEAR = 30, "\r\x1b[K"  # characters of a bar; to the start of an empty line
_UNSAFE = """\
WARNING: grading without a sandbox. Students' code runs as you: it can read and change your files,
other students' work, the tests and the gradebook, and it can use the network."""


class AutogradeApp(AssignmentsApp):
    """Grade submissions side by side, each in a sandbox; report by name those that can't be."""

    name = "invigilator autograde"
    description = "Grade every submission of an assignment, then make its feedback."
    aliases = {
        **OPTIONS,
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
        if why := unsupported():
            self.exit_with(why)
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
        except (AssignmentError, GradingError, TraitError) as error:
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
        try:
            from distributed import Client
        except ModuleNotFoundError:
            why = 'grading on several machines takes Dask: pip install "invigilator[dask]"'
            self.exit_with(why)

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
    configure(quiet)
    return quiet


def last_words(outcome: dict[str, Any]) -> str:
    """The last line of what nbgrader said of a failed run."""
    lines = [line.strip() for line in (outcome.get("error") or outcome["log"]).splitlines()]
    return next((line for line in reversed(lines) if line), "nbgrader gave no reason")
