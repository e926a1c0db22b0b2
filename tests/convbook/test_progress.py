"""How far a student is: counted by the functions that passed, while they are still there."""

import sys
from types import ModuleType

import pytest

from convbook.checking import passed, progress, ready
from convbook.checking.progress import passed_tasks


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module in which a notebook's cells run, with two functions."""
    module = ModuleType("__main__")
    vars(module).update(one=lambda: 1, two=lambda: 2)
    monkeypatch.setitem(sys.modules, "__main__", module)
    passed_tasks.clear()
    return module


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_a_check_says_what_it_has_seen(notebook: ModuleType, capsys: pytest.CaptureFixture[str]):
    passed("one")
    assert said(capsys) == ["one: visible checks passed"]


def test_where_no_check_has_passed_nothing_is_counted(
    notebook: ModuleType, capsys: pytest.CaptureFixture[str]
):
    progress(one=1, two=2)
    assert said(capsys) == [
        "Progress is counted when the checks above have run; none has passed here yet."
    ]


def test_some_tasks_pass(notebook: ModuleType, capsys: pytest.CaptureFixture[str]):
    passed("two")
    said(capsys)
    progress(one=1, two=2, by_hand=1.5)
    assert said(capsys) == [
        "1 of 2 tasks passes its visible checks: 2 of 4.5 points so far, "
        "if the hidden tests pass too.",
        "A person marks your written answer: 1.5 of the 4.5 points.",
        "Still to pass: one.",
    ]


def test_all_tasks_pass(notebook: ModuleType, capsys: pytest.CaptureFixture[str]):
    passed("one")
    passed("two")
    said(capsys)
    progress(one=1, two=2)
    assert said(capsys) == [
        "2 of 2 tasks pass their visible checks: 3 of 3 points so far, "
        "if the hidden tests pass too."
    ]


def test_a_function_that_is_written_anew_has_to_pass_again(
    notebook: ModuleType, capsys: pytest.CaptureFixture[str]
):
    passed("one")
    passed("two")
    notebook.one = lambda: 1  # type: ignore[attr-defined]
    said(capsys)
    progress(one=1, two=2)
    assert said(capsys)[1:] == ["Changed since: one. Run the check again."]
    assert not ready("one", for_what="the picture")
    passed("one")
    said(capsys)
    progress(one=1, two=2)
    assert len(said(capsys)) == 1


def test_a_picture_waits_for_what_it_needs(
    notebook: ModuleType, capsys: pytest.CaptureFixture[str]
):
    assert not ready("one", "two", for_what="the picture")
    assert said(capsys) == [
        "The picture needs one and two: it comes when the checks of them have passed."
    ]
    passed("one")
    passed("two")
    said(capsys)
    assert ready("one", "two", for_what="the picture")
    assert said(capsys) == []


def test_a_process_without_a_notebook_is_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delitem(sys.modules, "__main__")
    passed("one")
    assert said(capsys) == ["one: visible checks passed"]
