"""Grading the submissions of an assignment side by side.

One student's trouble never stops another's. Results come in the order in which they are ready; each
is in the gradebook and on disk before it is told.
"""

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from fnmatch import fnmatch

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from invigilator.batch.cache import Cache, fingerprint
from invigilator.batch.execution import Execution, instructors_submission, worker_threads
from invigilator.batch.recording import Record, Recorder, Run
from invigilator.course.assignment import AssignmentError, read_specs
from invigilator.course.results import Result, save_results
from invigilator.course.submissions import Submission, read_submission
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import Graded, Lost, NotebookSubmission, Ungradable, Verdict

_PATIENCE = 0.5  # seconds until results that are ready go into the gradebook
_UNFINISHED = "its grading was interrupted: run the same command again"


class GradingError(RuntimeError):
    """What keeps one submission from being graded would keep all of them, and why."""


@dataclass
class Batch:
    """The grading of one assignment. `executor` runs the work; by default threads here, each with
    a worker of its own. `warnings` are for the instructor, once grading has begun."""

    course: CourseDirectory
    config: Config
    assignment: str
    jobs: int = 0
    seed: int | None = None
    force: bool = False
    isolated: bool = True
    executor: Executor | None = None

    def __post_init__(self) -> None:
        self.jobs = self.jobs or len(os.sched_getaffinity(0))
        self.limits = Limits(config=self.config)
        # Closed again before grading: its one writer opens it for itself.
        with Gradebook(self.course.db_url, self.course.course_id) as gradebook:
            specs = read_specs(self.course, gradebook, self.assignment, self.config)
        pattern = self.course.notebook_id
        self.specs = {name: spec for name, spec in specs.items() if fnmatch(name, pattern)}
        if not self.specs:
            raise AssignmentError(f"no notebook of {self.assignment} matches {pattern}")
        self.whole = len(self.specs) == len(specs)
        self.conditions = fingerprint(self.specs.values(), self.limits, self.isolated)
        self.warnings: list[str] = []

    def autograde(self, students: list[str]) -> Iterator[Result]:
        """Grade submissions, yielding each result when it is kept.

        Those that are graded already, under the same conditions, are yielded as they are.
        Raises GradingError when nothing can be graded.
        """
        cache = Cache(self.course, self.assignment, self.conditions, self.whole)
        digests = {}
        waiting = []
        for student in students:
            submission = self._read(student)
            digests[student] = cache.digest(submission)
            standing = None if self.force else cache.standing(submission, self.seed)
            if standing is not None:
                yield standing
            else:
                waiting.append(student)
        if not waiting:
            return
        others = [result for name, result in cache.known.items() if name not in waiting]
        seed = self.seed
        if seed is None:
            seed = cache.seed([] if self.force else others)
        self._mark_unfinished(cache, waiting, seed)
        run = Run(self.assignment, seed, self.isolated)
        with (
            Recorder(self.course, self.config, self.specs, run, self.whole) as recorder,
            self._executor() as executor,
        ):
            execution = Execution(executor, self.specs, self.limits, self.isolated)
            self._check_answers(execution, seed, min(self.jobs, len(waiting)))
            yield from self._grade(waiting, digests, seed, recorder, execution)

    def _read(self, student: str) -> Submission:
        return read_submission(self.course, self.specs.values(), student)

    def _executor(self) -> contextlib.AbstractContextManager[Executor]:
        if self.executor is not None:
            return contextlib.nullcontext(self.executor)
        return worker_threads(self.jobs)

    def _mark_unfinished(self, cache: Cache, waiting: list[str], seed: int) -> None:
        """Let no result stand of what is about to be graded again: a run that is cut off would
        leave it half old, half new."""
        results = [
            Result(self.assignment, student, _UNFINISHED, 0, seed, lost=True)
            if student in waiting
            else result
            for student, result in cache.known.items()
        ]
        save_results(self.course, self.assignment, results)

    def _check_answers(self, execution: Execution, seed: int, count: int) -> None:
        """Warn where the instructor's own notebook doesn't earn all points: then who could?

        As many workers as will be needed examine it, so that all open at the same time; what the
        first one says counts. One that can't open fails again with what it has to grade.
        """
        submissions = {
            name: instructors_submission(spec, seed) for name, spec in self.specs.items()
        }
        try:
            first, *_ = [execution.submit(submissions) for _ in range(count)]
            verdicts = first.result()
        except Exception as error:  # what keeps this one from being graded would keep all
            raise GradingError(f"nothing can be graded: {error}") from error
        self.warnings = []
        for name, verdict in verdicts.items():
            match verdict:
                case Lost(reason):
                    raise GradingError(f"nothing can be graded: {reason}")
                case Ungradable(reason):
                    self.warnings.append(f"the instructor's own {name}.ipynb {reason}")
                case Graded():
                    self.warnings += self._points_missed(name, verdict)

    def _points_missed(self, name: str, verdict: Graded) -> list[str]:
        found = []
        for cell, earned in verdict.grades.items():
            master = self.specs[name].cells[cell]
            if master.test and earned != master.max_score:
                points = f"{earned or 0:g} of {master.max_score:g} points"
                found.append(f"the instructor's own answers earn {points} in {cell}")
        return found

    def _grade(
        self,
        waiting: list[str],
        digests: dict[str, str],
        seed: int,
        recorder: Recorder,
        execution: Execution,
    ) -> Iterator[Result]:
        """Keep the executor busy, and keep what it gives."""
        left = deque(waiting)
        running: dict[Future[dict[str, Verdict]], Submission] = {}
        ready: list[Record] = []
        last_written = time.monotonic()
        while left or running or ready:
            # No more than that: what is read of submissions stays in memory.
            while len(running) < 2 * self.jobs and left:
                student = left.popleft()
                if recorder.accepts(student):
                    submission = self._read(student)
                    running[execution.submit(_by_notebook(submission, seed))] = submission
                else:
                    ready.append(recorder.unknown_student(student))
            completed, _ = wait(running, timeout=_PATIENCE, return_when=FIRST_COMPLETED)
            for future in completed:
                submission = running.pop(future)
                verdicts = _verdicts(future, submission)
                digest = digests[submission.student]
                ready.append(recorder.write_notebooks(submission, verdicts, digest))
            # Several at a time: a transaction for each would take as long as to grade it.
            if ready and (not running or time.monotonic() - last_written > _PATIENCE):
                recorder.write_records(ready)
                yield from [record.result for record in ready]
                ready, last_written = [], time.monotonic()


def _by_notebook(submission: Submission, seed: int) -> dict[str, NotebookSubmission]:
    """A submission's notebooks by the assignment's names of them."""
    return {
        name: NotebookSubmission(
            submission.student, submission.notebooks[file], submission.files, seed
        )
        for name, file in submission.named.items()
    }


def _verdicts(future: Future[dict[str, Verdict]], submission: Submission) -> dict[str, Verdict]:
    try:
        return future.result()
    except Exception as error:  # a worker that died, or can't start a sandbox
        lost = Lost(f"{type(error).__name__}: {error}")
        return dict.fromkeys(submission.named, lost)
