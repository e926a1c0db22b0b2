"""The class's report says what the gradebook and the record of the run say, and nothing else runs
in its page."""

import csv
import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SOURCE, cell, hand_in, make_course
from invigilator import batch, tables
from invigilator.batch import Result
from invigilator.ledger import Entry, Ledger
from invigilator.page import histogram, shade, write_page
from invigilator.paper import PaperError
from invigilator.report import Status, Summary, in_short, summarise
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from playwright.sync_api import Browser, Page
from traitlets.config import Config

pytestmark = pytest.mark.filterwarnings("ignore")

MADE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)"  # a folder's name can hold it
BREAKOUT = "</script></style><img src=x onerror=alert(2)> & co"


class Class:
    """A class whose results are written as the grader writes them, without running anything."""

    def __init__(self, config: Config, name: str = "ps1") -> None:
        self.config, self.name = config, name
        self.course: CourseDirectory = NbGraderAPI(config=config).coursedir
        self.root = Path(self.course.root)
        batch.save(self.course, name, [])

    def enter(
        self,
        student: str,
        grades: dict[str, float | None] | None,
        says: dict[str, tuple[str, str]] | None = None,
        notebook: str = "ps1",
        **result: Any,
    ) -> None:
        """Give a student points by cell (None: a person must mark it) and messages by cell."""
        earned = None if grades is None else {"grades": grades, "comments": {}}
        with Ledger(self.course, self.config) as ledger:
            ledger.write(self.name, [Entry(student, None, {notebook: earned})])
        if result:
            found = {"reason": None, "seconds": 0.5, "seed": 7, "digest": "c0ffee00" * 16, **result}
            batch.append(self.course, self.name, [Result(self.name, student, **found)])
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


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """One of everything that may become of a student; tests only read it."""
    course = make_course(tmp_path_factory.mktemp("report") / "a course", SOURCE)
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
    run = batch.Batch(room.course, course, "ps1", jobs=1, seed=5)
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
        [
            "ps1",
            "eve",
            "",
            "not graded",
            "0.0",
            "0.0",
            "0.0",
            "0.0",
            "4.0",
            "",
            "0.0",
            "'=empty",
            "",
        ],
        ["ps1", "finn", "", "to be graded again", *["0.0"] * 4, "4.0", "", "0.5", "stopped", ""],
        ["ps1", "gus", "", "graded", "3.0", "0.0", "0.0", "3.0", "4.0", "", "", "", ""],
        ["ps1", "hal", "", "graded", "0.0", "0.0", "0.0", "0.0", "4.0", "", "0.5", "", "'=a; b"],
        ["ps1", "ida", "", "not graded yet", "", "", "0.0", "0.0", "4.0", "", "", "", ""],
        [
            "ps1",
            "jo",
            "Jo <i>Late",
            "nothing handed in",
            "",
            "",
            "0.0",
            "0.0",
            "4.0",
            "",
            "",
            "",
            "",
        ],
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
    with pytest.raises(PaperError, match="run `nbgrader generate_assignment ps9`"):
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


def test_the_histogram_counts_everyone_graded(room: Class) -> None:
    bins = histogram(room.summary())
    # Of 4 points: 0 0 0 (bob, hal, and one more), 1.5, 2.75, 3 and 3.
    assert [each.count for each in bins] == [3, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0]
    heights = [each.height / max(each.height for each in bins) for each in bins]
    assert heights == pytest.approx([1, 0, 0, 1 / 3, 0, 0, 1 / 3, 2 / 3, 0, 0, 0], abs=1e-3)


@pytest.mark.parametrize(
    ("points", "most", "name"),
    [
        (None, 2, "unmarked"),
        (2, 2, "full"),
        (3, 2, "full"),
        (0, 0, "full"),
        (1, 2, "some-lost"),
        (0.9, 2, "most-lost"),
        (0, 2, "none"),
        (-1, 2, "none"),
    ],
)
def test_shade(points: float | None, most: float, name: str) -> None:
    assert shade(points, most) == name


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


