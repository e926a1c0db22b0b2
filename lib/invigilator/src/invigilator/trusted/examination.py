"""The examination of one submission: the instructor's notebook runs here, without its solutions;
the names that these bind are the student's, whose cells run in the sandbox.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from invigilator.course.assignment import AssignmentSpec, Step, words
from invigilator.course.preparation import comment_on, finish, sanitise
from invigilator.course.repair import read
from invigilator.modules import libraries
from invigilator.protocol.messages import Graded, NotebookSubmission
from invigilator.shell import Output, Shell
from invigilator.trusted.errors import TooSlow, Unanswered
from invigilator.trusted.remote import RemoteCandidate
from invigilator.untrusted.sandbox import Sandbox

_MAX_RESTARTS = 8  # of a student's process that ended
_MAX_OUTPUT = 8 << 20  # characters of output of a whole notebook


class TimeIsUp(BaseException):
    """A cell of the examiner's took longer than it may."""

    __module__ = "builtins"


@dataclass
class Examination:
    """One submission being examined."""

    spec: AssignmentSpec
    submission: NotebookSubmission
    sandbox: Sandbox
    shell: Shell
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.limits = self.sandbox.limits
        folders = [*libraries(), *self.sandbox.shown, Path("/usr")]
        seconds = float(self.limits.call)
        self.remote = RemoteCandidate(self.sandbox, folders, lambda: self.shell.record, seconds)
        self.deadline = time.monotonic() + self.limits.submission
        self.executed: list[str] = []  # cells that the student's process has run
        self.fatal: set[int] = set()  # the places of those of them that ended it
        self.pending = list(self.spec.steps)
        self.student_names: set[str] = set()
        self.used_names: set[str] = set()  # in the instructor's cells so far
        self.output_left = _MAX_OUTPUT

    def grade(self) -> Graded:
        """The notebook as nbgrader would write it, and what goes into the gradebook.

        Raises Unreadable when the submission is no notebook.
        """
        started = time.perf_counter()
        resources = {
            "nbgrader": {
                "student": self.submission.student,
                "assignment": self.spec.assignment,
                "notebook": self.spec.notebook,
                "db_url": "",
            }
        }
        if self.submission.prepared:
            notebook = nbformat.reads(self.submission.notebook.decode(), as_version=4)
        else:
            notebook, notes = read(self.submission.notebook)
            self.notes += notes
            notebook = sanitise(notebook, self.spec, resources, self.notes)
        self.run(notebook)
        if not self.submission.prepared:
            notebook = finish(notebook, self.spec, resources)
        grades, comments = {}, {}
        for cell in notebook.cells:
            metadata = cell.metadata.get("nbgrader", {})
            if metadata.get("grade"):
                grades[metadata["grade_id"]] = determine_grade(cell)[0]
            if metadata.get("solution") or metadata.get("task"):
                comments[metadata["grade_id"]] = comment_on(cell)
        text = nbformat.writes(notebook)
        seconds = time.perf_counter() - started
        return Graded(text, grades, comments, self.notes, self.remote.restarts, seconds)

    def run(self, notebook: NotebookNode) -> None:
        """Run all cells, the student's in the sandbox and the tests here."""
        os.environ["GRADING_SEED"] = str(self.submission.seed)
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            master = self.spec.cells.get(name)
            if master is not None and master.test:
                outputs, cell.execution_count = self.run_test(name)
            else:
                outputs, cell.execution_count = self.run_student_cell(cell.source)
            cell.outputs = [nbformat.from_dict(output) for output in self.within_limit(outputs)]

    def within_limit(self, outputs: list[Output]) -> list[Output]:
        """Outputs, as long as the notebook isn't too large; errors always."""
        found = []
        for output in outputs:
            self.output_left -= len(json.dumps(output))
            if self.output_left >= 0 or output["output_type"] == "error":
                found.append(output)
        return found

    def run_student_cell(self, source: str) -> tuple[list[Output], int | None]:
        """Run a cell of the student's."""
        try:
            self.ensure_process()
            place = len(self.executed)
            self.executed.append(self.spec.without_hidden(source))
            ran = self.remote.run(self.executed[place], self.seconds_left())
        except (TooSlow, Unanswered) as error:
            if self.remote.channel is None:
                self.fatal.add(len(self.executed) - 1)
            return [_error(error)], None
        return ran.outputs, ran.count

    def ensure_process(self) -> None:
        """See that the student's process is there and has run what it has to.

        One that a test has ended is started again with all cells but those that end it: later
        tests are about other answers.
        """
        while self.remote.channel is None:
            if self.remote.restarts >= _MAX_RESTARTS:
                raise Unanswered("the process with the notebook's functions ended too often")
            self.remote.start()
            place = -1
            with contextlib.suppress(TooSlow, Unanswered):
                files = self.spec.files_beside(self.submission.files)
                self.remote.write(files, self.limits.cell)
                for place, source in enumerate(self.executed):
                    if place not in self.fatal:
                        self.remote.run(source, self.seconds_left())
            if self.remote.channel is None:
                self.fatal.add(place)

    def seconds_left(self) -> float:
        """How long the next cell may run."""
        return min(self.limits.cell, max(self.deadline - time.monotonic(), 0.01))

    def run_test(self, name: str) -> tuple[list[Output], int | None]:
        """Run a test, after what stands before it in the instructor's notebook."""
        self.run_up_to(name)
        step = next(step for step in self.spec.steps if step.test == name)
        if self.pending and self.pending[0] is step:
            self.pending.pop(0)
        if time.monotonic() > self.deadline:
            limit = self.limits.submission
            return [_error(TooSlow(f"the notebook took longer than {limit} seconds"))], None
        outputs, success = self.run_instructor_cell(step)
        count = self.shell.execution_count - 1
        if success:
            _prepare_for_grading(outputs, self.spec.cells[name].max_score or 0.0)
        # Without an error nbgrader would give full points.
        elif not any(output["output_type"] == "error" for output in outputs):
            outputs.append(_error(Unanswered("the test did not run to its end")))
        return outputs, count

    def run_up_to(self, name: str) -> None:
        """Run the instructor's cells before a test, if it is still to come: tests left out."""
        if not any(step.test == name for step in self.pending):
            return
        while self.pending[0].test != name:
            step = self.pending.pop(0)
            if step.solution:
                self.student_names |= step.binds
                self.run_instructor_cell(Step(step.imports))
            elif step.test is None:
                self.run_instructor_cell(step)

    def run_instructor_cell(self, step: Step) -> tuple[list[Output], bool]:
        """Run a cell of the instructor's here, with what the student's names stand for now."""
        if not step.source.strip():
            return [], True
        self.used_names |= words(step.source)
        try:
            self.ensure_process()
            asked = sorted(self.student_names & self.used_names)
            values = self.remote.values(asked) if asked else {}
        except (TooSlow, Unanswered) as error:
            return [_error(error)], False
        # Asked anew before each cell: a later answer may have bound a name again.
        for name in asked:
            if name in values:
                self.shell.user_ns[name] = values[name]
            else:
                self.shell.user_ns.pop(name, None)
        try:
            with alarm(self.seconds_left()):
                record, success = self.shell.run(step.source)
        except TimeIsUp:
            return [_error(TooSlow("the cell took too long"))], False
        # What an instructor's cell binds anew is the instructor's from there on.
        self.student_names -= step.binds
        return record.outputs, success


