"""The examiner: runs the instructor's tests in a trusted process, the student's cells in a sandbox.

A warm process of its own that imports what an assignment needs,
owns a sandbox and forks a child for each submission. In the child the instructor's notebook runs
without its solutions; the names that these bind are the student's, asked for over the wire.
"""

import contextlib
import json
import os
import pickle
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from invigilator.course.assignment import Paper, Step, words
from invigilator.course.preparation import comment_on, finish, sanitise
from invigilator.course.repair import Unreadable, read
from invigilator.protocol.wire import WireError
from invigilator.shell import Output, Shell
from invigilator.trusted.remote import Remote, TooSlow, Unanswered
from invigilator.untrusted.sandbox import Allowance, Sandbox, SandboxError, libraries
from invigilator.untrusted.zygote import load

_LIVES = 8  # how often a student's process that ended is started again
_OUTPUT = 8 << 20  # characters of output of a whole notebook


class TimeIsUp(BaseException):
    """A cell of the examiner's took longer than it may."""

    __module__ = "builtins"


@dataclass(frozen=True)
class Work:
    """One submitted notebook: `notebook` is the text of its file, `files` lie beside it.

    `prepared` says that the notebook has been prepared already, and only its cells are to be run.
    """

    student: str
    notebook: bytes
    files: dict[str, bytes]
    seed: int
    prepared: bool = False


@dataclass
class Examination:
    """One submission being examined."""

    paper: Paper
    work: Work
    sandbox: Sandbox
    shell: Shell
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.allowance = self.sandbox.allowance
        library = [*libraries(), *self.sandbox.shown, Path("/usr")]
        limit = float(self.allowance.call)
        self.remote = Remote(self.sandbox, library, lambda: self.shell.record, limit)
        self.deadline = time.monotonic() + self.allowance.submission
        self.done: list[str] = []  # cells that the student's process has run
        self.bad: set[int] = set()  # those of them that ended it
        self.waiting = list(self.paper.steps)
        self.theirs: set[str] = set()  # names that are the student's
        self.mentioned: set[str] = set()
        self.output = _OUTPUT

    def run(self, notebook: NotebookNode) -> None:
        """Run all cells, the student's in the sandbox and the tests here."""
        os.environ["GRADING_SEED"] = str(self.work.seed)
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            master = self.paper.cells.get(name)
            if master is not None and master.test:
                outputs, cell.execution_count = self.test(name)
            else:
                outputs, cell.execution_count = self.answer(cell.source)
            cell.outputs = [nbformat.from_dict(output) for output in self.kept(outputs)]

    def kept(self, outputs: list[Output]) -> list[Output]:
        """Outputs, as long as the notebook isn't too large; errors always."""
        found = []
        for output in outputs:
            self.output -= len(json.dumps(output))
            if self.output >= 0 or output["output_type"] == "error":
                found.append(output)
        return found

    def answer(self, source: str) -> tuple[list[Output], int | None]:
        """Run a cell of the student's."""
        try:
            self.live()
            place = len(self.done)
            self.done.append(self.paper.without_hidden(source))
            answer = self.remote.run(self.done[place], self.seconds())
        except (TooSlow, Unanswered) as error:
            if self.remote.channel is None:
                self.bad.add(len(self.done) - 1)
            return [_error(error)], None
        return answer["outputs"], answer["count"]

    def live(self) -> None:
        """See that the student's process is there and has run what it has to."""
        while self.remote.channel is None:
            if self.remote.life > _LIVES:
                raise Unanswered("the process with the notebook's functions ended too often")
            self.remote.start()
            place = -1
            with contextlib.suppress(TooSlow, Unanswered):
                self.remote.ask({"do": "files", "files": self.files()}, self.allowance.cell)
                for place, source in enumerate(self.done):
                    if place not in self.bad:
                        self.remote.run(source, self.seconds())
            if self.remote.channel is None:
                self.bad.add(place)

    def files(self) -> dict[str, bytes]:
        """What lies beside the notebook: the student's files, the instructor's over them."""
        mine = {
            name: content
            for name, content in self.paper.files.items()
            if name not in self.paper.own_files or name not in self.work.files
        }
        return {**self.work.files, **mine}

    def seconds(self) -> float:
        """How long the next cell may run."""
        return min(self.allowance.cell, max(self.deadline - time.monotonic(), 0.01))

    def test(self, name: str) -> tuple[list[Output], int | None]:
        """Run a test, after what stands before it in the instructor's notebook."""
        while self.waiting and (name != self.waiting[0].test):
            if not any(step.test == name for step in self.waiting):
                break
            step = self.waiting.pop(0)
            if step.solution:
                self.theirs |= step.binds
                self.execute(Step(step.imports))
            elif step.test is None:
                self.execute(step)
        step = next(step for step in self.paper.steps if step.test == name)
        if self.waiting and self.waiting[0] is step:
            self.waiting.pop(0)
        if time.monotonic() > self.deadline:
            limit = self.allowance.submission
            return [_error(TooSlow(f"the notebook took longer than {limit} seconds"))], None
        outputs, success = self.execute(step)
        count = self.shell.execution_count - 1
        if not success:
            if not any(output["output_type"] == "error" for output in outputs):
                outputs.append(_error(Unanswered("the test did not run to its end")))
            return outputs, count
        points = self.paper.cells[name].max_score or 0.0
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
        return outputs, count

    def execute(self, step: Step) -> tuple[list[Output], bool]:
        """Run a cell of the instructor's here, with what the student's names stand for now."""
        if not step.source.strip():
            return [], True
        self.mentioned |= words(step.source)
        try:
            self.live()
            asked = sorted(self.theirs & self.mentioned)
            found = self.remote.names(asked) if asked else {}
        except (TooSlow, Unanswered) as error:
            return [_error(error)], False
        for name in asked:
            if name in found:
                self.shell.user_ns[name] = found[name]
            else:
                self.shell.user_ns.pop(name, None)
        try:
            with alarm(self.seconds()):
                record, success = self.shell.run(step.source)
        except TimeIsUp:
            return [_error(TooSlow("the cell took too long"))], False
        self.theirs -= step.binds
        return record.outputs, success


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


