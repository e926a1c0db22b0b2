"""The dense layer agrees with PyTorch's `linear`."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from convbook import dense
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.integers(0, 4), st.integers(1, 6), st.integers(1, 6), rngs, layouts, layouts, st.booleans()
)
def test_equals_pytorch(
    n: int, d: int, d_out: int, rng: Any, lay: Any, lay_weight: Any, bias: bool
):
    x, weight = lay(numbers(rng, (n, d))), lay_weight(numbers(rng, (d_out, d)))
    b = numbers(rng, (d_out,)) if bias else None
    with Unchanged(x, weight):
        out = dense(x, weight, b)
    expected = torch.nn.functional.linear(
        torch.tensor(x.copy()), torch.tensor(weight.copy()), None if b is None else torch.tensor(b)
    )
    np.testing.assert_allclose(out, expected.numpy(), rtol=0, atol=1e-11, strict=True)


@pytest.mark.parametrize(
    ("x", "weight", "out"),
    [
        ("float64", "float64", "float64"),
        ("float32", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("uint8", "float32", "float32"),
        ("uint8", "uint8", "int64"),
        ("bool", "bool", "int64"),
    ],
)
def test_dtypes(x: str, weight: str, out: str):
    ones = np.ones((1, 300))
    expected = np.array([[300, 300]]).astype(out)
    result = dense(ones.astype(x), np.ones((2, 300)).astype(weight))
    np.testing.assert_array_equal(result, expected, strict=True)


def test_the_result_is_no_view_of_the_input():
    x = np.ones((2, 2))
    dense(x, np.eye(2))[...] = 7
    np.testing.assert_array_equal(x, np.ones((2, 2)))


X, W = np.zeros((2, 3)), np.zeros((4, 3))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.zeros(3), W), ValueError, "x must have 2 axes; it has 1: shape (3,)"),
        ((X, np.zeros(3)), ValueError, "weight must have 2 axes; it has 1: shape (3,)"),
        (
            (X, W.T),
            ValueError,
            "weight must have one column for each of x's 3 entries; its shape is (3, 4)",
        ),
        ((X, W, np.zeros(3)), ValueError, "bias must have shape (4,); it has (3,)"),
        ((X, W, 5), ValueError, "bias must have shape (4,); it has ()"),
        ((X * 1j, W), TypeError, "x must hold real numbers; its dtype is complex128"),
        ((X, [["a"]]), TypeError, "weight must hold real numbers; it is [['a']]"),
        ((X, None), TypeError, "weight must hold real numbers; it is None"),
    ],
)
def test_bad_arguments(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        dense(*arguments)
