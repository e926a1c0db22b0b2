"""What a check says of a student's function, and the functions and answers to try it on."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convbook.checking import CheckFailed, check


def message(function: Callable[..., Any], *args: Any, **options: Any) -> str:
    with pytest.raises(CheckFailed) as failed:
        check(function, *args, **options)
    return str(failed.value)


def report(*lines: str) -> str:
    """A message: a headline and labelled lines, whose labels end in a colon."""
    headline, *rest = lines
    labelled = (line.partition(": ") for line in rest)
    return "\n".join([headline, *(f"  {label + ': ':<18}{text}" for label, _, text in labelled)])


def answer(value: Any) -> Callable[..., Any]:
    """A student's function that gives `value`."""

    def solution(x: Any) -> Any:
        return value

    return solution


X = np.array([[1.5, 2.0], [3.0, 4.0]])
EXPECT = np.array([[10.5, -2.0, 3.0], [4.0, 5.0, 60.5]])
CALLED = "called with: x of shape (2, 2)"


class Liar(np.ndarray):
    """An array that says yes to every comparison."""

    def __eq__(self, other: object) -> Any:
        return np.ones(self.shape, bool)

    def __ne__(self, other: object) -> Any:
        return np.zeros(self.shape, bool)

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
        return np.ones(self.shape, bool)

    def __array_function__(self, *args: Any, **kwargs: Any) -> Any:
        return True


class Pretender:
    """An object that claims to be an array."""

    shape, ndim, size, dtype = (2, 3), 2, 6, np.dtype(float)
    __class__ = np.ndarray  # type: ignore[assignment]

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return EXPECT

    def __eq__(self, other: object) -> bool:
        return True
