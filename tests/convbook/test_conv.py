"""The convolutional layer agrees with PyTorch's, whatever the shapes, layouts and dtypes."""

import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from drawing import Unchanged, layers, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import (
    conv,
    conv1d,
    conv2d,
    depthwise_conv,
    pointwise_conv,
    separable_conv,
)
from convbook.engine.dispatch import METHODS

TORCH = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}


def torch_conv(x: Any, weight: Any, bias: Any = None, **how: Any) -> Any:
    given = [torch.tensor(a.copy().astype(float)) for a in (x, weight)]
    bias = None if bias is None else torch.tensor(bias.astype(float))
    return TORCH[x.ndim - 2](*given, bias, **how).numpy()


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(st.data(), rngs, layouts, layouts, st.booleans())
def test_equals_pytorch(axes: int, data: Any, rng: Any, layout: Any, lay_weight: Any, bias: bool):
    shape, weight_shape, how = data.draw(layers(axes))
    x, weight = layout(numbers(rng, shape)), lay_weight(numbers(rng, weight_shape))
    b = numbers(rng, weight_shape[:1]) if bias else None
    with Unchanged(x, weight):
        out = conv(x, weight, b, **how)
    expected = torch_conv(x, weight, b, **how)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@given(st.data(), rngs, st.integers(1, 2))
def test_padding_modes_are_those_of_pytorch(mode: Any, data: Any, rng: Any, axes: int):
    pixels = tuple(data.draw(st.integers(4, 7)) for _ in range(axes))
    padding = tuple(data.draw(st.integers(0, 3)) for _ in range(axes))
    x, weight = numbers(rng, (3, 2, *pixels)), numbers(rng, (3, 2, *(3, 2)[:axes]))
    out = conv(x, weight, padding=padding, stride=2, padding_mode=mode)
    around = [p for p in reversed(padding) for _ in range(2)]
    padded = torch.nn.functional.pad(torch.tensor(x), around, mode).numpy()
    expected = torch_conv(padded, weight, stride=2)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@given(st.data(), rngs, st.integers(1, 3))
def test_same_and_valid_padding_are_those_of_pytorch(data: Any, rng: Any, axes: int):
    size = tuple(data.draw(st.integers(1, 5)) for _ in range(axes))
    dilation = tuple(data.draw(st.integers(1, 3)) for _ in range(axes))
    x, weight = numbers(rng, (2, 2, *(9, 7, 8)[:axes])), numbers(rng, (3, 2, *size))
    out = conv(x, weight, padding="same", dilation=dilation)
    assert out.shape[2:] == x.shape[2:]
    expected = torch_conv(x, weight, padding="same", dilation=dilation)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)
    out, expected = (f(x, weight[..., :1], padding="valid") for f in (conv, torch_conv))
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)


@given(rngs, st.integers(0, 3), st.integers(0, 3))
def test_a_pair_pads_before_and_after(rng: Any, before: int, after: int):
    x, weight = numbers(rng, (2, 2, 5, 4)), numbers(rng, (3, 2, 3, 2))
    padded = np.pad(x, [(0, 0), (0, 0), (before, after), (after, before)])
    out = conv(x, weight, padding=[(before, after), (after, before)])
    np.testing.assert_allclose(out, torch_conv(padded, weight), rtol=0, atol=1e-11, strict=True)


@given(st.data(), rngs)
def test_depthwise_pointwise_and_separable(data: Any, rng: Any):
    n, c, many, c_out = (data.draw(st.integers(1, 3)) for _ in range(4))
    x, weight, bias = (numbers(rng, s) for s in ((n, c, 6, 5), (c * many, 3, 2), (c * many,)))
    mixing, bias_out = numbers(rng, (c_out, c * many)), numbers(rng, (c_out,))
    how = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2)}
    alone = torch_conv(x, weight[:, None], bias, groups=c, **how)
    out = depthwise_conv(x, weight, bias, **how)
    np.testing.assert_allclose(out, alone, rtol=0, atol=1e-11, strict=True)
    mixed = torch_conv(alone, mixing[..., None, None], bias_out)
    out = pointwise_conv(alone, mixing, bias_out)
    np.testing.assert_allclose(out, mixed, rtol=0, atol=1e-10, strict=True)
    both = torch_conv(torch_conv(x, weight[:, None], groups=c, **how), mixing[..., None, None])
    out = separable_conv(x, weight, mixing, **how)
    np.testing.assert_allclose(out, both, rtol=0, atol=1e-10, strict=True)


