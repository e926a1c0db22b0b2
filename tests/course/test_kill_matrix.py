"""Every right answer earns full marks; every wrong one loses its task's points and no others."""

import nbformat
import pytest
from isolated import grade_isolated
from nbformat import NotebookNode

from course import kill_matrix
from course.answers import Answer, answers
from course.exercises import assignments
from course.kill_matrix import Outcome, faults, full_points, grade_all, is_test, task_of
from invigilator.untrusted.sandbox import missing

pytestmark = pytest.mark.filterwarnings("ignore")

TASKS = [(name, task) for name in assignments() for task in full_points(name)]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """All answers, graded in a sandbox where there can be one, else in a shell of their own."""
    given = {name: answers(name) for name in assignments()}
    if missing() is None:
        return grade_isolated(given, tmp_path_factory.mktemp("kill matrix"))
    return grade_all([answer for each in given.values() for answer in each], seed=1)


def of(outcomes: list[Outcome], assignment: str, task: str) -> list[Outcome]:
    found = [o for o in outcomes if (o.answer.assignment, o.answer.task) == (assignment, task)]
    assert found
    return found


@pytest.mark.parametrize(("assignment", "task"), TASKS)
def test_answers_earn_what_they_deserve(
    outcomes: list[Outcome], assignment: str, task: str
) -> None:
    full = full_points(assignment)
    mine = of(outcomes, assignment, task)
    assert [fault for outcome in mine for fault in faults(outcome, full)] == []


@pytest.mark.parametrize(("assignment", "task"), TASKS)
def test_task_has_enough_answers_of_both_kinds(assignment: str, task: str) -> None:
    mine = [answer for answer in answers(assignment) if answer.task == task]
    assert sum(answer.right for answer in mine) >= 1
    assert sum(not answer.right for answer in mine) >= 8
    assert len({answer.source for answer in mine}) == len(mine)


@pytest.mark.parametrize(("assignment", "task"), TASKS)
def test_a_lost_point_is_explained_in_words(
    outcomes: list[Outcome], assignment: str, task: str
) -> None:
    for outcome in of(outcomes, assignment, task):
        for message in outcome.messages.values():
            assert message.startswith("CheckFailed: "), outcome.answer.title
            assert len(message) < 900, outcome.answer.title


@pytest.mark.skipif(missing() is not None, reason=str(missing()))
@pytest.mark.parametrize(("assignment", "task"), TASKS)
def test_students_read_the_same_points_and_words_in_their_own_kernel(
    outcomes: list[Outcome], assignment: str, task: str
) -> None:
    some = of(outcomes, assignment, task)[::4]
    own = grade_all([outcome.answer for outcome in some], seed=1)
    assert own == some


def first_wrong(assignment: str, task: str) -> Answer:
    return next(a for a in answers(assignment) if a.task == task and not a.right)


@pytest.mark.parametrize("assignment", assignments())
def test_in_a_whole_notebook_a_wrong_answer_loses_its_own_points_alone(assignment: str) -> None:
    full = full_points(assignment)
    for outcome in grade_all([first_wrong(assignment, task) for task in full], 1, whole=True):
        assert outcome.points == {**full, outcome.answer.task: 0.0}, outcome.answer.title


@pytest.mark.parametrize(
    ("task", "source", "graded", "solved"),
    [
        ("one", "def one(): pass", ["one", "two", "three"], ["one", "two", "three"]),
        ("two", "def two(): pass", ["two", "three"], ["one", "two", "three"]),
        ("three", "def three(): pass", ["three"], ["one", "two", "three"]),
        ("four", "def four(): pass", ["four"], ["four"]),
        ("four", "def four(): return two()", ["four"], ["one", "two", "four"]),
        ("four", "def four(: syntax", ["four"], ["four"]),
    ],
)
def test_an_answer_is_graded_with_what_it_reaches_and_what_reaches_it(
    monkeypatch: pytest.MonkeyPatch, task: str, source: str, graded: list[str], solved: list[str]
) -> None:
    monkeypatch.setattr(kill_matrix, "cells", lambda _: notebook())
    kill_matrix.calls.cache_clear()
    answer = Answer("ps00_none", task, "right: it", source)
    cells = kill_matrix.cells_for(answer)
    kill_matrix.calls.cache_clear()
    assert [task_of(cell) for cell in cells if is_test(cell)] == graded
    solutions = [cell for cell in cells if cell.metadata.nbgrader.solution]
    assert [task_of(cell) for cell in solutions] == solved
    assert [cell.source for cell in solutions if task_of(cell) == task] == [source]
    assert cells[0].source == "import numpy as np"


def notebook() -> list[NotebookNode]:
    def cell(name: str, source: str, solution: bool = False, grade: bool = False) -> NotebookNode:
        about = {"grade_id": name, "solution": solution, "grade": grade, "points": 1}
        return nbformat.v4.new_code_cell(source, metadata={"nbgrader": about})

    cells = [cell("set-up", "import numpy as np")]
    for name, solution, test in [
        ("one", "def one(): pass", "assert one()"),
        ("two", "def two(): return one()", "two()"),
        ("three", "def three(): pass", "assert three() == two()"),
        ("four", "def four(): pass", "four()  # two"),
    ]:
        cells.append(cell(name, solution, solution=True))
        cells.append(cell(f"test_{name}", test, grade=True))
    return cells
