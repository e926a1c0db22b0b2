"""The dense layer agrees with PyTorch's `linear`."""

import re
from typing import Any

import array_api_strict as xp
import numpy as np
import pytest
import torch
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import dense
from convbook.layers.dense import dense_backward


@given(
    st.integers(0, 4), st.integers(1, 6), st.integers(1, 6), rngs, layouts, layouts, st.booleans()
)
def test_equals_pytorch(
    n: int, d: int, d_out: int, rng: Any, layout: Any, lay_weight: Any, bias: bool
):
    x, weight = layout(numbers(rng, (n, d))), lay_weight(numbers(rng, (d_out, d)))
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


@given(st.tuples(*(st.integers(0, 4),) * 3), rngs, layouts)
def test_backward_equals_pytorch(sizes: Any, rng: Any, layout: Any):
    n, d, d_out = sizes
    x, weight, grad = (layout(numbers(rng, shape)) for shape in ((n, d), (d_out, d), (n, d_out)))
    given_x, given_weight = (torch.tensor(a.copy(), requires_grad=True) for a in (x, weight))
    bias = torch.zeros(d_out, dtype=torch.float64, requires_grad=True)
    torch.nn.functional.linear(given_x, given_weight, bias).backward(torch.tensor(grad.copy()))
    with Unchanged(x, weight, grad):
        back = dense_backward(grad, x, weight)
    for ours, theirs in zip(back, (given_x, given_weight, bias), strict=True):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=0, atol=1e-11, strict=True)


@given(rngs)
def test_generic_arrays(rng: Any):
    x, weight, bias, grad = (numbers(rng, shape) for shape in ((2, 3), (4, 3), (4,), (2, 4)))
    results = zip(
        (
            dense(*map(xp.asarray, (x, weight, bias))),
            *dense_backward(*map(xp.asarray, (grad, x, weight))),
        ),
        (dense(x, weight, bias), *dense_backward(grad, x, weight)),
        strict=True,
    )
    for generic, expected in results:
        assert isinstance(generic, type(xp.asarray(x)))
        np.testing.assert_allclose(np.asarray(generic), expected, atol=1e-12, strict=True)


def test_backward_refuses_a_gradient_of_another_shape():
    message = "grad must have the output's shape (2, 4); it has (4, 2)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        dense_backward(np.zeros((4, 2)), X, W)


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
