"""The six algorithms agree, say what they can't do, and are chosen by the rule that is written."""

import re
import sys
import tracemalloc
from typing import Any

import array_api_strict
import numpy as np
import pytest
from drawing import layers, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import conv, conv_backward, conv_transpose
from convbook.engine import dispatch
from convbook.engine.algorithms import fft, im2col, loops, shifts, toeplitz, winograd
from convbook.engine.dispatch import METHODS, choose
from convbook.geometry import conv_geometry

FASTER = sorted(set(METHODS) - {"loops"})


@pytest.mark.parametrize("method", FASTER)
@given(st.data(), rngs, st.integers(1, 3))
def test_all_agree_with_the_definition(method: Any, data: Any, rng: Any, axes: int):
    shape, weight_shape, how = data.draw(layers(axes))
    if method == "winograd":
        edges = [data.draw(st.integers(3, 11)) for _ in range(2)]
        shape, weight_shape = (*shape[:2], *edges), (*weight_shape[:2], 3, 3)
        how = {"padding": data.draw(st.integers(0, 2)), "groups": how["groups"]}
    x, weight, bias = (numbers(rng, s) for s in (shape, weight_shape, weight_shape[:1]))
    right = conv(x, weight, bias, **how, method="loops")
    out = conv(x, weight, bias, **how, method=method)
    np.testing.assert_allclose(out, right, rtol=0, atol=1e-9, strict=True)


# Of the largest output, as the algorithms' texts say.
ERRORS = {"float16": 2**-11, "float32": 2e-6, "float64": 1e-14}


@pytest.mark.parametrize("method", ["auto", *METHODS])
@pytest.mark.parametrize("dtype", ERRORS)
def test_the_error_is_as_written(method: Any, dtype: str):
    rng = np.random.default_rng(4)
    x, weight = rng.normal(size=(2, 16, 10, 9)).astype(dtype), rng.normal(size=(3, 16, 3, 3))
    weight = weight.astype(dtype)
    right = conv(x.astype(float), weight.astype(float), padding=1, method="loops")
    out = conv(x, weight, padding=1, method=method)
    assert out.dtype == dtype
    limit = ERRORS[dtype] * (10 if method == "winograd" else 1)
    np.testing.assert_allclose(out, right, rtol=0, atol=limit * abs(right).max())


