"""The class's report says what the gradebook and the record of the run say: row by row, task by
task, and in the tables made of it."""

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SOURCE, cell, hand_in, make_course
from graded_class import BREAKOUT, HOSTILE, MADE, STATUS, Class, one_of_everything
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.course.assignment import AssignmentError
from invigilator.reporting import tables
from invigilator.reporting.page import histogram, write_page
from invigilator.reporting.summary import Status, in_short, summarise

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return one_of_everything(tmp_path_factory.mktemp("report") / "a course")


def test_every_student_is_there_once_with_what_became_of_them(room: Class) -> None:
    assert {row.student: row.status for row in room.summary().rows} == STATUS
    assert [row.student for row in room.summary().rows] == sorted(STATUS)


def test_points_penalties_and_scores_are_those_of_nbgrader(room: Class) -> None:
    rows = {row.student: row for row in room.summary().rows}
    with Gradebook(room.course.db_url) as gradebook:
        submissions = gradebook.assignment_submissions("ps1")
        assert {s.student_id for s in submissions} == set(STATUS) - {"ida", "jo"}
        for theirs in submissions:
            row = rows[theirs.student_id]
            grades = theirs.notebooks[0].grades
            assert {n: p or 0 for n, p in row.points.items()} == {g.name: g.score for g in grades}
            assert set(row.to_mark) == {g.name for g in grades if g.needs_manual_grade}
            assert row.penalty == theirs.late_submission_penalty
            assert row.score == max(0, theirs.score - theirs.late_submission_penalty)
        assert room.summary().points == gradebook.find_assignment("ps1").max_score
    assert {row.student: (row.score, row.points, row.to_mark) for row in rows.values()} == {
        HOSTILE: (0, {"test_double": 0, "essay": 0}, ()),
        "ada": (3, {"test_double": 3, "essay": None}, ("essay",)),
        "bob": (0, {"test_double": 0, "essay": 0}, ()),
        "cy": (1.5, {"test_double": 1.5, "essay": 0}, ()),
        "dan": (2.75, {"test_double": 3, "essay": 0.75}, ()),
        "eve": (0, {"test_double": 0, "essay": 0}, ()),
        "finn": (0, {"test_double": 0, "essay": 0}, ()),
        "gus": (3, {"test_double": 3, "essay": 0}, ()),
        "hal": (0, {"test_double": 0, "essay": 0}, ()),
        "ida": (0, {}, ()),
        "jo": (0, {}, ()),
    }


def test_tasks_say_how_the_class_did_and_what_the_check_said_to_whom(room: Class) -> None:
    first, second = room.summary().outcomes
    assert (first.task.label, first.task.points, first.task.by_hand) == ("test_double", 3, False)
    assert (second.task.label, second.task.points, second.task.by_hand) == ("essay", 1, True)
    assert (first.full, first.some, first.none, first.unmarked) == (3, 1, 3, 0)
    assert (second.full, second.some, second.none, second.unmarked) == (0, 1, 5, 1)
    assert first.rate == pytest.approx(3 / 7)
    assert first.failures == [
        ("double is wrong. Usual cause: a constant", ["bob", "cy"]),
        (BREAKOUT, [HOSTILE]),
        ("the process stopped", ["hal"]),
    ]
    assert second.failures == []


def test_processes_that_ended_are_told_apart_from_wrong_values(room: Class) -> None:
    rows = {row.student: row for row in room.summary().rows}
    assert {name for name, row in rows.items() if row.troubled} == {"hal"}
    assert rows["hal"].troubles == {"no answer": ["double"], "the process stopped": ["test_double"]}
    assert rows["hal"].ended == 2


def test_a_process_that_ends_while_it_is_graded_is_counted(course: Config) -> None:
    hand_in(course, "ada", "def double(x):\n    return x + x")
    hand_in(course, "eve", "import os\n\ndef double(x):\n    os._exit(0)")
    room = Class(course)
    run = Batch(room.course, course, "ps1", jobs=1, seed=5)
    assert len(list(run.autograde(["ada", "eve"]))) == 2
    rows = {row.student: row for row in room.summary().rows}
    assert {name: row.troubled for name, row in rows.items()} == {"ada": False, "eve": True}
    assert rows["ada"].ended == 0
    assert rows["eve"].points["test_double"] == 0
    assert [tasks for tasks in rows["eve"].troubles.values()] == [["test_double"]]


