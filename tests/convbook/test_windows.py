"""Padding and windows agree with NumPy's own, entry by entry."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convbook import pad, sliding_windows


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=4, min_side=0, max_side=5)),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.floats(),
    layouts,
)
def test_pad_equals_pytorch(x: Any, padding: tuple[int, int], value: float, layout: Any):
    x = layout(x)
    with Unchanged(x):
        out = pad(x, padding, value)
    (top, left), expected = padding, torch.tensor(x.copy())
    expected = torch.nn.functional.pad(expected, (left, left, top, top), value=value)
    np.testing.assert_array_equal(out, expected.numpy(), strict=True)
    assert not np.shares_memory(out, x)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32", "float64"])
def test_pad_keeps_the_dtype(dtype: str):
    expected = np.array([1, 0, 1, 1], dtype)
    np.testing.assert_array_equal(pad(expected[1:3], 1, 1, axes=1), expected, strict=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pad_with_minus_infinity_for_a_maximum(dtype: str):
    expected = np.array([-np.inf, 2, -np.inf], dtype)
    np.testing.assert_array_equal(pad(expected[1:2], 1, -np.inf, axes=1), expected, strict=True)


@pytest.mark.parametrize(
    ("x", "value", "dtype"),
    [
        ([1], 0.5, "int64"),
        ([1], np.inf, "int64"),
        ([1], -np.inf, "int64"),
        ([1], np.nan, "int64"),
        (np.array([1], np.uint8), 256, "uint8"),
        (np.array([1], np.uint8), -1, "uint8"),
        ([True], 2, "bool"),
    ],
)
def test_pad_refuses_a_value_that_the_dtype_cannot_hold(x: Any, value: float, dtype: str):
    message = f"value must fit in the dtype of x, {dtype}; it is {value!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pad(x, 1, value, axes=1)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2], 1), ValueError, "x must have at least 2 axes; its shape is (2,)"),
        ((3, 1, 0, 1), ValueError, "x must have at least 1 axis; its shape is ()"),
        (
            ([1], -1, 0, 1),
            ValueError,
            "padding must be one integer of at least 0 or a pair of them; it is -1",
        ),
        (
            ([1], (1, 2, 3), 0, 1),
            ValueError,
            "padding must be one integer of at least 0 or a pair of them; it is (1, 2, 3)",
        ),
        (([1], 1, "0", 1), TypeError, "value must hold real numbers; it is '0'"),
        (([1], 1, 1j, 1), TypeError, "value must hold real numbers; it is 1j"),
        (([1], 1, [0], 1), ValueError, "value must have 0 axes; it has 1: shape (1,)"),
        (([1], 1, 0, 0), ValueError, "axes must be an integer of at least 1; it is 0"),
        (([1], 1, 0, 1.0), TypeError, "axes must be an integer of at least 1; it is 1.0"),
    ],
)
def test_pad_refuses(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        pad(*arguments)


@given(st.data(), rngs, layouts)
def test_windows_hold_what_a_loop_finds(data: Any, rng: Any, layout: Any):
    shape = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    size = tuple(data.draw(st.integers(1, n)) for n in shape)
    x = layout(numbers(rng, (2, *shape)))
    windows = sliding_windows(x, size)
    positions = tuple(n - s + 1 for n, s in zip(shape, size, strict=True))
    assert windows.shape == (2, *positions, *size)
    for place in product(*map(range, positions)):
        window = tuple(slice(i, i + s) for i, s in zip(place, size, strict=True))
        np.testing.assert_array_equal(windows[:, *place], x[:, *window], strict=True)


def test_windows_are_a_read_only_view():
    x = np.arange(5)
    windows = sliding_windows(x, (2,))
    assert np.shares_memory(windows, x)
    assert not windows.flags.writeable
    x[0] = 7
    assert windows[0, 0] == 7


@pytest.mark.parametrize("size", [3, np.int32(3), (3,), [3], np.array([3])])
def test_one_axis_may_be_given_in_any_form(size: Any):
    expected = np.array([[1, 2, 3], [2, 3, 4]])
    np.testing.assert_array_equal(sliding_windows([1, 2, 3, 4], size), expected)


@pytest.mark.parametrize(
    ("size", "error", "message"),
    [
        ((3, 2), ValueError, "size must fit in the last axes of x, (2, 3); it is (3, 2)"),
        ((1, 1, 1), ValueError, "size must fit in the last axes of x, (2, 3); it is (1, 1, 1)"),
        ((), ValueError, "size must be one integer of at least 1 or a sequence of them; it is ()"),
        (
            (0, 1),
            ValueError,
            "size must be one integer of at least 1 or a sequence of them; it is (0, 1)",
        ),
        (
            2.0,
            TypeError,
            "size must be one integer of at least 1 or a sequence of them; it is 2.0",
        ),
        (
            None,
            TypeError,
            "size must be one integer of at least 1 or a sequence of them; it is None",
        ),
    ],
)
def test_windows_refuse(size: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        sliding_windows(np.zeros((2, 3)), size)