def test_the_kernel_is_not_flipped():
    np.testing.assert_array_equal(conv1d([[[1, 2, 3, 4]]], [[[3, 2]]]), [[[7, 12, 17]]])
    step = [[[0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]]]
    np.testing.assert_array_equal(conv1d(step, [[[-1, 1]]]), [[[0, 0, 0, 1, 1, 1, 1, 0, 0, 0]]])


@given(rngs)
def test_whole_numbers_are_exact(rng: Any):
    x, weight = rng.integers(-(10**8), 10**8, (2, 2, 4, 5)), rng.integers(-99, 99, (3, 2, 3, 2))
    expected = torch_conv(x, weight, padding=(1, 0))  # below 2**53, so exact in float64
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
    expected = torch_conv(given[0], kernel, b).astype(out)
    np.testing.assert_array_equal(conv2d(given[0], kernel, b), expected, strict=True)


def test_float32_is_as_near_as_float32_can_be():
    rng = np.random.default_rng(6)
    x, weight = numbers(rng, (2, 8, 9, 7), np.float32), numbers(rng, (4, 8, 3, 3), np.float32)
    out = conv2d(x, weight, padding=1)
    size = torch_conv(abs(x), abs(weight), padding=1)
    assert np.all(abs(out - torch_conv(x, weight, padding=1)) <= 72 * 2**-23 * size)


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


@pytest.mark.parametrize("method", ["auto", *METHODS])
def test_no_channels_and_no_pixels_make_zeros(method: Any):
    if method != "winograd":
        out = conv1d(np.ones((2, 3, 0)), np.ones((4, 3, 3)), padding=2, method=method)
        np.testing.assert_array_equal(out, np.zeros((2, 4, 2)), strict=True)
    out = conv2d(np.ones((2, 0, 4, 5)), np.ones((4, 0, 3, 3)), [1, 2, 3, 4], method=method)
    expected = np.broadcast_to(np.array([1.0, 2, 3, 4])[:, None, None], (2, 4, 2, 3))
    np.testing.assert_array_equal(out, expected, strict=True)
    assert conv2d(np.ones((2, 3, 4, 5)), np.ones((0, 3, 3, 3)), method=method).shape == (2, 0, 2, 3)
    with pytest.raises(ValueError, match=r"^padding must be at most"):
        conv1d(np.ones((2, 3, 0)), np.ones((4, 3, 3)), padding=2, padding_mode="replicate")


X, W = np.zeros((2, 3, 5, 4)), np.zeros((6, 3, 3, 2))

