"""ReLU and dropout: equal to PyTorch where nothing is random, and right on average elsewhere."""

import re
from typing import Any

import array_api_strict as xp
import numpy as np
import pytest
import torch
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convbook.layers.activations import dropout, dropout_backward, relu, relu_backward


@given(hnp.arrays(np.float64, hnp.array_shapes(min_side=0), elements=st.floats()), layouts)
def test_relu_equals_pytorch(x: Any, layout: Any):
    x, grad = layout(x), np.arange(1.0, x.size + 1).reshape(x.shape)
    given_x = torch.tensor(x.copy(), requires_grad=True)
    expected = torch.relu(given_x)
    expected.backward(torch.tensor(grad))
    with Unchanged(x, grad):
        out, grad_x = relu(x), relu_backward(grad, x)
    np.testing.assert_array_equal(out, expected.detach().numpy(), strict=True)
    np.testing.assert_array_equal(grad_x, given_x.grad.numpy(), strict=True)
    for generic, ours in (
        (relu(xp.asarray(x)), out),
        (relu_backward(xp.asarray(grad), xp.asarray(x)), grad_x),
    ):
        np.testing.assert_array_equal(np.asarray(generic), ours, strict=True)


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32"])
def test_relu_keeps_the_dtype(dtype: str):
    x = np.array([0, 1], dtype)
    np.testing.assert_array_equal(relu(x), x, strict=True)


@given(rngs, st.floats(0, 0.9), st.sampled_from([np.float32, np.float64]), layouts)
def test_dropout_drops_or_rescales(rng: Any, p: float, dtype: Any, layout: Any):
    x = layout(numbers(rng, (4, 3, 5), dtype))
    seed = int(rng.integers(2**32))
    with Unchanged(x):
        out, factors = dropout(x, p, rng=np.random.default_rng(seed))
    kept = np.random.default_rng(seed).random(x.shape) >= p
    np.testing.assert_allclose(out, np.where(kept, x / (1 - p), 0).astype(dtype), rtol=1e-6)
    assert out.dtype == factors.dtype == dtype
    grad = numbers(rng, x.shape, dtype)
    back = dropout_backward(grad, factors)
    np.testing.assert_allclose((out * grad).sum(), (x * back).sum(), rtol=1e-4, atol=1e-3)
    np.testing.assert_array_equal(back, grad * factors, strict=True)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean(p: float):
    out, factors = dropout(np.ones(200_000), p, rng=np.random.default_rng(0))
    assert abs((out == 0).mean() - p) < 0.01
    assert abs(out.mean() - 1) < 0.03
    np.testing.assert_array_equal(out, factors)


def test_dropout_does_nothing_outside_of_training():
    x, rng = np.array([1.0, -2.0, 0.0]), np.random.default_rng(0)
    before = rng.bit_generator.state
    out, factors = dropout(x, 0.9, training=False, rng=rng)
    np.testing.assert_array_equal(out, x, strict=True)
    np.testing.assert_array_equal(factors, np.ones(3), strict=True)
    assert rng.bit_generator.state == before
    assert dropout([1, 2], 0, rng=rng)[0].dtype == np.float64


class Strict:
    """A generator of random numbers of the array standard, which has none of its own."""

    def random(self, shape: tuple[int, ...]) -> Any:
        return xp.asarray(np.random.default_rng(3).random(shape))


def test_dropout_of_generic_arrays():
    x = np.arange(1.0, 9.0)
    out, factors = dropout(xp.asarray(x), 0.5, rng=Strict())
    expected = dropout(x, 0.5, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(np.asarray(out), expected[0], strict=True)
    back = dropout_backward(out, factors)
    np.testing.assert_array_equal(np.asarray(back), expected[0] * expected[1], strict=True)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: dropout([1.0], 1, rng=RNG),
            ValueError,
            "p must be at least 0 and less than 1; it is 1",
        ),
        (
            lambda: dropout([1.0], -0.1, rng=RNG),
            ValueError,
            "p must be at least 0 and less than 1; it is -0.1",
        ),
        (
            lambda: dropout([1.0], np.nan, rng=RNG),
            ValueError,
            "p must be at least 0 and less than 1; it is nan",
        ),
        (
            lambda: dropout([1.0], training=0, rng=RNG),
            TypeError,
            "training must be True or False; it is 0",
        ),
        (
            lambda: dropout(xp.ones(3), rng=RNG),
            TypeError,
            "rng must make arrays of array_api_strict, where x is; it makes them of numpy",
        ),
        (
            lambda: dropout([1.0], rng=0),
            TypeError,
            "rng must be a generator of random numbers, such as numpy.random.default_rng(0); "
            "it is 0",
        ),
        (lambda: relu(["a"]), TypeError, "x must hold real numbers; it is ['a']"),
        (
            lambda: relu_backward([1, 2], [1]),
            ValueError,
            "grad must have the output's shape (1,); it has (2,)",
        ),
        (
            lambda: dropout_backward([[1]], [1]),
            ValueError,
            "grad must have the output's shape (1,); it has (1, 1)",
        ),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
