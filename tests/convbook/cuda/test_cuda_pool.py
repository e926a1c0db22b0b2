"""The pooling kernels, run by this processor, make what PyTorch makes."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from references import Variant, whole

from convbook.engine import cuda
from convbook.geometry import ConvGeometry, conv_geometry

pytestmark = pytest.mark.usefixtures("emulated")

VARIANTS = [
    Variant((2, 2), (2, 2)),
    Variant((3, 3), (2, 2)),
    Variant((3, 2), (1, 3)),
    Variant((2, 3), (3, 1), (2, 3)),
    Variant((1, 5), (1, 2)),
    Variant((9, 1), (4, 1)),
]


def sees_a_pixel(size: int, step: int, pair: Any, gap: int, pixels: int, positions: int) -> bool:
    """Whether every window along an axis sees one: PyTorch answers nonsense where one doesn't."""
    starts = [position * step - pair[0] for position in range(positions)]
    return all(any(0 <= at + i * gap < pixels for i in range(size)) for at in starts)


@st.composite
def windows(draw: Any, variant: Variant) -> tuple[ConvGeometry, tuple[int, int, int], bool]:
    """How windows lie on an image, its images, channels and seed, and whether ceil_mode is on."""
    padding = tuple(draw(st.integers(0, size // 2)) for size in variant.size)
    pixels = tuple(
        max(1, 1 + (size - 1) * gap - 2 * pad) + draw(st.integers(0, 8))
        for size, gap, pad in zip(variant.size, variant.dilation, padding, strict=True)
    )
    ceil_mode = draw(st.booleans())
    geometry = conv_geometry(
        "kernel_size", variant.size, pixels, variant.stride, padding, variant.dilation, ceil_mode
    )
    assume(all(map(sees_a_pixel, *geometry)))
    return (
        geometry,
        draw(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(0, 99))),
        ceil_mode,
    )


CASES = [(variant, "float64") for variant in VARIANTS]
CASES += [(VARIANTS[1], "float16"), (VARIANTS[1], "float32")]


@pytest.mark.parametrize(("variant", "dtype"), CASES, ids=str)
@settings(max_examples=10)
@given(st.data())
def test_maxima_are_pytorchs(variant: Variant, dtype: str, data: Any):
    geometry, (n, c, seed), ceil_mode = data.draw(windows(variant))
    rng = np.random.default_rng(seed)
    x = whole(rng, (n, c, *geometry.input_shape), dtype)
    grad = whole(rng, (n, c, *geometry.output_shape), dtype)
    tx = torch.tensor(x.astype("float64"), requires_grad=True)
    padding = [before for before, _ in geometry.padding]
    out, indices = torch.nn.functional.max_pool2d(
        tx, geometry.kernel_size, geometry.stride, padding, geometry.dilation, ceil_mode, True
    )
    out.backward(torch.tensor(grad.astype("float64")))

    found, places = cuda.max_pool(x, geometry, True)
    np.testing.assert_array_equal(found, out.detach().numpy())
    np.testing.assert_array_equal(places, indices.numpy())
    assert (found.dtype, places.dtype) == (x.dtype, np.int64)
    alone, nothing = cuda.max_pool(x, geometry, False)
    np.testing.assert_array_equal(alone, found)
    assert nothing is None
    back = cuda.max_pool_backward(grad, places, geometry)
    np.testing.assert_array_equal(back, tx.grad.numpy())
    assert back.dtype == x.dtype


@pytest.mark.parametrize(
    ("variant", "dtype"), [c for c in CASES if c[0].dilation == (1, 1)], ids=str
)
@settings(max_examples=10)
@given(st.data())
def test_means_are_pytorchs(variant: Variant, dtype: str, data: Any):
    geometry, (n, c, seed), ceil_mode = data.draw(windows(variant))
    include = data.draw(st.booleans())
    rng = np.random.default_rng(seed)
    x = whole(rng, (n, c, *geometry.input_shape), dtype)
    grad = whole(rng, (n, c, *geometry.output_shape), dtype)
    tx = torch.tensor(x.astype("float64"), requires_grad=True)
    padding = [before for before, _ in geometry.padding]
    out = torch.nn.functional.avg_pool2d(
        tx, geometry.kernel_size, geometry.stride, padding, ceil_mode, include
    )
    out.backward(torch.tensor(grad.astype("float64")))

    # Whole numbers have an exact sum, and its quotient is rounded once.
    found = cuda.avg_pool(x, geometry, include)
    np.testing.assert_array_equal(found, out.detach().numpy().astype(dtype))
    back = cuda.avg_pool_backward(grad, geometry, include)
    tolerance = 20 * np.finfo(dtype).eps
    np.testing.assert_allclose(back, tx.grad.numpy(), rtol=tolerance, atol=tolerance)
    assert found.dtype == back.dtype == x.dtype


def test_nan_wins_and_so_does_the_first_of_equals():
    x = np.array([[[-np.inf, -np.inf, 1, 1, np.nan, np.nan, 9, np.inf]]], "float32")
    out, indices = cuda.max_pool(x, conv_geometry("kernel_size", 2, (8,), 1), True)
    np.testing.assert_array_equal(out[0, 0], [-np.inf, 1, 1, np.nan, np.nan, np.nan, np.inf])
    np.testing.assert_array_equal(indices[0, 0], [0, 2, 2, 4, 4, 5, 7])


def test_signals_and_uneven_padding():
    x = np.arange(1.0, 6.0).reshape(1, 1, 5)
    geometry = conv_geometry("kernel_size", 3, (5,), 2, [(0, 1)], ceil_mode=True)
    np.testing.assert_array_equal(cuda.avg_pool(x, geometry, False), [[[2, 4, 5]]])
    np.testing.assert_array_equal(cuda.avg_pool(x, geometry, True), [[[2, 4, 2.5]]])
    geometry = conv_geometry("kernel_size", 3, (5,), 2, [(2, 1)])
    np.testing.assert_allclose(cuda.avg_pool(x, geometry, True), [[[1 / 3, 2, 4]]])
    np.testing.assert_array_equal(cuda.avg_pool(x, geometry, False), [[[1, 2, 4]]])
    np.testing.assert_array_equal(cuda.max_pool(x[..., ::-1], geometry, False)[0], [[[5, 5, 3]]])


def test_what_is_refused():
    geometry = conv_geometry("kernel_size", 2, (4, 4))
    with pytest.raises(ValueError, match="'cuda' can't compute this layer: its kernels take"):
        cuda.max_pool(np.ones((1, 1, 4, 4), int), geometry, True)
    with pytest.raises(ValueError, match="take one or two axes of pixels, not 3"):
        cuda.avg_pool(np.ones((1, 1, 4, 4, 4)), conv_geometry("kernel_size", 2, (4, 4, 4)), True)
