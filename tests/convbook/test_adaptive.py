"""Adaptive pooling has PyTorch's windows, whether or not they divide the image."""

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

from convbook.layers.adaptive import (
    adaptive_avg_pool,
    adaptive_avg_pool_backward,
    adaptive_max_pool,
    adaptive_max_pool_backward,
)

MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
AVG = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


@st.composite
def poolings(draw: Any, axes: int) -> Any:
    pixels = tuple(draw(st.integers(1, 7)) for _ in range(axes))
    batch = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return (*batch, *pixels), tuple(draw(st.integers(1, 8)) for _ in range(axes))


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts)
def test_means_equal_pytorchs(axes: int, data: Any, rng: Any, layout: Any):
    shape, sizes = data.draw(poolings(axes))
    x, grad = layout(numbers(rng, shape)), layout(numbers(rng, (*shape[:2], *sizes)))
    given_x = torch.tensor(x.copy(), requires_grad=True)
    expected = AVG[axes](given_x, sizes)
    expected.backward(torch.tensor(grad.copy()))
    with Unchanged(x, grad):
        out, grad_x = adaptive_avg_pool(x, sizes), adaptive_avg_pool_backward(grad, x, sizes)
    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=0, atol=1e-12, strict=True)
    np.testing.assert_allclose(grad_x, given_x.grad.numpy(), rtol=0, atol=1e-12, strict=True)
    np.testing.assert_allclose((out * grad).sum(), (x * grad_x).sum(), rtol=0, atol=1e-9)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts, ties=st.booleans())
def test_maxima_equal_pytorchs(axes: int, data: Any, rng: Any, layout: Any, ties: bool):
    shape, sizes = data.draw(poolings(axes))
    x = layout(numbers(rng, shape).round(-1 if ties else 9))
    grad = layout(numbers(rng, (*shape[:2], *sizes)))
    given_x = torch.tensor(x.copy(), requires_grad=True)
    expected, places = MAX[axes](given_x, sizes, return_indices=True)
    expected.backward(torch.tensor(grad.copy()))
    with Unchanged(x, grad):
        out, indices = adaptive_max_pool(x, sizes, return_indices=True)
        alone = adaptive_max_pool(x, sizes)
        grad_x = adaptive_max_pool_backward(grad, x, sizes)
    np.testing.assert_array_equal(out, expected.detach().numpy(), strict=True)
    np.testing.assert_array_equal(alone, out, strict=True)
    np.testing.assert_array_equal(indices, places.numpy(), strict=True)
    np.testing.assert_allclose(grad_x, given_x.grad.numpy(), rtol=0, atol=1e-11, strict=True)


@given(rngs, st.tuples(st.integers(1, 6), st.integers(1, 6)))
def test_generic_arrays(rng: Any, sizes: tuple[int, int]):
    # The backward of the maximum is not among them: the standard has no addition at indices.
    x, grad = numbers(rng, (2, 3, 5, 4)), numbers(rng, (2, 3, *sizes))
    given_x, given_grad = xp.asarray(x), xp.asarray(grad)
    results = [
        (adaptive_avg_pool(given_x, sizes), adaptive_avg_pool(x, sizes)),
        (
            adaptive_avg_pool_backward(given_grad, given_x, sizes),
            adaptive_avg_pool_backward(grad, x, sizes),
        ),
        *zip(
            adaptive_max_pool(given_x, sizes, return_indices=True),
            adaptive_max_pool(x, sizes, return_indices=True),
            strict=True,
        ),
    ]
    for generic, expected in results:
        assert isinstance(generic, type(given_x))
        np.testing.assert_array_equal(np.asarray(generic), expected, strict=True)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_stays_in_its_windows(value: float):
    x = np.array([[[1, value, 3, 4, 5]]])
    expected = F.adaptive_avg_pool1d(torch.tensor(x), 2).numpy()
    np.testing.assert_array_equal(adaptive_avg_pool(x, 2), expected, strict=True)
    expected = F.adaptive_max_pool1d(torch.tensor(x), 2).numpy()
    np.testing.assert_array_equal(adaptive_max_pool(x, 2), expected, strict=True)


def test_dtypes_and_an_empty_batch():
    assert adaptive_avg_pool(np.ones((1, 1, 4), np.uint8), 2).dtype == np.float64
    assert adaptive_avg_pool(np.ones((1, 1, 4), np.float32), 2).dtype == np.float32
    half = np.full((1, 1, 4096), 30, np.float16)  # its sum is beyond float16
    np.testing.assert_array_equal(adaptive_avg_pool(half, 1), half[..., :1], strict=True)
    np.testing.assert_array_equal(
        adaptive_max_pool(np.array([[[1, 2, 3, 3]]], np.int8), 2), np.array([[[2, 3]]], np.int8)
    )
    assert adaptive_max_pool(np.zeros((0, 2, 5, 4)), (2, 3)).shape == (0, 2, 2, 3)
    assert adaptive_avg_pool(np.zeros((0, 2, 5, 4)), (2, 3)).shape == (0, 2, 2, 3)


X = np.zeros((2, 3, 5, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: adaptive_avg_pool(X, 0),
            "output_size must be one integer of at least 1 or 2 of them; it is 0",
        ),
        (
            lambda: adaptive_max_pool(X, (1, 2, 3)),
            "output_size must be one integer of at least 1 or 2 of them; it is (1, 2, 3)",
        ),
        (
            lambda: adaptive_max_pool(X[:, :, :0], 2),
            "x must have at least one pixel; its shape is (2, 3, 0, 4)",
        ),
        (
            lambda: adaptive_avg_pool_backward(X, X, 2),
            "grad must have the output's shape (2, 3, 2, 2); it has (2, 3, 5, 4)",
        ),
    ],
)
def test_bad_arguments(call: Any, message: str):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