def test_the_table_for_a_terminal(room: Class) -> None:
    assert [line.split() for line in tables.terminal([room.summary()]).splitlines()] == [
        ["student", "ps1"],
        [HOSTILE, "0/4"],
        ["ada", "3+/4"],
        ["bob", "0/4"],
        ["cy", "1.5/4"],
        ["dan", "2.75/4"],
        ["eve", "not", "graded"],
        ["finn", "to", "be", "graded", "again"],
        ["gus", "3/4"],
        ["hal", "0/4"],
        ["ida", "not", "graded", "yet"],
        ["jo", "–"],
        ["(+", "means", "that", "a", "person", "must", "still", "mark", "something)"],
        ["not", "graded:", "eve,", "ps1:", "=empty"],
        ["to", "be", "graded", "again:", "finn,", "ps1:", "stopped"],
    ]


def test_csv_has_a_row_for_each_student_and_no_formula(room: Class, tmp_path: Path) -> None:
    path = tmp_path / "out" / "scores.csv"
    tables.write_csv([room.summary()], path)
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert ",".join(header) == (
        "assignment,student,name,status,test_double,essay,penalty,score,max_score,to_mark,seconds,"
        "reason,notes"
    )
    assert rows == [
        ["ps1", HOSTILE, "", "graded", "0.0", "0.0", "0.0", "0.0", "4.0", "", "0.5", "", BREAKOUT],
        ["ps1", "ada", "", "graded", "3.0", "", "0.0", "3.0", "4.0", "essay", "0.25", "", ""],
        ["ps1", "bob", "", "graded", "0.0", "0.0", "2.0", "0.0", "4.0", "", "1.5", "", ""],
        ["ps1", "cy", "", "graded", "1.5", "0.0", "0.0", "1.5", "4.0", "", "0.5", "", "mended"],
        ["ps1", "dan", "", "graded", "3.0", "0.75", "1.0", "2.75", "4.0", "", "0.5", "", ""],
        ["ps1", "eve", "", "not graded", *["0.0"] * 4, "4.0", "", "0.0", "'=empty", ""],
        ["ps1", "finn", "", "to be graded again", *["0.0"] * 4, "4.0", "", "0.5", "stopped", ""],
        ["ps1", "gus", "", "graded", "3.0", "0.0", "0.0", "3.0", "4.0", "", "", "", ""],
        ["ps1", "hal", "", "graded", "0.0", "0.0", "0.0", "0.0", "4.0", "", "0.5", "", "'=a; b"],
        ["ps1", "ida", "", "not graded yet", "", "", "0.0", "0.0", "4.0", "", "", "", ""],
        ["ps1", "jo", "Jo <i>Late", "nothing handed in", "", "", "0.0", "0.0", "4.0", *[""] * 4],
    ]


def test_json_has_everything(room: Class) -> None:
    path = room.root / "report.json"
    tables.write_json([room.summary()], path, MADE)
    report = json.loads(path.read_text("utf-8"))
    assert report["made"] == "2026-11-21T09:30:00+00:00"
    assert report["versions"].keys() == {"invigilator", "nbgrader", "python"}
    (ps1,) = report["assignments"]
    assert (ps1["assignment"], ps1["points"], ps1["median"]) == ("ps1", 4, 1.5)
    assert [task["label"] for task in ps1["tasks"]] == ["test_double", "essay"]
    assert ps1["tasks"][0]["failures"][0] == {
        "message": "double is wrong. Usual cause: a constant",
        "students": ["bob", "cy"],
    }
    found = {student["student"]: student for student in ps1["students"]}
    assert {name: student["status"] for name, student in found.items()} == STATUS
    assert found["hal"] == {
        "student": "hal",
        "name": "",
        "status": "graded",
        "score": 0,
        "penalty": 0,
        "points": {"test_double": 0, "essay": 0},
        "to_mark": [],
        "failures": [
            {"task": "double", "message": "no answer", "trouble": True},
            {"task": "test_double", "message": "the process stopped", "trouble": True},
        ],
        "feedback": ["feedback/hal/ps1/ps1.html"],
        "result": {
            "assignment": "ps1",
            "student": "hal",
            "reason": None,
            "seconds": 0.5,
            "seed": 7,
            "digest": "decaf000" * 16,
            "notes": ["=a", "b"],
            "lost": False,
            "ended": 2,
            "isolated": False,
            "at": "",
        },
    }


@pytest.mark.parametrize("several", [False, True])
def test_nothing_graded_yet(course: Config, tmp_path: Path, several: bool) -> None:
    room = Class(course)
    if several:
        hand_in(course, "ada")
    summary = room.summary()
    assert [row.status for row in summary.rows] == [Status.WAITING] * several
    assert (summary.median, summary.points) == (None, 4)
    assert [outcome.rate for outcome in summary.outcomes] == [None, None]
    write_page([summary], tmp_path / "report.html", MADE)
    assert "Nothing is graded yet." in (tmp_path / "report.html").read_text("utf-8")
    tables.write_json([summary], tmp_path / "report.json", MADE)
    assert len(tables.terminal([summary]).splitlines()) == 1 + several


