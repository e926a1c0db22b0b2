"""Batch normalisation equals PyTorch's, forward and backward, and returns what PyTorch changes."""

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

from convbook.layers.norm import batch_norm, batch_norm_backward

shapes = st.lists(st.integers(1, 4), min_size=2, max_size=5).map(tuple)


def torch_of(x: Any) -> Any:
    return None if x is None else torch.tensor(x.copy(), requires_grad=True)


@given(shapes, rngs, layouts, *(st.booleans(),) * 3, st.sampled_from([0.0, 0.1, 1.0]))
def test_equals_pytorch(
    shape: Any,
    rng: Any,
    layout: Any,
    training: bool,
    affine: bool,
    tracked: bool,
    momentum: float,
):
    if training and shape[0] * int(np.prod(shape[2:])) < 2:
        shape = (2, *shape[1:])
    x, grad, c = layout(numbers(rng, shape)), layout(numbers(rng, shape)), shape[1]
    weight, bias = (numbers(rng, (c,)), numbers(rng, (c,))) if affine else (None, None)
    mean, var = (numbers(rng, (c,)), abs(numbers(rng, (c,)))) if tracked or not training else NONE
    given_x, given_weight, given_bias = torch_of(x), torch_of(weight), torch_of(bias)
    start = np.zeros(c) if mean is None else mean, np.ones(c) if var is None else var
    running = [torch.tensor(s.copy()) for s in start]
    expected = F.batch_norm(given_x, *running, given_weight, given_bias, training, momentum, 1e-3)
    expected.backward(torch.tensor(grad.copy()))
    with Unchanged(*(a for a in (x, grad, weight, bias, mean, var) if a is not None)):
        how = {"weight": weight, "running_mean": mean, "running_var": var, "training": training}
        result = batch_norm(x, bias=bias, momentum=momentum, eps=1e-3, **how)
        back = batch_norm_backward(grad, x, eps=1e-3, **how)
    np.testing.assert_allclose(
        result.out, expected.detach().numpy(), rtol=1e-9, atol=1e-9, strict=True
    )
    np.testing.assert_allclose(result.running_mean, running[0].numpy(), atol=1e-11, strict=True)
    np.testing.assert_allclose(result.running_var, running[1].numpy(), atol=1e-11, strict=True)
    np.testing.assert_allclose(back[0], given_x.grad.numpy(), rtol=1e-7, atol=1e-7, strict=True)
    if affine:
        for ours, theirs in ((back[1], given_weight), (back[2], given_bias)):
            np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-9, atol=1e-9)


