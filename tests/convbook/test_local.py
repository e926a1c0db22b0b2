"""The locally-connected layer agrees with PyTorch's unfold and a product at every position."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import conv, locally_connected


def by_unfold(x: Any, weight: Any, bias: Any, padding: tuple[int, int]) -> Any:
    h_out, w_out, c_out, c, s_h, s_w = weight.shape
    columns = torch.nn.functional.unfold(torch.tensor(x.copy()), (s_h, s_w), padding=padding)
    kernels = torch.tensor(weight.copy().reshape(h_out * w_out, c_out, c * s_h * s_w))
    out = torch.einsum("nsl,los->nol", columns, kernels).reshape(len(x), c_out, h_out, w_out)
    return out.numpy() + (0 if bias is None else bias)


@st.composite
def cases(draw: Any) -> Any:
    n, c, c_out = (draw(st.integers(1, 3)) for _ in range(3))
    pixels, padding = ([draw(st.integers(low, high)) for _ in range(2)] for low, high in BOUNDS)
    padded = [w + 2 * p for w, p in zip(pixels, padding, strict=True)]
    size = [draw(st.integers(1, min(4, w))) for w in padded]
    positions = [w - s + 1 for w, s in zip(padded, size, strict=True)]
    return (n, c, *pixels), (*positions, c_out, c, *size), (c_out, *positions), tuple(padding)


BOUNDS = ((1, 6), (0, 2))  # pixels, padding


@given(cases(), rngs, layouts, layouts, st.booleans())
def test_equals_pytorch(case: Any, rng: Any, layout: Any, lay_weight: Any, bias: bool):
    shape, weight_shape, bias_shape, padding = case
    x, weight = layout(numbers(rng, shape)), lay_weight(numbers(rng, weight_shape))
    b = numbers(rng, bias_shape) if bias else None
    with Unchanged(x, weight):
        out = locally_connected(x, weight, b, padding=padding)
    expected = by_unfold(x, weight, b, padding)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs)
def test_equal_kernels_make_a_convolution(axes: int, data: Any, rng: Any):
    pixels = tuple(data.draw(st.integers(2, 4)) for _ in range(axes))
    size = tuple(data.draw(st.integers(1, n)) for n in pixels)
    positions = tuple(n + 2 - s + 1 for n, s in zip(pixels, size, strict=True))
    x, weight = numbers(rng, (2, 3, *pixels)), numbers(rng, (4, 3, *size))
    everywhere = np.broadcast_to(weight, (*positions, *weight.shape))
    out = locally_connected(x, everywhere, padding=1)
    np.testing.assert_allclose(out, conv(x, weight, padding=1), atol=1e-11, strict=True)


@given(rngs)
def test_every_position_sees_its_own_window_through_its_own_kernel(rng: Any):
    x, weight = numbers(rng, (1, 1, 5)), numbers(rng, (5, 1, 1, 3))
    around = np.pad(x[0, 0], 1)
    expected = [sum(weight[i, 0, 0, t] * around[i + t] for t in range(3)) for i in range(5)]
    np.testing.assert_allclose(locally_connected(x, weight, padding=1), [[expected]], atol=1e-12)


@pytest.mark.parametrize("shape", [(0, 2, 4, 3), (0, 2, 1, 1)])
def test_an_empty_batch(shape: tuple[int, ...]):
    weight = np.zeros((*shape[2:], 5, 2, 3, 3))
    assert locally_connected(np.zeros(shape), weight, padding=1).shape == (0, 5, *shape[2:])


@pytest.mark.parametrize(
    ("x", "weight", "bias", "out"),
    [
        ("float64", "float64", "float64", "float64"),
        ("float32", "float32", None, "float32"),
        ("float32", "float64", None, "float64"),
        ("float32", "float32", "float64", "float64"),
        ("uint8", "uint8", None, "int64"),
        ("bool", "bool", "bool", "int64"),
    ],
)
def test_dtypes(x: str, weight: str, bias: str | None, out: str):
    b = None if bias is None else np.zeros((1, 1), bias)
    result = locally_connected(np.ones((1, 300, 1), x), np.ones((1, 1, 300, 1), weight), b)
    np.testing.assert_array_equal(result, np.array([[[300]]], out), strict=True)


X, W = np.zeros((2, 3, 5, 4)), np.zeros((3, 3, 6, 3, 3, 2))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (np.zeros((3, 4)), W),
            ValueError,
            "x must have shape (n, c, pixels of one or more axes); it has (3, 4)",
        ),
        (
            (X, W[0]),
            ValueError,
            "weight must have shape (positions of the output, c_out, c, kernel size) with the "
            "channels of x; weight has (3, 6, 3, 3, 2) and x has (2, 3, 5, 4)",
        ),
        (
            (X, W[:, :, :, :2]),
            ValueError,
            "weight must have shape (positions of the output, c_out, c, kernel size) with the "
            "channels of x; weight has (3, 3, 6, 2, 3, 2) and x has (2, 3, 5, 4)",
        ),
        (
            (X, W[:2]),
            ValueError,
            "weight must have a kernel for each position of the output, (3, 3); "
            "its shape is (2, 3, 6, 3, 3, 2)",
        ),
        (
            (X, W, None, 1, 1),
            ValueError,
            "weight must have a kernel for each position of the output, (5, 5); "
            "its shape is (3, 3, 6, 3, 3, 2)",
        ),
        (
            (X, np.zeros((1, 1, 1, 3, 6, 1))),
            ValueError,
            "the kernel size of weight must be at least 1 and fit in the padded size (5, 4); "
            "it is (6, 1)",
        ),
        ((X, W, np.zeros(6)), ValueError, "bias must have shape (6, 3, 3); it has (6,)"),
        (
            (X, W, None, 1, 0.5),
            TypeError,
            "padding must be one integer of at least 0 or 2 integers or pairs; it is 0.5",
        ),
        ((X, W * 1j), TypeError, "weight must hold real numbers; its dtype is complex128"),
    ],
)
def test_bad_arguments(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        locally_connected(*arguments)
