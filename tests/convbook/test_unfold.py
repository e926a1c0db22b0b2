"""Unfold, fold and padding in every mode equal PyTorch's, and each backward is the transpose."""

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

from convbook.layers.local import locally_connected, locally_connected_backward
from convbook.windows import fold, pad, pad_backward, sliding_windows, unfold

MODES = ["constant", "reflect", "replicate", "circular"]


@st.composite
def windows(draw: Any, axes: int) -> Any:
    """The size of an image, and windows that fit on it with their padding."""
    size = tuple(draw(st.integers(1, 3)) for _ in range(axes))
    padding = tuple(draw(st.integers(0, 2)) for _ in range(axes))
    dilation = tuple(draw(st.integers(1, 3)) for _ in range(axes))
    spans = [(s - 1) * d + 1 for s, d in zip(size, dilation, strict=True)]
    least = [max(1, span - 2 * p) for span, p in zip(spans, padding, strict=True)]
    pixels = tuple(draw(st.integers(n, n + 4)) for n in least)
    stride = tuple(draw(st.integers(1, 3)) for _ in range(axes))
    return pixels, size, {"stride": stride, "padding": padding, "dilation": dilation}


@given(windows(2), st.integers(0, 3), st.integers(1, 3), rngs, layouts)
def test_unfold_and_fold_equal_pytorchs(case: Any, n: int, c: int, rng: Any, layout: Any):
    pixels, size, options = case
    x = layout(numbers(rng, (n, c, *pixels)))
    with Unchanged(x):
        columns = unfold(x, size, **options)
    if n:  # PyTorch refuses an empty batch
        expected = F.unfold(torch.tensor(x.copy()), size, **options).numpy()
        np.testing.assert_array_equal(columns, expected, strict=True)
        some = layout(numbers(rng, columns.shape))
        with Unchanged(some):
            image = fold(some, pixels, size, **options)
        expected = F.fold(torch.tensor(some.copy()), pixels, size, **options).numpy()
        np.testing.assert_allclose(image, expected, rtol=0, atol=1e-12, strict=True)
    else:
        assert fold(columns, pixels, size, **options).shape == x.shape


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs)
def test_fold_is_the_transpose_of_unfold(axes: int, data: Any, rng: Any):
    pixels, size, options = data.draw(windows(axes))
    x = numbers(rng, (2, 3, *pixels))
    columns = unfold(x, size, **options)
    y = numbers(rng, columns.shape)
    image = fold(y, pixels, size, **options)
    np.testing.assert_allclose((columns * y).sum(), (x * image).sum(), rtol=0, atol=1e-8)
    generic = fold(xp.asarray(y), pixels, size, **options)
    np.testing.assert_array_equal(np.asarray(generic), image, strict=True)


def test_the_standard_has_no_views_of_windows():
    with pytest.raises(AttributeError, match="lib"):
        sliding_windows(xp.ones(4), 2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts, value=st.floats())
def test_padding_equals_pytorchs(
    axes: int, mode: Any, data: Any, rng: Any, layout: Any, value: float
):
    pixels = tuple(data.draw(st.integers(1, 5)) for _ in range(axes))
    most = {"constant": 3, "reflect": min(pixels) - 1, "replicate": 3, "circular": min(pixels)}
    pairs = tuple(tuple(data.draw(st.integers(0, most[mode])) for _ in "ab") for _ in pixels)
    x = layout(numbers(rng, (2, 3, *pixels)))
    with Unchanged(x):
        out = pad(x, pairs, value, axes, mode)
    given_x = torch.tensor(x.copy(), requires_grad=True)
    around = [p for pair in reversed(pairs) for p in pair]
    options = {"value": value} if mode == "constant" else {}
    expected = F.pad(given_x, around, mode=mode, **options)
    np.testing.assert_array_equal(out, expected.detach().numpy(), strict=True)
    generic = pad(xp.asarray(x), pairs, value, axes, mode)
    np.testing.assert_array_equal(np.asarray(generic), out, strict=True)
    grad = layout(numbers(rng, out.shape))
    expected.backward(torch.tensor(grad.copy()))
    with Unchanged(grad):
        back = pad_backward(grad, pairs, axes, mode)
    np.testing.assert_allclose(back, given_x.grad.numpy(), rtol=0, atol=1e-11, strict=True)
    linear = pad(x, pairs, 0.0, axes, mode)
    np.testing.assert_allclose((linear * grad).sum(), (x * back).sum(), rtol=0, atol=1e-8)
    generic = pad_backward(xp.asarray(grad), pairs, axes, mode)
    np.testing.assert_array_equal(np.asarray(generic), back, strict=True)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs)