def examine(
    paper: Paper, work: Work, sandbox: Sandbox, shell: Shell, learn: bool = False
) -> dict[str, Any]:
    """Grade one submission: its notebook as nbgrader would write it, and what goes into the
    gradebook; with `learn`, what both processes have imported, too."""
    started = time.perf_counter()
    examination = Examination(paper, work, sandbox, shell)
    resources = {"nbgrader": {"student": work.student, "assignment": paper.assignment}}
    resources["nbgrader"] |= {"notebook": paper.notebook, "db_url": ""}
    if work.prepared:
        notebook = nbformat.reads(work.notebook.decode(), as_version=4)
    else:
        notebook, notes = read(work.notebook)
        examination.notes += notes
        notebook = sanitise(notebook, paper, resources, examination.notes)
    examination.run(notebook)
    imported = {}
    if learn:
        theirs = examination.remote.ask({"do": "modules"}, sandbox.allowance.call)["modules"]
        imported = {"modules": list(sys.modules), "their modules": theirs}
    if not work.prepared:
        notebook = finish(notebook, paper, resources)
    grades, comments = {}, {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            grades[about["grade_id"]] = determine_grade(cell)[0]
        if about.get("solution") or about.get("task"):
            comments[about["grade_id"]] = comment_on(cell)
    return {
        "notebook": nbformat.writes(notebook),
        "grades": grades,
        "comments": comments,
        "notes": examination.notes,
        "lives": examination.remote.life,
        "seconds": time.perf_counter() - started,
        **imported,
    }


class Desk:
    """The warm examiner: does what the room at the other end of `room` says."""

    def __init__(self, room: Connection) -> None:
        self.room = room
        self.shell = Shell.ready()
        self.modules: list[str] = []
        self.sandbox: Sandbox | None = None

    def serve(self) -> None:
        with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt):
            while True:
                order, given = self.room.recv()
                try:
                    self.room.send_bytes(json.dumps(getattr(self, order)(**given)).encode())
                except (SandboxError, OSError) as error:
                    self.room.send_bytes(json.dumps({"lost": str(error)}).encode())
        if self.sandbox is not None:
            self.sandbox.close()

    def open(self, allowance: dict[str, int], modules: list[str], isolated: bool) -> dict[str, Any]:
        """Start the sandbox and import modules in both processes."""
        self.allowance, self.isolated = Allowance(**allowance), isolated
        self.modules = modules
        self.fresh()
        # The rules of a notebook's form are compiled when the first one is checked: let that be
        # now, and not in each child.
        nbformat.validate(nbformat.v4.new_notebook())
        load(modules)
        return {}

    def learn(self, paper: bytes, work: Work) -> dict[str, Any]:
        """Import beforehand what the instructor's own notebook came to import."""
        found = self.examine(paper, work, learn=True)
        known = {*self.modules, *sys.modules}
        load([name for name in found.get("modules", []) if name not in known])
        theirs = [name for name in found.get("their modules", []) if _harmless(name)]
        self.modules = list(dict.fromkeys([*self.modules, *theirs]))
        if self.sandbox is not None:
            self.sandbox.load(theirs)
        return {}

    def fresh(self) -> Sandbox:
        """A new sandbox in place of the one there was."""
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None
        tops = sorted({name.partition(".")[0] for name in self.modules})
        self.sandbox = Sandbox(self.allowance, tops, self.isolated)
        self.sandbox.load(self.modules)
        return self.sandbox

    def examine(self, paper: bytes, work: Work, learn: bool = False) -> dict[str, Any]:
        """Grade a submission in a child of its own."""
        sandbox = self.sandbox or self.fresh()
        mine, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(mine)
                self.room.close()
                with os.fdopen(theirs, "wb") as pipe:
                    pipe.write(json.dumps(self.examined(paper, work, learn)).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(theirs)
        with os.fdopen(mine, "rb") as pipe:
            result = pipe.read()
        _, status = os.waitpid(child, 0)
        try:
            sandbox.stop()
        except (SandboxError, WireError):
            self.fresh()
        if status != 0:
            return {"lost": "the examiner's process ended"}
        found: dict[str, Any] = json.loads(result)
        return found

    def examined(self, paper: bytes, work: Work, learn: bool) -> dict[str, Any]:
        """In the child: grade, and say what was imported if that is to be learned."""
        folder = tempfile.mkdtemp(prefix="examiner-")
        try:
            os.chdir(folder)
            self.shell.take_streams()
            sys.path.insert(0, folder)
            known = pickle.loads(paper)
            for name, content in known.files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            assert self.sandbox is not None
            try:
                result = examine(known, work, self.sandbox, self.shell, learn)
            except SandboxError as error:
                return {"lost": str(error)}
            except Unreadable as error:
                return {"failed": str(error)}
            except Exception as error:
                return {"failed": f"can't be graded: {type(error).__name__}: {error}"}
            return result
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _harmless(name: str) -> bool:
    """Whether a module may be there before anyone asks: debuggers change what runs."""
    return not name.startswith(("__", "debugpy", "pydev", "_pydev"))


def main() -> None:
    """What room.py starts: `python -m invigilator examiner DESCRIPTOR`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Desk(Connection(int(sys.argv[2]))).serve()
