"""nbgrader's own command and a student's own check say what the grader says."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import cell, copied, hand_in
from invigilator.limits import Limits
from nbformat.v4 import new_notebook
from test_batch import CLASS, gradebook
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.commands.autograde import AutogradeApp, nbgrader_api
from invigilator.course.submissions import students
from invigilator.untrusted.sandbox import Sandbox, SandboxError, missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

SPY = """\
if b"invigilator" not in open("/proc/1/cmdline", "rb").read():
    raise SystemExit("not in a sandbox")
import os, socket, sys
homes = set(os.listdir("/home")) - set(sys.prefix.split("/"))  # the libraries may lie in one
print(sorted(homes), os.path.exists("gradebook.db"), os.getuid() == 0)
def double(x):
    return 2 * x
"""
ISOLATED = [
    "invigilator.preprocessor.Isolated",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]


def test_nbgraders_own_autograde_is_isolated_and_gives_the_same_points(
    released: Path, tmp_path: Path
) -> None:
    both = []
    for name in ("stock", "ours"):
        config = copied(released, tmp_path / name / "a course")
        for student, answer in {**CLASS, "spy": SPY}.items():
            hand_in(config, student, answer)
        both.append(config)
    stock, ours = both
    stock.Autograde.autograde_preprocessors = ISOLATED
    api = nbgrader_api(stock)
    for student in [*CLASS, "spy"]:
        outcome = api.autograde("ps1", student, force=True, create=True)
        assert outcome["success"], outcome["log"]
    course = nbgrader_api(ours).coursedir
    list(Batch(course, ours, "ps1", jobs=2).autograde(students(course, "ps1")))
    assert gradebook(stock) == gradebook(ours)
    root = Path(stock.CourseDirectory.root)
    text = (root / "autograded" / "spy" / "ps1" / "ps1.ipynb").read_text("utf-8")
    assert "['student'] False False" in text


def test_a_students_own_check_says_what_the_grader_says(course: Config, tmp_path: Path) -> None:
    root = Path(course.CourseDirectory.root)
    told = {}
    for student, answer in (("right", CLASS["ada"]), ("wrong", "def double(x):\n    return 5")):
        hand_in(course, student, answer)
        path = root / "submitted" / student / "ps1" / "ps1.ipynb"
        before = path.read_bytes()
        command = [sys.executable, "-m", "invigilator", "check", str(path)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert path.read_bytes() == before
        told[student] = (done.returncode, done.stdout)
    assert told == {
        "right": (0, "✓ test_double (3 points)\n"),
        "wrong": (1, "✗ test_double (3 points)\n  AssertionError: double(2) must be 4\n"),
    }


def test_a_check_tells_of_tests_without_points_and_of_questions_to_nobody(tmp_path: Path) -> None:
    tests = {"free": "assert True", "worth": "%matplotlib inline\nassert True", "asks": "input()"}
    cells = [cell("test", name, source, 0.5) for name, source in tests.items()]
    del cells[0].metadata["nbgrader"]["points"]
    path = tmp_path / "mine.ipynb"
    path.write_text(nbformat.writes(new_notebook(cells=cells)), "utf-8")
    command = [sys.executable, "-m", "invigilator", "check", str(path)]
    done = subprocess.run(command, input="7\n", capture_output=True, text=True)
    said = (
        "✓ free\n✓ worth (0.5 points)\n✗ asks (0.5 points)\n  EOFError: EOF when reading a line\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, said, "")


@pytest.mark.parametrize("unsafe", [[], ["--unsafe-no-sandbox"]])
def test_another_system_than_linux_is_told_that_it_can_not_grade(
    unsafe: list[str], course: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(course.CourseDirectory.root))
    monkeypatch.setattr(sys, "platform", "darwin")
    app = AutogradeApp()
    app.initialize(["ps1", *unsafe])
    why = "grading works on Linux only: use a virtual machine, a container, or WSL on Windows"
    with pytest.raises(SystemExit, match=f"^invigilator autograde: {why}$"):
        app.start()
    with pytest.raises(SandboxError, match=f"^{why}$"):
        Sandbox(Limits(), [], isolated=False)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"[]", "doesn't say its format"), (None, "No such file")],
)
def test_a_check_of_what_is_no_notebook_ends_in_words(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "mine.ipynb"
    if content is not None:
        path.write_bytes(content)
    command = [sys.executable, "-m", "invigilator", "check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
