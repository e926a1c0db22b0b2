"""Every right answer earns full marks; every wrong one loses its task's points and no others."""

import pytest
from isolated import grade_isolated

from course.answers import answers
from course.exercises import assignments
from course.kill_matrix import Outcome, faults, full_points, grade_all
from invigilator.untrusted.sandbox import missing

pytestmark = pytest.mark.filterwarnings("ignore")

TASKS = [(name, task) for name in assignments() for task in full_points(name)]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """All answers, graded in a sandbox where there can be one, else in a shell of their own."""
    scratch, found = tmp_path_factory.mktemp("kill matrix"), list[Outcome]()
    for name in assignments():
        if missing() is None:
            (scratch / name).mkdir()
            found += grade_isolated(name, answers(name), scratch / name)
        else:
            found += grade_all(answers(name), seed=1)
    return found


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
