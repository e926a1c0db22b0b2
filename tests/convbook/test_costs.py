"""Costs equal what PyTorch's layers hold and what a count of their products gives."""

import math
import re
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from convbook.costs import (
    Cost,
    batch_norm_cost,
    conv_cost,
    conv_transpose_cost,
    dense_cost,
    locally_connected_cost,
    pool_cost,
    separable_cost,
)


def counted(layer: Any, shape: tuple[int, ...], itemsize: int = 4) -> Cost:
    """Shape, parameters and multiply-adds as PyTorch counts them."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        output = layer(torch.zeros(shape))
    parameters = sum(p.numel() for p in layer.parameters())
    entries = math.prod(shape) + output.numel() + parameters
    return Cost(tuple(output.shape), parameters, counter.get_total_flops() // 2, entries * itemsize)


sizes = st.integers(1, 3)


@given(sizes, sizes, sizes, sizes, sizes, sizes, st.integers(0, 2), sizes, st.booleans())
def test_a_convolution(
    n: int, c: int, c_out: int, s: int, stride: int, dilation: int, p: int, groups: int, bias: bool
):
    shape = (n, c * groups, 9, 8)
    layer = nn.Conv2d(
        c * groups, c_out * groups, (s, 2), stride, (p, 0), (dilation, 1), groups, bias
    )
    cost = conv_cost(shape, c_out * groups, (s, 2), stride, (p, 0), (dilation, 1), groups, bias)
    assert cost == counted(layer, shape)


@given(sizes, sizes, sizes, sizes, sizes, sizes, st.booleans())
def test_a_transposed_convolution(
    n: int, c: int, c_out: int, s: int, stride: int, groups: int, bias: bool
):
    shape = (n, c * groups, 4, 3)
    layer = nn.ConvTranspose2d(
        c * groups, c_out * groups, s, stride, 0, stride - 1, groups=groups, bias=bias
    )
    cost = conv_transpose_cost(
        shape, c_out * groups, s, stride, 0, stride - 1, groups=groups, bias=bias
    )
    assert cost == counted(layer, shape)


@pytest.mark.parametrize("bias", [True, False])
def test_a_dense_layer_in_float64(bias: bool):
    expected = counted(nn.Linear(7, 3, bias), (5, 7), itemsize=8)
    assert dense_cost((5, 7), 3, bias, itemsize=8) == expected


def test_a_separable_layer_is_its_two_parts():
    layer = nn.Sequential(
        nn.Conv2d(6, 6, 3, 2, 1, groups=6, bias=False), nn.Conv2d(6, 10, 1, bias=False)
    )
    shape, between = (2, 6, 9, 8), 2 * 6 * 5 * 4
    expected = counted(layer, shape)
    assert separable_cost(shape, 10, 3, 2, 1) == expected._replace(
        bytes=expected.bytes + 2 * 4 * between
    )


def test_a_locally_connected_layer_has_a_kernel_for_each_position():
    shared = conv_cost((2, 3, 9, 8), 5, (3, 2), 2, 1, bias=True)
    local = locally_connected_cost((2, 3, 9, 8), 5, (3, 2), 2, 1, bias=True)
    positions = 5 * 5
    assert local[:3] == (shared.output, shared.parameters * positions, shared.multiply_adds)
    assert local.bytes - shared.bytes == 4 * shared.parameters * (positions - 1)


def test_pooling_and_normalising():
    layer = nn.MaxPool2d((3, 2), (2, 1), (1, 0), ceil_mode=True)
    cost = pool_cost((2, 3, 8, 7), (3, 2), (2, 1), (1, 0), ceil_mode=True)
    expected = counted(layer, (2, 3, 8, 7))
    assert cost == expected._replace(multiply_adds=6 * math.prod(expected.output))
    norm = counted(nn.BatchNorm2d(3), (2, 3, 8, 7))
    assert batch_norm_cost((2, 3, 8, 7)) == norm._replace(multiply_adds=2 * 3 * 8 * 7)


def test_intensity_is_products_for_each_byte():
    assert Cost((1,), 0, 6, 4).intensity == 1.5
    wide, deep = conv_cost((1, 64, 56, 56), 64, 3, padding=1), conv_cost((1, 64, 56, 56), 64, 1)
    assert wide.intensity > deep.intensity


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (
            conv_cost,
            ((3, 4), 5, 3),
            "shape must be (n, c, pixels of one or more axes); it is (3, 4)",
        ),
        (conv_cost, ((1, 3, 4), 0, 3), "c_out must be an integer of at least 1; it is 0"),
        (
            conv_cost,
            ((1, 3, 4), 2, 5),
            "kernel_size must be at least 1 and fit in the padded size (4,); it is (5,)",
        ),
        (dense_cost, ((1, 2, 3), 4), "shape must be one integer of at least 0 or 2 of them; "),
        (
            conv_cost,
            ((1, 3, 4), 3, 3, 1, 0, 1, 2),
            "groups must divide the 3 channels of the input and the 3 of the output; it is 2",
        ),
    ],
)
def test_what_costs_refuse(function: Any, arguments: Any, message: str):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        function(*arguments)