@pytest.mark.parametrize("method", ["loops", "shifts", "im2col", "toeplitz", "auto"])
def test_whole_numbers_are_exact(method: Any):
    rng = np.random.default_rng(5)
    x, weight = rng.integers(-(2**30), 2**30, (2, 2, 5, 4)), rng.integers(-9, 9, (4, 1, 2, 3))
    right = np.zeros((2, 4, 4, 2), np.int64)
    for o in range(4):
        for i in range(2):
            for j in range(3):
                right[:, o] += weight[o, 0, i, j] * x[:, o // 2, i : i + 4, j : j + 2]
    out = conv(x, weight, groups=2, method=method)
    np.testing.assert_array_equal(out, right, strict=True)


@pytest.mark.parametrize(
    ("method", "how", "reason"),
    [
        ("winograd", {"size": (3, 4)}, "the kernel size must be (3, 3); it is (3, 4)"),
        ("winograd", {"size": 3, "axes": 1}, "the kernel size must be (3, 3); it is (3,)"),
        ("winograd", {"stride": 2}, "stride must be 1; it is (2, 2)"),
        ("winograd", {"dilation": (1, 2)}, "dilation must be 1; it is (1, 2)"),
        ("winograd", {"dtype": "int64"}, "the dtype must be float32 or float64; it is int64"),
        ("fft", {"dtype": "int64"}, "the dtype must be float32 or float64; it is int64"),
    ],
)
def test_a_method_that_cannot_do_the_job_says_why(method: Any, how: Any, reason: str):
    axes, dtype, size = (how.pop(k, d) for k, d in (("axes", 2), ("dtype", "f"), ("size", 3)))
    size = (size,) * axes if isinstance(size, int) else size
    x, weight = np.zeros((1, 2, *(9, 8)[:axes]), dtype), np.zeros((1, 2, *size), dtype)
    message = f"method {method!r} can't compute this convolution: {reason}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        conv(x, weight, method=method, **how)


@pytest.mark.parametrize(
    ("n", "pixels", "weight", "how", "dtype", "method"),
    [
        (1, (56, 56), (128, 128, 3, 3), {}, "float32", "winograd"),
        (1, (56, 56), (128, 128, 3, 3), {}, "float64", "winograd"),
        (1, (56, 56), (128, 128, 3, 3), {}, "int64", "im2col"),
        (1, (56, 56), (128, 128, 3, 3), {"stride": 2}, "float32", "im2col"),
        (1, (56, 56), (64, 3, 3, 3), {}, "float32", "im2col"),
        (1, (7, 7), (64, 64, 3, 3), {}, "float32", "im2col"),
        (64, (7, 7), (512, 512, 3, 3), {}, "float32", "winograd"),
        (1, (56, 56), (1, 1, 3, 3), {}, "float32", "toeplitz"),
        (1, (56, 56), (1, 1, 3, 3), {}, "bool", "im2col"),
        (1, (56, 56), (64, 1, 3, 3), {}, "float32", "toeplitz"),
        (1, (56, 56), (64, 1, 31, 31), {}, "float32", "fft"),
        (1, (56, 56), (64, 1, 5, 5), {"stride": 2}, "float32", "toeplitz"),
        (1, (16000,), (1, 1, 257), {}, "float32", "fft"),
        (1, (56, 56), (256, 64, 1, 1), {}, "float32", "im2col"),
    ],
)
def test_the_rule(n: int, pixels: Any, weight: Any, how: Any, dtype: str, method: str):
    groups = weight[0] if weight[1] == 1 and weight[0] > 1 else 1
    x, kernels = np.zeros((n, weight[1] * groups, *pixels), dtype), np.zeros(weight, dtype)
    geometry = conv_geometry("weight", weight[2:], pixels, padding=weight[2] // 2, **how)
    assert choose(x, kernels, geometry) == method
    assert hasattr(METHODS[method], "weight_gradient")


@pytest.mark.parametrize(
    ("winograd_cost", "fft_cost", "method"),
    [
        (89.9, 1000.0, "winograd"),
        (90.1, 1000.0, "im2col"),
        (1000.0, 89.9, "fft"),
        (1000.0, 90.1, "im2col"),
        (89.9, 50.0, "fft"),
        (100.0, 1000.0, "im2col"),
    ],
)
def test_a_transform_must_be_faster_by_a_tenth(
    monkeypatch: Any, winograd_cost: float, fft_cost: float, method: str
):
    costs = {"shifts": 110.0, "im2col": 100.0, "toeplitz": 120.0}
    costs |= {"winograd": winograd_cost, "fft": fft_cost}
    for name, cost in costs.items():
        monkeypatch.setattr(METHODS[name], "cost", lambda *_, cost=cost: cost)
    # The choice is remembered for each layer: not this one.
    monkeypatch.setattr(dispatch, "_fastest", dispatch._fastest.__wrapped__)
    x, weight = np.ones((1, 2, 9, 8)), np.ones((4, 2, 3, 3))
    assert choose(x, weight, conv_geometry("weight", (3, 3), (9, 8))) == method


@pytest.mark.parametrize(
    ("shape", "size", "method"),
    [
        ((128, 128, 3, 3), 56, "winograd"),
        ((32, 8, 21, 21), 72, "fft"),
        ((1, 6, 3, 3), 56, "toeplitz"),
    ],
)
@pytest.mark.parametrize("worst", [np.nan, np.inf])
def test_a_number_that_is_none_stays_in_the_windows_that_hold_it(
    shape: Any, size: int, method: str, worst: float
):
    x, weight = np.ones((1, shape[1], size, size), np.float32), np.ones(shape, np.float32)
    # Without that number a method would be taken that spreads it.
    assert choose(x, weight, conv_geometry("weight", shape[2:], (size, size))) == method
    x[0, 3, 40, 41] = worst
    out = conv(x, weight)
    s = shape[2]
    hit = np.zeros(out.shape, bool)
    hit[:, :, max(41 - s, 0) : 41, max(42 - s, 0) : 42] = True
    np.testing.assert_array_equal(np.isfinite(out), ~hit)


@given(st.data(), rngs)
def test_the_standard_of_arrays_is_enough(data: Any, rng: Any):
    xp = array_api_strict
    shape, weight_shape, how = data.draw(layers(2))
    x, weight, bias = (numbers(rng, s) for s in (shape, weight_shape, weight_shape[:1]))
    out = conv(*(xp.asarray(a) for a in (x, weight, bias)), **how)
    assert isinstance(out, type(xp.asarray(x)))
    np.testing.assert_allclose(np.asarray(out), conv(x, weight, bias, **how), rtol=0, atol=1e-11)
    grad = numbers(rng, out.shape)
    ours = conv_backward(*(xp.asarray(a) for a in (grad, x, weight)), **how)
    right = conv_backward(grad, x, weight, **how)
    for gradient, expected in zip(ours, right, strict=True):
        np.testing.assert_allclose(np.asarray(gradient), expected, rtol=0, atol=1e-10)

    x = x[:, : weight.shape[1]]
    turned = np.swapaxes(weight, 0, 1)
    out = conv_transpose(xp.asarray(x), xp.asarray(turned), stride=2)
    right = conv_transpose(x, turned, stride=2)
    np.testing.assert_allclose(np.asarray(out), right, rtol=0, atol=1e-11)


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"loops", "im2col"}))
@given(st.data(), rngs, st.integers(1, 3), st.sampled_from([1, 18]))
def test_the_gradients_of_the_weights_agree(method: str, data: Any, rng: Any, axes: int, n: int):
    shape, weight_shape, how = data.draw(layers(axes))
    pixels = shape[2:]
    if method == "winograd":
        pixels = tuple(data.draw(st.integers(3, 11)) for _ in range(2))
        weight_shape, how = (*weight_shape[:2], 3, 3), {"padding": 1, "groups": how["groups"]}
    geometry = conv_geometry(
        "size", weight_shape[2:], pixels, **{k: v for k, v in how.items() if k != "groups"}
    )
    x, grad = (
        numbers(rng, (n, *s))
        for s in ((shape[1], *pixels), (weight_shape[0], *geometry.output_shape))
    )
    right, out = np.full((2, *weight_shape), np.nan)
    METHODS["im2col"].weight_gradient(grad, x, right, geometry)
    METHODS[method].weight_gradient(grad, x, out, geometry)
    np.testing.assert_allclose(out, right, rtol=0, atol=1e-8)


