"""Softmax and its cross-entropy equal PyTorch's, also where exponentials would overflow."""

import re
from typing import Any

import array_api_strict as xp
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from drawing import Unchanged, layouts, numbers, rngs
from gradients import numerical_gradient
from hypothesis import given
from hypothesis import strategies as st

from convbook.layers.loss import softmax, softmax_cross_entropy, softmax_cross_entropy_backward


@given(st.integers(1, 5), st.integers(1, 6), st.sampled_from([1, 100, 1e300]), rngs, layouts)
def test_equals_pytorch(n: int, classes: int, scale: float, rng: Any, layout: Any):
    logits, labels = layout(numbers(rng, (n, classes)) * scale), rng.integers(0, classes, n)
    given_logits = torch.tensor(logits.copy(), requires_grad=True)
    expected = F.cross_entropy(given_logits, torch.tensor(labels))
    expected.backward()
    with Unchanged(logits, labels):
        loss = softmax_cross_entropy(logits, labels)
        grad = softmax_cross_entropy_backward(logits, labels)
    np.testing.assert_allclose(loss, expected.item(), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(grad, given_logits.grad.numpy(), atol=1e-14, strict=True)
    generic = softmax_cross_entropy(xp.asarray(logits), xp.asarray(labels))
    assert isinstance(generic, type(xp.asarray(1.0)))
    np.testing.assert_array_equal(np.asarray(generic), loss)
    generic = softmax_cross_entropy_backward(xp.asarray(logits), xp.asarray(labels))
    np.testing.assert_array_equal(np.asarray(generic), grad, strict=True)


def test_gradient_by_central_differences():
    rng = np.random.default_rng(0)
    logits, labels = numbers(rng, (4, 3)), np.array([0, 2, 2, 1])
    expected = numerical_gradient(lambda x: float(softmax_cross_entropy(x, labels)), logits)
    grad = softmax_cross_entropy_backward(logits, labels)
    np.testing.assert_allclose(grad, expected, rtol=0, atol=1e-8)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), rngs, st.data())
def test_softmax_equals_pytorch(shape: list[int], rng: Any, data: Any):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = 100 * numbers(rng, tuple(shape))
    out, expected = softmax(x, axis), torch.softmax(torch.tensor(x), axis).numpy()
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-300, strict=True)
    np.testing.assert_array_equal(np.asarray(softmax(xp.asarray(x), axis)), out, strict=True)


def test_a_class_that_is_ruled_out():
    logits = np.array([[0.0, -np.inf], [0.0, -np.inf]])
    assert float(softmax_cross_entropy(logits, [0, 0])) == 0
    assert float(softmax_cross_entropy(logits, [0, 1])) == np.inf
    grad = softmax_cross_entropy_backward(logits, [0, 1])
    np.testing.assert_array_equal(grad, [[0, 0], [0.5, -0.5]])


@pytest.mark.parametrize(
    ("dtype", "out"),
    [("int8", "float64"), ("float16", "float16"), ("float32", "float32"), ("float64", "float64")],
)
def test_dtypes(dtype: str, out: str):
    logits = np.zeros((2, 4), dtype)
    loss = softmax_cross_entropy(logits, np.array([0, 3], np.uint8))
    assert loss.dtype == np.dtype(out)
    assert loss.shape == ()
    np.testing.assert_allclose(float(loss), np.log(4), rtol=1e-3)
    grad = softmax_cross_entropy_backward(logits, [0, 3])
    expected = np.array([[-3, 1, 1, 1], [1, 1, 1, -3]], out) / 8
    np.testing.assert_array_equal(grad, expected, strict=True)
    np.testing.assert_array_equal(softmax(logits), np.full((2, 4), 0.25, out), strict=True)


X = np.zeros((2, 3))


@pytest.mark.parametrize("function", [softmax_cross_entropy, softmax_cross_entropy_backward])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X[0], [0]), ValueError, "logits must have 2 axes; it has 1: shape (3,)"),
        ((X, [0, 3]), ValueError, "labels must be from 0 to 2; they are from 0 to 3"),
        ((X, [-1, 0]), ValueError, "labels must be from 0 to 2; they are from -1 to 0"),
        (
            (X, [0]),
            ValueError,
            "labels must be integers, one for each row of logits, at least one; labels has dtype "
            "int64 and shape (1,), logits has shape (2, 3)",
        ),
        (
            (X, [0.0, 1.0]),
            ValueError,
            "labels must be integers, one for each row of logits, at least one; labels has dtype "
            "float64 and shape (2,), logits has shape (2, 3)",
        ),
        (
            (X[:0], np.zeros(0, int)),
            ValueError,
            "labels must be integers, one for each row of logits, at least one; labels has dtype "
            "int64 and shape (0,), logits has shape (0, 3)",
        ),
    ],
)
def test_bad_arguments(function: Any, arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        function(*arguments)


@pytest.mark.parametrize(
    ("x", "axis", "message"),
    [
        (X, 2, "axis must be one of the 2 axes of x; it is 2"),
        (X[:0], 0, "x must have an entry along axis 0; its shape is (0, 3)"),
        (1.0, -1, "axis must be one of the 0 axes of x; it is -1"),
    ],
)
def test_softmax_refuses(x: Any, axis: int, message: str):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        softmax(x, axis)
