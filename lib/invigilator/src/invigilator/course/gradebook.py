"""The one writer to nbgrader's gradebook: several submissions at a time, whole or not at all."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

_TRIES, _PAUSE = 5, 1.0  # a gradebook that someone else writes to is locked for a moment


@dataclass(frozen=True)
class Earned:
    """What a notebook earned, by cell, and nbgrader's comments. None: a person must mark it."""

    grades: Mapping[str, int | float | None]
    comments: Mapping[str, str | None]


@dataclass(frozen=True)
class Entry:
    """What a submission earned, by notebook. A notebook of None earned nothing."""

    student: str
    timestamp: datetime | None
    notebooks: dict[str, Earned | None]


class GradebookWriter:
    """The gradebook, kept open. Close it, or use it as a context manager."""

    def __init__(self, course: CourseDirectory, config: Config) -> None:
        self.gradebook = Gradebook(course.db_url, course.course_id)
        self.penalties = AssignLatePenalties(config=config)
        self.penalties.init_plugin()

    def __enter__(self) -> "GradebookWriter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.gradebook.close()

    def knows(self, student: str) -> bool:
        """Whether a student is in the gradebook."""
        return self.gradebook.db.get(Student, student) is not None

    def write(self, assignment: str, entries: Iterable[Entry]) -> None:
        """Enter submissions in one transaction; manual grades and comments stay."""
        entries, db = list(entries), self.gradebook.db
        for attempt in range(_TRIES):
            try:
                self._write(assignment, entries)
                db.commit()
                break
            except OperationalError:
                db.rollback()
                if attempt == _TRIES - 1:
                    raise
                time.sleep(_PAUSE)
            except BaseException:
                db.rollback()
                raise
            finally:
                db.expunge_all()  # memory stays the same however many there are

    def _write(self, assignment: str, entries: list[Entry]) -> None:
        db = self.gradebook.db
        master = db.query(Assignment).filter(Assignment.name == assignment).one()
        students = [entry.student for entry in entries]
        known = {s.id: s for s in db.query(Student).filter(Student.id.in_(students))}
        # One query for all: nbgrader's own methods make several for each.
        query = db.query(SubmittedAssignment).filter(
            SubmittedAssignment.assignment_id == master.id,
            SubmittedAssignment.student_id.in_(students),
        )
        submissions = {submission.student_id: submission for submission in query}
        for entry in entries:
            if entry.student not in known:
                known[entry.student] = Student(id=entry.student)
                db.add(known[entry.student])
            submission = submissions.get(entry.student)
            if submission is None:
                submission = _empty(master, known[entry.student])
                db.add(submission)
            if entry.timestamp is not None:
                submission.timestamp = entry.timestamp
            submissions[entry.student] = submission
        db.flush()  # all at once: one by one takes several times as long
        for entry in entries:
            submission = submissions[entry.student]
            for notebook in submission.notebooks:
                if notebook.name in entry.notebooks:
                    _fill(notebook, entry.notebooks[notebook.name])
                    self._penalise(submission, notebook)

    def _penalise(self, submission: Any, notebook: Any) -> None:
        """nbgrader's penalty for a notebook that came late, by the course's rule."""
        notebook.late_submission_penalty = None
        if submission.total_seconds_late <= 0:
            return
        db = self.gradebook.db
        db.flush()
        # Scores are computed by the database, from what has just been written.
        db.refresh(notebook)
        penalty = self.penalties.plugin_inst.late_submission_penalty(
            submission.student_id, notebook.score, submission.total_seconds_late
        )
        if penalty is not None:
            penalty = self.penalties._check_late_penalty(notebook, penalty)
            notebook.late_submission_penalty = penalty


def _empty(assignment: Any, student: Any) -> Any:
    """A submission that mirrors an assignment, as nbgrader makes it."""
    submission = SubmittedAssignment(assignment=assignment, student=student)
    for notebook in assignment.notebooks:
        submitted = SubmittedNotebook(notebook=notebook, assignment=submission)
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            Grade(cell_id=cell.id, cell=cell, notebook=submitted)
        for cell in [*notebook.solution_cells, *notebook.task_cells]:
            Comment(cell_id=cell.id, cell=cell, notebook=submitted)
    return submission


def _fill(notebook: Any, earned: Earned | None) -> None:
    """Enter what the cells of a notebook earned, and the comments on unchanged answers."""
    for grade in notebook.grades:
        if earned is None:
            grade.auto_score, grade.needs_manual_grade = 0, False
        elif grade.name in earned.grades:
            grade.auto_score = earned.grades[grade.name]
            # Who marked it by hand looks again after a new run, as with nbgrader.
            by_hand = grade.manual_score is not None or grade.auto_score is None
            grade.needs_manual_grade = by_hand
    for comment in notebook.comments:
        if earned is not None and comment.name in earned.comments:
            comment.auto_comment = earned.comments[comment.name]
