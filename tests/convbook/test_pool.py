"""Pooling agrees with PyTorch, number by number and index by index, and back again."""

import itertools
import re
import sys
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
from convbook.layers.pool import (
    avg_pool,
    avg_pool_backward,
    global_avg_pool,
    global_avg_pool_backward,
    global_max_pool,
    global_max_pool_backward,
    max_pool,
    max_pool_backward,
)

MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVG = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


@st.composite
def poolings(draw: Any, axes: int, dilated: bool) -> Any:
    """A shape with one, none or many of everything, and windows that PyTorch takes on it.

    Every window sees a pixel: no gap between its entries is wider than the image. PyTorch's
    means of volumes refuse a window that fits only with its padding.
    """
    batch = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    size = tuple(draw(st.integers(1, 4)) for _ in range(axes))
    padding = tuple(draw(st.integers(0, s // 2)) for s in size)
    dilation = tuple(draw(st.integers(1, 3 if dilated else 1)) for _ in range(axes))
    spans = [(s - 1) * d + 1 for s, d in zip(size, dilation, strict=True)]
    sizes = zip(spans, padding, dilation, strict=True)
    least = [max(gap, span - 2 * p) for span, p, gap in sizes]
    if axes == 3 and not dilated:
        least = list(size)
    pixels = tuple(draw(st.integers(n, n + 5)) for n in least)
    stride = draw(st.one_of(st.none(), st.tuples(*(st.integers(1, 4),) * axes)))
    return (*batch, *pixels), (size, stride, padding), dilation, draw(st.booleans())


def torch_of(x: Any) -> Any:
    return torch.tensor(x.copy(), requires_grad=x.dtype.kind == "f")


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts, ties=st.booleans())
def test_max_pool_equals_pytorch(axes: int, data: Any, rng: Any, layout: Any, ties: bool):
    shape, windows, dilation, ceil_mode = data.draw(poolings(axes, dilated=True))
    x = layout(numbers(rng, shape).round(-1 if ties else 9))
    arguments = (*windows, dilation, ceil_mode)
    with Unchanged(x):
        out, indices = max_pool(x, *arguments, return_indices=True)
        alone = max_pool(x, *arguments)
    np.testing.assert_array_equal(alone, out, strict=True)
    given_x = torch_of(x)
    if not len(x):  # PyTorch refuses some empty batches
        expected = MAX[axes](torch.zeros((1, *shape[1:])), *arguments)
        assert out.shape == indices.shape == (0, *expected.shape[1:])
        assert max_pool_backward(out, x, *arguments).shape == shape
        return
    expected, places = MAX[axes](given_x, *arguments, return_indices=True)
    np.testing.assert_array_equal(out, expected.detach().numpy(), strict=True)
    np.testing.assert_array_equal(indices, places.numpy(), strict=True)
    grad = layout(numbers(rng, out.shape))
    expected.backward(torch_of(grad))
    for known in (None, indices):
        with Unchanged(grad, x):
            grad_x = max_pool_backward(grad, x, *arguments, indices=known)
        np.testing.assert_allclose(grad_x, given_x.grad.numpy(), rtol=0, atol=1e-11, strict=True)


def sizes_by_pytorch(n: int, *windows: int) -> int | None:
    """The outputs of a pooling of n pixels with `ceil_mode`; None where PyTorch refuses it."""
    try:
        return int(F.max_pool1d(torch.zeros(1, 1, n), *windows, ceil_mode=True).shape[2])
    except RuntimeError:
        return None


@pytest.mark.parametrize("n", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_window_may_be_larger_than_the_image_by_less_than_a_stride(n: int, dilation: int):
    x = -np.arange(1.0, n + 1)[None, None]
    answered = 0
    for s, stride in itertools.product(range(1, 6), range(1, 5)):
        for padding in range(s // 2 + 1):
            windows = (s, stride, padding, dilation)
            if sizes_by_pytorch(n, *windows) is None:
                with pytest.raises(ValueError, match=r"kernel_size must be|padding must leave"):
                    max_pool(x, *windows, ceil_mode=True)
                continue
            expected = F.max_pool1d(torch.tensor(x), *windows, ceil_mode=True).numpy()
            if np.isinf(expected).any():  # PyTorch's maximum of padding alone
                with pytest.raises(ValueError, match="padding must leave every window a pixel"):
                    max_pool(x, *windows, ceil_mode=True)
                continue
            out = max_pool(x, *windows, ceil_mode=True)
            np.testing.assert_array_equal(out, expected, strict=True)
            answered += 1 + (s - 1) * dilation > n + 2 * padding
            if dilation == 1:
                means = F.avg_pool1d(torch.tensor(x), s, stride, padding, ceil_mode=True).numpy()
                found = avg_pool(x, s, stride, padding, ceil_mode=True)
                np.testing.assert_allclose(found, means, atol=1e-12, strict=True)
    assert answered


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts, include=st.booleans(), divisor=st.integers(0, 5))
def test_avg_pool_equals_pytorch(
    axes: int, data: Any, rng: Any, layout: Any, include: bool, divisor: int
):
    shape, windows, _, ceil_mode = data.draw(poolings(axes, dilated=False))
    x = layout(numbers(rng, (shape[0] or 1, *shape[1:])))
    given_x = torch_of(x)
    override = {"divisor_override": divisor} if divisor and axes > 1 else {}
    expected = AVG[axes](given_x, *windows, ceil_mode, include, **override)
    with Unchanged(x):
        out = avg_pool(x, *windows, ceil_mode, include, **override)
    np.testing.assert_allclose(out, expected.detach().numpy(), rtol=0, atol=1e-12, strict=True)
    grad = layout(numbers(rng, out.shape))
    expected.backward(torch_of(grad))
    with Unchanged(grad, x):
        grad_x = avg_pool_backward(grad, x, *windows, ceil_mode, include, **override)
    np.testing.assert_allclose(grad_x, given_x.grad.numpy(), rtol=0, atol=1e-11, strict=True)
    # The adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩.
    np.testing.assert_allclose((out * grad).sum(), (x * grad_x).sum(), rtol=0, atol=1e-9)


def test_an_empty_batch_of_means():
    x = np.zeros((0, 2, 5, 4))
    assert avg_pool(x, 2, padding=1).shape == (0, 2, 3, 3)
    assert avg_pool_backward(np.zeros((0, 2, 3, 3)), x, 2, padding=1).shape == x.shape


@given(rngs, st.integers(1, 4), st.integers(1, 3))
def test_an_uneven_padding_is_minus_infinity_all_the_same(rng: Any, before: int, stride: int):
    x = numbers(rng, (2, 3, 6, 5))
    around = np.pad(x, ((0, 0), (0, 0), (before, 0), (0, 1)), constant_values=-np.inf)
    out = max_pool(x, (5, 3), stride, padding=((before, 0), (0, 1)))
    np.testing.assert_array_equal(out, max_pool(around, (5, 3), stride), strict=True)


@pytest.mark.parametrize("chunk", [1, 100, 10**9])
@given(rng=rngs)
def test_the_size_of_a_chunk_changes_nothing(chunk: int, rng: Any):
    x = numbers(rng, (2, 5, 7, 6))
    expected = max_pool(x, 3, 2, 1, return_indices=True), avg_pool(x, 3, 2, 1)
    backward = [f(expected[1], x, 3, 2, 1) for f in (max_pool_backward, avg_pool_backward)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooling, "CHUNK", chunk)
        out = max_pool(x, 3, 2, 1, return_indices=True), avg_pool(x, 3, 2, 1)
        again = [f(expected[1], x, 3, 2, 1) for f in (max_pool_backward, avg_pool_backward)]
    results = (*out[0], out[1], *again), (*expected[0], expected[1], *backward)
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


@given(data=st.data(), rng=rngs)
def test_generic_arrays(data: Any, rng: Any):
    # Not among them are the indices of maxima and the gradient that needs them: views and
    # additions at indices are not in the standard.
    axes = data.draw(st.integers(1, 2))
    shape, windows, _, ceil_mode = data.draw(poolings(axes, dilated=False))
    x = numbers(rng, shape)
    mean, given_x = avg_pool(x, *windows, ceil_mode), xp.asarray(x)
    results = [
        (max_pool(given_x, *windows, 1, ceil_mode), max_pool(x, *windows, 1, ceil_mode)),
        (avg_pool(given_x, *windows, ceil_mode), mean),
        (
            avg_pool_backward(xp.asarray(mean), given_x, *windows, ceil_mode),
            avg_pool_backward(mean, x, *windows, ceil_mode),
        ),
        (global_max_pool(given_x), global_max_pool(x)),
        (global_avg_pool(given_x), global_avg_pool(x)),
        (
            global_avg_pool_backward(global_avg_pool(given_x), given_x),
            global_avg_pool_backward(global_avg_pool(x), x),
        ),
    ]
    for generic, expected in results:
        assert isinstance(generic, type(given_x))
        np.testing.assert_allclose(np.asarray(generic), expected, atol=1e-12, strict=True)


@pytest.mark.parametrize("value", [-np.inf, np.inf, np.nan])
@given(rng=rngs, place=st.tuples(st.integers(0, 4), st.integers(0, 5)))
def test_infinities_and_nan(value: float, rng: Any, place: tuple[int, int]):
    x = numbers(rng, (1, 1, 5, 6))
    x[0, 0, *place] = value
    for arguments in ((2, 2), (3, 2, 1), (3, 1, 1), ((5, 6), 1)):
        out, indices = max_pool(x, *arguments, return_indices=True)
        expected, places = F.max_pool2d(torch.tensor(x), *arguments, return_indices=True)
        np.testing.assert_array_equal(out, expected.numpy(), strict=True)
        np.testing.assert_array_equal(max_pool(x, *arguments), expected.numpy(), strict=True)
        np.testing.assert_array_equal(indices, places.numpy(), strict=True)
        mean = F.avg_pool2d(torch.tensor(x), *arguments).numpy()
        np.testing.assert_allclose(avg_pool(x, *arguments), mean, rtol=0, atol=1e-12, strict=True)


@pytest.mark.parametrize("size", [(2, 3), (5, 4)])
def test_the_first_nan_of_a_window_has_the_index(size: tuple[int, int]):
    x = np.zeros((1, 1, 5, 4))
    x[0, 0, 0, 2] = x[0, 0, 1, 0] = np.nan
    out, indices = max_pool(x, size, 5, return_indices=True)
    np.testing.assert_array_equal(out, [[[[np.nan]]]])
    np.testing.assert_array_equal(indices, [[[[2]]]])


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float16", "float32", "float64"])
def test_pixels_as_low_as_the_padding_keep_their_index(dtype: str):
    lowest = {"b": False, "i": np.iinfo(np.int8).min, "f": -np.inf}[np.dtype(dtype).kind]
    lowest = np.iinfo(dtype).min if np.dtype(dtype).kind == "i" else lowest
    x = np.full((1, 1, 4, 3), lowest, dtype)
    out, indices = max_pool(x, 3, 2, padding=1, return_indices=True)
    np.testing.assert_array_equal(out, np.full((1, 1, 2, 2), lowest, dtype), strict=True)
    np.testing.assert_array_equal(indices, [[[[0, 1], [3, 4]]]])
    _, indices = max_pool(x, 2, 3, padding=1, dilation=3, return_indices=True)
    np.testing.assert_array_equal(indices, [[[[8]]]])


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int64", "float16", "float32"])
def test_a_maximum_keeps_its_dtype(dtype: str):
    x = np.array([[[0, 1, 0, 0, 1]]], dtype)
    out, indices = max_pool(x, 2, 1, return_indices=True)
    np.testing.assert_array_equal(out, np.array([[[1, 1, 0, 1]]], dtype), strict=True)
    np.testing.assert_array_equal(indices, [[[1, 1, 2, 4]]], strict=True)
    grad = max_pool_backward(np.array([[[1.0, 2.0, 4.0, 8.0]]]), x, 2, 1)
    np.testing.assert_array_equal(grad, np.array([[[0.0, 3.0, 4.0, 0.0, 8.0]]]), strict=True)


@given(rng=rngs)
def test_the_gradient_is_the_same_without_scipy(rng: Any):
    x = numbers(rng, (2, 3, 7, 6))
    grad = numbers(rng, (2, 3, 3, 5))
    expected = max_pool_backward(grad, x, (3, 2), (2, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "scipy.sparse", None)
        np.testing.assert_array_equal(max_pool_backward(grad, x, (3, 2), (2, 1)), expected)


def test_the_gradient_of_half_precision_is_added_up_in_single_precision():
    grad, x = np.ones((1, 1, 2999), np.float16), np.zeros((1, 1, 2999))
    x[0, 0, 1499] = 1
    back = max_pool_backward(grad, x, 2999, 1, padding=1499)
    expected = np.zeros((1, 1, 2999), np.float16)
    expected[0, 0, 1499] = (
        2999  # one by one it would stop at 2048, for 2048 + 1 is 2048 in half precision
    )
    np.testing.assert_array_equal(back, expected, strict=True)


def test_windows_of_more_than_255_pixels_have_their_indices():
    x = numbers(np.random.default_rng(0), (1, 2, 40, 41))
    expected, places = F.max_pool2d(torch.tensor(x), (17, 18), 2, 3, return_indices=True)
    out, indices = max_pool(x, (17, 18), 2, 3, return_indices=True)
    np.testing.assert_array_equal(out, expected.numpy(), strict=True)
    np.testing.assert_array_equal(indices, places.numpy(), strict=True)


@pytest.mark.parametrize(
    ("dtype", "mean"),
    [("bool", "float64"), ("uint8", "float64"), ("float16", "float16"), ("float32", "float32")],
)
def test_a_mean_is_a_float(dtype: str, mean: str):
    out = avg_pool(np.array([[[1, 0, 1, 1]]], dtype), 2, 2)
    np.testing.assert_array_equal(out, np.array([[[0.5, 1]]], mean), strict=True)
    grad = avg_pool_backward(np.array([[[1, 2]]], dtype), np.zeros((1, 1, 4)), 2, 2)
    halves = np.array([[[1, 1, 2, 2]]]).astype(dtype).astype(mean) / 2
    np.testing.assert_array_equal(grad, halves.astype(mean), strict=True)


def test_many_half_precision_numbers_are_added_up_in_single_precision():
    x = np.full((1, 1, 64, 64), 30.0, np.float16)  # their sum, 122880, is beyond float16
    np.testing.assert_array_equal(avg_pool(x, 64), np.full((1, 1, 1, 1), 30, np.float16))
    np.testing.assert_array_equal(global_avg_pool(x), np.full((1, 1), 30, np.float16), strict=True)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3), rngs, layouts)
def test_global_pooling(pixels: list[int], rng: Any, layout: Any):
    x, grad = layout(numbers(rng, (2, 3, *pixels))), numbers(rng, (2, 3))
    given_x, axes = torch_of(x), tuple(range(2, 2 + len(pixels)))
    with Unchanged(x, grad):
        mean, most = global_avg_pool(x), global_max_pool(x)
        back_mean = global_avg_pool_backward(grad, x)
        back_most = global_max_pool_backward(grad, x)
    np.testing.assert_allclose(mean, x.mean(axes), rtol=0, atol=1e-12, strict=True)
    np.testing.assert_array_equal(most, x.max(axes), strict=True)
    given_x.mean(axes).backward(torch.tensor(grad))
    np.testing.assert_allclose(back_mean, given_x.grad.numpy(), rtol=0, atol=1e-12, strict=True)
    given_x.grad = None
    given_x.amax(axes).backward(torch.tensor(grad))
    np.testing.assert_allclose(back_most, given_x.grad.numpy(), rtol=0, atol=1e-12, strict=True)


X = np.zeros((2, 3, 5, 4))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            (X[0, 0], 2),
            ValueError,
            "x must have shape (n, c, pixels of one or more axes); it has (5, 4)",
        ),
        ((X * 1j, 2), TypeError, "x must hold real numbers; its dtype is complex128"),
        (
            (X, 6),
            ValueError,
            "kernel_size must be at least 1 and fit in the padded size (5, 4); it is (6, 6)",
        ),
        (
            (X, 0),
            ValueError,
            "kernel_size must be one integer of at least 1 or 2 of them; it is 0",
        ),
        ((X, 2, 0), ValueError, "stride must be one integer of at least 1 or 2 of them; it is 0"),
        (
            (X, 2, 1, 2),
            ValueError,
            "padding must leave every window a pixel; with 2 window 0 along axis 2 has none",
        ),
        (
            (X, 2, 1, ((0, 0), (0, 3))),
            ValueError,
            "padding must leave every window a pixel; with ((0, 0), (0, 3)) window 4 along axis 3 "
            "has none",
        ),
        (
            (X, 2, None, -1),
            ValueError,
            "padding must be one integer of at least 0 or 2 integers or pairs; it is -1",
        ),
    ],
)
@pytest.mark.parametrize("pool", [max_pool, avg_pool])
def test_bad_arguments(pool: Any, arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        pool(*arguments)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: max_pool(X, 2, ceil_mode=1),
            TypeError,
            "ceil_mode must be True or False; it is 1",
        ),
        (
            lambda: max_pool(X, 2, return_indices=1),
            TypeError,
            "return_indices must be True or False; it is 1",
        ),
        (
            lambda: max_pool(X, 2, padding=1, dilation=5),
            ValueError,
            "padding must leave every window a pixel; with 1 window 0 along axis 3 has none",
        ),
        (
            lambda: avg_pool(X, 2, count_include_pad=None),
            TypeError,
            "count_include_pad must be True or False; it is None",
        ),
        (
            lambda: avg_pool(X, 2, divisor_override=0),
            ValueError,
            "divisor_override must be an integer of at least 1; it is 0",
        ),
        (
            lambda: avg_pool_backward(X, X, 2),
            ValueError,
            "grad must have the output's shape (2, 3, 2, 2); it has (2, 3, 5, 4)",
        ),
        (
            lambda: max_pool_backward(X, X, 1, indices=np.zeros((2, 3, 5, 4))),
            ValueError,
            "indices must be integers of shape (2, 3, 5, 4); they are float64 of shape "
            "(2, 3, 5, 4)",
        ),
        (
            lambda: max_pool_backward(X, X, 1, indices=np.full((2, 3, 5, 4), 20)),
            ValueError,
            "indices must be from 0 to 19; they are from 20 to 20",
        ),
        (
            lambda: max_pool_backward(X, X, 1, indices=np.full((2, 3, 5, 4), -1)),
            ValueError,
            "indices must be from 0 to 19; they are from -1 to -1",
        ),
        (
            lambda: global_avg_pool(np.zeros((2, 3, 0))),
            ValueError,
            "x must have at least one pixel; its shape is (2, 3, 0)",
        ),
        (
            lambda: global_max_pool_backward(np.zeros((3, 2)), X),
            ValueError,
            "grad must have the output's shape (2, 3); it has (3, 2)",
        ),
    ],
)
def test_bad_calls(call: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
