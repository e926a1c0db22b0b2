"""Which submissions there are, and grading them side by side.

One student's trouble never stops another's. Results come in the order in which they are ready; each
is in the gradebook and on disk before it is told.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from invigilator.course.assignment import Paper, PaperError, read_paper
from invigilator.course.gradebook import Entry, Ledger
from invigilator.course.submissions import Submission, submission
from invigilator.trusted.examiner import Work
from invigilator.trusted.worker import Room
from invigilator.untrusted.sandbox import Allowance, SandboxError, packages

_PATIENCE = 0.5  # seconds until results that are ready go into the gradebook


@dataclass(frozen=True)
class Result:
    """What became of one submission: graded, or the reason why not; what was mended in it.

    `lost` says that the reason is none of the submission's: the next run tries it again.
    `ended` counts how often its process ended before it was told to, `at` is when it was graded.
    """

    assignment: str
    student: str
    reason: str | None
    seconds: float
    seed: int
    digest: str = ""
    notes: list[str] = field(default_factory=list)
    lost: bool = False
    ended: int = 0
    isolated: bool = True
    at: str = ""

    @property
    def graded(self) -> bool:
        return self.reason is None


@dataclass
class Batch:
    """The grading of one assignment. `executor` runs the work; by default threads here, each with
    a room of its own."""

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
        self.allowance = Allowance(config=self.config)
        with Gradebook(self.course.db_url, self.course.course_id) as gradebook:
            try:
                names = [n.name for n in gradebook.find_assignment(self.assignment).notebooks]
            except MissingEntry:
                how = f"run `nbgrader generate_assignment {self.assignment}`"
                raise PaperError(f"{self.assignment} is not in the gradebook: {how}") from None
            chosen = [n for n in sorted(names) if fnmatch(n, self.course.notebook_id)]
            self.whole = len(chosen) == len(names)
            self.papers = {
                name: read_paper(self.course, gradebook, self.assignment, name, self.config)
                for name in chosen
            }
        if not self.papers:
            raise PaperError(f"no notebook of {self.assignment} matches {self.course.notebook_id}")
        self.conditions = self._conditions()
        self.doubts: list[str] = []

    def _conditions(self) -> str:
        """Changes when anything but the submissions does that could change a grade."""
        modules = sorted({m.partition(".")[0] for p in self.papers.values() for m in p.modules})
        parts = [sys.version, json.dumps(traits(self.allowance)), str(self.isolated)]
        parts += [paper.digest() for paper in self.papers.values()]
        for name in modules:
            with contextlib.suppress(metadata.PackageNotFoundError):
                parts.append(f"{name} {metadata.version(name)}")
        for path in packages(["invigilator", *modules]):
            for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
                parts.append(hashlib.sha256(file.read_bytes()).hexdigest())
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def autograde(self, chosen: list[str]) -> Iterator[Result]:
        """Grade submissions, yielding each result when it is kept.

        Those that are graded already, under the same conditions, are yielded as they are.
        """
        known = {result.student: result for result in load(self.course, self.assignment)}
        digests = {}
        waiting = []
        for student in chosen:
            handed_in = submission(self.course, self.papers.values(), student)
            digests[student] = f"{self.conditions}{handed_in.digest()}" if self.whole else ""
            old = known.get(student)
            if old is not None and self._stands(old, handed_in, digests[student]):
                yield old
            else:
                waiting.append(student)
        if not waiting:
            return
        seed = self._seed([r for s, r in known.items() if s not in waiting])
        unfinished = "its grading was interrupted: run the same command again"
        for student in waiting:
            if student in known:  # else a run that is cut off would leave it half old, half new
                known[student] = Result(self.assignment, student, unfinished, 0, seed, lost=True)
        save(self.course, self.assignment, list(known.values()))
        own = contextlib.nullcontext(self.executor) if self.executor else rooms(self.jobs)
        with Ledger(self.course, self.config) as ledger, own as executor:
            self.doubts = self._doubts(executor, seed, min(self.jobs, len(waiting)))
            yield from self._results(waiting, digests, seed, ledger, executor)

    def _doubts(self, executor: Executor, seed: int, count: int) -> list[str]:
        """Where the instructor's own notebook doesn't earn all points: then who could?

        As many rooms as will be needed examine it, so that all open at the same time; what the
        first one says counts. One that can't open fails again with what it has to grade.
        """
        works = {name: instructors(paper, seed) for name, paper in self.papers.items()}
        given = (self.papers, works, traits(self.allowance), self.isolated)
        try:
            first, *_ = [executor.submit(examine_all, *given) for _ in range(count)]
            answers = first.result()
        except Exception as error:  # what keeps this one from being graded would keep all
            raise SandboxError(f"nothing can be graded: {error}") from error
        found = []
        for name, answer in answers.items():
            if why := answer.get("lost"):
                raise SandboxError(f"nothing can be graded: {why}")
            if why := answer.get("failed"):
                found.append(f"the instructor's own {name}.ipynb {why}")
            for cell, earned in answer.get("grades", {}).items():
                master = self.papers[name].cells[cell]
                if master.test and earned != master.max_score:
                    points = f"{earned or 0:g} of {master.max_score:g} points"
                    found.append(f"the instructor's own answers earn {points} in {cell}")
        return found

    def _seed(self, kept: list[Result]) -> int:
        """The seed given, else that of the results that stay, else a new one."""
        if self.seed is not None:
            return self.seed
        same = [r.seed for r in kept if r.digest.startswith(self.conditions)]
        return same[-1] if same and not self.force else secrets.randbits(32)

    def _stands(self, old: Result, handed_in: Submission, digest: str) -> bool:
        """Whether an earlier result is what grading now would give."""
        same = old.digest == digest != "" and self.seed in (None, old.seed)
        return same and not self.force and (not old.graded or self._kept(handed_in))

    def _kept(self, handed_in: Submission) -> bool:
        folder = self._destination(handed_in.student)
        return all((folder / f"{name}.ipynb").is_file() for name in handed_in.named)

    def _destination(self, student: str) -> Path:
        course = self.course
        return Path(course.format_path(course.autograded_directory, student, self.assignment))

    def _results(
        self,
        waiting: list[str],
        digests: dict[str, str],
        seed: int,
        ledger: Ledger,
        executor: Executor,
    ) -> Iterator[Result]:
        """Keep the executor busy, and keep what it gives."""
        left = deque(waiting)
        running: dict[Future[dict[str, Any]], Submission] = {}
        ready: list[tuple[Result, Entry]] = []
        create = self.config.get("Autograde", {}).get("create_student", True)
        last = time.monotonic()
        while True:
            while len(running) < 2 * self.jobs and left:
                student = left.popleft()
                handed_in = submission(self.course, self.papers.values(), student)
                if create or ledger.knows(student):
                    running[self._submit(executor, handed_in, seed)] = handed_in
                else:
                    reason = f"there is no student {student} in the gradebook"
                    result = Result(self.assignment, student, reason, 0, seed)
                    ready.append((result, Entry(student, None, {})))
            done, _ = wait(running, timeout=_PATIENCE, return_when=FIRST_COMPLETED)
            for future in done:
                handed_in = running.pop(future)
                digest = digests[handed_in.student]
                ready.append(self._keep(handed_in, future, seed, digest))
            if ready and (not running or time.monotonic() - last > _PATIENCE):
                ledger.write(self.assignment, [entry for _, entry in ready if entry.notebooks])
                append(self.course, self.assignment, [result for result, _ in ready])
                yield from [result for result, _ in ready]
                ready, last = [], time.monotonic()
            if not (left or running or ready):
                return

    def _submit(self, executor: Executor, handed_in: Submission, seed: int) -> Future[Any]:
        works = {
            name: Work(handed_in.student, handed_in.notebooks[file], handed_in.files, seed)
            for name, file in handed_in.named.items()
        }
        papers = {name: self.papers[name] for name in works}
        return executor.submit(examine_all, papers, works, traits(self.allowance), self.isolated)

    def _keep(
        self, handed_in: Submission, future: Future[dict[str, Any]], seed: int, digest: str
    ) -> tuple[Result, Entry]:
        """Write the autograded notebooks of a submission; what to write into the gradebook."""
        student, seconds, ended = handed_in.student, 0.0, 0
        notes: list[str] = []
        reasons: list[str] = []
        earned: dict[str, dict[str, Any] | None] = dict.fromkeys(self.papers)
        named = handed_in.named
        try:
            answers = future.result()
        except Exception as error:  # a worker that died, or can't start a sandbox
            answers = {name: {"lost": f"{type(error).__name__}: {error}"} for name in named}
        for name in earned:
            answer: dict[str, Any] = answers.get(name, {"failed": handed_in.missing(name)})
            seconds += answer.get("seconds", 0.0)
            ended += max(answer.get("lives", 1) - 1, 0)
            if why := answer.get("failed") or answer.get("lost"):
                reasons.append(f"{name}.ipynb {why}")
            else:
                earned[name] = answer
                notes += answer["notes"]
            if named.get(name, name) != name:
                notes.append(f"{named[name]}.ipynb was taken for {name}.ipynb")
        lost = any("lost" in answer for answer in answers.values())
        texts = {name: e["notebook"] for name, e in earned.items() if e is not None}
        self._write(handed_in, texts)
        timestamp, broken = self._timestamp(handed_in)
        result = Result(
            self.assignment,
            student,
            "; ".join(reasons) or None,
            seconds,
            seed,
            "" if lost else digest,
            [*notes, *broken],
            lost,
            ended,
            self.isolated,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return result, Entry(student, timestamp, earned)

    def _timestamp(self, handed_in: Submission) -> tuple[Any, list[str]]:
        """When it was handed in, as nbgrader reads it."""
        if "timestamp.txt" not in handed_in.files:
            return None, []
        try:
            return self.course.get_existing_timestamp(str(handed_in.folder)), []
        except (SystemExit, ValueError, OverflowError):
            return None, ["timestamp.txt can't be read as a time"]

    def _write(self, handed_in: Submission, texts: dict[str, str]) -> None:
        """Put a student's autograded folder in place at once."""
        folder = self._destination(handed_in.student)
        new = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        if not self.whole and folder.is_dir():
            shutil.copytree(folder, new, dirs_exist_ok=True)
        paper = next(iter(self.papers.values()))
        mine = {
            name: content
            for name, content in paper.files.items()
            if name not in paper.own_files or name not in handed_in.files
        }
        contents = {**handed_in.files, **mine}
        contents |= {f"{name}.ipynb": text.encode() for name, text in texts.items()}
        mode = 0o664 if self.course.groupshared else 0o444
        for name, content in contents.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
        if folder.exists():
            shutil.rmtree(folder)
        if texts:
            new.rename(folder)
        else:
            shutil.rmtree(new)


