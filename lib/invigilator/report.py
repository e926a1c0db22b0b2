"""What the instructor sees: one page, and one table, about a class."""

from collections import Counter
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from invigilator.batch import Result, load


@dataclass(frozen=True)
class Task:
    """One graded cell: its name, its worth, and how the class did."""

    name: str
    points: float
    by_hand: bool
    passed: int
    graded: int
    failures: list[tuple[str, int]]

    @property
    def rate(self) -> float:
        return self.passed / self.graded if self.graded else 0.0


@dataclass(frozen=True)
class Row:
    """One student: points by task (None where a person must still mark), and the total."""

    result: Result
    points: dict[str, float | None] = field(default_factory=dict)
    score: float = 0.0
    feedback: str | None = None

    @property
    def unmarked(self) -> bool:
        return any(points is None for points in self.points.values())


@dataclass(frozen=True)
class Summary:
    """A class's results in one assignment."""

    assignment: str
    points: float
    tasks: list[Task]
    rows: list[Row]


def summarise(course: CourseDirectory, assignment: str) -> Summary:
    """Read the gradebook and the autograded notebooks of one assignment."""
    results = load(course, assignment)
    rows: list[Row] = []
    failures: dict[str, Counter[str]] = {}
    with Gradebook(course.db_url, course.course_id) as gradebook:
        cells = [
            cell
            for notebook in gradebook.find_assignment(assignment).notebooks
            for cell in sorted(notebook.grade_cells, key=lambda cell: cell.id)
        ]
        cells = in_source_order(course, assignment, cells)
        for result in results:
            if not result.graded:
                rows.append(Row(result))
                continue
            try:
                submission = gradebook.find_submission(assignment, result.student)
            except MissingEntry:
                rows.append(Row(result))
                continue
            points = {
                grade.name: None if grade.needs_manual_grade else float(grade.score)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            rows.append(
                Row(result, points, float(submission.score), feedback(course, assignment, result))
            )
            for name, message in messages(course, assignment, result.student):
                failures.setdefault(name, Counter())[message] += 1
        tasks = []
        for cell in cells:
            earned = [
                row.points[cell.name] for row in rows if row.points.get(cell.name) is not None
            ]
            tasks.append(
                Task(
                    cell.name,
                    float(cell.max_score),
                    cell.cell_type == "markdown",
                    sum(points == cell.max_score for points in earned),
                    len(earned),
                    failures.get(cell.name, Counter()).most_common(5),
                )
            )
    return Summary(assignment, sum(task.points for task in tasks), tasks, rows)


def in_source_order(course: CourseDirectory, assignment: str, cells: list[Any]) -> list[Any]:
    """Graded cells in the order in which they stand in the instructor's notebook."""
    folder = Path(course.format_path(course.source_directory, ".", assignment))
    order = [
        cell.metadata.get("nbgrader", {}).get("grade_id")
        for path in sorted(folder.glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
    ]
    return sorted(cells, key=lambda cell: order.index(cell.name) if cell.name in order else -1)


def messages(course: CourseDirectory, assignment: str, student: str) -> list[tuple[str, str]]:
    """For each failed test of a student: its cell's name and, in one line, what it said."""
    folder = Path(course.format_path(course.autograded_directory, student, assignment))
    found = []
    for path in sorted(folder.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            about = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code" or not about.get("grade"):
                continue
            for output in cell.outputs:
                if output.output_type == "error":
                    found.append((about["grade_id"], in_short(output.ename, output.evalue)))
    return found


def in_short(name: str, message: str) -> str:
    """The headline of a failed check, with the usual cause when it names one."""
    lines = [line.strip() for line in message.splitlines() if line.strip()] or [name]
    cause = next((line for line in lines if line.startswith("usual cause:")), None)
    headline = lines[0] if name in ("CheckFailed", "AssertionError") else f"{name}: {lines[0]}"
    return f"{headline} Usual cause: {cause.partition(':')[2].strip()}" if cause else headline


def feedback(course: CourseDirectory, assignment: str, result: Result) -> str | None:
    """Where a student's feedback stands, if it has been made."""
    folder = Path(course.format_path(course.feedback_directory, result.student, assignment))
    pages = sorted(folder.glob("*.html"))
    return pages[0].resolve().as_uri() if pages else None


def write_page(summaries: list[Summary], path: Path) -> None:
    """Write the class's page: self-contained, readable in both themes."""
    text = resources.files("invigilator").joinpath("report.html.j2").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(environment.from_string(text).render(summaries=summaries), "utf-8")


def table(summaries: list[Summary]) -> str:
    """The scores as a short table for a terminal."""
    names = sorted({row.result.student for summary in summaries for row in summary.rows})
    width = max([len(name) for name in names] + [7])
    columns = [max(len(summary.assignment), 12) for summary in summaries]
    lines = [
        "  ".join(
            [f"{'student':{width}}"]
            + [f"{s.assignment:>{w}}" for s, w in zip(summaries, columns, strict=True)]
        )
    ]
    for name in names:
        cells = []
        for summary, column in zip(summaries, columns, strict=True):
            row = next((row for row in summary.rows if row.result.student == name), None)
            cells.append(f"{score(row, summary):>{column}}")
        lines.append("  ".join([f"{name:{width}}", *cells]))
    lines.append("(+ means that a written answer is still to be marked by hand)")
    for summary in summaries:
        for row in summary.rows:
            if not row.result.graded:
                lines.append(
                    f"not graded: {row.result.student}, {summary.assignment}: {row.result.reason}"
                )
    return "\n".join(lines)


def score(row: Row | None, summary: Summary) -> str:
    """A student's score in a few characters."""
    if row is None:
        return "–"
    if not row.result.graded:
        return "not graded"
    return f"{row.score:g}{'+' if row.unmarked else ''}/{summary.points:g}"
