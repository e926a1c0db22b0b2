"""Blur-pool is a depthwise convolution with a binomial kernel, and keeps signals in place."""

import re
from typing import Any

import array_api_strict as xp
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook.engine import pooling
from convbook.layers.blur import blur_pool, blur_pool_backward
from convbook.layers.pool import max_pool

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
MODES = ["constant", "reflect", "replicate", "circular"]


def by_pytorch(x: Any, s: int, stride: tuple[int, ...], mode: str) -> Any:
    axes, c = x.ndim - 2, x.shape[1]
    row = np.poly1d([0.5, 0.5]) ** (s - 1)  # a row of Pascal's triangle, divided by its sum
    row = torch.tensor(np.atleast_1d(row.coeffs), dtype=x.dtype)
    kernel = torch.ones((1,) * axes, dtype=x.dtype)
    for axis in range(axes):
        kernel = kernel * row.reshape(-1, *(1,) * (axes - 1 - axis))
    padded = F.pad(x, ((s - 1) // 2, s // 2) * axes, mode=mode)
    weight = kernel.expand(c, 1, *kernel.shape)
    return CONV[axes](padded, weight, stride=stride, groups=c)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts, s=st.integers(1, 6))
def test_equals_a_depthwise_convolution(
    axes: int, mode: Any, data: Any, rng: Any, layout: Any, s: int
):
    pixels = tuple(data.draw(st.integers(4, 7)) for _ in range(axes))
    stride = tuple(data.draw(st.integers(1, 3)) for _ in range(axes))
    x = layout(numbers(rng, (2, 3, *pixels)))
    given_x = torch.tensor(x.copy(), requires_grad=True)
    expected = by_pytorch(given_x, s, stride, mode)
    with Unchanged(x):
        out = blur_pool(x, s, stride, mode)
    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=0, atol=1e-12, strict=True)
    grad = layout(numbers(rng, out.shape))
    expected.backward(torch.tensor(grad.copy()))
    with Unchanged(grad, x):
        grad_x = blur_pool_backward(grad, x, s, stride, mode)
    np.testing.assert_allclose(grad_x, given_x.grad.numpy(), rtol=0, atol=1e-12, strict=True)
    np.testing.assert_allclose((out * grad).sum(), (x * grad_x).sum(), rtol=0, atol=1e-9)
    for generic, ours in (
        (blur_pool(xp.asarray(x), s, stride, mode), out),
        (blur_pool_backward(xp.asarray(grad), xp.asarray(x), s, stride, mode), grad_x),
    ):
        np.testing.assert_allclose(np.asarray(generic), ours, rtol=0, atol=1e-13, strict=True)


@given(st.integers(1, 9), st.integers(1, 4), st.floats(-9, 9))
def test_what_is_constant_stays_so(n: int, stride: int, value: float):
    x = np.full((1, 2, n, n + 1), value)
    out = blur_pool(x, 3, stride, "replicate")
    np.testing.assert_allclose(out, np.full((1, 2, -(-n // stride), -(-(n + 1) // stride)), value))


def test_a_shift_changes_less_than_without_the_blur():
    signal = np.array([[[0, 0, 1, 1] * 4]], np.float64)

    def change(f: Any) -> float:
        return float(abs(f(np.roll(signal, 1, -1)) - f(signal)).max())

    assert change(lambda x: max_pool(x, 2)) == 1
    assert change(lambda x: blur_pool(max_pool(x, 2, 1), 3, 2, "circular")) <= 0.5


@pytest.mark.parametrize("chunk", [1, 10**9])
def test_the_size_of_a_chunk_changes_nothing(chunk: int, monkeypatch: Any):
    x = numbers(np.random.default_rng(0), (3, 4, 7, 6))
    expected = blur_pool(x)
    back = blur_pool_backward(expected, x)
    monkeypatch.setattr(pooling, "CHUNK", chunk)
    np.testing.assert_array_equal(blur_pool(x), expected, strict=True)
    np.testing.assert_array_equal(blur_pool_backward(expected, x), back, strict=True)


@pytest.mark.parametrize(
    ("dtype", "out"), [("uint8", "float64"), ("float16", "float16"), ("float32", "float32")]
)
def test_dtypes(dtype: str, out: str):
    x = np.array([[[0, 4, 8, 4]]], dtype)
    np.testing.assert_array_equal(blur_pool(x), np.array([[[2, 6]]], out), strict=True)
    empty = np.zeros((0, 3, 5, 4), dtype)
    assert blur_pool(empty).shape == (0, 3, 3, 2)
    assert blur_pool_backward(np.zeros((0, 3, 3, 2)), empty).shape == empty.shape


X = np.zeros((2, 3, 5, 4))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: blur_pool(X, (3, 3)),
            TypeError,
            "kernel_size must be an integer of at least 1; it is (3, 3)",
        ),
        (
            lambda: blur_pool(X, 3, 0),
            ValueError,
            "stride must be one integer of at least 1 or 2 of them; it is 0",
        ),
        (
            lambda: blur_pool(X, 9),
            ValueError,
            "padding must be at most 3 for mode 'reflect' on an axis of 4 pixels; it is (4, 4)",
        ),
        (
            lambda: blur_pool(X[:0], mode="zeros"),
            ValueError,
            "mode must be 'constant', 'reflect', 'replicate' or 'circular'; it is 'zeros'",
        ),
        (
            lambda: blur_pool_backward(X, X),
            ValueError,
            "grad must have the output's shape (2, 3, 3, 2); it has (2, 3, 5, 4)",
        ),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
