"""What is written of a submission: its folder at once, its points and its result together."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from invigilator.batch.recording import Recorder, Run
from invigilator.course.assignment import AssignmentSpec, read_specs
from invigilator.course.results import load_results, save_results
from invigilator.course.submissions import Submission
from invigilator.protocol.messages import Graded, Lost, Ungradable, Verdict

pytestmark = pytest.mark.filterwarnings("ignore")

RUN = Run("ps1", 7, isolated=True)
TEXT = nbformat.writes(new_notebook())
GRADED = Graded(TEXT, {"test_double": 3.0, "essay": None}, {"essay": None}, ["mended"], 2, 1.5)


@pytest.fixture
def directory(course: Config) -> CourseDirectory:
    found: CourseDirectory = NbGraderAPI(config=course).coursedir
    save_results(found, "ps1", [])
    return found


@pytest.fixture
def specs(course: Config, directory: CourseDirectory) -> dict[str, AssignmentSpec]:
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        return read_specs(directory, gradebook, "ps1", course)


@pytest.fixture
def recorder(
    course: Config, directory: CourseDirectory, specs: dict[str, AssignmentSpec]
) -> Iterator[Recorder]:
    with Recorder(directory, course, specs, RUN) as recorder:
        yield recorder


def submission(student: str = "ada", name: str = "ps1", **files: bytes) -> Submission:
    folder = Path("submitted", student, "ps1")
    return Submission(student, folder, {name: b""}, {"ps1": name}, files, {})


def folder(directory: CourseDirectory, student: str = "ada") -> dict[str, str]:
    """The files of an autograded folder."""
    root = Path(directory.format_path("autograded", student, "ps1"))
    return {str(p.relative_to(root)): p.read_text("utf-8") for p in root.rglob("*") if p.is_file()}


def points(directory: CourseDirectory, student: str = "ada") -> dict[str, tuple[object, bool]]:
    """Points by cell, and whether a person must mark it."""
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        found = gradebook.find_submission_notebook("ps1", "ps1", student)
        return {g.name: (g.auto_score, bool(g.needs_manual_grade)) for g in found.grades}


def test_a_graded_notebook_is_in_its_folder_first_and_in_the_gradebook_with_its_result(
    directory: CourseDirectory, recorder: Recorder
) -> None:
    handed_in = submission(**{"mine.txt": b"own", "data.txt": b"forged"})
    record = recorder.write_notebooks(handed_in, {"ps1": GRADED}, "digest")
    # The instructor's file lies over the student's.
    assert folder(directory) == {"ps1.ipynb": TEXT, "mine.txt": "own", "data.txt": "6 7"}
    assert load_results(directory, "ps1") == []
    recorder.write_records([record])
    assert load_results(directory, "ps1") == [record.result]
    assert points(directory) == {"test_double": (3, False), "essay": (None, True)}
    found = json.loads(Path(directory.root, "autograded", "ps1.jsonl").read_text("utf-8"))
    at = found.pop("at")
    assert found == {
        "assignment": "ps1",
        "student": "ada",
        "reason": None,
        "seconds": 1.5,
        "seed": 7,
        "digest": "digest",
        "notes": ["mended"],
        "lost": False,
        "ended": 2,
        "isolated": True,
    }
    assert at.endswith("+00:00")


@pytest.mark.parametrize(
    ("verdicts", "reason", "digest", "lost"),
    [
        ({"ps1": Ungradable("is empty")}, "ps1.ipynb is empty", "digest", False),
        ({"ps1": Lost("could not be graded")}, "ps1.ipynb could not be graded", "", True),
        ({}, "ps1.ipynb is missing; there is my work.ipynb", "digest", False),
    ],
)
def test_what_is_not_graded_has_no_points_no_folder_and_a_reason(
    directory: CourseDirectory,
    recorder: Recorder,
    verdicts: dict[str, Verdict],
    reason: str,
    digest: str,
    lost: bool,
) -> None:
    recorder.write_records(
        [recorder.write_notebooks(submission(name="my work"), {"ps1": GRADED}, "old")]
    )
    assert folder(directory)
    record = recorder.write_notebooks(submission(name="my work"), verdicts, "digest")
    recorder.write_records([record])
    assert folder(directory) == {}
    assert points(directory) == {"test_double": (0, False), "essay": (0, False)}
    result = record.result
    assert (result.reason, result.digest, result.lost) == (reason, digest, lost)
    assert result.notes == ["my work.ipynb was taken for ps1.ipynb"]
    assert load_results(directory, "ps1") == [result]


def test_a_time_that_can_not_be_read_is_said_and_a_readable_one_is_kept(
    directory: CourseDirectory, recorder: Recorder
) -> None:
    said = []
    for student, text in (("ada", "2026-11-20 10:00:00 UTC"), ("bob", "soon")):
        path = Path(directory.root, "submitted", student, "ps1", "timestamp.txt")
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
        handed_in = Submission(
            student, path.parent, {"ps1": b""}, {"ps1": "ps1"}, {path.name: b""}, {}
        )
        record = recorder.write_notebooks(handed_in, {"ps1": GRADED}, "")
        recorder.write_records([record])
        said.append(record.result.notes)
    assert said == [["mended"], ["mended", "timestamp.txt can't be read as a time"]]
    with sqlite3.connect(Path(directory.root, "gradebook.db")) as database:
        times = dict(database.execute("select student_id, timestamp from submitted_assignment"))
    assert times == {"ada": "2026-11-20 10:00:00.000000", "bob": None}


def test_a_student_who_may_not_be_created_has_a_result_and_no_row(
    course: Config, directory: CourseDirectory, specs: dict[str, AssignmentSpec]
) -> None:
    with Recorder(directory, course, specs, RUN) as recorder:
        assert recorder.accepts("ada")
    course.Autograde.create_student = False
    with Recorder(directory, course, specs, RUN) as recorder:
        assert not recorder.accepts("ada")
        record = recorder.unknown_student("ada")
        recorder.write_records([record])
    assert load_results(directory, "ps1") == [record.result]
    assert record.result.reason == "there is no student ada in the gradebook"
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        assert gradebook.students == []


def test_a_run_of_some_notebooks_leaves_the_others(
    course: Config, directory: CourseDirectory, specs: dict[str, AssignmentSpec]
) -> None:
    old = Path(directory.format_path("autograded", "ada", "ps1"), "other.ipynb")
    old.parent.mkdir(parents=True)
    old.write_text("kept", "utf-8")
    for whole, expected in ((False, {"other.ipynb", "ps1.ipynb", "data.txt"}), (True, None)):
        with Recorder(directory, course, specs, RUN, whole) as recorder:
            recorder.write_notebooks(submission(), {"ps1": GRADED}, "")
        assert folder(directory).keys() == (expected or {"ps1.ipynb", "data.txt"})