def test_names_and_messages_are_escaped(room: Class) -> None:
    path = room.root / "report.html"
    write_page([room.summary()], path, MADE)
    text = path.read_text("utf-8")
    assert text.count("<script>") == text.count("</script>") == 1
    assert text.count("</style>") == 1
    assert "<img" not in text
    assert "<i>" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "http:" not in text
    assert "https:" not in text
    assert 'href="feedback/%3Cscript%3Ealert%281%29/ps1/ps1.html"' in text


def test_the_policy_allows_this_page_and_nothing_else(room: Class) -> None:
    path = room.root / "report.html"
    write_page([room.summary()], path, MADE)
    (policy,) = re.findall(r'Security-Policy" content="([^"]*)"', path.read_text("utf-8"))
    digest = "'sha256-[A-Za-z0-9+/]{43}='"
    assert re.fullmatch(
        f"default-src 'none'; style-src {digest}; script-src {digest};"
        " base-uri 'none'; form-action 'none'",
        html.unescape(policy),
    )


Open = Callable[..., Page]


@pytest.fixture
def show(browser: Browser, room: Class) -> Iterator[Open]:
    """Open the page: `show(theme="dark", width=390)`, by its file, as an instructor does."""
    path = room.root / "report.html"
    write_page([room.summary()], path, MADE)
    contexts = []

    def show(theme: str = "light", width: int = 1280, **options: Any) -> Page:
        viewport = {"width": width, "height": 900}
        context = browser.new_context(viewport=viewport, color_scheme=theme, **options)
        contexts.append(context)
        page = context.new_page()
        page.problems, page.asked = [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("dialog", lambda dialog: page.problems.append(dialog.message))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def column(page: Page, table: str, place: int) -> list[str]:
    """What stands in a column of a table, from top to bottom."""
    cells = page.locator(f"{table} tbody tr > :nth-child({place})").all_inner_texts()
    return [text.split("\n")[0].strip() for text in cells]


def test_the_page_asks_for_itself_alone_and_runs_nothing_of_students(
    show: Open, room: Class
) -> None:
    page = show()
    assert page.asked == [(room.root / "report.html").as_uri()]
    assert page.problems == []
    # Its policy holds: a script that got in would not run, and no address would be asked.
    page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'document.title = "mine"';
        document.body.append(script);
        const image = document.createElement('img');
        image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw=';
        document.body.append(image);
    }""")
    assert page.title() == "Class report: ps1"
    assert len(page.problems) == 2
    assert all("Content Security Policy" in problem for problem in page.problems)


def test_what_needs_a_look_is_said_with_names(show: Open) -> None:
    page = show()
    flags = page.locator(".pair .flags > li").all_inner_texts()
    assert [" | ".join(text.split("\n")) for text in flags] == [
        "The grader was stopped or failed; grade again: 1 student | finn: stopped",
        "Can’t be graded, 0 points: 1 student | eve: =empty",
        "Odd behaviour: a process ended, took too long or gave no readable answer: 1 student"
        " | hal: its process ended 2 times; no answer (double); the process stopped (test_double)",
        "Handed in and not graded yet: 1 student | ida",
        "Nothing handed in: 1 student | jo",
        "Late, with a penalty: 2 students | bob: a penalty of 2 | dan: a penalty of 1",
        "To be marked by hand: 1 student | ada: essay",
        "Graded without a sandbox, by code that could have changed anything: 1 student | hal",
        "Graded by other means: there is no record of how: 1 student | gus",
        "Graded under 2 different conditions (c0ffee00, decaf000): tests, a library or a setting"
        " changed in between. Autograding the assignment once more makes them one.",
    ]
    figures = page.locator(".figures dd").all_inner_texts()
    assert figures == ["7 of 10 handed in", "1.5 of 4", "0", "1", "0.50 longest 1.50"]
    mended = page.locator("section > .flags > li").all_inner_texts()
    assert [text.split("\n")[1:] for text in mended] == [
        [f"{HOSTILE}: {BREAKOUT}", "cy: mended", "hal: =a; b"]
    ]


def test_drawings_are_told_in_words(show: Open) -> None:
    page = show()
    names = [image.get_attribute("aria-label") for image in page.locator("[role=img]").all()]
    assert names == [
        "Histogram of the scores of 7 students: "
        "0 to 9 %, 3; 30 to 39 %, 1; 60 to 69 %, 1; 70 to 79 %, 2",
        "3 full marks, 1 some points, 3 no points",
        "0 full marks, 1 some points, 5 no points, 1 to mark",
    ]


def test_tables_are_sorted_by_keyboard(show: Open) -> None:
    page = show()
    by_name = sorted(STATUS)
    assert column(page, ".marks", 1) == by_name
    headers = page.locator(".marks thead th")
    assert headers.nth(0).get_attribute("aria-sort") == "ascending"
    page.locator(".marks thead button").nth(1).focus()
    page.keyboard.press("Enter")
    assert [headers.nth(n).get_attribute("aria-sort") for n in range(3)] == [
        None,
        "ascending",
        None,
    ]
    unknown = ["eve", "finn", "ida", "jo"]
    up = [HOSTILE, "bob", "hal", "cy", "dan", "ada", "gus", *unknown]
    assert column(page, ".marks", 1) == up
    page.keyboard.press("Space")
    assert headers.nth(1).get_attribute("aria-sort") == "descending"
    down = ["ada", "gus", "dan", "cy", HOSTILE, "bob", "hal", *unknown]
    assert column(page, ".marks", 1) == down
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert column(page, ".marks", 1) == by_name
    # Numbers are sorted as numbers, and text as text.
    page.get_by_role("button", name="points").click()
    assert column(page, ".tasks", 1) == ["essay", "test_double"]


def test_the_page_can_be_read_without_scripts(show: Open) -> None:
    page = show(java_script_enabled=False)
    assert column(page, ".marks", 1) == sorted(STATUS)
    assert page.locator("button").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(show: Open, theme: str, width: int) -> None:
    page = show(theme, width, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    violations = Axe().run(page).response["violations"]
    found = [(v["id"], [node["html"] for node in v["nodes"]]) for v in violations]
    assert found == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_never_scrolls_sideways(show: Open, width: int) -> None:
    page = show(width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_feedback_is_linked_and_moves_with_the_page(
    show: Open, room: Class, tmp_path: Path
) -> None:
    page = show()
    moved = tmp_path / "moved"
    shutil.copytree(room.root, moved)
    page.goto((moved / "report.html").as_uri())
    page.locator(".marks").get_by_role("link", name=HOSTILE).click()
    assert page.title() == "feedback"
    assert page.url.startswith(moved.as_uri())


def test_print_is_black_on_white_and_whole(show: Open) -> None:
    page = show("dark")
    page.emulate_media(media="print", color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    region = page.locator(".scroll").nth(1)
    assert region.evaluate("e => getComputedStyle(e).overflowX") == "visible"
    page.set_viewport_size({"width": 720, "height": 1000})  # A4 without its margins
    assert page.evaluate("document.documentElement.scrollWidth") == 720


def test_a_task_worth_nothing_and_one_without_points(tmp_path: Path) -> None:
    config = make_course(tmp_path / "course", [SOURCE[0], cell("test", "free", "double(1)", 0)])
    room = Class(config)
    room.enter("ada", {"free": 0.0}, digest="")
    summary = room.summary()
    assert (summary.points, summary.rows[0].score, summary.outcomes[0].rate) == (0, 0, 1)
    assert histogram(summary)[-1].count == 1
    write_page([summary], tmp_path / "report.html", MADE)