# Budgets so small that every loop over chunks goes round several times.
SMALL = {
    im2col: {"CHUNK": 64, "LARGEST": 64, "COLUMNS": 3},
    toeplitz: {"ROWS": 3, "COLUMNS": 3, "SHORT": 4},
    shifts: {"CHUNK": 64},
    winograd: {"TILES": 3, "CHANNELS": 2},
    fft: {"SPECTRA": 64, "LARGEST": 16, "FEW": 1},
}


LAYERS = [
    ((13, 11), (3, 3), {"padding": 1}),
    ((23,), (3,), {"stride": 2, "padding": 2}),
    ((12, 14), (3, 2), {"stride": (1, 3), "dilation": (2, 1)}),
    ((5, 7, 6), (2, 3, 1), {"padding": [(0, 3), 1, 0]}),
]


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize(
    ("module", "pixels", "size", "how"),
    [(m, *layer) for m in SMALL for layer in LAYERS[: 1 if m is winograd else None]],
)
def test_chunks_meet_without_a_seam(
    monkeypatch: Any, module: Any, groups: int, pixels: Any, size: Any, how: Any
):
    for name, value in SMALL[module].items():
        monkeypatch.setattr(module, name, value)
    geometry = conv_geometry("size", size, pixels, **how)
    rng = np.random.default_rng(6)
    x, weight = numbers(rng, (3, 3 * groups, *pixels)), numbers(rng, (2 * groups, 3, *size))
    grad = numbers(rng, (3, 2 * groups, *geometry.output_shape))
    out, right = np.full((2, *grad.shape), np.nan)
    module.forward(x, weight, out, geometry)
    loops.forward(x, weight, right, geometry)
    np.testing.assert_allclose(out, right, rtol=0, atol=1e-9)
    gradient, expected = np.full((2, *weight.shape), np.nan)
    module.weight_gradient(grad, x, gradient, geometry)
    monkeypatch.undo()
    im2col.weight_gradient(grad, x, expected, geometry)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-9)


