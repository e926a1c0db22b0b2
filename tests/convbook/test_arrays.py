"""The checks of arguments return plain Python integers and arrays, or say what is wrong."""

import re
from typing import Any

import numpy as np
import pytest
from convbook.arrays import array_of, in_one_dtype, integer, integers, shown, truth
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers())
def test_integers_of_python_come_back(value: int):
    assert integer("n", value, least=value) == value
    with pytest.raises(ValueError, match=f"^n must be an integer of at least {value + 1}; it is"):
        integer("n", value, least=value + 1)


@pytest.mark.parametrize("value", [np.int8(3), np.uint64(3), np.array(3)])
def test_numpy_integers_become_python_integers(value: Any):
    assert type(integer("n", value)) is int
    assert integers("n", value, 2) == (3, 3)
    assert all(type(n) is int for n in integers("n", [value, value], 2))


@pytest.mark.parametrize("value", [True, np.True_, np.array(True), 1.0, "1", None, 1j, [1], {1}])
def test_what_is_no_integer(value: Any):
    message = f"^{re.escape(f'n must be an integer of at least 0; it is {value!r}')}$"
    with pytest.raises(TypeError, match=message):
        integer("n", value)


@pytest.mark.parametrize(
    ("value", "count", "error", "expected"),
    [
        ((1, 2), 3, ValueError, "one integer of at least 0 or 3 of them; it is (1, 2)"),
        ((1, 2), 1, ValueError, "one integer of at least 0; it is (1, 2)"),
        (
            (1, -2),
            None,
            ValueError,
            "one integer of at least 0 or a sequence of them; it is (1, -2)",
        ),
        ((1, True), 2, TypeError, "one integer of at least 0 or 2 of them; it is (1, True)"),
        ("12", 2, TypeError, "one integer of at least 0 or 2 of them; it is '12'"),
        ({1, 2}, 2, TypeError, "one integer of at least 0 or 2 of them; it is {1, 2}"),
        ([[1, 2]], 1, TypeError, "one integer of at least 0; it is [[1, 2]]"),
        (
            [[1], [1, 2]],
            2,
            TypeError,
            "one integer of at least 0 or 2 of them; it is [[1], [1, 2]]",
        ),
        (
            np.array([0.5, 1.0]),
            2,
            TypeError,
            "one integer of at least 0 or 2 of them; it is array([0.5, 1. ])",
        ),
    ],
)
def test_what_are_no_integers(value: Any, count: int | None, error: Any, expected: str):
    with pytest.raises(error, match=f"^n must be {re.escape(expected)}$"):
        integers("n", value, count)


def test_one_integer_serves_every_axis_or_itself():
    assert integers("n", 2, count=3) == (2, 2, 2)
    assert integers("n", 2, count=None) == (2,)
    assert integers("n", [2], count=None) == (2,)


def test_a_message_shows_no_array_wholesale():
    with pytest.raises(TypeError) as raised:
        integer("n", np.arange(900).reshape(30, 30))
    assert len(str(raised.value)) < 130
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [0, 1, None, "no", np.ones(2)])
def test_truth_takes_bools_alone(value: Any):
    assert truth("bias", True) is True
    assert truth("bias", np.False_) is False
    with pytest.raises(TypeError, match=r"^bias must be True or False; it is "):
        truth("bias", value)


def test_arrays_are_not_copied():
    x = np.ones(3)
    assert array_of("x", x) is x
    assert in_one_dtype(x, x)[0] is x


@pytest.mark.parametrize(
    "value", [None, "abc", {}, [None], np.datetime64("2026-01-01"), 1j, b"x", object, 2**70]
)
def test_what_is_no_array_of_numbers(value: Any):
    message = re.escape(f"x must hold real numbers; it is {shown(value)}")
    with pytest.raises(TypeError, match=f"^{message}$"):
        array_of("x", value)


@pytest.mark.parametrize("value", ["a" * 98, "a\nb", "", [["ä"] * 40] * 40, np.eye(20)])
def test_shown_is_one_line_of_the_width(value: Any):
    line = shown(value, 40)
    assert "\n" not in line
    assert len(line) == 40 if len(repr(value)) > 40 else line == repr(value)
    assert (line[-1] == "…") == (len(repr(value)) > 40)
