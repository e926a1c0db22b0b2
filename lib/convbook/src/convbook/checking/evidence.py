"""Which mistakes can explain an answer: those that also explain what came right before.

A single wrong answer often fits several mistakes: the columns' difference is also the smaller one.
The calls that the same function has answered rightly tell them apart.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from convbook.checking.causes import same_values

#: Wrong answers by what causes them, or what computes them from the arguments.
Causes = Mapping[str, Any] | Callable[..., Mapping[str, Any]]


@dataclass(frozen=True)
class Call:
    """A call of a student's function, and the answer that is right."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    expect: Any


# A cell's checks follow one another; those of another function are no evidence.
_right_calls: deque[Call] = deque(maxlen=30)


def remember(call: Call) -> None:
    """Note a call that was answered rightly."""
    if _right_calls and _right_calls[-1].function is not call.function:
        _right_calls.clear()
    _right_calls.append(call)


def suspected(call: Call, causes: Causes | None) -> Mapping[str, Any]:
    """The mistakes that may lie behind a wrong answer to `call`.

    Whether one explains the earlier answers is only found out when its answer is asked for.
    """
    if not callable(causes):
        return causes or {}
    mistakes = causes(*call.args, **call.kwargs)
    return {cause: partial(_answer, cause, causes, call) for cause in mistakes}


def _answer(cause: str, causes: Callable[..., Mapping[str, Any]], call: Call) -> Any:
    """What `call` gives to someone who makes a mistake; ValueError when that isn't it."""
    earlier = [each for each in _right_calls if each.function is call.function]
    if not all(_explains(cause, causes, each) for each in earlier):
        raise ValueError(f"answers before were right, though {cause}")
    return causes(*call.args, **call.kwargs)[cause]()


def _explains(cause: str, causes: Callable[..., Mapping[str, Any]], call: Call) -> bool:
    """Whether someone who makes this mistake would have answered `call` rightly."""
    mistakes = causes(*call.args, **call.kwargs)
    if cause not in mistakes:  # such as one about a bias, where there is none
        return True
    try:
        return same_values(mistakes[cause](), call.expect)
    except ValueError:  # it can't be made with these arguments
        return False
