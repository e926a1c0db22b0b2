"""A check of a loop that never ends does end, with one sentence, and leaves nothing behind."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest
from reports import message

from convbook.checking import CheckFailed, check, check_raises
from convbook.checking.time_limit import TooSlow, call_within

BRIEF = 0.05  # seconds


@pytest.fixture(params=["linux", "emscripten"], autouse=True)
def platform(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """With threads and, as in a page, without."""
    monkeypatch.setattr(sys, "platform", request.param)
    if request.param == "emscripten":
        monkeypatch.setattr(threading.Thread, "start", no_threads)
    return str(request.param)


def no_threads(self: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def endless(x: Any) -> Any:
    while True:
        x = x + 1


def calls_an_endless_one(x: Any) -> Any:
    return sum(endless(each) for each in x)


def recurses(x: Any) -> Any:
    if len(x) < 10**9:
        for _ in iter(int, 1):
            x = recurses_no_more(x)


def recurses_no_more(x: Any) -> Any:
    return x


def catches_errors(x: Any) -> Any:
    while True:
        try:
            x = x.no_such_thing
        except Exception:
            continue


X = np.zeros(2)
ENDLESS = [endless, calls_an_endless_one, recurses, catches_errors]


@pytest.mark.parametrize("function", ENDLESS)
def test_an_endless_loop_ends_with_a_sentence_and_the_line(function: Any):
    lines = message(function, X, expect=X, time_limit=BRIEF).split("\n")
    assert lines[:2] == [
        f"{function.__name__} did not finish within 0.05 seconds; is there a loop that never ends?",
        "  called with:      x of shape (2,)",
    ]
    assert len(lines) == 3
    where = "endless" if function is calls_an_endless_one else function.__name__
    assert lines[2].startswith((f"  in {where}, line ", "  in recurses_no_more, line "))


def test_the_line_is_the_one_that_was_running():
    line = endless.__code__.co_firstlineno
    said = message(endless, X, expect=X, time_limit=BRIEF).split("\n")[2]
    assert said in {
        f"  in endless, line {line + 1}: while True:",
        f"  in endless, line {line + 2}: x = x + 1",
    }


def test_check_raises_has_the_limit_too():
    with pytest.raises(CheckFailed, match=r"^endless did not finish within 0\.05 seconds;"):
        check_raises(endless, X, because="x is flat", time_limit=BRIEF)


def test_what_is_in_time_is_as_without_a_limit():
    assert call_within(5, lambda: 3) == 3
    with pytest.raises(KeyError, match="no"):
        call_within(5, partial({}.__getitem__, "no"))
    check(lambda x: x.copy(), X, expect=X)


def test_the_limit_is_ten_seconds(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def call(seconds: float, function: Callable[[], Any]) -> Any:
        asked.append(seconds)
        return function()

    monkeypatch.setattr("convbook.checking.checks.call_within", call)
    check(lambda x: x, X, expect=X)
    check_raises(int, "x", because="x is no number")
    assert asked == [10, 10]


def test_nothing_is_left_behind():
    handler, threads = signal.getsignal(signal.SIGALRM), threading.active_count()
    for seconds in (5, BRIEF):
        with pytest.raises(TooSlow if seconds == BRIEF else ZeroDivisionError):
            call_within(seconds, partial(endless if seconds == BRIEF else inverse, 0))
    time.sleep(5 * BRIEF)  # an error still to come would come here
    assert threading.active_count() == threads
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is handler


def inverse(x: float) -> float:
    return 1 / x


@pytest.mark.parametrize("platform", ["linux"], indirect=True)
def test_a_limit_within_a_limit_is_the_shorter_one():
    with pytest.raises(TooSlow) as raised:
        call_within(60, lambda: call_within(BRIEF, partial(endless, 0)))
    assert raised.value.seconds == BRIEF


class Rang(Exception):
    pass


@pytest.fixture
def alarm() -> Iterator[None]:
    """A grader's alarm, which stays armed and is the one that rings."""

    def ring(*_: object) -> None:
        raise Rang

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 4 * BRIEF)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_where_an_alarm_is_set_it_is_the_limit(alarm: None):
    with pytest.raises(Rang):
        call_within(BRIEF, partial(endless, 0))


def test_windows_has_no_alarm(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(signal, "getitimer")
    monkeypatch.delattr(signal, "ITIMER_REAL")
    monkeypatch.delattr(signal, "SIGALRM")
    with pytest.raises(TooSlow):
        call_within(BRIEF, partial(endless, 0))


@pytest.mark.parametrize("platform", ["linux"], indirect=True)
def test_a_check_in_a_thread_ends_there():
    said: list[str] = []

    def run() -> None:
        try:
            check(endless, X, expect=X, time_limit=BRIEF)
        except CheckFailed as failed:
            said.append(str(failed))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert len(said) == 1


@pytest.mark.parametrize("platform", ["linux"], indirect=True)
def test_code_that_catches_everything_is_ended_all_the_same():
    def stubborn(x: Any) -> Any:
        while True:
            try:  # noqa: SIM105
                x = x + 1
            except:  # noqa: E722
                pass

    assert "stubborn did not finish" in message(stubborn, X, expect=X, time_limit=BRIEF)


@pytest.mark.parametrize("platform", ["emscripten"], indirect=True)
def test_a_debugger_stays_in_place():
    def debugger(*_: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(debugger)
    try:
        assert call_within(BRIEF, sys.gettrace) is debugger
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(before)
