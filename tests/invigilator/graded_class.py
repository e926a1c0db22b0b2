"""A class with one of everything that may become of a student, for the tests of its report."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
from conftest import SOURCE, hand_in, make_course
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from invigilator.course.gradebook import Earned, Entry, GradebookWriter
from invigilator.course.results import Result, append_results, save_results
from invigilator.reporting.summary import Status, Summary, summarise

MADE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)"  # a folder's name can hold it
BREAKOUT = "</script></style><img src=x onerror=alert(2)> & co"


class Class:
    """A class whose results are written as the grader writes them, without running anything."""

    def __init__(self, config: Config, name: str = "ps1") -> None:
        self.config, self.name = config, name
        self.course: CourseDirectory = NbGraderAPI(config=config).coursedir
        self.root = Path(self.course.root)
        save_results(self.course, name, [])

    def enter(
        self,
        student: str,
        grades: dict[str, float | None] | None,
        says: dict[str, tuple[str, str]] | None = None,
        notebook: str = "ps1",
        **result: Any,
    ) -> None:
        """Give a student points by cell (None: a person must mark it) and messages by cell."""
        earned = None if grades is None else Earned(grades, {})
        with GradebookWriter(self.course, self.config) as gradebook:
            gradebook.write(self.name, [Entry(student, None, {notebook: earned})])
        if result:
            found = {"reason": None, "seconds": 0.5, "seed": 7, "digest": "c0ffee00" * 16, **result}
            append_results(self.course, self.name, [Result(self.name, student, **found)])
        if grades is None:
            return
        source = self.root / "source" / self.name / f"{notebook}.ipynb"
        graded = nbformat.read(source, as_version=4)
        for each in graded.cells:
            said = (says or {}).get(each.metadata.nbgrader.grade_id)
            if said:
                each.outputs = [new_output("error", ename=said[0], evalue=said[1], traceback=[])]
        self.write("autograded", student, f"{notebook}.ipynb", nbformat.writes(graded))
        self.write("feedback", student, f"{notebook}.html", "<title>feedback</title>")

    def write(self, step: str, student: str, name: str, text: str) -> None:
        path = self.root / step / student / self.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def summary(self) -> Summary:
        return summarise(self.course, self.name)


def one_of_everything(root: Path) -> Class:
    """A class in a new course; tests only read it."""
    course = make_course(root, SOURCE)
    room = Class(course)
    wrong = ("CheckFailed", "double is wrong.\n  got: 4\n  usual cause:  a constant")
    double = {"test_double": 3.0}
    room.enter("ada", {**double, "essay": None}, seconds=0.25)
    room.enter("bob", {"test_double": 0.0, "essay": 0.0}, {"test_double": wrong}, seconds=1.5)
    room.enter("cy", {"test_double": 1.5, "essay": 0.0}, {"test_double": wrong}, notes=["mended"])
    room.enter("dan", {**double, "essay": None}, at="2026-11-20T10:00:00+00:00")
    room.enter("eve", None, reason="=empty", seconds=0.0)
    room.enter("finn", None, reason="stopped", lost=True, digest="")
    room.enter("gus", {**double, "essay": 0.0})  # by nbgrader alone: there is no record
    room.enter(
        "hal",
        {"test_double": 0.0, "essay": 0.0},
        {"double": ("TooSlow", "no answer"), "test_double": ("Unanswered", "the process stopped")},
        ended=2,
        isolated=False,
        digest="decaf000" * 16,
        notes=["=a", "b"],
    )
    room.enter(
        HOSTILE,
        {"test_double": 0.0, "essay": 0.0},
        {"test_double": ("AssertionError", BREAKOUT)},
        notes=[BREAKOUT],
    )
    hand_in(course, "ida")
    with Gradebook(room.course.db_url) as gradebook:
        gradebook.add_student("jo", first_name="Jo", last_name="<i>Late")
        grade = gradebook.find_grade("essay", "ps1", "ps1", "dan")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 0.5, 0.25, False
        submission = gradebook.find_submission("ps1", "dan")
        submission.notebooks[0].late_submission_penalty = 1.0
        gradebook.find_submission("ps1", "bob").notebooks[0].late_submission_penalty = 2.0
        gradebook.db.commit()
    return room


STATUS = {
    HOSTILE: Status.GRADED,
    "ada": Status.GRADED,
    "bob": Status.GRADED,
    "cy": Status.GRADED,
    "dan": Status.GRADED,
    "eve": Status.NOT_GRADED,
    "finn": Status.AGAIN,
    "gus": Status.GRADED,
    "hal": Status.GRADED,
    "ida": Status.WAITING,
    "jo": Status.NOTHING,
}
