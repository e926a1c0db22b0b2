"""Layers of random shapes, filled with small whole numbers, and what PyTorch makes of them.

Sums of products of small whole numbers are exact in every dtype, so results are equal or wrong.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from hypothesis import strategies as st

from convbook.engine import cuda
from convbook.geometry import ConvGeometry, conv_geometry


class Convolution(NamedTuple):
    """Arguments of a convolution, and its results."""

    geometry: ConvGeometry
    x: Any
    weight: Any
    bias: Any
    grad: Any
    out: Any
    input_gradient: Any
    weight_gradient: Any


class Variant(NamedTuple):
    """What kernels are compiled for."""

    size: tuple[int, ...]
    stride: tuple[int, ...] = (1, 1)
    dilation: tuple[int, ...] = (1, 1)


def whole(rng: np.random.Generator, shape: tuple[int, ...], dtype: str, most: int = 3) -> Any:
    return rng.integers(-most, most, shape, endpoint=True).astype(dtype)


@st.composite
def layers(draw: Any, variant: Variant, channels: int = 5, images: int = 3) -> dict[str, Any]:
    """Arguments of `convolution`: an image in which the kernel fits at least once."""
    pairs, pixels = [], []
    for size, dilation in zip(variant.size, variant.dilation, strict=True):
        pair = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
        least = max(1, 1 + (size - 1) * dilation - sum(pair))
        pairs.append(pair)
        pixels.append(draw(st.integers(least, least + 9)))
    return {
        "shape": (draw(st.integers(0, images)), *pixels),
        "groups": draw(st.integers(1, 3)),
        "c_group": draw(st.integers(1, channels)),
        "c_out_group": draw(st.integers(1, channels)),
        "padding": pairs,
        "seed": draw(st.integers(0, 99)),
    }


def convolution(
    variant: Variant,
    dtype: str,
    shape: tuple[int, ...],
    groups: int,
    c_group: int,
    c_out_group: int,
    padding: list[tuple[int, int]],
    seed: int = 0,
) -> Convolution:
    """A convolution on images of `shape` (n, pixels) in whole numbers, as PyTorch computes it."""
    rng, (n, *pixels) = np.random.default_rng(seed), shape
    geometry = conv_geometry(
        "weight", variant.size, tuple(pixels), variant.stride, padding, variant.dilation
    )
    x = whole(rng, (n, c_group * groups, *pixels), dtype)
    weight = whole(rng, (c_out_group * groups, c_group, *variant.size), dtype)
    bias = whole(rng, weight.shape[:1], dtype)
    grad = whole(rng, (n, len(weight), *geometry.output_shape), dtype)
    tx, tw = (torch.tensor(a.astype("float64"), requires_grad=True) for a in (x, weight))
    around = [number for pair in reversed(padding) for number in pair]
    layer = (torch.nn.functional.conv1d, torch.nn.functional.conv2d)[len(pixels) - 1]
    out = layer(
        torch.nn.functional.pad(tx, around),
        tw,
        torch.tensor(bias.astype("float64")),
        variant.stride,
        0,
        variant.dilation,
        groups,
    )
    out.backward(torch.tensor(grad.astype("float64")))
    results = (np.asarray(tensor.detach().numpy(), dtype) for tensor in (out, tx.grad, tw.grad))
    return Convolution(geometry, x, weight, bias, grad, *results)


def check(given: Convolution, precision: Any = "full") -> None:
    """All three passes, into arrays full of NaN."""
    geometry, x, weight = given.geometry, given.x, given.weight
    out = np.full(given.out.shape, np.nan, x.dtype)
    cuda.forward(x, weight, out, geometry, given.bias, precision)
    np.testing.assert_array_equal(out, given.out)
    cuda.forward(x, weight, out, geometry, precision=precision)
    without = given.out - given.bias.reshape(-1, *(1,) * len(geometry.input_shape))
    np.testing.assert_array_equal(out, without)
    found = np.full(x.shape, np.nan, x.dtype)
    cuda.input_gradient(given.grad, weight, found, geometry, precision)
    np.testing.assert_array_equal(found, given.input_gradient)
    found = np.full(weight.shape, np.nan, x.dtype)
    cuda.weight_gradient(given.grad, x, found, geometry, precision)
    np.testing.assert_array_equal(found, given.weight_gradient)
