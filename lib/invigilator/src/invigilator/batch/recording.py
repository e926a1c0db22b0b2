"""Who writes: graded notebooks into their folder, points into the gradebook, results into their
file; each is in place before the next one is told."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from invigilator.batch.cache import autograded_folder
from invigilator.course.assignment import AssignmentSpec
from invigilator.course.gradebook import Earned, Entry, GradebookWriter
from invigilator.course.results import Result, append_results
from invigilator.course.submissions import Submission
from invigilator.protocol.messages import Graded, Lost, Ungradable, Verdict


@dataclass(frozen=True)
class Run:
    """What all results of a run have in common."""

    assignment: str
    seed: int
    isolated: bool


@dataclass(frozen=True)
class Record:
    """What became of a submission, and what it earned; nothing is earned without an entry."""

    result: Result
    entry: Entry | None


class Recorder:
    """Writes what became of submissions. Close it, or use it as a context manager.

    Without `whole`, only some notebooks were graded, and what is there of others stays.
    """

    def __init__(
        self,
        course: CourseDirectory,
        config: Config,
        specs: Mapping[str, AssignmentSpec],
        run: Run,
        whole: bool = True,
    ) -> None:
        self.course, self.specs, self.run, self.whole = course, specs, run, whole
        self.gradebook = GradebookWriter(course, config)
        self.may_create = config.get("Autograde", {}).get("create_student", True)

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.gradebook.close()

    def accepts(self, student: str) -> bool:
        """Whether a student is in the gradebook, or may be put into it."""
        return self.may_create or self.gradebook.knows(student)

    def unknown_student(self, student: str) -> Record:
        """The record of a submission that isn't to be graded."""
        reason = f"there is no student {student} in the gradebook"
        return Record(Result(self.run.assignment, student, reason, 0, self.run.seed), None)

    def write_notebooks(
        self, submission: Submission, verdicts: Mapping[str, Verdict], digest: str
    ) -> Record:
        """Put a submission's graded notebooks in place; the rest is for `write_records`."""
        graded: dict[str, Graded | None] = dict.fromkeys(self.specs)
        reasons: list[str] = []
        notes: list[str] = []
        for name in self.specs:
            match verdicts.get(name, Ungradable(submission.missing(name))):
                case Graded() as verdict:
                    graded[name] = verdict
                    notes += verdict.notes
                case Ungradable(reason) | Lost(reason):
                    reasons.append(f"{name}.ipynb {reason}")
            if submission.named.get(name, name) != name:
                notes.append(f"{submission.named[name]}.ipynb was taken for {name}.ipynb")
        found = {name: verdict for name, verdict in graded.items() if verdict is not None}
        self._replace_folder(submission, {name: each.notebook for name, each in found.items()})
        timestamp, complaints = self._timestamp(submission)
        lost = any(isinstance(verdict, Lost) for verdict in verdicts.values())
        result = Result(
            self.run.assignment,
            submission.student,
            "; ".join(reasons) or None,
            sum(verdict.seconds for verdict in found.values()),
            self.run.seed,
            "" if lost else digest,  # else the next run would let it stand
            [*notes, *complaints],
            lost,
            sum(verdict.restarts for verdict in found.values()),
            self.run.isolated,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        earned = {
            name: None if verdict is None else Earned(verdict.grades, verdict.comments)
            for name, verdict in graded.items()
        }
        return Record(result, Entry(submission.student, timestamp, earned))

    def write_records(self, records: Iterable[Record]) -> None:
        """Enter records into the gradebook, in one transaction, and then into the results."""
        records = list(records)
        entries = [record.entry for record in records if record.entry is not None]
        self.gradebook.write(self.run.assignment, entries)
        results = [record.result for record in records]
        append_results(self.course, self.run.assignment, results)

    def _timestamp(self, submission: Submission) -> tuple[Any, list[str]]:
        """When it was handed in, as nbgrader reads it."""
        if "timestamp.txt" not in submission.files:
            return None, []
        try:
            return self.course.get_existing_timestamp(str(submission.folder)), []
        # The file is the student's. nbgrader complains with a method that this class of its lacks.
        except (AttributeError, SystemExit, ValueError, OverflowError):
            return None, ["timestamp.txt can't be read as a time"]

    def _replace_folder(self, submission: Submission, notebooks: Mapping[str, str]) -> None:
        """Put a student's autograded folder in place at once: a run that is cut off leaves the
        old one or the new one."""
        folder = autograded_folder(self.course, self.run.assignment, submission.student)
        new = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        if not self.whole and folder.is_dir():
            shutil.copytree(folder, new, dirs_exist_ok=True)
        spec = next(iter(self.specs.values()))  # what lies beside them is the same for all
        contents = spec.files_beside(submission.files)
        contents |= {f"{name}.ipynb": text.encode() for name, text in notebooks.items()}
        mode = 0o664 if self.course.groupshared else 0o444
        for name, content in contents.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
        if folder.exists():
            shutil.rmtree(folder)
        if notebooks:
            new.rename(folder)
        else:
            shutil.rmtree(new)
