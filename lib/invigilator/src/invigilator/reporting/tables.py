"""A class's results as data: a table for a terminal, CSV for spreadsheets, JSON with everything."""

import csv
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from invigilator.reporting.summary import Row, Status, Summary
from invigilator.version import VERSION


def versions() -> dict[str, str]:
    """What makes a report, by name."""
    return {
        "invigilator": VERSION,
        "nbgrader": metadata.version("nbgrader"),
        "python": platform.python_version(),
    }


def terminal(summaries: list[Summary]) -> str:
    """The scores as a short table."""
    names = sorted({row.student for summary in summaries for row in summary.rows})
    width = max([len(name) for name in names] + [7])
    columns = [max(len(summary.assignment), 18) for summary in summaries]
    titles = [f"{s.assignment:>{w}}" for s, w in zip(summaries, columns, strict=True)]
    lines = ["  ".join([f"{'student':{width}}", *titles])]
    known = [{row.student: row for row in summary.rows} for summary in summaries]
    for name in names:
        cells = [
            f"{score(rows.get(name), summary):>{column}}"
            for rows, summary, column in zip(known, summaries, columns, strict=True)
        ]
        lines.append("  ".join([f"{name:{width}}", *cells]))
    if any(row.to_mark for summary in summaries for row in summary.graded):
        lines.append("(+ means that a person must still mark something)")
    lines += [
        f"{row.status}: {row.student}, {summary.assignment}: {row.reason}"
        for summary in summaries
        for row in summary.having(Status.NOT_GRADED, Status.AGAIN)
    ]
    return "\n".join(map(printable, lines))


def tasks(summary: Summary) -> str:
    """How each task went, as a short table."""
    head = ("task", "points", "full marks", "some", "none", "to mark")
    rows = [
        (o.task.label, f"{o.task.points:g}", *map(str, (o.full, o.some, o.none, o.unmarked)))
        for o in summary.outcomes
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            f"{cell:<{width}}" if place == 0 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join(map(printable, lines))


def printable(text: str) -> str:
    """A text without what would steer a terminal: students choose file names."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def score(row: Row | None, summary: Summary) -> str:
    """A student's score in a few characters."""
    if row is None or row.status == Status.NOTHING:
        return "–"
    if row.status != Status.GRADED:
        return str(row.status)
    return f"{round(row.score, 2):g}{'+' if row.to_mark else ''}/{round(summary.points, 2):g}"


def write_csv(summaries: list[Summary], path: Path) -> None:
    """Write one line for each student and assignment.

    A task has a column of its own, empty where a person must still mark it. A text that a
    spreadsheet would take for a formula gets an apostrophe in front: students choose file names.
    """
    tasks = list(dict.fromkeys(task.label for summary in summaries for task in summary.tasks))
    header = ["assignment", "student", "name", "status", *tasks]
    header += ["penalty", "score", "max_score", "to_mark", "seconds", "reason", "notes"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(harmless, header))
        for summary in summaries:
            for row in summary.rows:
                line: list[Any] = [summary.assignment, row.student, row.name, str(row.status)]
                line += [row.points.get(task) for task in tasks]
                line += [row.penalty, row.score, summary.points]
                line += ["; ".join(row.to_mark), row.seconds, row.reason, "; ".join(row.notes)]
                writer.writerow(map(harmless, line))


def harmless(value: Any) -> Any:
    """A value that a spreadsheet takes for what it is.

    >>> harmless("=1+1"), harmless(-1.5)
    ("'=1+1", -1.5)
    """
    formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if formula else value


def write_json(summaries: list[Summary], path: Path, made: datetime) -> None:
    """Write everything that is known; files are named relative to the one written."""
    report = {
        "made": made.isoformat(timespec="seconds"),
        "versions": versions(),
        "assignments": [
            {
                "assignment": summary.assignment,
                "points": summary.points,
                "median": summary.median,
                "tasks": [
                    {
                        **asdict(outcome.task),
                        "full": outcome.full,
                        "some": outcome.some,
                        "none": outcome.none,
                        "unmarked": outcome.unmarked,
                        "failures": [
                            {"message": message, "students": who}
                            for message, who in outcome.failures
                        ],
                    }
                    for outcome in summary.outcomes
                ],
                "students": [_whole(row, path.parent) for row in summary.rows],
            }
            for summary in summaries
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", "utf-8")


def _whole(row: Row, folder: Path) -> dict[str, Any]:
    """Everything about a student."""
    result = row.result
    return {
        "student": row.student,
        "name": row.name,
        "status": str(row.status),
        "score": row.score,
        "penalty": row.penalty,
        "points": row.points,
        "to_mark": list(row.to_mark),
        "failures": [asdict(failure) for failure in row.failures],
        "feedback": relative(row.feedback, folder),
        "result": asdict(result) if result else None,
    }


def relative(paths: Iterable[Path], folder: Path) -> list[str]:
    """Where files stand seen from a folder, so that both can be moved together."""
    return [Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix() for path in paths]