def test_what_a_student_named_a_file_cannot_write_into_the_terminal(course: Config) -> None:
    room = Class(course)
    room.enter("ada", None, reason="ps1.ipynb is missing; there is \x1b[2J\nfull marks.ipynb")
    lines = tables.terminal([room.summary()]).splitlines()
    assert lines[2:] == [
        "not graded: ada, ps1: ps1.ipynb is missing; there is ?[2J?full marks.ipynb"
    ]


def test_an_assignment_that_is_not_in_the_gradebook_is_an_error_in_words(room: Class) -> None:
    with pytest.raises(AssignmentError, match="run `nbgrader generate_assignment ps9`"):
        summarise(room.course, "ps9")


def test_several_notebooks_with_cells_of_one_name(tmp_path: Path) -> None:
    config = make_course(tmp_path / "course", SOURCE)
    source = tmp_path / "course" / "source" / "ps1"
    shutil.copy(source / "ps1.ipynb", source / "bonus.ipynb")
    assert NbGraderAPI(config=config).generate_assignment("ps1", force=True)["success"]
    room = Class(config)
    says = {"test_double": ("ValueError", "no")}
    room.enter("ada", {"test_double": 3.0, "essay": 1.0}, notebook="ps1", digest="")
    room.enter("ada", {"test_double": 0.0, "essay": 0.5}, says, notebook="bonus", digest="")
    summary = room.summary()
    assert [task.label for task in summary.tasks] == [
        "bonus: test_double",
        "bonus: essay",
        "ps1: test_double",
        "ps1: essay",
    ]
    (row,) = summary.rows
    assert list(row.points.values()) == [0, 0.5, 3, 1]
    assert (row.score, summary.points) == (4.5, 8)
    assert summary.outcomes[0].failures == [("ValueError: no", ["ada"])]
    page = tmp_path / "course" / "report.html"
    write_page([summary], page, MADE)
    for name in ("bonus", "ps1"):
        assert f'<a href="feedback/ada/ps1/{name}.html">{name}</a>' in page.read_text("utf-8")


def test_many_messages_and_a_graded_notebook_that_is_damaged(course: Config) -> None:
    room = Class(course)
    for number in range(8):
        says = {"test_double": ("KeyError", f"{number}" * 400)}
        room.enter(f"s{number}", {"test_double": 0.0, "essay": 0.0}, says, digest="")
    damaged = room.root / "autograded" / "s0" / "ps1" / "ps1.ipynb"
    damaged.write_text("{" * 9)
    summary = room.summary()
    assert summary.rows[0].troubles == {"the graded notebook can't be read": ["ps1"]}
    messages = [message for message, _ in summary.outcomes[0].failures]
    assert messages == [f"KeyError: {f'{n}' * 289}…" for n in range(1, 8)]
    assert {len(message) for message in messages} == {300}
    write_page([summary], room.root / "report.html", MADE)
    assert "2 other messages" in (room.root / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "message", "short"),
    [
        ("AssertionError", "", "AssertionError"),
        ("AssertionError", "\n  one\ntwo", "one"),
        ("ValueError", "one\nusual cause: two", "ValueError: one Usual cause: two"),
        ("TooSlow", "no answer within 5 seconds", "no answer within 5 seconds"),
    ],
)
def test_in_short(name: str, message: str, short: str) -> None:
    assert in_short(name, message) == short


def test_the_command_writes_page_and_data(room: Class) -> None:
    command = [sys.executable, "-m", "invigilator", "report", "ps1", "--to=out/r.html"]
    command += ["--csv=out/r.csv", "--json=out/r.json"]
    done = subprocess.run(command, cwd=room.root, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout == tables.terminal([room.summary()]) + "\n"
    made = {path.name for path in (room.root / "out").iterdir()}
    assert made == {"r.html", "r.csv", "r.json"}
    assert '<a href="../feedback/ada/ps1/ps1.html">ada</a>' in (
        room.root / "out" / "r.html"
    ).read_text("utf-8")


def test_a_task_worth_nothing_and_one_without_points(tmp_path: Path) -> None:
    config = make_course(tmp_path / "course", [SOURCE[0], cell("test", "free", "double(1)", 0)])
    room = Class(config)
    room.enter("ada", {"free": 0.0}, digest="")
    summary = room.summary()
    assert (summary.points, summary.rows[0].score, summary.outcomes[0].rate) == (0, 0, 1)
    assert histogram(summary)[-1].count == 1
    write_page([summary], tmp_path / "report.html", MADE)
