"""The gradients of a convolution are PyTorch's, and what central differences say."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from drawing import Unchanged, layers, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import conv, conv_backward

TORCH = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}


def torch_gradients(grad: Any, x: Any, weight: Any, mode: str = "zeros", **how: Any) -> Any:
    tensors = [torch.tensor(a.copy().astype(float), requires_grad=True) for a in (x, weight)]
    bias = torch.zeros(len(weight), dtype=torch.float64, requires_grad=True)
    seen = tensors[0]
    if mode != "zeros":
        around = [p for p in reversed(how.pop("padding")) for _ in range(2)]
        seen = torch.nn.functional.pad(seen, around, mode)
    out = TORCH[x.ndim - 2](seen, tensors[1], bias, **how)
    out.backward(torch.tensor(grad.copy().astype(float)))
    return [tensor.grad.numpy() for tensor in (*tensors, bias)]


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(st.data(), rngs, layouts, layouts)
def test_equals_pytorch(axes: int, data: Any, rng: Any, layout: Any, lay_grad: Any):
    shape, weight_shape, how = data.draw(layers(axes))
    x, weight = numbers(rng, shape), numbers(rng, weight_shape)
    grad = numbers(rng, conv(x, weight, **how).shape)
    given = lay_grad(grad), layout(x), lay_grad(weight)
    with Unchanged(*given):
        ours = conv_backward(*given, **how)
    for gradient, expected in zip(ours, torch_gradients(grad, x, weight, **how), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-10, strict=True)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@given(st.data(), rngs, st.integers(1, 2))
def test_padding_modes_are_those_of_pytorch(mode: Any, data: Any, rng: Any, axes: int):
    padding = tuple(data.draw(st.integers(0, 3)) for _ in range(axes))
    x, weight = numbers(rng, (3, 2, *(5, 4)[:axes])), numbers(rng, (3, 2, *(3, 2)[:axes]))
    how = {"padding": padding, "stride": 2}
    grad = numbers(rng, conv(x, weight, padding_mode=mode, **how).shape)
    ours = conv_backward(grad, x, weight, padding_mode=mode, **how)
    for gradient, expected in zip(ours, torch_gradients(grad, x, weight, mode, **how), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-10, strict=True)


@pytest.mark.parametrize(
    ("shape", "weight_shape", "how"),
    [
        ((2, 32, 43, 39), (34, 32, 3, 3), {"padding": 1}),  # Winograd
        ((3, 33, 41, 40), (32, 33, 3, 3), {"padding": (2, 0)}),
        ((2, 3, 40, 37), (4, 3, 17, 18), {"padding": 8}),  # FFT
        ((2, 5, 40, 37), (5, 1, 31, 30), {"padding": 15, "groups": 5}),
        ((1, 2, 3000), (3, 2, 257), {"padding": 128}),
        ((2, 2, 900), (4, 1, 129), {"groups": 2, "dilation": 3}),
        ((2, 40, 20, 21), (80, 1, 5, 3), {"groups": 40, "stride": (2, 1), "padding": 2}),
        ((2, 3, 61, 60), (8, 3, 7, 7), {"stride": 2, "padding": 3}),
        ((3, 64, 9, 8), (48, 64, 1, 1), {"stride": 2}),
    ],
    ids=str,
)
def test_large_layers_take_every_algorithm(shape: Any, weight_shape: Any, how: Any):
    rng = np.random.default_rng(1)
    x, weight = numbers(rng, shape), numbers(rng, weight_shape)
    grad = numbers(rng, conv(x, weight, **how).shape)
    ours = conv_backward(grad, x, weight, **how)
    for gradient, expected in zip(ours, torch_gradients(grad, x, weight, **how), strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-12 * abs(expected).max())


@given(st.data(), rngs, st.integers(1, 2))
def test_equals_central_differences(data: Any, rng: Any, axes: int):
    shape, weight_shape, how = data.draw(layers(axes))
    x, weight, bias = (numbers(rng, s) for s in (shape, weight_shape, weight_shape[:1]))
    grad = numbers(rng, conv(x, weight, **how).shape)
    ours = conv_backward(grad, x, weight, **how)
    arguments = [x, weight, bias]
    for place, gradient in enumerate(ours):
        direction = numbers(rng, gradient.shape)
        there = [
            conv(
                *[a + way * direction if k == place else a for k, a in enumerate(arguments)], **how
            )
            for way in (0.5, -0.5)
        ]
        # The layer is linear in each argument, so a difference over any step is exact.
        slope = np.vdot(grad, there[0] - there[1])
        assert np.vdot(gradient, direction) == pytest.approx(slope, rel=1e-9, abs=1e-7)


@given(st.data(), rngs, st.integers(1, 3))
def test_the_gradients_are_transposes(data: Any, rng: Any, axes: int):
    shape, weight_shape, how = data.draw(layers(axes))
    x, weight = numbers(rng, shape), numbers(rng, weight_shape)
    out = conv(x, weight, **how)
    y = numbers(rng, out.shape)
    ours = conv_backward(y, x, weight, **how)
    product = np.vdot(out, y)
    assert np.vdot(x, ours.x) == pytest.approx(product, rel=1e-9, abs=1e-7)
    assert np.vdot(weight, ours.weight) == pytest.approx(product, rel=1e-9, abs=1e-7)


@pytest.mark.parametrize(
    ("given", "out"),
    [("float16", "float16"), ("float32", "float32"), ("int32", "float64"), ("bool", "float64")],
)
def test_dtypes(given: str, out: str):
    rng = np.random.default_rng(3)
    x, weight, grad = (
        rng.integers(0, 2, s).astype(given) for s in ((2, 3, 5, 4), (2, 3, 3, 2), (2, 2, 3, 3))
    )
    ours = conv_backward(grad, x, weight)
    for gradient, expected in zip(ours, torch_gradients(grad, x, weight), strict=True):
        np.testing.assert_array_equal(gradient, expected.astype(out), strict=True)


@pytest.mark.parametrize("ones", [(4096,), (64, 64)])
def test_the_bias_of_half_precision_is_added_up_in_single_precision(ones: tuple[int, ...]):
    x = np.ones((1, 3, *ones), "float16")
    # By channels last, NumPy adds one number after the other.
    grad = np.moveaxis(np.ones((1, *ones, 3), "float16"), -1, 1)
    weight = np.ones((3, 3, *(1,) * len(ones)), "float16")
    bias = conv_backward(grad, x, weight).bias
    np.testing.assert_array_equal(bias, np.full(3, 4096, "float16"), strict=True)


def test_an_empty_batch_has_no_gradient():
    ours = conv_backward(np.zeros((0, 2, 3)), np.zeros((0, 3, 5)), np.ones((2, 3, 3)))
    assert ours.x.shape == (0, 3, 5)
    np.testing.assert_array_equal(ours.weight, np.zeros((2, 3, 3)), strict=True)
    np.testing.assert_array_equal(ours.bias, np.zeros(2), strict=True)


def test_an_image_without_pixels_has_gradients_of_zeros():
    ours = conv_backward(np.ones((2, 4, 2)), np.ones((2, 3, 0)), np.ones((4, 3, 3)), padding=2)
    assert ours.x.shape == (2, 3, 0)
    np.testing.assert_array_equal(ours.weight, np.zeros((4, 3, 3)), strict=True)
    np.testing.assert_array_equal(ours.bias, [4.0] * 4, strict=True)


@pytest.mark.parametrize(
    ("grad", "error", "message"),
    [
        (np.zeros((2, 6, 3, 2)), ValueError, "grad must have the output's shape (2, 6, 3, 3); it "
         "has (2, 6, 3, 2)"),
        (None, TypeError, "grad must hold real numbers; it is None"),
        (np.zeros((2, 6, 3, 3)) * 1j, TypeError, "grad must hold real numbers; its dtype is "
         "complex128"),
    ],
)  # fmt: skip
def test_bad_gradients(grad: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        conv_backward(grad, np.zeros((2, 3, 5, 4)), np.zeros((6, 3, 3, 2)))


def test_bad_arguments_are_those_of_the_layer():
    message = "weight must have shape (c_out, c, kernel size) with the channels of x; "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        conv_backward(np.zeros((1, 1, 1)), np.zeros((1, 2, 3)), np.zeros((1, 1, 3)))
