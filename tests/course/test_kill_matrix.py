"""Every right answer earns full marks; every wrong one loses its task's points and no others."""

import pytest
from kill_matrix import Outcome, answers, faults, full_points, grade_all
from notebooks import assignments

# One worker of pytest-xdist grades all answers once.
pytestmark = pytest.mark.xdist_group("kill matrix")

TASKS = [(name, task) for name in assignments() for task in full_points(name)]


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    given = [answer for name in assignments() for answer in answers(name)]
    return grade_all(given, seed=1)


@pytest.mark.parametrize(("assignment", "task"), TASKS)
def test_answers_earn_what_they_deserve(
    outcomes: list[Outcome], assignment: str, task: str
) -> None:
    full = full_points(assignment)
    mine = [o for o in outcomes if (o.answer.assignment, o.answer.task) == (assignment, task)]
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
    for outcome in outcomes:
        if (outcome.answer.assignment, outcome.answer.task) == (assignment, task):
            for message in outcome.messages.values():
                assert message.startswith("CheckFailed: "), outcome.answer.title
                assert len(message) < 900, outcome.answer.title