def _prepare_for_grading(outputs: list[Output], points: float) -> None:
    """See that nbgrader reads from a passed test's outputs what it earned: all points, or those
    that its value says."""
    for output in outputs:
        if output["output_type"] == "stream":
            output["name"] = "stdout"  # nbgrader takes what is on stderr for a failure
        elif output["output_type"] == "execute_result" and not output["data"].get("text/plain"):
            output["output_type"] = "display_data"
            del output["execution_count"]
        elif output["output_type"] == "execute_result" and not _fits(output, points):
            why = f"the test gives a number that is not from 0 to {points:g} points"
            outputs.insert(0, _error(ValueError(why)))  # nbgrader takes what comes first
            break


def _fits(output: Output, points: float) -> bool:
    """Whether a cell's value, where it is a number, is one that nbgrader takes as points."""
    try:
        value = float(output["data"].get("text/plain", ""))
    except ValueError:
        return True
    return 0 <= value <= points


def _error(error: BaseException) -> Output:
    name = type(error).__name__
    return {
        "output_type": "error",
        "ename": name,
        "evalue": str(error),
        "traceback": [f"{name}: {error}"],
    }


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise TimeIsUp in what takes longer."""

    def ring(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 1)  # again, should the first be swallowed
        raise TimeIsUp(f"longer than {seconds:g} seconds")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
