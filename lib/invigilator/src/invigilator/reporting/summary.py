"""What there is to say of a class: read once from the gradebook, the graded notebooks and the
record of the last run. How it is shown is `page.py` (HTML) and `tables.py` (terminal, CSV, JSON).
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any

import nbformat
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import func

from invigilator.course.assignment import AssignmentError
from invigilator.course.results import Result, load_results
from invigilator.course.submissions import students

# What an error is called when the fault is not in a value, but in how a process went.
_TROUBLE = ("TimeIsUp", "TooSlow", "Unanswered")
_LONGEST = 300  # characters of a message, in short


class Status(StrEnum):
    """What became of a student's submission."""

    GRADED = "graded"
    NOT_GRADED = "not graded"  # 0 points, for a reason that lies in the submission
    AGAIN = "to be graded again"  # the grader was at fault, or stopped
    WAITING = "not graded yet"
    NOTHING = "nothing handed in"


@dataclass(frozen=True)
class Task:
    """One graded cell. `label` names it within its assignment; `by_hand` says who marks it."""

    label: str
    points: float
    by_hand: bool


@dataclass(frozen=True)
class Failure:
    """What the check of one task said to one student, in short."""

    task: str
    message: str
    trouble: bool = False


@dataclass(frozen=True)
class Row:
    """One student. `points` by task, in the gradebook's words: None where a person must still
    mark; `to_mark` are the tasks that a person must look at, `penalty` is for coming late."""

    student: str
    status: Status
    name: str = ""
    result: Result | None = None
    points: dict[str, float | None] = field(default_factory=dict)
    penalty: float = 0.0
    to_mark: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    feedback: tuple[Path, ...] = ()

    @property
    def score(self) -> float:
        """All points less the penalty, as nbgrader exports it."""
        return max(0.0, sum(points or 0.0 for points in self.points.values()) - self.penalty)

    @property
    def reason(self) -> str | None:
        return self.result.reason if self.result else None

    @property
    def notes(self) -> list[str]:
        return self.result.notes if self.result else []

    @property
    def seconds(self) -> float | None:
        return self.result.seconds if self.result else None

    @property
    def ended(self) -> int:
        return self.result.ended if self.result else 0

    @property
    def troubled(self) -> bool:
        """Whether a process ended, or took too long."""
        return bool(self.ended or self.troubles)

    @property
    def troubles(self) -> dict[str, list[str]]:
        """Tasks whose checks a process that ended, or took too long, has spoilt; by message."""
        found: dict[str, list[str]] = {}
        for failure in self.failures:
            if failure.trouble:
                found.setdefault(failure.message, []).append(failure.task)
        return found


@dataclass(frozen=True)
class Outcome:
    """How a class did in one task: how many earned all, some or none of its points or are still to
    be marked, and what the check said, to whom, the most frequent first."""

    task: Task
    full: int
    some: int
    none: int
    unmarked: int
    failures: list[tuple[str, list[str]]]

    @property
    def marked(self) -> int:
        return self.full + self.some + self.none

    @property
    def rate(self) -> float | None:
        """The part of those marked that earned full marks; None when nobody is marked."""
        return self.full / self.marked if self.marked else None


@dataclass(frozen=True)
class Summary:
    """A class's results in one assignment: tasks in the instructor's order, students by name."""

    assignment: str
    tasks: list[Task]
    rows: list[Row]

    @property
    def points(self) -> float:
        return sum(task.points for task in self.tasks)

    @property
    def graded(self) -> list[Row]:
        return self.having(Status.GRADED)

    @property
    def median(self) -> float | None:
        """The median score of those graded; None when there are none."""
        return median(row.score for row in self.graded) if self.graded else None

    @property
    def seconds(self) -> list[float]:
        """How long each of those graded took."""
        return [row.seconds for row in self.graded if row.seconds is not None]

    @property
    def results(self) -> list[Result]:
        return [row.result for row in self.rows if row.result]

    def having(self, *statuses: Status) -> list[Row]:
        return [row for row in self.rows if row.status in statuses]

    @property
    def outcomes(self) -> list[Outcome]:
        """How those did who are graded, task by task."""
        said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in self.graded:
            for failure in row.failures:
                said[failure.task][failure.message].append(row.student)
        found = []
        for task in self.tasks:
            marks = [row.points.get(task.label) for row in self.graded]
            kinds = Counter(_kind(points, task.points) for points in marks)
            failures = sorted(said[task.label].items(), key=lambda item: (-len(item[1]), item[0]))
            found.append(
                Outcome(
                    task, kinds["full"], kinds["some"], kinds["none"], kinds["unmarked"], failures
                )
            )
        return found


def _kind(points: float | None, most: float) -> str:
    if points is None:
        return "unmarked"
    return "full" if points >= most else "some" if points > 0 else "none"


