"""The transposed convolution agrees with PyTorch's, and is the transpose of the convolution."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import (
    conv,
    conv_transpose,
    conv_transpose2d,
    conv_transpose_backward,
)

TORCH = {
    1: torch.conv_transpose1d,
    2: torch.conv_transpose2d,
    3: torch.conv_transpose3d,
}


@st.composite
def layers(draw: Any, axes: int) -> Any:
    """Shapes of x and weight, and the other arguments, such that pixels are left."""
    groups = draw(st.integers(1, 3))
    n, c, c_out = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    each = []
    for _ in range(axes):
        pixels, size = draw(st.integers(1, 6)), draw(st.integers(1, 5))
        stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3))
        more = draw(st.integers(0, max(stride, dilation) - 1))
        whole = (pixels - 1) * stride + dilation * (size - 1) + 1 + more
        padding = draw(st.integers(0, min(3, (whole - 1) // 2)))
        each.append((pixels, size, stride, padding, more, dilation))
    pixels, size, stride, padding, more, dilation = zip(*each, strict=True)
    how = {
        "stride": stride,
        "padding": padding,
        "output_padding": more,
        "groups": groups,
        "dilation": dilation,
    }
    return (n, c * groups, *pixels), (c * groups, c_out, *size), how


def torch_layer(x: Any, weight: Any, bias: Any, how: Any, grad: Any = None) -> Any:
    tensors = [torch.tensor(a.copy(), requires_grad=True) for a in (x, weight, bias)]
    out = TORCH[x.ndim - 2](*tensors, **how)
    if grad is None:
        return out.detach().numpy()
    out.backward(torch.tensor(grad))
    return [tensor.grad.numpy() for tensor in tensors]


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(st.data(), rngs, layouts, layouts)
def test_equals_pytorch(axes: int, data: Any, rng: Any, layout: Any, lay_weight: Any):
    shape, weight_shape, how = data.draw(layers(axes))
    x, weight = layout(numbers(rng, shape)), lay_weight(numbers(rng, weight_shape))
    bias = numbers(rng, (weight.shape[1] * how["groups"],))
    with Unchanged(x, weight):
        out = conv_transpose(x, weight, bias, **how)
    expected = torch_layer(x, weight, bias, how)
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-10, strict=True)

    grad = numbers(rng, out.shape)
    with Unchanged(grad, x, weight):
        ours = conv_transpose_backward(grad, x, weight, **how)
    for gradient, right in zip(ours, torch_layer(x, weight, bias, how, grad), strict=True):
        np.testing.assert_allclose(gradient, right, rtol=0, atol=1e-10, strict=True)


@given(rngs, st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))
def test_it_is_the_transpose_of_the_convolution(rng: Any, stride: int, padding: int, gap: int):
    x, weight = numbers(rng, (2, 4, 8, 7)), numbers(rng, (6, 2, 3, 2))
    how = {"stride": stride, "padding": padding, "groups": 2, "dilation": gap}
    made = conv(x, weight, **how)
    y = numbers(rng, made.shape)
    beyond = [(n + 2 * padding - seen) % stride for n, seen in ((8, 2 * gap + 1), (7, gap + 1))]
    whole = conv_transpose(y, weight, output_padding=beyond, **how)
    assert whole.shape == x.shape
    np.testing.assert_allclose(np.vdot(made, y), np.vdot(x, whole), rtol=1e-9)


@given(rngs)
def test_whole_numbers_are_exact_and_pairs_cut_one_side(rng: Any):
    x, weight = rng.integers(-9, 9, (2, 3, 4, 5)), rng.integers(-9, 9, (3, 2, 3, 3))
    expected = torch_layer(x.astype(float), weight.astype(float), np.zeros(2), {"stride": 2})
    expected = expected.astype(np.int64)
    out = conv_transpose(x, weight, stride=2)
    np.testing.assert_array_equal(out, expected, strict=True)
    out = conv_transpose(x, weight, stride=2, padding=[(0, 3), (2, 1)])
    np.testing.assert_array_equal(out, expected[:, :, :-3, 2:-1], strict=True)


X, W = np.zeros((2, 3, 5, 4)), np.zeros((3, 2, 3, 2))


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        (
            {"weight": np.zeros((2, 3, 3, 2))},
            ValueError,
            "weight must have shape (c, c_out/groups, kernel size of at least 1) with the channels "
            "of x; weight has (2, 3, 3, 2) and x has (2, 3, 5, 4)",
        ),
        ({"x": X[:, :, :0]}, ValueError, "x must have pixels; its shape is (2, 3, 0, 4)"),
        (
            {"output_padding": (1, 0)},
            ValueError,
            "output_padding must be less than the stride (1, 1) or the dilation (1, 1); "
            "it is (1, 0)",
        ),
        (
            {"padding": (4, 0)},
            ValueError,
            "padding must leave at least one pixel; with ((4, 4), (0, 0)) it leaves (-1, 5)",
        ),
        ({"groups": 2}, ValueError, "groups must divide the 3 channels of x; it is 2"),
        (
            {"padding": "same"},
            TypeError,
            "padding must be one integer of at least 0 or 2 integers or pairs; it is 'same'",
        ),
        ({"bias": np.zeros(3)}, ValueError, "bias must have shape (2,); it has (3,)"),
    ],
)
def test_bad_arguments(how: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        conv_transpose2d(**{"x": X, "weight": W, **how})


def test_a_gradient_of_another_shape():
    message = "grad must have the output's shape (2, 2, 7, 5); it has (2, 2, 7, 4)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conv_transpose_backward(np.zeros((2, 2, 7, 4)), X, W)
