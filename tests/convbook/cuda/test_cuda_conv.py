"""The convolution kernels, run by this processor, make of whole numbers what PyTorch makes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import Variant, check, convolution, layers

import convbook.engine.cuda.conv
from convbook.engine import cuda
from convbook.engine.cuda.grid import parts_of
from convbook.geometry import conv_geometry

pytestmark = pytest.mark.usefixtures("emulated")

VARIANTS = [
    Variant((1, 1)),
    Variant((3, 3)),
    Variant((1, 1), (2, 2)),
    Variant((3, 3), (2, 2)),
    Variant((2, 5), (1, 3)),
    Variant((4, 1), (3, 2), (2, 3)),
    Variant((3, 3), (1, 1), (2, 2)),
    Variant((3, 2), (2, 4), (2, 2)),
    Variant((3, 4), (6, 4), (4, 6)),
    Variant((7, 7), (2, 2)),
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@settings(max_examples=10)
@given(st.data())
def test_three_passes_are_pytorchs(variant: Variant, data: Any):
    check(convolution(variant, "float64", **data.draw(layers(variant))))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("variant", [Variant((3, 3)), Variant((2, 3), (2, 1), (1, 3))], ids=str)
@settings(max_examples=5)
@given(st.data())
def test_in_every_dtype(variant: Variant, dtype: str, data: Any):
    check(convolution(variant, dtype, **data.draw(layers(variant))))


@pytest.mark.parametrize("tile", convbook.engine.cuda.conv.TILES, ids=str)
@pytest.mark.parametrize("precision", ["full", "tf32"])
@pytest.mark.parametrize("channels", [1, 31, 64, 129])
def test_with_every_tile(tile: Any, channels: int, precision: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(convbook.engine.cuda.conv, "_tile", lambda *_: tile)
    shape, padding = (2, 9, 8), [(1, 1), (0, 2)]
    check(convolution(Variant((3, 3)), "float32", shape, 1, 3, channels, padding), precision)
    check(convolution(Variant((3, 3)), "float32", shape, 1, channels, 2, padding), precision)


@settings(max_examples=10)
@given(st.data())
def test_whole_numbers_are_exact_in_tf32(data: Any):
    variant = Variant((2, 3), (2, 1), (1, 3))
    check(convolution(variant, "float32", **data.draw(layers(variant, channels=9))), "tf32")


def test_tf32_rounds_factors_to_10_bits_and_full_does_not():
    x = np.array([1 + 2**-11, 1 + 2**-12, -1 - 2**-11, 1 - 2**-12], "float32").reshape(1, 1, 1, 4)
    weight, geometry = np.ones((1, 1, 1, 1), "float32"), conv_geometry("weight", 1, (1, 4))
    out = np.empty_like(x)
    cuda.forward(x, weight, out, geometry, precision="tf32")
    np.testing.assert_array_equal(out.reshape(-1), [1 + 2**-10, 1, -1 - 2**-10, 1])
    cuda.forward(x, weight, out, geometry)
    np.testing.assert_array_equal(out, x)


@settings(max_examples=10)
@given(st.data())
def test_signals(data: Any):
    variant = Variant((3,), (2,), (3,))
    check(convolution(variant, "float32", **data.draw(layers(variant))))


def test_a_sum_in_many_parts():
    """More positions than one part of the weight gradient takes, and no multiple of it."""
    assert parts_of(2 * 37 * 31, 1, 18)[0] > 4
    check(convolution(Variant((3, 3)), "float32", (2, 37, 31), 1, 2, 1, [(1, 1), (1, 1)]))


def test_parts_cover_every_term_and_none_is_empty():
    for terms in [1, 255, 256, 257, 10_000, 64 * 112 * 112]:
        for blocks in [1, 3, 100, 5000]:
            parts, of_part = parts_of(terms, blocks, 9)
            assert (parts - 1) * of_part < terms <= parts * of_part


def test_inputs_in_any_order_of_memory():
    given = convolution(Variant((3, 3)), "float32", (2, 6, 7), 1, 3, 4, [(1, 1), (1, 1)])
    turned = given._replace(
        **{name: np.asfortranarray(getattr(given, name)) for name in ("x", "weight", "grad")}
    )
    for name in ("x", "weight", "grad"):
        getattr(turned, name).flags.writeable = False
    check(turned)


def test_without_channels_the_bias_is_left():
    x, weight, bias = np.ones((2, 0, 4, 4)), np.ones((3, 0, 2, 2)), np.array([1.0, 2, 3])
    out = np.empty((2, 3, 3, 3))
    cuda.forward(x, weight, out, conv_geometry("weight", 2, (4, 4)), bias)
    np.testing.assert_array_equal(out, np.broadcast_to(bias.reshape(3, 1, 1), out.shape))


def test_what_is_refused():
    given = convolution(Variant((3, 3)), "float32", (1, 5, 5), 1, 1, 1, [(0, 0), (0, 0)])
    with pytest.raises(ValueError, match=r"take float16, float32, float64, not int64$"):
        cuda.forward(given.x.astype(int), given.weight, given.out, given.geometry)
    with pytest.raises(ValueError, match=r"^out must lie row by row in memory$"):
        cuda.forward(given.x, given.weight, np.empty((1, 1, 6, 3), "f")[:, :, ::2], given.geometry)
    double = given.x.astype("float64")
    with pytest.raises(ValueError, match=r"^precision 'tf32' is for float32; .* are float64$"):
        cuda.forward(double, double, double, given.geometry, precision="tf32")
    with pytest.raises(ValueError, match=r"^precision must be 'full' or 'tf32'; it is 'half'$"):
        cuda.weight_gradient(given.grad, given.x, given.weight, given.geometry, precision="half")
    three = given.geometry._replace(kernel_size=(1, 3, 3))
    assert cuda.refusal(given.x.dtype, three) == (
        "its kernels take one or two axes of pixels, not 3"
    )
    assert cuda.refusal(given.x.dtype, given.geometry) is None