def test_windows_with_stride_and_dilation_are_every_so_many(axes: int, data: Any, rng: Any):
    pixels, size, options = data.draw(windows(axes))
    stride, dilation = options["stride"], options["dilation"]
    x = pad(numbers(rng, (2, *pixels)), options["padding"], axes=axes)
    view = sliding_windows(x, size, stride, dilation)
    assert np.shares_memory(view, x)
    for place in np.ndindex(view.shape[1:]):
        at = (p * s for p, s in zip(place[:axes], stride, strict=True))
        of = (t * d for t, d in zip(place[axes:], dilation, strict=True))
        pixel = tuple(a + b for a, b in zip(at, of, strict=True))
        np.testing.assert_array_equal(view[:, *place], x[:, *pixel], strict=True)


@given(windows(2), rngs, layouts, layouts)
def test_the_local_layer_goes_back_as_pytorchs_unfold_does(
    case: Any, rng: Any, layout: Any, lay_weight: Any
):
    pixels, size, options = case
    x, c_out = layout(numbers(rng, (2, 2, *pixels))), 3
    given_x = torch.tensor(x.copy(), requires_grad=True)
    columns = F.unfold(given_x, size, **options)
    spans = [(s - 1) * d + 1 for s, d in zip(size, options["dilation"], strict=True)]
    positions = tuple(
        (n + 2 * p - span) // step + 1
        for n, p, span, step in zip(
            pixels, options["padding"], spans, options["stride"], strict=True
        )
    )
    weight = lay_weight(numbers(rng, (*positions, c_out, 2, *size)))
    bias = numbers(rng, (c_out, *positions))
    given_weight = torch.tensor(weight.copy(), requires_grad=True)
    kernels = given_weight.reshape(columns.shape[2], c_out, columns.shape[1])
    expected = torch.einsum("nsl,los->nol", columns, kernels).reshape(2, c_out, *positions)
    grad = layout(numbers(rng, expected.shape))
    expected.backward(torch.tensor(grad.copy()))
    with Unchanged(x, weight, bias, grad):
        out = locally_connected(x, weight, bias, **options)
        back = locally_connected_backward(grad, x, weight, **options)
    np.testing.assert_allclose(out, expected.detach().numpy() + bias, rtol=0, atol=1e-10)
    for ours, theirs in zip(back, (given_x.grad, given_weight.grad), strict=False):
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=1e-10, strict=True)
    np.testing.assert_allclose(back[2], grad.sum(0), rtol=0, atol=1e-11, strict=True)


def test_gradients_of_the_local_layer_by_central_differences():
    rng = np.random.default_rng(0)
    x, weight, grad = (numbers(rng, s) for s in ((2, 2, 5), (3, 2, 2, 3), (2, 2, 3)))

    def loss(x: Any, weight: Any) -> float:
        return float((locally_connected(x, weight, padding=1, stride=2) * grad).sum())

    back = locally_connected_backward(grad, x, weight, padding=1, stride=2)
    for ours, theirs in (
        (back[0], numerical_gradient(lambda v: loss(v, weight), x)),
        (back[1], numerical_gradient(lambda v: loss(x, v), weight)),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


X = np.zeros((2, 3, 5, 4))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: unfold(X[0, 0], 2),
            "x must have shape (n, c, pixels of one or more axes); it has (5, 4)",
        ),
        (
            lambda: unfold(X, 3, dilation=2),
            "kernel_size must be at least 1 and fit in the padded size (5, 4); "
            "it is (3, 3) with dilation (2, 2)",
        ),
        (
            lambda: unfold(X, 2, padding="same", stride=2),
            "stride must be 1 for padding 'same'; it is (2, 2)",
        ),
        (
            lambda: fold(np.zeros((1, 5, 4)), (3, 3), 2),
            "columns must have a multiple of 4 rows and 4 columns; its shape is (1, 5, 4)",
        ),
        (
            lambda: fold(np.zeros((1, 4, 5)), (3, 3), 2),
            "columns must have a multiple of 4 rows and 4 columns; its shape is (1, 4, 5)",
        ),
        (
            lambda: pad(X, 4, mode="reflect"),
            "padding must be at most 3 for mode 'reflect' on an axis of 4 pixels; it is (4, 4)",
        ),
        (
            lambda: pad(X, ((0, 0), (0, 5)), mode="circular"),
            "padding must be at most 4 for mode 'circular' on an axis of 4 pixels; it is (0, 5)",
        ),
        (
            lambda: pad(X[:, :, :0], 1, mode="replicate"),
            "padding must be at most 0 for mode 'replicate' on an axis of 0 pixels; it is (1, 1)",
        ),
        (
            lambda: pad(X, 1, mode="zeros"),
            "mode must be 'constant', 'reflect', 'replicate' or 'circular'; it is 'zeros'",
        ),
        (
            lambda: pad_backward(X, 3),
            "grad must contain its padding ((3, 3), (3, 3)); its shape is (2, 3, 5, 4)",
        ),
        (
            lambda: locally_connected_backward(X, X, np.zeros((3, 2, 6, 3, 3, 3))),
            "grad must have the output's shape (2, 6, 3, 2); it has (2, 3, 5, 4)",
        ),
    ],
)
def test_bad_arguments(call: Any, message: str):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
