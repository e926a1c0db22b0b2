"""The convolutional layer agrees with PyTorch's, whatever the shapes, layouts and dtypes."""

import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from convbook import conv, conv1d, conv2d
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

TORCH = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}


def torch_conv(x: Any, weight: Any, bias: Any, padding: tuple[int, ...]) -> Any:
    given = [torch.tensor(a.copy().astype(float)) for a in (x, weight)]
    bias = None if bias is None else torch.tensor(bias.astype(float))
    return TORCH[x.ndim - 2](*given, bias, padding=padding).numpy()


@st.composite
def cases(draw: Any, axes: int) -> Any:
    """Shapes of x, weight and bias, and padding, such that the kernel fits."""
    n, c, c_out = draw(st.integers(0, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    pixels = tuple(draw(st.integers(1, 7)) for _ in range(axes))
    padding = tuple(draw(st.integers(0, 2)) for _ in range(axes))
    size = tuple(
        draw(st.integers(1, min(5, w + 2 * p))) for w, p in zip(pixels, padding, strict=True)
    )
    return (n, c, *pixels), (c_out, c, *size), padding


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(st.data(), rngs, layouts, layouts, st.booleans())
def test_equals_pytorch(axes: int, data: Any, rng: Any, lay: Any, lay_weight: Any, bias: bool):
    shape, weight_shape, padding = data.draw(cases(axes))
    x, weight = lay(numbers(rng, shape)), lay_weight(numbers(rng, weight_shape))
    b = numbers(rng, weight_shape[:1]) if bias else None
    with Unchanged(x, weight):
        out = conv(x, weight, b, padding)
    expected = torch_conv(x, weight, b, padding)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)
    if len(set(padding)) == 1:
        np.testing.assert_array_equal(conv(x, weight, b, padding[0]), out, strict=True)


@given(st.data(), rngs)
def test_conv1d_and_conv2d_are_conv_with_the_axes_counted(data: Any, rng: Any):
    for axes, layer in ((1, conv1d), (2, conv2d)):
        shape, weight_shape, padding = data.draw(cases(axes))
        x, weight, bias = (numbers(rng, s) for s in (shape, weight_shape, weight_shape[:1]))
        expected = conv(x, weight, bias, padding)
        np.testing.assert_array_equal(layer(x, weight, bias, padding), expected, strict=True)


def test_the_kernel_is_not_flipped():
    np.testing.assert_array_equal(conv1d([[[1, 2, 3, 4]]], [[[3, 2]]]), [[[7, 12, 17]]])
    step = [[[0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]]]
    np.testing.assert_array_equal(conv1d(step, [[[-1, 1]]]), [[[0, 0, 0, 1, 1, 1, 1, 0, 0, 0]]])


@given(rngs)
def test_whole_numbers_are_exact(rng: Any):
    x, weight = rng.integers(-(10**8), 10**8, (2, 2, 4, 5)), rng.integers(-99, 99, (3, 2, 3, 2))
    expected = torch_conv(x, weight, None, (1, 0))  # below 2**53, so exact in float64
    assert np.abs(expected).max() < 2**53
    np.testing.assert_array_equal(
        conv2d(x, weight, padding=(1, 0)), expected.astype(np.int64), strict=True
    )


@pytest.mark.parametrize(
    ("x", "weight", "bias", "out"),
    [
        ("float64", "float64", "float64", "float64"),
        ("float32", "float32", "float32", "float32"),
        ("float32", "float32", None, "float32"),
        ("float32", "float64", None, "float64"),
        ("float32", "float32", "float64", "float64"),
        ("float16", "float16", None, "float16"),
        ("uint8", "float32", None, "float32"),
        ("int64", "float32", None, "float64"),
        ("uint8", "uint8", None, "int64"),
        ("int8", "uint8", "int16", "int64"),
        ("int32", "int64", None, "int64"),
        ("bool", "bool", "bool", "int64"),
        ("bool", "float32", None, "float32"),
    ],
)
def test_dtypes(x: str, weight: str, bias: str | None, out: str):
    rng = np.random.default_rng(5)
    # Ones and twos, which every dtype but bool holds; sums of 200 overflow the small integers.
    given = rng.integers(1, 3, (1, 200, 4, 3)).astype(x), rng.integers(1, 3, (2, 200, 2, 3))
    kernel = given[1].astype(weight)
    b = None if bias is None else np.array([1, 0]).astype(bias)
    expected = torch_conv(given[0], kernel, b, (0, 0)).astype(out)
    np.testing.assert_array_equal(conv2d(given[0], kernel, b), expected, strict=True)


def test_float32_is_as_near_as_float32_can_be():
    rng = np.random.default_rng(6)
    x, weight = numbers(rng, (2, 8, 9, 7), np.float32), numbers(rng, (4, 8, 3, 3), np.float32)
    out = conv2d(x, weight, padding=1)
    size = torch_conv(abs(x), abs(weight), None, (1, 1))
    assert np.all(abs(out - torch_conv(x, weight, None, (1, 1))) <= 72 * 2**-23 * size)


def test_no_number_reaches_a_window_that_does_not_hold_it():
    x = np.ones((1, 1, 1, 5))
    x[..., 2] = np.nan
    out = conv2d(x, np.ones((1, 1, 1, 2)))
    np.testing.assert_array_equal(out, [[[[2, np.nan, np.nan, 2]]]])


def test_an_empty_batch_and_lists():
    assert conv2d(np.zeros((0, 2, 4, 3)), np.zeros((5, 2, 3, 1)), padding=(0, 1)).shape == (
        (0, 5, 2, 5)
    )
    np.testing.assert_array_equal(conv([[[1.0, 2.0]]], [[[0.5]]], [1]), [[[1.5, 2.0]]], strict=True)


X, W = np.zeros((2, 3, 5, 4)), np.zeros((6, 3, 3, 2))

BAD = [
    (
        (np.zeros((3, 4)), W),
        ValueError,
        "x must have 4 axes; it has 2: shape (3, 4)",
    ),
    ((np.float64(1), W), ValueError, "x must have 4 axes; it has 0: shape ()"),
    (
        (X, np.zeros((6, 2, 3, 2))),
        ValueError,
        "weight must have shape (c_out, c, kernel size) with the channels of x; "
        "weight has (6, 2, 3, 2) and x has (2, 3, 5, 4)",
    ),
    (
        (X, np.float64(3)),
        ValueError,
        "weight must have shape (c_out, c, kernel size) with the channels of x; "
        "weight has () and x has (2, 3, 5, 4)",
    ),
    (
        (X, np.zeros((6, 3, 6, 2))),
        ValueError,
        "weight must have a kernel size of at least 1 that fits in the padded size (5, 4); "
        "its kernel size is (6, 2)",
    ),
    (
        (X, np.zeros((6, 3, 3, 0))),
        ValueError,
        "weight must have a kernel size of at least 1 that fits in the padded size (5, 4); "
        "its kernel size is (3, 0)",
    ),
    ((X, W, np.zeros(3)), ValueError, "bias must have shape (6,); it has (3,)"),
    ((X, W, np.zeros((6, 1))), ValueError, "bias must have shape (6,); it has (6, 1)"),
    ((X, W, 1.0), ValueError, "bias must have shape (6,); it has ()"),
    ((X, W, "six"), TypeError, "bias must hold real numbers; it is 'six'"),
    ((X * 1j, W), TypeError, "x must hold real numbers; its dtype is complex128"),
    ((X.astype(object), W), TypeError, "x must hold real numbers; its dtype is object"),
    ((None, W), TypeError, "x must hold real numbers; it is None"),
    ((X, "ones"), TypeError, "weight must hold real numbers; it is 'ones'"),
    (
        ([[1, 2], [3]], W),
        ValueError,
        "x must have rows of the same length; it is [[1, 2], [3]]",
    ),
    (
        (X, W, None, -1),
        ValueError,
        "padding must be one integer of at least 0 or 2 of them; it is -1",
    ),
    (
        (X, W, None, (1, 2, 3)),
        ValueError,
        "padding must be one integer of at least 0 or 2 of them; it is (1, 2, 3)",
    ),
    (
        (X, W, None, (1, -2)),
        ValueError,
        "padding must be one integer of at least 0 or 2 of them; it is (1, -2)",
    ),
    (
        (X, W, None, "same"),
        TypeError,
        "padding must be one integer of at least 0 or 2 of them; it is 'same'",
    ),
    (
        (X, W, None, 1.0),
        TypeError,
        "padding must be one integer of at least 0 or 2 of them; it is 1.0",
    ),
    (
        (X, W, None, True),
        TypeError,
        "padding must be one integer of at least 0 or 2 of them; it is True",
    ),
    (
        (X, W, None, None),
        TypeError,
        "padding must be one integer of at least 0 or 2 of them; it is None",
    ),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_bad_arguments(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        conv2d(*arguments)


@pytest.mark.parametrize("shape", [(), (3,), (3, 4)])
def test_an_image_needs_a_batch_channels_and_pixels(shape: tuple[int, ...]):
    message = f"x must have shape (n, c, pixels of one or more axes); it has {shape}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conv(np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize("padding", [np.int64(1), np.array(1), [1, 1], np.array([1, 1])])
def test_padding_may_be_a_numpy_integer_or_any_sequence(padding: Any):
    x, weight = np.arange(20.0).reshape(1, 1, 5, 4), np.ones((1, 1, 3, 3))
    np.testing.assert_array_equal(conv2d(x, weight, padding=padding), conv2d(x, weight, padding=1))


@given(rngs, st.integers(1, 3))
def test_it_is_linear_in_x(rng: Any, n: int):
    x, y = numbers(rng, (n, 2, 4, 5)), numbers(rng, (n, 2, 4, 5))
    weight = numbers(rng, (3, 2, 2, 3))
    left, right = conv2d(2 * x - y, weight), 2 * conv2d(x, weight) - conv2d(y, weight)
    np.testing.assert_allclose(left, right, atol=1e-10)
    assert math.isclose(conv2d(0 * x, weight).sum(), 0)
