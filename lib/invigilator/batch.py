"""Which submissions there are, and grading them one after the other.

Each submission is graded by an nbgrader run of its own, so that a broken one stops nobody else.
"""

import json
import logging
import os
import secrets
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config


@dataclass(frozen=True)
class Result:
    """What became of one submission: graded, or the reason why not."""

    assignment: str
    student: str
    reason: str | None
    seconds: float
    seed: int

    @property
    def graded(self) -> bool:
        return self.reason is None


def nbgrader_api(config: Config) -> NbGraderAPI:
    """nbgrader's own steps. It looks for an exchange, which grading doesn't need, and complains."""
    logging.disable()
    try:
        return NbGraderAPI(config=config)
    finally:
        logging.disable(logging.NOTSET)


def students(course: CourseDirectory, assignment: str) -> list[str]:
    """Everyone who handed in something for an assignment, by name."""
    submitted = Path(course.format_path(course.submitted_directory, "*", assignment))
    return sorted(path.parent.name for path in submitted.parent.parent.glob(f"*/{assignment}"))


def autograde(
    config: Config, assignment: str, chosen: list[str], seed: int | None = None
) -> Iterator[Result]:
    """Grade submissions in order, yielding each result as soon as it is known.

    `seed` is the seed of the hidden tests, given to them as `GRADING_SEED`; by default a new one
    is drawn for the run.
    """
    seed = secrets.randbits(32) if seed is None else seed
    os.environ["GRADING_SEED"] = str(seed)
    # nbgrader calls `alembic` by name: it stands beside the interpreter.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # Libraries' advice to developers is no news to an instructor.
    warnings.simplefilter("ignore")
    api = nbgrader_api(config)
    for student in chosen:
        start = time.perf_counter()
        reason = unreadable(api.coursedir, assignment, student)
        if reason is None:
            outcome = api.autograde(assignment, student, force=True, create=True)
            reason = None if outcome["success"] else last_words(outcome)
        yield Result(assignment, student, reason, time.perf_counter() - start, seed)


def unreadable(course: CourseDirectory, assignment: str, student: str) -> str | None:
    """Why a submission can't be read as notebooks, in words; None when it can."""
    folder = Path(course.format_path(course.submitted_directory, student, assignment))
    for notebook in sorted(folder.glob("*.ipynb")):
        try:
            text = notebook.read_text("utf-8")
            if not text.strip():
                return f"{notebook.name} is empty"
            content = json.loads(text)
            if not isinstance(content, dict) or "nbformat" not in content:
                return f"{notebook.name} is not a notebook: it doesn't say its format"
            nbformat.reads(text, as_version=4)
        except UnicodeDecodeError as error:
            return f"{notebook.name} is not text in UTF-8: byte {error.start} can't be read"
        except json.JSONDecodeError as error:
            return f"{notebook.name} is not a notebook: its JSON breaks off or is wrong ({error})"
        except Exception as error:  # nbformat raises many kinds for what isn't a notebook
            return f"{notebook.name} is not a notebook: {error}"
    return None


def last_words(outcome: dict[str, Any]) -> str:
    """The last line of what nbgrader said of a failed run."""
    lines = [line.strip() for line in (outcome.get("error") or outcome["log"]).splitlines()]
    return next((line for line in reversed(lines) if line), "nbgrader gave no reason")


def record(course: CourseDirectory, assignment: str) -> Path:
    """Where the results of the last run are kept."""
    return Path(course.root, course.autograded_directory, f"{assignment}.json")


def save(course: CourseDirectory, assignment: str, results: list[Result]) -> None:
    """Keep results, and those of earlier runs for students who were not in this one."""
    path = record(course, assignment)
    kept = {result.student: result for result in load(course, assignment)}
    kept.update({result.student: result for result in results})
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps([asdict(kept[name]) for name in sorted(kept)], indent=1), "utf-8")
    new.replace(path)


def load(course: CourseDirectory, assignment: str) -> list[Result]:
    """The results of the last run for every student, by name; none before the first."""
    path = record(course, assignment)
    if not path.is_file():
        return []
    return [Result(**entry) for entry in json.loads(path.read_text("utf-8"))]
