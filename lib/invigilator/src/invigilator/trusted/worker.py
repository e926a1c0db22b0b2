"""An examination room: one warm examiner with its sandbox, for one submission at a time."""

import contextlib
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from invigilator.course.assignment import Paper
from invigilator.trusted.examiner import Work
from invigilator.untrusted.sandbox import Allowance, SandboxError

_SPARE = 60.0  # seconds beyond a submission's own until an examiner counts as hung
_START = 600.0


class Room:
    """A warm examiner and its sandbox, which have imported `modules`.

    Close it, or use it as a context manager.
    A room that fails is opened anew, and the submission tried once more in it.
    """

    def __init__(self, modules: Iterable[str], allowance: Allowance, isolated: bool = True) -> None:
        self.modules, self.isolated, self.closed = list(modules), isolated, False
        traits = allowance.trait_names(config=True)
        self.allowance = {name: getattr(allowance, name) for name in traits}
        try:
            self.open()
        except SandboxError:  # as an examiner that dies, it is given a second chance
            self.open()

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        mine, theirs = Pipe()
        with theirs:
            environment = os.environ | {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
            # This process's own modules, but not what happens to lie in the working folder.
            paths = [os.path.abspath(path) for path in sys.path if path]
            environment["PYTHONPATH"] = os.pathsep.join(paths)
            environment["PYTHONSAFEPATH"] = "1"
            environment.pop("GRADING_SEED", None)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "invigilator", "examiner", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment,
                cwd=Path(sys.prefix),
                start_new_session=True,
            )
        self.line: Connection = mine
        given = {"allowance": self.allowance, "modules": self.modules, "isolated": self.isolated}
        answer = self.ask("open", given, _START)
        if "lost" in answer:
            self.end()
            raise SandboxError(answer["lost"])

    def ask(self, order: str, given: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            self.line.send((order, given))
            if not self.line.poll(seconds):
                return {"lost": f"the examiner gave no answer for {seconds:g} seconds"}
            answer: dict[str, Any] = json.loads(self.line.recv_bytes())
            return answer
        except (OSError, EOFError):
            return {"lost": "the examiner has ended"}

    def learn(self, paper: Paper, work: Work) -> None:
        """Have imported, from now on, what a run of the instructor's own work imports."""
        given = {"paper": pickle.dumps(paper), "work": work}
        self.ask("learn", given, self.allowance["submission"] + _SPARE)

    def examine(self, paper: Paper, work: Work) -> dict[str, Any]:
        """Grade one submission; what comes back is described at `examiner.examine`.

        {"failed": why} when it can't be graded, {"lost": why} when no room lived to its end.
        """
        seconds = self.allowance["submission"] + _SPARE
        answer = {"lost": "the grader was stopped"}
        for _ in range(2):
            if self.closed:
                break
            given = {"paper": pickle.dumps(paper), "work": work}
            answer = self.ask("examine", given, seconds)
            if "lost" not in answer:
                return answer
            if not self.closed:
                self.end()
                with contextlib.suppress(SandboxError):  # else the next attempt finds it so
                    self.open()
        return {"lost": f"could not be graded: {answer['lost']}"}

    def dismiss(self) -> None:
        """Let the examiner end by itself, as it does when nobody is at the other end."""
        self.closed = True
        self.line.close()

    def close(self) -> None:
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