def summarise(course: CourseDirectory, assignment: str) -> Summary:
    """Read all that is known of one assignment.

    A few queries and one look at each graded notebook, however many students there are.
    Raises AssignmentError if the gradebook has no such assignment.
    """
    results = {result.student: result for result in load_results(course, assignment)}
    handed_in = set(students(course, assignment))
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            master = gradebook.find_assignment(assignment)
        except MissingEntry:
            how = f"run `nbgrader generate_assignment {assignment}`"
            raise AssignmentError(f"{assignment} is not in the gradebook: {how}") from None
        tasks = _tasks(course, assignment, master)
        several = len(master.notebooks) > 1
        points, to_mark = _marks(gradebook, master, several)
        penalties = _penalties(gradebook, master)
        people = gradebook.db.query(Student.id, Student.first_name, Student.last_name)
        names = {
            student: " ".join(name for name in (first, last) if name)
            for student, first, last in people
        }
    rows = []
    for student in sorted({*names, *results, *handed_in, *penalties}):
        result = results.get(student)
        status = _status(result, student in penalties, student in handed_in)
        folder = Path(course.format_path(course.feedback_directory, student, assignment))
        rows.append(
            Row(
                student,
                status,
                names.get(student, ""),
                result,
                {t.label: points[student][t.label] for t in tasks if t.label in points[student]},
                penalties.get(student, 0.0),
                tuple(task.label for task in tasks if task.label in to_mark[student]),
                tuple(_failures(course, assignment, student, several))
                if status == Status.GRADED
                else (),
                tuple(sorted(folder.glob("*.html"))),
            )
        )
    return Summary(assignment, tasks, rows)


def _status(result: Result | None, in_gradebook: bool, handed_in: bool) -> Status:
    if result is not None:
        if result.graded:
            return Status.GRADED
        return Status.AGAIN if result.lost else Status.NOT_GRADED
    if in_gradebook:  # graded by nbgrader's own commands, which keep no record
        return Status.GRADED
    return Status.WAITING if handed_in else Status.NOTHING


def _label(notebook: str, cell: str, several: bool) -> str:
    return f"{notebook}: {cell}" if several else cell


def _tasks(course: CourseDirectory, assignment: str, master: Any) -> list[Task]:
    """Graded cells in the order in which they stand in the instructor's notebooks."""
    folder = Path(course.format_path(course.source_directory, ".", assignment))
    several = len(master.notebooks) > 1
    found = []
    for notebook in master.notebooks:
        path = folder / f"{notebook.name}.ipynb"
        cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
        names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
        # The gradebook doesn't keep the order of cells.
        place = {name: index for index, name in enumerate(names)}
        written = {cell.name for cell in [*notebook.solution_cells, *notebook.task_cells]}
        graded = [*notebook.grade_cells, *notebook.task_cells]
        for cell in sorted(graded, key=lambda cell: (place.get(cell.name, len(place)), cell.name)):
            label = _label(notebook.name, cell.name, several)
            found.append(Task(label, float(cell.max_score), cell.name in written))
    return found


def _marks(
    gradebook: Gradebook, master: Any, several: bool
) -> tuple[dict[str, dict[str, float | None]], dict[str, set[str]]]:
    """Every student's points by task, and the tasks that a person must look at."""
    query = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Notebook.name,
            BaseCell.name,
            Grade.score,
            Grade.auto_score.is_(None) & Grade.manual_score.is_(None),
            Grade.needs_manual_grade,
        )
        .select_from(SubmittedAssignment)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment_id == master.id)
    )
    points: dict[str, dict[str, float | None]] = defaultdict(dict)
    to_mark: dict[str, set[str]] = defaultdict(set)
    for student, notebook, cell, score, unmarked, by_hand in query:
        label = _label(notebook, cell, several)
        # nbgrader counts what isn't marked as 0; here it is told apart.
        points[student][label] = None if unmarked and by_hand else float(score)
        if by_hand:
            to_mark[student].add(label)
    return points, to_mark


def _penalties(gradebook: Gradebook, master: Any) -> dict[str, float]:
    """What everyone who is in the gradebook for an assignment loses for coming late."""
    query = (
        gradebook.db.query(
            SubmittedAssignment.student_id, func.sum(SubmittedNotebook.late_submission_penalty)
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .filter(SubmittedAssignment.assignment_id == master.id)
        .group_by(SubmittedAssignment.student_id)
    )
    return {student: float(penalty or 0.0) for student, penalty in query}


def _failures(
    course: CourseDirectory, assignment: str, student: str, several: bool
) -> list[Failure]:
    """What went wrong in a student's graded notebooks, by cell.

    Only tests' messages count, and of other cells those that say how a process went. The files are
    the grader's own: reading them as plain JSON is several times as fast as validating them.
    """
    folder = Path(course.format_path(course.autograded_directory, student, assignment))
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        try:
            cells = json.loads(path.read_bytes())["cells"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            found.append(Failure(path.stem, "the graded notebook can't be read", True))
            continue
        for cell in cells:
            about = cell["metadata"].get("nbgrader", {})
            errors = [o for o in cell.get("outputs", []) if o["output_type"] == "error"]
            if not errors or "grade_id" not in about:
                continue
            name, message = str(errors[0]["ename"]), str(errors[0]["evalue"])
            if about.get("grade") or name in _TROUBLE:
                label = _label(path.stem, about["grade_id"], several)
                found.append(Failure(label, in_short(name, message), name in _TROUBLE))
    return found


def in_short(name: str, message: str) -> str:
    """The headline of a failed check, with the usual cause when it names one.

    >>> in_short("CheckFailed", "f is wrong.\\n  expected: 1\\n  usual cause:  a sign")
    'f is wrong. Usual cause: a sign'
    >>> in_short("NameError", "name 'f' is not defined")
    "NameError: name 'f' is not defined"
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    cause = next((line for line in lines if line.startswith("usual cause:")), None)
    if not lines:
        headline = name
    elif name in ("CheckFailed", "AssertionError", *_TROUBLE):
        headline = lines[0]
    else:
        headline = f"{name}: {lines[0]}"
    if cause:
        headline = f"{headline} Usual cause: {cause.partition(':')[2].strip()}"
    return headline if len(headline) <= _LONGEST else headline[: _LONGEST - 1] + "…"
