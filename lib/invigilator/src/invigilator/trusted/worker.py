"""A worker: one warm examiner with its sandbox, for one submission at a time."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

from invigilator.course.assignment import AssignmentSpec
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import (
    Examine,
    Graded,
    Learn,
    Lost,
    NotebookSubmission,
    Open,
    Order,
    Report,
    Ungradable,
    Verdict,
    decode_message,
)
from invigilator.protocol.wire import WireError

_SPARE = 60.0  # seconds beyond a submission's own until an examiner counts as hung
_START = 600.0
_ATTEMPTS = 2


class WorkerError(RuntimeError):
    """A worker can't be started, and why."""


class Worker:
    """A warm examiner and its sandbox, which have imported `modules`.

    Close it, or use it as a context manager.
    A worker that fails is opened anew, and the submission tried once more in it.
    """

    def __init__(self, modules: Iterable[str], limits: Limits, isolated: bool = True) -> None:
        self.modules, self.isolated, self.closed = list(modules), isolated, False
        self.limits = limits.settings()
        try:
            self.open()
        except WorkerError:  # as an examiner that dies, it is given a second chance
            self.open()

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serves(self, modules: Iterable[str], limits: dict[str, int], isolated: bool) -> bool:
        """Whether it is what another assignment needs, no less and no more.

        A sandbox shows the modules that it was started with. With those of another assignment
        beside them, what a student may import would depend on what was graded before.
        """
        same = set(self.modules) == set(modules)
        return same and (self.limits, self.isolated, self.closed) == (limits, isolated, False)

    def open(self) -> None:
        """Start the examiner and its sandbox."""
        parent, child = Pipe()
        with child:
            environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
            # This process's own modules, but not what happens to lie in the working folder.
            paths = [os.path.abspath(path) for path in sys.path if path]
            environment["PYTHONPATH"] = os.pathsep.join(paths)
            environment["PYTHONSAFEPATH"] = "1"
            environment.pop("GRADING_SEED", None)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "invigilator", "examiner", str(child.fileno())],
                pass_fds=[child.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment,
                cwd=Path(sys.prefix),
                # Ctrl-C is for the one who grades, who then ends the examiner in good order.
                start_new_session=True,
            )
        self.line: Connection = parent
        report = self.ask(Open(self.limits, self.modules, self.isolated), _START)
        if isinstance(report, Lost):
            self.end()
            raise WorkerError(report.reason)

    def ask(self, order: Order, seconds: float) -> Report:
        """What the examiner answers; Lost when it gives no answer."""
        try:
            self.line.send(order)
            if not self.line.poll(seconds):
                return Lost(f"the examiner gave no answer for {seconds:g} seconds")
            # Its tests have met what students made: what it says is read, never unpickled.
            report: Report = decode_message(self.line.recv_bytes(), Report)
            return report
        except (OSError, EOFError):
            return Lost("the examiner has ended")
        except WireError as error:
            return Lost(f"the examiner's answer can't be read: {error}")

    def learn(self, spec: AssignmentSpec, submission: NotebookSubmission) -> None:
        """Have imported, from now on, what a run of the instructor's own notebook imports."""
        self.ask(Learn(pickle.dumps(spec), submission), self.limits["submission"] + _SPARE)

    def examine(self, spec: AssignmentSpec, submission: NotebookSubmission) -> Verdict:
        """Grade one notebook. It is Lost when no examiner lived to its end."""
        order = Examine(pickle.dumps(spec), submission)
        reason = "the grader was stopped"
        for _ in range(_ATTEMPTS):
            if self.closed:
                break
            match self.ask(order, self.limits["submission"] + _SPARE):
                case Graded() | Ungradable() as verdict:
                    return verdict
                case Lost(reason):
                    pass
                case other:
                    reason = f"the examiner answered {type(other).__name__}"
            if not self.closed:
                self.end()
                with contextlib.suppress(WorkerError):  # else the next attempt finds it so
                    self.open()
        return Lost(f"could not be graded: {reason}")

    def dismiss(self) -> None:
        """Let the examiner end by itself, as it does when nobody is at the other end."""
        self.closed = True
        self.line.close()

    def close(self) -> None:
        """End the examiner, and wait for it."""
        self.dismiss()
        self.end()

    def end(self) -> None:
        """End the examiner and, with it, the sandbox."""
        self.line.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
