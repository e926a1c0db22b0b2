"""The whole way of an assignment over a real server, in a real browser: a teacher, an assistant, a
student, and a student who tries what is forbidden."""

import json
import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from zoneinfo import ZoneInfo

import pytest
from course_server import ROOT, Hub, environment, make_command
from nbgrader.api import Gradebook
from people import Student, Teacher, as_user, points
from playwright.sync_api import Browser

from course.hidden_lines import hidden_lines, leaks
from course.sample_class import instructors

PS = "ps02_locality"
COURSE = "from-dense-to-convolutional"
BERLIN = ZoneInfo("Europe/Berlin")
# Where it isn't run in the sandbox, this costs the points of its cell.
SPY = 'assert b"invigilator" in open("/proc/1/cmdline", "rb").read(), "not in the sandbox"\n'


@dataclass
class Term:
    """What was seen on the way."""

    folder: Path
    exchange: Path
    due: datetime
    titles: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, CompletedProcess[str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    feedback: dict[str, str] = field(default_factory=dict)
    courses: dict[str, list[str]] = field(default_factory=dict)
    autograded: str = ""
    transport: str = ""
    sockets: list[str] = field(default_factory=list)

    def score(self, student: str) -> tuple[float, float]:
        """What a student earned, and the penalty."""
        url = f"sqlite:///{self.folder}/class/gradebook.db"
        with Gradebook(url, COURSE) as gradebook:
            notebook = gradebook.find_submission_notebook(PS, PS, student)
            return notebook.score, notebook.late_submission_penalty or 0.0


@pytest.fixture(scope="module")
def term(hub: Hub, browser: Browser) -> Term:
    settings = hub.settings
    course = settings.courses[0]
    due = datetime.now(BERLIN).replace(second=0, microsecond=0) - timedelta(hours=1)
    term = Term(settings.course_folder(course), settings.exchange / COURSE, due)
    teacher, ada, eve = (
        kind(browser, hub.address, name, hub.passwords[name])
        for kind, name in ((Teacher, "fdc_teacher"), (Student, "fdc_ada"), (Student, "fdc_eve"))
    )
    release(term, teacher)
    right = instructors(PS)
    hand_in(term, ada, {name: SPY * ("def " in text) + text for name, text in right.items()})
    attack(term, eve)
    hand_in(term, eve, {})
    rename(eve)
    hand_in(term, eve, right)
    validate(term, eve)
    leave_link(term)
    grade(term, teacher, hub)
    for student in (ada, eve):
        read_feedback(term, student)
    for person in (teacher, ada, eve):
        person.close()
    return term


def release(term: Term, teacher: Teacher) -> None:
    """Set the due date in the teacher's own time zone, then release."""
    page = teacher.formgrader()
    teacher.row(PS).locator("td.edit a").click()
    page.locator("input.modal-duedate").fill(term.due.strftime("%Y-%m-%dT%H:%M"))
    page.locator(".modal button.save").click()
    page.locator(".modal-backdrop").wait_for(state="hidden")
    term.pages["due"] = teacher.row(PS).locator("td.duedate").inner_text()
    term.titles["release"] = teacher.press(PS, "release")


def hand_in(term: Term, student: Student, answers: dict[str, str]) -> None:
    """Fetch what isn't fetched yet, work, submit."""
    page = student.assignments()
    term.courses[student.name] = page.locator("#course_list li").all_inner_texts()
    if page.locator("#released_assignments_list").get_by_role("button", name="Fetch").count():
        student.press("Fetch", "released")
    (notebook,) = (Path("/home") / student.name / COURSE / PS).glob("*.ipynb")
    student.work(notebook, answers)
    student.press("Submit", "fetched")


def rename(student: Student) -> None:
    """As JupyterLab's file browser does it."""
    folder = Path("/home") / student.name / COURSE / PS
    as_user(student.name, "mv", f"{folder}/{PS}.ipynb", f"{folder}/my work, final.ipynb")


def attack(term: Term, eve: Student) -> None:
    """All that a student may think of, from a terminal and from the browser."""
    inbound = term.exchange / "inbound"
    (adas,) = inbound.iterdir()
    hub = term.exchange.parents[1]
    for what, command in {
        "list another's home": ("ls", "/home/fdc_ada"),
        "read another's notebook": ("cat", f"/home/fdc_ada/{COURSE}/{PS}/{PS}.ipynb"),
        "list what was handed in": ("ls", f"{inbound}"),
        "read what was handed in": ("cat", f"{adas}/{PS}.ipynb"),
        "change what was handed in": ("touch", f"{adas}/{PS}.ipynb"),
        "take it away": ("mv", f"{adas}", f"{inbound}/x"),
        "read the gradebook": ("cat", f"{term.folder}/class/gradebook.db"),
        "list the course": ("ls", f"{term.folder}"),
        "read the solutions": ("cat", f"{term.folder}/solutions/{PS}/{PS}.md"),
        "read the hidden tests": ("cat", f"{term.folder}/build/source/{PS}/{PS}.ipynb"),
        "change what is released": ("touch", f"{term.exchange}/outbound/{PS}/{PS}.ipynb"),
        "list the feedback": ("ls", f"{term.exchange}/feedback"),
        "read the passwords": ("cat", f"{hub}/state/passwords.csv"),
        "read the hub's database": ("cat", f"{hub}/state/jupyterhub.sqlite"),
        "change the server": ("touch", f"{hub}/deploy/hub/jupyterhub_config.py"),
        "change the library": ("touch", f"{hub}/venv/bin/invigilator"),
        "take a place in the exchange": ("mkdir", f"{hub}/exchange/algebra"),
    }.items():
        term.attempts[what] = as_user(eve.name, *command)
    term.attempts["enter another course"] = as_user("fdc_ada", "ls", f"{hub}/exchange/geometry")
    # She may put things in, and says that they are Ada's, who handed in an empty notebook at last.
    forged = f"{inbound}/fdc_ada+{PS}+{datetime.now(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S.%f} UTC+x"
    as_user(eve.name, "cp", "-r", f"{term.exchange}/outbound/{PS}", forged)
    assert Path(forged).is_dir()
    for what, path in {
        "another's server": "/user/fdc_ada/lab",
        "the formgrader": "/user/fdc_eve/formgrader",
        "all servers": "/hub/admin",
    }.items():
        answer = eve.page.goto(eve.address + path)
        assert answer is not None
        term.statuses[what] = answer.status
    eve.page.goto(f"{eve.home}/lab")
    eve.page.get_by_role("menuitem", name="Nbgrader").click()
    term.pages["menu"] = eve.page.locator(".lm-Menu").last.inner_text()


def validate(term: Term, eve: Student) -> None:
    """Open the notebook, whose kernel starts, and press the button that runs all visible checks."""
    page, folder = eve.page, Path("/home") / eve.name / ".jupyter-runtime"
    page.goto(f"{eve.home}/lab/tree/{COURSE}/{PS}/my work, final.ipynb")
    page.get_by_text("| Idle").wait_for()
    (kernel,) = folder.glob("kernel-*.json")
    term.transport = json.loads(kernel.read_text("utf-8"))["transport"]
    term.sockets = sorted(path.name[-5:] for path in folder.glob("kernel-*-ipc-*"))
    page.get_by_role("button", name="Validate").click()
    page.locator("#validation-message").wait_for()
    term.pages["validated"] = page.locator("#validation-message").inner_text()


def leave_link(term: Term) -> None:
    """Eve's newest submission gets a link to what only teachers read."""
    inbound = term.exchange / "inbound"
    newest = max(inbound.glob("fdc_eve+*"))
    as_user("fdc_eve", "ln", "-s", f"{term.folder}/class/gradebook.db", f"{newest}/data.db")
    assert (newest / "data.db").is_symlink()


def grade(term: Term, teacher: Teacher, hub: Hub) -> None:
    """Collect; grade Ada by the formgrader's button and, as the assistant, all by the command."""
    teacher.formgrader()
    term.titles["collect"] = teacher.press(PS, "collect")
    teacher.formgrader(f"manage_submissions/{PS}")
    term.titles["autograde"] = teacher.press("fdc_ada", "autograde")
    term.pages["score of the button"] = "{:g}, {:g}".format(*term.score("fdc_ada"))
    grading = f"cd {term.folder} && umask 007 && {hub.settings.venv}/bin/invigilator autograde {PS}"
    done = as_user("fdc_assistant", "sh", "-c", grading.replace("'", ""))
    term.autograded = done.stdout + done.stderr
    teacher.formgrader()
    term.titles["generate feedback"] = teacher.press(PS, "generate-feedback")
    term.titles["release feedback"] = teacher.press(PS, "release-feedback")


def read_feedback(term: Term, student: Student) -> None:
    student.assignments()
    student.press("Fetch Feedback", "submitted")
    (page,) = (Path("/home") / student.name / COURSE / PS / "feedback").glob("*/*.html")
    student.page.goto(f"{student.home}/lab/tree/{page.relative_to(Path('/home') / student.name)}")
    frame = student.page.frame_locator("iframe").first
    frame.get_by_text("Score:").first.wait_for()
    term.feedback[student.name] = frame.locator("body").inner_text()


def test_each_button_did_its_work(term: Term) -> None:
    assert term.titles == dict.fromkeys(
        ["release", "collect", "autograde", "generate feedback", "release feedback"], "Success"
    )


def test_nothing_that_is_forbidden_was_done(term: Term) -> None:
    done = {what for what, attempt in term.attempts.items() if attempt.returncode == 0}
    assert done == set()
    words = {what: attempt.stderr for what, attempt in term.attempts.items()}
    refused = ("Permission denied", "Operation not permitted")
    assert {what for what in words if not any(each in words[what] for each in refused)} == set()
    assert not any(attempt.stdout for attempt in term.attempts.values())


def test_a_student_sees_no_formgrader_and_no_other_server(term: Term) -> None:
    assert term.statuses == {"another's server": 403, "the formgrader": 404, "all servers": 403}
    assert "Assignment List" in term.pages["menu"]
    assert "Formgrader" not in term.pages["menu"]


def test_a_student_sees_the_courses_of_their_own(term: Term) -> None:
    assert term.courses["fdc_ada"] == [COURSE]


def test_the_button_grades_in_the_sandbox_and_takes_a_tenth_for_a_day(term: Term) -> None:
    whole = points(PS)
    assert term.pages["score of the button"] == f"{whole:g}, {whole / 10:g}"


def test_the_command_of_another_teacher_gives_the_same(term: Term) -> None:
    whole = points(PS)
    assert "2 of 2" in term.autograded, term.autograded
    # The newest of Eve's counts, under its name, though she has renamed it; and none of hers was
    # taken for Ada's.
    assert {name: term.score(name) for name in ("fdc_ada", "fdc_eve")} == dict.fromkeys(
        ("fdc_ada", "fdc_eve"), pytest.approx((whole, whole / 10))
    )


def test_what_was_collected_is_what_was_handed_in(term: Term) -> None:
    collected = {
        str(path.relative_to(term.folder / "class" / "submitted"))
        for path in (term.folder / "class" / "submitted").rglob("*")
        if not path.is_dir()
    }
    names = (f"{PS}.ipynb", "timestamp.txt", "submission_secret.txt")
    assert collected == {
        f"{student}/{PS}/{name}" for student in ("fdc_ada", "fdc_eve") for name in names
    }
    # Earlier ones are kept: Ada's, Eve's two, and what she forged.
    assert len(list((term.exchange / "inbound").iterdir())) == 4


def test_the_due_date_is_of_the_teachers_zone(term: Term) -> None:
    url = f"sqlite:///{term.folder}/class/gradebook.db"
    with Gradebook(url, COURSE) as gradebook:
        kept = gradebook.find_assignment(PS).duedate
    assert kept.replace(tzinfo=ZoneInfo("UTC")) == term.due
    assert term.due.strftime("%Y-%m-%d %H:%M") in term.pages["due"]


def test_students_read_their_feedback_and_no_hidden_test(term: Term) -> None:
    # What they answered in this test are the instructor's own solutions.
    tests = set().union(*hidden_lines(("HIDDEN TESTS",)).values())
    for page in term.feedback.values():
        assert "Score:" in page
        assert leaks(page, tests) == []


def test_kernels_cannot_be_listened_to(term: Term) -> None:
    assert (term.transport, term.sockets) == ("ipc", [f"ipc-{n}" for n in range(1, 6)])


def test_a_student_can_validate_what_is_right(term: Term) -> None:
    assert "Success! Your notebook passes all the tests." in term.pages["validated"]


def test_make_hub_again_changes_nothing_that_people_made(term: Term, hub: Hub) -> None:
    kept = {
        hub.settings.state / "passwords.csv": None,
        term.folder / "nbgrader_config.py": "# changed by a teacher\n",
        term.folder / "class" / "gradebook.db": None,
    }
    for path, text in kept.items():
        if text:
            path.write_text(path.read_text("utf-8") + text, "utf-8")
    before = {path: path.read_bytes() for path in kept}
    for action, said in {"up": "The server runs", "check": "All is well"}.items():
        done = subprocess.run(
            make_command(action, hub.file),
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
        )
        assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr
    assert {path: path.read_bytes() for path in kept} == before


def test_who_teaches_two_courses_is_asked_which(hub: Hub, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{hub.address}/hub/login")
    page.fill("#username_input", "fdc_assistant")
    page.fill("#password_input", hub.passwords["fdc_assistant"])
    page.click("#login_submit")
    page.get_by_label("Which course?").select_option("geometry")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/user/fdc_assistant/**", timeout=120_000)
    page.goto(f"{hub.address}/user/fdc_assistant/formgrader")
    page.get_by_role("link", name="Add new assignment").wait_for()
    assert COURSE not in page.locator("#config").inner_text()
    page.close()
