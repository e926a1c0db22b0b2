"""The warm examiner at the other end of a worker's line.

A trusted process of its own that imports what an assignment needs, owns a sandbox, and forks a
child for each submission.
"""

import contextlib
import os
import pickle
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import nbformat

from invigilator.course.assignment import AssignmentSpec
from invigilator.course.repair import Unreadable
from invigilator.modules import preload
from invigilator.protocol.limits import Limits
from invigilator.protocol.messages import (
    Examine,
    Graded,
    Learn,
    Learned,
    Lost,
    NotebookSubmission,
    Open,
    Order,
    Ready,
    Report,
    Ungradable,
    decode_message,
    encode_message,
)
from invigilator.protocol.wire import WireError
from invigilator.shell import Shell
from invigilator.trusted.examination import Examination
from invigilator.untrusted.sandbox import Sandbox, SandboxError

#: What a child does with the examination that it is given.
Job = Callable[[Examination], Graded | Learned]


class WorkerServer:
    """Does what the worker at the other end of `line` says."""

    def __init__(self, line: Connection) -> None:
        self.line = line
        self.shell = Shell.ready()
        self.limits = Limits()
        self.isolated = True
        self.modules: list[str] = []
        self.sandbox: Sandbox | None = None

    def serve(self) -> None:
        """Obey until the worker is gone."""
        with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt):
            while True:
                order: Order = self.line.recv()
                try:
                    report = self.obey(order)
                except (SandboxError, OSError) as error:
                    report = Lost(str(error))
                self.line.send_bytes(encode_message(report))
        if self.sandbox is not None:
            self.sandbox.close()

    def obey(self, order: Order) -> Report:
        """Do what is said."""
        match order:
            case Open(limits, modules, isolated):
                self.limits, self.modules, self.isolated = Limits(**limits), modules, isolated
                return self.open()
            case Learn(spec, submission):
                return self.learn(spec, submission)
            case Examine(spec, submission):
                return self.in_child(Examination.grade, spec, submission)

    def open(self) -> Ready:
        """Start the sandbox and import modules in both processes."""
        self.new_sandbox()
        # The rules of a notebook's form are compiled when the first one is checked: let that be
        # now, and not in each child.
        nbformat.validate(nbformat.v4.new_notebook())
        preload(self.modules)
        return Ready()

    def learn(self, spec: bytes, submission: NotebookSubmission) -> Report:
        """Import beforehand what the instructor's own notebook came to import."""
        learned = self.in_child(_grade_and_learn, spec, submission)
        if not isinstance(learned, Learned):
            return learned
        known = {*self.modules, *sys.modules}
        preload(name for name in learned.examiner if name not in known)
        in_sandbox = [name for name in learned.candidate if _may_preload(name)]
        self.modules = list(dict.fromkeys([*self.modules, *in_sandbox]))
        if self.sandbox is not None:
            self.sandbox.load(in_sandbox)
        return Ready()

    def new_sandbox(self) -> Sandbox:
        """A new sandbox in place of the one there was."""
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None
        tops = sorted({name.partition(".")[0] for name in self.modules})
        self.sandbox = Sandbox(self.limits, tops, self.isolated)
        self.sandbox.load(self.modules)
        return self.sandbox

    def in_child(self, job: Job, spec: bytes, submission: NotebookSubmission) -> Report:
        """Examine a submission in a child: whatever a test does to its process ends with it."""
        sandbox = self.sandbox or self.new_sandbox()
        parent, child = os.pipe()
        process = os.fork()
        if process == 0:
            status = 1
            try:
                os.close(parent)
                self.line.close()
                with os.fdopen(child, "wb") as pipe:
                    pipe.write(encode_message(self.examine(job, sandbox, spec, submission)))
                status = 0
            finally:
                os._exit(status)
        os.close(child)
        with os.fdopen(parent, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(process, 0)
        try:
            sandbox.stop()
        except SandboxError:
            self.new_sandbox()
        if status != 0:
            return Lost("the examiner's process ended")
        try:
            report: Report = decode_message(data, Report)
        except WireError as error:  # a test wrote to the pipe
            return Lost(f"the examiner's answer can't be read: {error}")
        return report

    def examine(
        self, job: Job, sandbox: Sandbox, spec: bytes, submission: NotebookSubmission
    ) -> Report:
        """In the child: examine a submission in a folder with the instructor's files."""
        folder = tempfile.mkdtemp(prefix="examiner-")
        try:
            os.chdir(folder)
            # What a test prints goes into its outputs, not to the terminal of who grades.
            self.shell.take_streams()
            sys.path.insert(0, folder)
            # Only here: what unpickling imports for one assignment isn't there for the next.
            known: AssignmentSpec = pickle.loads(spec)
            for name, content in known.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            try:
                return job(Examination(known, submission, sandbox, self.shell))
            except SandboxError as error:
                return Lost(str(error))
            except Unreadable as error:
                return Ungradable(str(error))
            except Exception as error:  # one submission's trouble stops nobody else's
                return Ungradable(f"can't be graded: {type(error).__name__}: {error}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _grade_and_learn(examination: Examination) -> Learned:
    examination.grade()
    return Learned(list(sys.modules), examination.remote.modules())


def _may_preload(name: str) -> bool:
    """Whether a module may be there before anyone asks: debuggers change what runs."""
    return not name.startswith(("__", "debugpy", "pydev", "_pydev"))


def main() -> None:
    """What worker.py starts: `python -m invigilator examiner DESCRIPTOR`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    WorkerServer(Connection(int(sys.argv[2]))).serve()
