"""A call that takes too long is ended: an endless loop must not leave a student waiting."""

import ctypes
import signal
import sys
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType, TracebackType
from typing import Any

from convbook.checking.origins import is_library_file

_AGAIN = 0.1  # seconds until the next try, should the student's code have swallowed the first


class TooSlow(BaseException):
    """A call took longer than `seconds`, which it may. It passes by `except Exception`."""

    seconds: float


def _too_slow(seconds: float) -> type[TooSlow]:
    """A class of its own for each call, so that one around it isn't taken for it."""
    return type("TooSlow", (TooSlow,), {"seconds": seconds})


def in_words(seconds: float) -> str:
    """
    >>> in_words(10), in_words(1)
    ('10 seconds', '1 second')
    """
    return f"{seconds:g} second" + "s" * (seconds != 1)


def call_within(seconds: float, function: Callable[[], Any]) -> Any:
    """What `function` returns. Raises TooSlow, in the line that is running, when it takes longer.

    Code in C is not interrupted: the error comes when it is back in Python.
    Where somebody else has set an alarm, as a grader does, that is the limit.

    >>> call_within(10, lambda: 1 + 1)
    2
    """
    if _is_limited_already():
        return function()
    # In a page there are neither threads nor signals.
    limited = _traced if sys.platform == "emscripten" else _watched
    return limited(seconds, function)


def _is_limited_already() -> bool:
    timer = getattr(signal, "getitimer", None)  # Windows has none
    return timer is not None and timer(signal.ITIMER_REAL)[0] > 0


def _watched(seconds: float, function: Callable[[], Any]) -> Any:
    """Let a second thread raise the error in this one: that works in any thread, on any system."""
    thread, lock = threading.get_ident(), threading.Lock()
    begun, over = threading.Event(), threading.Event()
    error = _too_slow(seconds)

    def watch() -> None:
        begun.wait()  # the error must not come while this thread is being started
        wait = seconds
        while not over.wait(wait):
            with lock:
                if not over.is_set():
                    _raise_in(thread, error)
            wait = _AGAIN

    def stop() -> None:
        with lock:
            over.set()
        for _ in range(3):  # an error that is on its way comes at the end of a loop
            pass

    watcher = threading.Thread(target=watch, name="convbook's time limit", daemon=True)
    watcher.start()
    try:
        begun.set()
        return function()
    finally:
        while True:
            try:
                stop()
                break
            except error:  # raised at the last moment: what came before it counts
                continue
        watcher.join()


def _raise_in(thread: int, error: type[BaseException]) -> None:
    """Raise an error in another thread as soon as it runs Python."""
    raise_in: Any = ctypes.pythonapi.PyThreadState_SetAsyncExc
    raise_in(ctypes.c_ulong(thread), ctypes.py_object(error))


def _traced(seconds: float, function: Callable[[], Any]) -> Any:
    """Look at the clock at each line of the student's."""
    before = sys.gettrace()
    if before is not None:  # a debugger, in which one may stay as long as one likes
        return function()
    end = monotonic() + seconds

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return None if is_library_file(frame.f_code.co_filename) else at_line

    def at_line(frame: FrameType, event: str, argument: Any) -> Any:
        if monotonic() > end:
            # Python 3.11 leaves the frame out where it is in an `except`.
            here = TracebackType(None, frame, frame.f_lasti, frame.f_lineno)
            raise _too_slow(seconds)().with_traceback(here)
        return at_line

    sys.settrace(enter)
    try:
        return function()
    finally:
        sys.settrace(before)
