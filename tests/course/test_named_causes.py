"""What a wrong answer's student reads: green rarely, and the cause of the mistake as often."""

import pytest

from course.answers import Answer, answers
from course.exercises import assignments
from course.kill_matrix import full_points, read_by_students
from course.messages import Reading, summary

pytestmark = pytest.mark.filterwarnings("ignore")

TASKS = [(name, task) for name in assignments() for task in full_points(name)]


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    """Of every wrong answer, graded in a shell of its own."""
    given = [answer for name in assignments() for answer in answers(name) if not answer.right]
    return read_by_students(given, seed=1)


@pytest.mark.parametrize("assignment", assignments())
def test_at_most_one_wrong_answer_in_ten_passes_the_visible_checks(
    readings: list[Reading], assignment: str
) -> None:
    mine = [each for each in readings if each.answer.assignment == assignment]
    passing = [each.answer.title for each in mine if each.passes]
    assert len(mine) > 100
    assert len(passing) <= len(mine) / 10, passing


@pytest.mark.parametrize(("assignment", "task"), TASKS)
def test_at_most_one_wrong_answer_in_ten_passes_the_visible_checks_of_its_task(
    readings: list[Reading], assignment: str, task: str
) -> None:
    about = assignment, task
    mine = [each for each in readings if (each.answer.assignment, each.answer.task) == about]
    passing = [each.answer.title for each in mine if each.passes]
    assert len(passing) <= len(mine) / 10, passing


def test_no_message_names_a_wrong_cause(readings: list[Reading]) -> None:
    wrong = [each for each in readings if each.answer.says and each.verdict == "wrong"]
    assert [(each.answer.task, each.answer.title, each.cause) for each in wrong] == []


def test_seven_messages_in_ten_name_the_cause(readings: list[Reading]) -> None:
    honest = [each for each in readings if each.answer.says]
    assert len(honest) > 300
    assert sum(each.verdict == "right" for each in honest) >= 0.7 * len(honest), summary(honest)


def test_of_answers_that_no_message_was_written_for_a_quarter_have_their_cause_named(
    readings: list[Reading],
) -> None:
    held_out = [each for each in readings if each.answer.held_out]
    assert len(held_out) >= 40
    right = sum(each.verdict == "right" for each in held_out)
    assert right >= 0.25 * len(held_out), summary(held_out)


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("f gives a wrong value.\n  usual cause:      the kernel is flipped", "right"),
        ("f gives a wrong value.\n  usual cause:      all is zero – or: it is flipped", "right"),
        ("f gives a wrong value.\n  usual cause:      the bias is missing", "wrong"),
        ("f gives a wrong value.", "none"),
        ("f is flipped.", "right"),
        ("", "none"),
    ],
)
def test_a_message_is_judged_by_the_words_that_stand_with_the_answer(
    message: str, verdict: str
) -> None:
    answer = Answer("ps00_none", "f", "wrong: it", "", ("turned around", "flipped"))
    assert Reading(answer, False, message).verdict == verdict


def test_a_summary_leaves_out_who_deceives() -> None:
    honest = Answer("ps00_none", "f", "wrong: it", "", ("flipped",))
    deceiver = Answer("ps00_none", "f", "wrong: by heart", "")
    readings = [Reading(honest, False, "flipped"), Reading(deceiver, True, "usual cause: no")]
    assert summary(readings) == "100% of 1 messages name the cause, 0 none, 0 a wrong one"
    assert summary(readings[1:]) == "no messages"