def test_images_that_must_be_copied_are_copied_some_at_a_time(monkeypatch: Any):
    monkeypatch.setattr("convbook.engine.staging.COPIED", 1)
    rng = np.random.default_rng(7)
    x, weight = numbers(rng, (5, 2, 6, 7)), numbers(rng, (3, 2, 3, 3))
    right = conv(x, weight, stride=2, padding=1)
    grad = numbers(rng, right.shape)
    gradients = conv_backward(grad, x, weight, stride=2, padding=1)
    turned = np.asfortranarray(x)
    out = conv(turned, weight, stride=2, padding=1)
    np.testing.assert_allclose(out, right, rtol=0, atol=1e-12)
    ours = conv_backward(np.asfortranarray(grad), turned, weight, stride=2, padding=1)
    for gradient, expected in zip(ours, gradients, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-11)
    wrapped = conv(np.pad(x, [(0, 0), (0, 0), (1, 1), (1, 1)], "wrap"), weight)
    out = conv(x, weight, padding=1, padding_mode="circular")
    np.testing.assert_allclose(out, wrapped, rtol=0, atol=1e-12)


def test_without_scipy_the_transforms_are_numpys(monkeypatch: Any):
    rng = np.random.default_rng(8)
    x, weight = numbers(rng, (2, 2, 30), np.float32), numbers(rng, (2, 2, 9), np.float32)
    right = conv(x, weight, method="fft")
    monkeypatch.setitem(sys.modules, "scipy.fft", None)
    out = conv(x, weight, method="fft")
    np.testing.assert_allclose(out, right, rtol=0, atol=1e-5 * abs(right).max(), strict=True)


@pytest.mark.parametrize(
    ("shape", "weight_shape", "how"),
    [
        ((1, 16, 600, 600), (16, 16, 3, 3), {"padding": 1}),
        ((1, 3, 900, 900), (16, 3, 5, 5), {"stride": 2}),
        ((1, 1, 1500, 1500), (1, 1, 31, 31), {}),
        ((1, 1, 3_000_000), (1, 1, 255), {}),
        ((8, 32, 150, 150), (32, 1, 3, 3), {"groups": 32}),
        ((1, 32, 400, 400), (2, 32, 5, 5), {}),
    ],
    ids=str,
)
def test_little_memory_is_taken(shape: Any, weight_shape: Any, how: Any):
    x, weight = np.ones(shape, np.float32), np.ones(weight_shape, np.float32)
    out = conv(x, weight, **how)
    for run in (
        lambda: [conv(x, weight, **how)],
        lambda: conv_backward(out, x, weight, **how),
    ):
        tracemalloc.start()
        results = run()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak - sum(result.nbytes for result in results) < 12 * 2**20
