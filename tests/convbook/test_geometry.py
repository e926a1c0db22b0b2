"""Sizes and counts agree with counting by hand and with PyTorch's layers."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from convbook import (
    conv_parameters,
    dense,
    dense_parameters,
    locally_connected,
    locally_connected_parameters,
    output_size,
)
from hypothesis import given
from hypothesis import strategies as st

small = st.integers(1, 4)


def weights_in(layer: torch.nn.Module) -> int:
    return sum(p.numel() for p in layer.parameters())


@given(st.integers(0, 30), st.integers(1, 12), st.integers(0, 6))
def test_output_size_counts_the_windows_that_fit(n: int, s: int, padding: int):
    padded = range(-padding, n + padding)
    count = sum(first + s - 1 in padded for first in padded)
    if count:
        assert output_size(n, s, padding) == count
    else:
        message = f"s must be at most the padded size {len(padded)}; it is {s}"
        with pytest.raises(ValueError, match=f"^{message}$"):
            output_size(n, s, padding)


@given(small, small, small, small, st.booleans())
def test_dense_parameters_are_those_of_linear(h: int, w: int, c: int, c_out: int, bias: bool):
    count = dense_parameters(h, w, c, c_out, bias)
    layer = torch.nn.Linear(h * w * c, h * w * c_out, bias=bias, device="meta")
    assert count == weights_in(layer)
    weight = np.zeros((h * w * c_out, h * w * c))
    assert dense(np.zeros((1, h * w * c)), weight).shape == (1, h * w * c_out)
    assert count == weight.size + bias * len(weight)


@given(small, small, st.integers(1, 9), st.booleans())
def test_conv_parameters_are_those_of_conv2d(c: int, c_out: int, s: int, bias: bool):
    layer = torch.nn.Conv2d(c, c_out, s, bias=bias, device="meta")
    assert conv_parameters(c, c_out, s, bias) == weights_in(layer)


@given(small, small, small, small, st.integers(0, 2), st.booleans())
def test_locally_connected_parameters_are_a_layers(
    h: int, w: int, c: int, c_out: int, k: int, bias: bool
):
    s = 2 * k + 1
    weight, b = np.zeros((h, w, c_out, c, s, s)), np.zeros((c_out, h, w))
    assert locally_connected(np.zeros((1, c, h, w)), weight, b, padding=k).shape == (1, c_out, h, w)
    count = locally_connected_parameters(h, w, c, c_out, s, bias)
    assert count == weight.size + bias * b.size


def test_the_counts_of_the_book():
    assert dense_parameters(256, 256, 3, 3) == 38_654_705_664
    assert dense_parameters(1024, 1024, 3, 3) == 9_895_604_649_984  # 9.9e12
    assert dense_parameters(1, 4, 1, 1) == 16
    assert locally_connected_parameters(256, 256, 3, 3, s=3) == 5_308_416
    assert conv_parameters(3, 3, s=3) == 81
    assert conv_parameters(64, 128, s=3) == 73_728
    assert 2 * conv_parameters(1, 1, s=3) == 18 < conv_parameters(1, 1, s=5) == 25


def test_numpy_integers_do_not_overflow():
    size = np.int32(1024)
    count = dense_parameters(size, size, np.int8(3), np.int8(3))
    assert count == 9_895_604_649_984
    assert type(count) is int
    assert type(output_size(np.int64(4), np.int64(3))) is int


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (dense_parameters, ["h", "w", "c", "c_out"]),
        (locally_connected_parameters, ["h", "w", "c", "c_out", "s"]),
        (conv_parameters, ["c", "c_out", "s"]),
    ],
)
@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)]
)
def test_a_bad_size_is_named(
    function: Callable[..., int], names: list[str], value: Any, error: type[Exception]
):
    for name in names:
        message = re.escape(f"{name} must be an integer of at least 1; it is {value!r}")
        with pytest.raises(error, match=f"^{message}$"):
            function(**{each: value if each == name else 2 for each in names})


@pytest.mark.parametrize(
    ("function", "names"),
    [(dense_parameters, 4), (locally_connected_parameters, 5), (conv_parameters, 3)],
)
def test_bias_is_true_or_false(function: Callable[..., int], names: int):
    with pytest.raises(TypeError, match=r"^bias must be True or False; it is 2$"):
        function(*[1] * names, bias=2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1, 1), ValueError, "n must be an integer of at least 0; it is -1"),
        ((4, 0), ValueError, "s must be an integer of at least 1; it is 0"),
        ((4, 3, -1), ValueError, "padding must be an integer of at least 0; it is -1"),
        ((4.0, 3), TypeError, "n must be an integer of at least 0; it is 4.0"),
        ((4, (3, 3)), TypeError, "s must be an integer of at least 1; it is (3, 3)"),
        ((4, "3"), TypeError, "s must be an integer of at least 1; it is '3'"),
    ],
)
def test_output_size_refuses(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        output_size(*arguments)
