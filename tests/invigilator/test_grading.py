"""A class is graded whole: right, wrong, untouched and broken notebooks side by side."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import hand_in
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.course.results import load_results
from invigilator.course.submissions import students
from invigilator.reporting import tables
from invigilator.reporting.page import write_page
from invigilator.reporting.summary import summarise

pytestmark = pytest.mark.filterwarnings("ignore")

RIGHT = "def double(x):\n    return x + x"
WRONG = "def double(x):\n    return 4"


@pytest.fixture
def graded(course: Config) -> Config:
    hand_in(course, "ada", RIGHT)
    hand_in(course, "bad json", raw=b'{"cells": [')
    hand_in(course, "empty", raw=b"")
    hand_in(course, "hard-coded", WRONG)
    hand_in(course, "latin-1", raw="é".encode("latin-1"))
    hand_in(course, "list", raw=b"[1, 2]")
    hand_in(course, "untouched")
    hand_in(course, "zoe", RIGHT)
    api = NbGraderAPI(config=course)
    chosen = students(api.coursedir, "ps1")
    assert len(list(Batch(api.coursedir, course, "ps1", jobs=2, seed=5).autograde(chosen))) == 8
    assert api.generate_feedback("ps1", force=True)["success"]
    return course


def test_broken_notebooks_stop_nobody_and_are_named(graded: Config) -> None:
    course = NbGraderAPI(config=graded).coursedir
    reasons = {r.student: r.reason for r in load_results(course, "ps1")}
    broken = "ps1.ipynb is not a notebook: its JSON breaks off or is wrong"
    assert reasons == {
        "ada": None,
        "bad json": f"{broken} (Expecting value: line 1 column 12 (char 11))",
        "empty": "ps1.ipynb is empty",
        "hard-coded": None,
        "latin-1": "ps1.ipynb is not text in UTF-8: byte 0 can't be read",
        "list": "ps1.ipynb is not a notebook: it doesn't say its format",
        "untouched": None,
        "zoe": None,
    }
    assert {r.seed for r in load_results(course, "ps1")} == {5}


def test_the_report_says_what_became_of_the_class(graded: Config, tmp_path: Path) -> None:
    summary = summarise(NbGraderAPI(config=graded).coursedir, "ps1")
    assert {row.student: row.points for row in summary.graded} == {
        "ada": {"test_double": 3, "essay": 0},
        "hard-coded": {"test_double": 0, "essay": 0},
        "untouched": {"test_double": 0, "essay": 0},
        "zoe": {"test_double": 3, "essay": 0},
    }
    first, second = summary.outcomes
    assert (first.task.label, first.full, first.none) == ("test_double", 2, 2)
    assert (second.task.label, second.full, second.none) == ("essay", 0, 4)
    assert ("double is wrong for large numbers", ["hard-coded"]) in first.failures
    lines = tables.terminal([summary]).splitlines()
    assert lines[1].split() == ["ada", "3/4"]
    assert lines[3].split() == ["empty", "not", "graded"]
    assert "not graded: empty, ps1: ps1.ipynb is empty" in lines
    page = tmp_path / "report.html"
    write_page([summary], page, datetime.now(UTC))
    assert "ps1.ipynb is not text in UTF-8" in page.read_text("utf-8")
    assert all(row.result.at and row.result.isolated for row in summary.rows)


def test_feedback_shows_the_message_and_no_hidden_line(graded: Config) -> None:
    root = Path(graded.CourseDirectory.root)
    page = (root / "feedback" / "hard-coded" / "ps1" / "ps1.html").read_text("utf-8")
    assert "double is wrong for large numbers" in page
    for hidden in ("1234567", "2469134", "HIDDEN", "secret"):
        assert hidden not in page


LOADS = re.compile(
    r"""(?:src|srcset|data|poster)\s*=\s*["']?\s*(?:https?:)?//|@import|"""
    r"""url\(\s*["']?(?:https?:)?//|<link\b|\bimport\b[^;]*["']https?://"""
)


def test_feedback_loads_nothing(graded: Config) -> None:
    pages = list((Path(graded.CourseDirectory.root) / "feedback").glob("*/ps1/*.html"))
    assert len(pages) == 4
    for page in pages:
        text = page.read_text("utf-8")
        assert [text[m.start() : m.end() + 60] for m in LOADS.finditer(text)] == []


def test_an_unknown_assignment_or_student_is_an_error_in_words(course: Config) -> None:
    root = course.CourseDirectory.root
    for arguments, words in [
        (["autograde", "ps9"], "there is no assignment 'ps9'"),
        (["autograde"], "name an assignment"),
        (["autograde", "ps1", "--student=nobody"], "nobody has not submitted ps1"),
        (["report", "ps9"], "there is no assignment 'ps9'"),
    ]:
        command = [sys.executable, "-m", "invigilator", *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("c.Allowance.memory = 4096", "c.Allowance is called c.Limits now"),
        ("c.Limits.memory = 'plenty'", "'memory' trait of a Limits instance expected an int"),
    ],
)
def test_limits_that_are_none_are_an_error_in_words(
    course: Config, setting: str, words: str
) -> None:
    root = Path(course.CourseDirectory.root)
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{setting}\n", "utf-8")
    command = [sys.executable, "-m", "invigilator", "autograde", "ps1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
