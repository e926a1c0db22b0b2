"""Who grades: threads here or on other machines, each with a warm worker of its own."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from invigilator.course.assignment import AssignmentSpec
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import NotebookSubmission, Verdict
from invigilator.trusted.worker import Worker

Specs = Mapping[str, AssignmentSpec]

# The worker of a thread outlives the submission that it was opened for: to open one takes as long
# as to grade several. Dask's threads come back for other assignments, too.
_thread = threading.local()


@contextlib.contextmanager
def worker_threads(count: int) -> Iterator[Executor]:
    """So many threads, each with a worker that stays warm until all are closed."""
    opened: list[Worker] = []

    def remember_workers() -> None:
        _thread.opened = opened

    with ThreadPoolExecutor(count, initializer=remember_workers) as executor:
        try:
            yield executor
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            # All are told first: they end at the same time.
            for worker in opened:
                worker.dismiss()
            for worker in opened:
                worker.close()


def warm_worker(spec: AssignmentSpec, limits: Limits, isolated: bool) -> Worker | None:
    """This thread's worker, if it serves for an assignment; another one is closed."""
    worker: Worker | None = getattr(_thread, "worker", None)
    if worker is None or worker.serves(spec.modules, limits.settings(), isolated):
        return worker
    close_worker()
    return None


def open_worker(spec: AssignmentSpec, limits: Limits, isolated: bool) -> Worker:
    """A new worker for this thread."""
    worker = _thread.worker = Worker(spec.modules, limits, isolated)
    getattr(_thread, "opened", []).append(worker)
    return worker


def close_worker() -> None:
    """End this thread's worker, if it has one."""
    worker: Worker | None = getattr(_thread, "worker", None)
    if worker is not None:
        _thread.worker = None
        getattr(_thread, "opened", [worker]).remove(worker)
        worker.close()


def instructors_submission(spec: AssignmentSpec, seed: int = 0) -> NotebookSubmission:
    """The instructor's own notebook as somebody's submission."""
    return NotebookSubmission("instructor", spec.answers.encode(), {}, seed)


def grade_submission(
    specs: Specs,
    submissions: Mapping[str, NotebookSubmission],
    settings: Mapping[str, int],
    isolated: bool,
) -> dict[str, Verdict]:
    """Grade all notebooks of a submission by name: what an executor is given to do."""
    limits = Limits(**settings)
    verdicts: dict[str, Verdict] = {}
    for name, submission in submissions.items():
        spec = specs[name]
        worker = warm_worker(spec, limits, isolated)
        if worker is None:
            worker = open_worker(spec, limits, isolated)
            worker.learn(spec, instructors_submission(spec))
        verdicts[name] = worker.examine(spec, submission)
    return verdicts


class Execution:
    """An executor that grades with the same specifications and limits."""

    def __init__(self, executor: Executor, specs: Specs, limits: Limits, isolated: bool) -> None:
        self.executor, self.specs = executor, specs
        self.settings, self.isolated = limits.settings(), isolated

    def submit(self, submissions: Mapping[str, NotebookSubmission]) -> Future[dict[str, Verdict]]:
        """Grade a submission's notebooks, by name."""
        # Sent each time: a worker on another machine has nothing of the course.
        specs = {name: self.specs[name] for name in submissions}
        return self.executor.submit(
            grade_submission, specs, submissions, self.settings, self.isolated
        )