BAD = [
    (
        (np.zeros((3, 4)), W),
        ValueError,
        "x must have shape (n, c, h, w); it has (3, 4)",
    ),
    ((np.float64(1), W), ValueError, "x must have shape (n, c, h, w); it has ()"),
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
        "the kernel size of weight must be at least 1 and fit in the padded size (5, 4); "
        "it is (6, 2)",
    ),
    (
        (X, np.zeros((6, 3, 3, 0))),
        ValueError,
        "the kernel size of weight must be at least 1 and fit in the padded size (5, 4); "
        "it is (3, 0)",
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
        (X, W, None, 0),
        ValueError,
        "stride must be one integer of at least 1 or 2 of them; it is 0",
    ),
    (
        (X, W, None, (1, 2, 3)),
        ValueError,
        "stride must be one integer of at least 1 or 2 of them; it is (1, 2, 3)",
    ),
    (
        (X, W, None, 1.5),
        TypeError,
        "stride must be one integer of at least 1 or 2 of them; it is 1.5",
    ),
    (
        (X, W, None, 1, -1),
        ValueError,
        "padding must be one integer of at least 0 or 2 integers or pairs; it is -1",
    ),
    (
        (X, W, None, 1, (1, 2, 3)),
        ValueError,
        "padding must be one integer of at least 0 or 2 integers or pairs; it is (1, 2, 3)",
    ),
    (
        (X, W, None, 1, "some"),
        ValueError,
        "padding must be 'same', 'valid' or numbers; it is 'some'",
    ),
    (
        (X, W, None, 1, True),
        TypeError,
        "padding must be one integer of at least 0 or 2 integers or pairs; it is True",
    ),
    (
        (X, W, None, (1, 2), "same"),
        ValueError,
        "stride must be 1 for padding 'same'; it is (1, 2)",
    ),
    (
        (X, W, None, 1, 0, 0),
        ValueError,
        "dilation must be one integer of at least 1 or 2 of them; it is 0",
    ),
    (
        (X, W, None, 1, 0, (2, 4)),
        ValueError,
        "the kernel size of weight must be at least 1 and fit in the padded size (5, 4); "
        "it is (3, 2) with dilation (2, 4)",
    ),
    ((X, W, None, 1, 0, 1, 0), ValueError, "groups must be an integer of at least 1; it is 0"),
    (
        (X, W, None, 1, 0, 1, 2),
        ValueError,
        "groups must divide the 3 channels of x; it is 2",
    ),
    (
        (X, W, None, 1, "SAME"),
        ValueError,
        "padding must be 'same', 'valid' or numbers; it is 'SAME'",
    ),
    (
        (X, W, None, 1, 0, 1, 3),
        ValueError,
        "weight must have shape (c_out, c/3, kernel size) with the channels of x; "
        "weight has (6, 3, 3, 2) and x has (2, 3, 5, 4)",
    ),
    (
        (X, W[:5, :1], None, 1, 0, 1, 3),
        ValueError,
        "groups must divide the 5 output channels of weight; it is 3",
    ),
    (
        (X, W, None, 1, 0, 1, 1, "mirror"),
        ValueError,
        "padding_mode must be one of 'zeros', 'reflect', 'replicate', 'circular'; it is 'mirror'",
    ),
    (
        (X, W, None, 1, 9, 1, 1, "reflect"),
        ValueError,
        "padding must be at most 4 for mode 'reflect' on an axis of 5 pixels; it is (9, 9)",
    ),
    (
        (X[:0], W, None, 1, 9, 1, 1, "reflect"),
        ValueError,
        "padding must be at most 4 for mode 'reflect' on an axis of 5 pixels; it is (9, 9)",
    ),
    (
        (X, W, None, 1, 0, 1, 1, "zeros", "gemm"),
        ValueError,
        "method must be 'auto' or one of 'loops', 'shifts', 'im2col', 'toeplitz', 'fft', "
        "'winograd'; it is 'gemm'",
    ),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD)
def test_bad_arguments(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        conv2d(*arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: depthwise_conv(X, W[:4, 0]),
            "weight must have shape (a multiple of c, kernel size); "
            "weight has (4, 3, 2) and x has (2, 3, 5, 4)",
        ),
        (
            lambda: depthwise_conv(X, W),
            "weight must have shape (a multiple of c, kernel size); "
            "weight has (6, 3, 3, 2) and x has (2, 3, 5, 4)",
        ),
        (
            lambda: separable_conv(X, W[:4, 0], W[:, :, 0, 0]),
            "depthwise must have shape (a multiple of c, kernel size); "
            "depthwise has (4, 3, 2) and x has (2, 3, 5, 4)",
        ),
        (
            lambda: separable_conv(X, W[:, 0], W[:, :, 0, 0]),
            "pointwise must have shape (c_out, 6), with a column for each kernel of depthwise; "
            "it has (6, 3)",
        ),
        (
            lambda: separable_conv(X, W[:3, 0], W[:, :, 0, 0], [1, 2]),
            "bias must have shape (6,); it has (2,)",
        ),
    ],
)
def test_layers_of_two_parts_name_their_own_arguments(call: Any, message: str):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


@pytest.mark.parametrize("shape", [(), (3,), (3, 4)])
def test_an_image_needs_a_batch_channels_and_pixels(shape: tuple[int, ...]):
    message = f"x must have shape (n, c, pixels of one or more axes); it has {shape}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conv(np.zeros(shape), np.zeros(shape))


@pytest.mark.parametrize("padding", [np.int64(1), np.array(1), [1, (1, 1)], np.array([1, 1])])
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