def traits(allowance: Allowance) -> dict[str, int]:
    """The settings of an allowance, by name."""
    return {name: getattr(allowance, name) for name in allowance.trait_names(config=True)}


_here = threading.local()


@contextlib.contextmanager
def rooms(count: int) -> Iterator[Executor]:
    """So many threads, each with a room of its own that stays warm until all are closed."""
    opened: list[Room] = []

    def enter() -> None:
        _here.opened = opened

    with ThreadPoolExecutor(count, initializer=enter) as executor:
        try:
            yield executor
        finally:
            executor.shutdown(wait=False, cancel_futures=True)
            for room in opened:
                room.dismiss()
            for room in opened:
                room.close()


def instructors(paper: Paper, seed: int = 0) -> Work:
    """The instructor's own notebook as somebody's work."""
    return Work("instructor", paper.answers.encode(), {}, seed)


def examine_all(
    papers: dict[str, Paper], works: dict[str, Work], allowance: dict[str, int], isolated: bool
) -> dict[str, dict[str, Any]]:
    """Grade all notebooks of a submission, in this thread's own room: the work of an executor."""
    answers = {}
    for name, work in works.items():
        room: Room | None = getattr(_here, "room", None)
        modules = papers[name].modules
        if room is None or (room.allowance, room.isolated) != (allowance, isolated):
            room = _here.room = Room(modules, Allowance(**allowance), isolated)
            room.learn(papers[name], instructors(papers[name]))
            getattr(_here, "opened", []).append(room)
        answers[name] = room.examine(papers[name], work)
    return answers


def record(course: CourseDirectory, assignment: str) -> Path:
    """Where the results of the last run are kept: one a line, the last one of a student counts."""
    return Path(course.root, course.autograded_directory, f"{assignment}.jsonl")


def save(course: CourseDirectory, assignment: str, results: list[Result]) -> None:
    """Keep these results and no others."""
    path = record(course, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text("".join(json.dumps(asdict(result)) + "\n" for result in results), "utf-8")
    new.replace(path)


def append(course: CourseDirectory, assignment: str, results: list[Result]) -> None:
    """Keep results beside the others; a later one of a student counts."""
    with record(course, assignment).open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(asdict(result)) + "\n" for result in results))


def load(course: CourseDirectory, assignment: str) -> list[Result]:
    """The last result of every student, by name; none before the first run."""
    path = record(course, assignment)
    found: dict[str, Result] = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError, TypeError):  # a run was cut off here
                result = Result(**json.loads(line))
                found[result.student] = result
    return [found[student] for student in sorted(found)]
