"""The record of what became of each submission: `autograded/ASSIGNMENT.jsonl`, a result a line."""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory


@dataclass(frozen=True)
class Result:
    """What became of one submission: graded, or the reason why not; what was mended in it.

    `lost` says that the reason is none of the submission's: the next run tries it again.
    `ended` counts how often its process ended before it was told to, `at` is when it was graded.
    The fields are those of the file: one that is added needs a default, for files that lack it.
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


def results_file(course: CourseDirectory, assignment: str) -> Path:
    """Where the results of the last run are kept: one a line, the last one of a student counts."""
    return Path(course.root, course.autograded_directory, f"{assignment}.jsonl")


def save_results(course: CourseDirectory, assignment: str, results: Iterable[Result]) -> None:
    """Keep these results and no others."""
    path = results_file(course, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside it first: a run that is cut off leaves the old file or the new one, never half.
    new = path.with_suffix(".new")
    new.write_text(_lines(results), "utf-8")
    new.replace(path)


def append_results(course: CourseDirectory, assignment: str, results: Iterable[Result]) -> None:
    """Keep results beside the others; a later one of a student counts."""
    with results_file(course, assignment).open("a", encoding="utf-8") as file:
        file.write(_lines(results))


def load_results(course: CourseDirectory, assignment: str) -> list[Result]:
    """The last result of every student, by name; none before the first run."""
    path = results_file(course, assignment)
    found: dict[str, Result] = {}
    if path.is_file():
        for line in path.read_text("utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError, TypeError):  # a run was cut off here
                result = Result(**json.loads(line))
                found[result.student] = result
    return [found[student] for student in sorted(found)]


def _lines(results: Iterable[Result]) -> str:
    return "".join(json.dumps(asdict(result)) + "\n" for result in results)