NONE = (None, None)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_by_central_differences(training: bool):
    rng = np.random.default_rng(0)
    x, weight, bias = numbers(rng, (3, 2, 2)), numbers(rng, (2,)), numbers(rng, (2,))
    mean, var = numbers(rng, (2,)), abs(numbers(rng, (2,)))
    how = {"running_mean": mean, "running_var": var, "training": training}
    grad = numbers(rng, x.shape)

    def loss(x: Any, weight: Any, bias: Any) -> float:
        return float((batch_norm(x, weight=weight, bias=bias, **how).out * grad).sum())

    back = batch_norm_backward(grad, x, weight=weight, **how)
    expected = (
        numerical_gradient(lambda v: loss(v, weight, bias), x),
        numerical_gradient(lambda v: loss(x, v, bias), weight),
        numerical_gradient(lambda v: loss(x, weight, v), bias),
    )
    for ours, theirs in zip(back, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_inference_with_the_statistics_of_training_normalises():
    rng = np.random.default_rng(0)
    mean = var = None
    for _ in range(200):
        batch = 3 + 2 * rng.standard_normal((64, 2, 3))
        _, mean, var = batch_norm(batch, running_mean=mean, running_var=var)
    batch = 3 + 2 * rng.standard_normal((5000, 2, 3))
    out = batch_norm(batch, running_mean=mean, running_var=var, training=False).out
    np.testing.assert_allclose(out.mean((0, 2)), 0, atol=0.1)
    np.testing.assert_allclose(out.std((0, 2)), 1, atol=0.1)


@pytest.mark.parametrize("training", [True, False])
@given(rng=rngs)
def test_generic_arrays(training: bool, rng: Any):
    x, grad = numbers(rng, (2, 3, 4)), numbers(rng, (2, 3, 4))
    names = ("weight", "running_mean", "running_var")
    numpy_s, bias = {name: abs(numbers(rng, (3,))) for name in names}, numbers(rng, (3,))
    generic_s = {name: xp.asarray(value) for name, value in numpy_s.items()}
    results = (
        *batch_norm(xp.asarray(x), bias=xp.asarray(bias), training=training, **generic_s),
        *batch_norm_backward(*map(xp.asarray, (grad, x)), training=training, **generic_s),
    )
    wanted = (
        *batch_norm(x, bias=bias, training=training, **numpy_s),
        *batch_norm_backward(grad, x, training=training, **numpy_s),
    )
    for generic, expected in zip(results, wanted, strict=True):
        assert isinstance(generic, type(xp.asarray(x)))
        np.testing.assert_allclose(np.asarray(generic), expected, atol=1e-12, strict=True)


@pytest.mark.parametrize(
    ("dtype", "out"), [("uint8", "float64"), ("float16", "float16"), ("float32", "float32")]
)
def test_dtypes(dtype: str, out: str):
    x = np.array([[200], [100]], dtype)
    result = batch_norm(x)
    np.testing.assert_array_equal(result.out.round(2), np.array([[1], [-1]], out), strict=True)
    np.testing.assert_array_equal(result.running_mean, np.array([15], out), strict=True)
    assert {a.dtype for a in batch_norm_backward(x, x)} == {np.dtype(out)}


def test_an_empty_batch_outside_of_training():
    mean, var, x = np.zeros(3), np.ones(3), np.zeros((0, 3, 4))
    how = {"running_mean": mean, "running_var": var, "training": False}
    assert batch_norm(x, **how).out.shape == x.shape
    back = batch_norm_backward(x, x, **how)
    assert [a.shape for a in back] == [(0, 3, 4), (3,), (3,)]


X = np.zeros((2, 3, 4))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: batch_norm(X[0, 0]),
            ValueError,
            "x must have shape (n, c) or (n, c, pixels); it has (4,)",
        ),
        (
            lambda: batch_norm(X[:1, :, :1]),
            ValueError,
            "x must have more than one number in each channel while training; "
            "its shape is (1, 3, 1)",
        ),
        (
            lambda: batch_norm(X[:0]),
            ValueError,
            "x must have more than one number in each channel while training; "
            "its shape is (0, 3, 4)",
        ),
        (
            lambda: batch_norm(X, training=False),
            ValueError,
            "running_mean must be given when training is False; it is None",
        ),
        (
            lambda: batch_norm_backward(X, X, running_mean=[0, 0, 0], training=False),
            ValueError,
            "running_var must be given when training is False; it is None",
        ),
        (
            lambda: batch_norm(X, weight=[1, 2]),
            ValueError,
            "weight must have shape (3,); it has (2,)",
        ),
        (lambda: batch_norm(X, bias=1), ValueError, "bias must have shape (3,); it has ()"),
        (
            lambda: batch_norm(X, running_var=X),
            ValueError,
            "running_var must have shape (3,); it has (2, 3, 4)",
        ),
        (lambda: batch_norm(X, training=1), TypeError, "training must be True or False; it is 1"),
        (
            lambda: batch_norm(X, momentum=2),
            ValueError,
            "momentum must be at least 0 and at most 1; it is 2",
        ),
        (lambda: batch_norm(X, eps=-1e-5), ValueError, "eps must be at least 0; it is -1e-05"),
        (
            lambda: batch_norm(X, eps=np.nan),
            ValueError,
            "eps must be at least 0; it is nan",
        ),
        (
            lambda: batch_norm_backward(X[0], X),
            ValueError,
            "grad must have the output's shape (2, 3, 4); it has (3, 4)",
        ),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
