"""However a class is graded, side by side or not, whole or in parts, the gradebook is the same."""

import copy
import functools
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pytest
from conftest import SOURCE, copied, hand_in, make_course
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from invigilator.batch import Batch
from invigilator.batch.execution import worker_threads
from invigilator.course.results import load_results
from invigilator.course.submissions import students
from invigilator.untrusted.sandbox import missing

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(missing() is not None, reason=str(missing())),
]

Grade = Callable[..., list[str]]

CLASS = {
    "ada": "def double(x):\n    return x + x",
    "boole": "def double(x):\n    return 4",
    "cauchy": "def double(x):\n    import os\n    os._exit(0)",
    "dirichlet": "def double(x)\n    return 2 * x",
    "euler": None,
    "fourier": "print('hello')\ndef double(x):\n    return 2 * x",
}


def gradebook(config: Config) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that grading writes to, but for the numbers that name rows."""
    database = sqlite3.connect(Path(config.CourseDirectory.root, "gradebook.db"))
    tables = {
        "students": "select id from student",
        "submissions": "select student_id, timestamp from submitted_assignment",
        "grades": (
            "select s.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade "
            "from grade g join submitted_notebook n on g.notebook_id = n.id "
            "join submitted_assignment s on n.assignment_id = s.id "
            "join base_cell b on g.cell_id = b.id"
        ),
        "comments": (
            "select s.student_id, b.name, c.auto_comment, c.manual_comment "
            "from comment c join submitted_notebook n on c.notebook_id = n.id "
            "join submitted_assignment s on n.assignment_id = s.id "
            "join base_cell b on c.cell_id = b.id"
        ),
    }
    found = {name: sorted(database.execute(query), key=repr) for name, query in tables.items()}
    database.close()
    return found


def notebooks(config: Config) -> dict[str, str]:
    """The autograded notebooks, by their place."""
    folder = Path(config.CourseDirectory.root, "autograded")
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in folder.rglob("*.ipynb")}


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    """Two workers that stay warm from one test to the next."""
    with worker_threads(2) as executor:
        yield executor


@pytest.fixture
def grade(pool: Executor) -> Grade:
    """Grade some or all of a class; whose results come, in order."""
    return functools.partial(graded, executor=pool)


def graded(config: Config, chosen: list[str] | None = None, **options: Any) -> list[str]:
    course = NbGraderAPI(config=config).coursedir
    batch = Batch(course, config, "ps1", **{"seed": 7, "jobs": 2, **options})
    return [r.student for r in batch.autograde(chosen or students(course, "ps1"))]


@pytest.fixture
def handed_in(course: Config) -> Config:
    for student, answer in CLASS.items():
        hand_in(course, student, answer)
    hand_in(course, "gauss", raw=b"{")
    return course


@pytest.fixture(scope="module")
def alone(released: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, object]:
    """What grading the class in order, one after the other, gives."""
    config = copied(released, tmp_path_factory.mktemp("alone") / "a course")
    for student, answer in CLASS.items():
        hand_in(config, student, answer)
    hand_in(config, "gauss", raw=b"{")
    assert graded(config, jobs=1) == [*CLASS, "gauss"]
    return gradebook(config), notebooks(config)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Executor]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor(pure=False, retries=1)


def test_side_by_side(handed_in: Config, alone: tuple[object, object]) -> None:
    assert sorted(graded(handed_in, jobs=3)) == [*CLASS, "gauss"]
    assert (gradebook(handed_in), notebooks(handed_in)) == alone


def test_on_a_cluster(handed_in: Config, alone: tuple[object, object], cluster: Executor) -> None:
    assert sorted(graded(handed_in, executor=cluster)) == [*CLASS, "gauss"]
    assert (gradebook(handed_in), notebooks(handed_in)) == alone


def test_in_parts_and_in_another_order(
    handed_in: Config, alone: tuple[object, object], grade: Grade
) -> None:
    grade(handed_in, ["fourier", "ada"])
    grade(handed_in, ["gauss", "boole"])
    assert sorted(grade(handed_in)) == [*CLASS, "gauss"]
    assert (gradebook(handed_in), notebooks(handed_in)) == alone


def test_a_run_that_is_left_goes_on_where_it_stopped(
    handed_in: Config, alone: tuple[object, object], grade: Grade
) -> None:
    course = NbGraderAPI(config=handed_in).coursedir
    results = Batch(course, handed_in, "ps1", jobs=1, seed=7).autograde(students(course, "ps1"))
    first = next(results)
    results.close()
    before = {r.student: r for r in load_results(course, "ps1")}
    assert before[first.student] == first
    grade(handed_in)
    assert {r.student: r for r in load_results(course, "ps1")}[first.student] == first
    assert (gradebook(handed_in), notebooks(handed_in)) == alone


def test_the_seed_is_drawn_kept_and_can_be_given_back(handed_in: Config, grade: Grade) -> None:
    course = NbGraderAPI(config=handed_in).coursedir
    grade(handed_in, seed=None)
    (seed,) = {result.seed for result in load_results(course, "ps1")}
    grade(handed_in, seed=None, force=True)
    (other,) = {result.seed for result in load_results(course, "ps1")}
    assert seed != other
    grade(handed_in, seed=seed)
    assert {result.seed for result in load_results(course, "ps1")} == {seed}


def test_only_what_changed_is_graded_again(handed_in: Config, grade: Grade) -> None:
    course = NbGraderAPI(config=handed_in).coursedir

    def times() -> dict[str, float]:
        return {result.student: result.seconds for result in load_results(course, "ps1")}

    grade(handed_in)
    first = times()
    grade(handed_in)
    assert times() == first

    path = Path(course.root, "submitted", "boole", "ps1", "ps1.ipynb")
    path.write_text(path.read_text("utf-8").replace("return 4", "return 2 * x"), "utf-8")
    grade(handed_in)
    changed = times()
    assert {student for student in first if first[student] != changed[student]} == {"boole"}

    handed_in.Limits.call = 9
    grade(handed_in)
    again = times()
    # What can't be read takes no time.
    assert {s for s in first if changed[s] != again[s]} == {*CLASS}

    (Path(course.root) / "autograded" / "ada" / "ps1" / "ps1.ipynb").unlink()
    grade(handed_in)
    assert {s for s in first if again[s] != times()[s]} == {"ada"}


def test_what_was_marked_by_hand_stays(handed_in: Config, grade: Grade) -> None:
    grade(handed_in)
    url = f"sqlite:///{Path(handed_in.CourseDirectory.root, 'gradebook.db')}"
    with Gradebook(url) as book:
        mine = book.find_grade("essay", "ps1", "ps1", "ada")
        mine.manual_score, mine.needs_manual_grade = 0.5, False
        book.find_comment("essay", "ps1", "ps1", "ada").manual_comment = "Say why."
        book.find_grade("test_double", "ps1", "ps1", "boole").extra_credit = 0.25
        book.db.commit()
    grade(handed_in, force=True)
    with Gradebook(url) as book:
        mine = book.find_grade("essay", "ps1", "ps1", "ada")
        assert (mine.manual_score, mine.score) == (0.5, 0.5)
        # As with nbgrader, who marked it looks again after a new run.
        assert mine.needs_manual_grade
        assert book.find_comment("essay", "ps1", "ps1", "ada").comment == "Say why."
        assert book.find_grade("test_double", "ps1", "ps1", "boole").score == 0.25


def test_the_instructor_is_told_when_the_own_answers_fail(tmp_path: Path, pool: Executor) -> None:
    cells = copy.deepcopy(SOURCE)
    cells[0].source = cells[0].source.replace("2 * x", "4")
    config = make_course(tmp_path / "a course", cells)
    hand_in(config, "ada", CLASS["ada"])
    batch = Batch(NbGraderAPI(config=config).coursedir, config, "ps1", seed=7, executor=pool)
    assert [result.graded for result in batch.autograde(["ada"])] == [True]
    assert batch.warnings == ["the instructor's own answers earn 0 of 3 points in test_double"]


def test_one_notebook_of_one_student(handed_in: Config, grade: Grade) -> None:
    handed_in.CourseDirectory.notebook_id = "ps1"
    assert grade(handed_in, ["ada"]) == ["ada"]
    course = NbGraderAPI(config=handed_in).coursedir
    assert [result.student for result in load_results(course, "ps1")] == ["ada"]


def test_a_record_that_was_cut_off_is_read_so_far(handed_in: Config, grade: Grade) -> None:
    grade(handed_in)
    course = NbGraderAPI(config=handed_in).coursedir
    path = Path(course.root, "autograded", "ps1.jsonl")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]) + lines[-1][:20], "utf-8")
    kept = [json.loads(line)["student"] for line in lines[:-1]]
    assert [result.student for result in load_results(course, "ps1")] == sorted(kept)
    grade(handed_in)
    assert [result.student for result in load_results(course, "ps1")] == [*CLASS, "gauss"]
