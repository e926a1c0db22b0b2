"""Sizes and counts agree with counting by hand and with PyTorch's layers."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from convbook import (
    conv_parameters,
    dense,
    dense_parameters,
    locally_connected,
    locally_connected_parameters,
    output_size,
)
from convbook.geometry import (
    Window,
    padding_pairs,
    receptive_field,
    receptive_fields,
    same_padding,
    support,
    transposed_size,
)

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
        (
            (4, 3, -1),
            ValueError,
            "padding must be one integer of at least 0 or a pair of them; it is -1",
        ),
        ((4.0, 3), TypeError, "n must be an integer of at least 0; it is 4.0"),
        ((4, (3, 3)), TypeError, "s must be an integer of at least 1; it is (3, 3)"),
        ((4, "3"), TypeError, "s must be an integer of at least 1; it is '3'"),
    ],
)
def test_output_size_refuses(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        output_size(*arguments)


@given(
    st.integers(1, 12),
    st.integers(1, 4),
    st.integers(0, 3),
    st.integers(1, 4),
    st.integers(1, 3),
    st.booleans(),
)
def test_sizes_equal_pytorchs(
    n: int, s: int, padding: int, stride: int, dilation: int, ceil_mode: bool
):
    assume(padding <= s // 2 and support(s, dilation) <= n + 2 * padding)
    pooled = torch.max_pool1d(torch.zeros(1, 1, n), s, stride, padding, dilation, ceil_mode)
    size = output_size(n, s, padding, stride, dilation, ceil_mode)
    assert size == pooled.shape[-1]
    assert output_size(n, s, (padding, padding), stride, dilation, ceil_mode) == size


@given(st.integers(1, 9), st.integers(1, 5), st.integers(1, 3))
def test_same_keeps_the_size_and_valid_adds_nothing(n: int, s: int, dilation: int):
    before, after = same_padding(s, dilation)
    assert after - before in (0, 1)
    assert output_size(n, s, "same", 1, dilation) == n
    assert before + after == support(s, dilation) - 1
    fits = n + support(s, dilation) - 1
    assert output_size(fits, s, "valid", 1, dilation) == n


@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(0, 2),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_transposed_size_equals_pytorchs(
    n: int, s: int, padding: int, stride: int, dilation: int, more: int
):
    assume(more < max(stride, dilation))
    assume((n - 1) * stride - 2 * padding + support(s, dilation) + more >= 1)
    out = torch.conv_transpose1d(
        torch.zeros(1, 1, n),
        torch.zeros(1, 1, s),
        None,
        stride,
        padding,
        more,
        1,
        dilation,
    )
    assert transposed_size(n, s, padding, stride, dilation, more) == out.shape[-1]


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 3)),
        max_size=4,
    )
)
def test_receptive_fields_are_the_pixels_that_matter(stack: list[tuple[int, ...]]):
    fields = receptive_fields(stack)
    assert receptive_field(stack) == (fields[-1] if stack else (1, 1, 0))
    for depth, (size, jump, start) in enumerate(fields, 1):
        # Walk down from output i to the first and last pixel that it sees.
        for i in (0, 2):
            first = last = i
            for s, stride, padding, dilation in reversed(stack[:depth]):
                first = first * stride - padding
                last = last * stride - padding + (s - 1) * dilation
            assert (first, last - first + 1) == (start + i * jump, size)


def test_receptive_fields_known_from_the_literature():
    vgg = [(3, 1, 1), (3, 1, 1), (2, 2)] * 2 + ([(3, 1, 1)] * 3 + [(2, 2)]) * 3
    assert receptive_field(vgg).size == 212
    resnet_stem = [(7, 2, 3), (3, 2, 1)]
    assert receptive_field(resnet_stem) == (11, 4, -5)
    assert receptive_field([Window(3, dilation=2**i) for i in range(4)]).size == 31


@pytest.mark.parametrize(
    ("function", "arguments", "error", "message"),
    [
        (support, (3, 0), ValueError, "dilation must be an integer of at least 1; it is 0"),
        (
            output_size,
            (4, 3, 0, 1, 2),
            ValueError,
            "s must be at most the padded size 4; it is 3 with dilation 2, a support of 5",
        ),
        (
            output_size,
            (4, 3, "same", 2),
            ValueError,
            "stride must be 1 for padding 'same'; it is (2,)",
        ),
        (
            output_size,
            (4, 3, "full"),
            ValueError,
            "padding must be 'same', 'valid' or numbers; it is 'full'",
        ),
        (output_size, (4, 3, 0, 0), ValueError, "stride must be an integer of at least 1; it is 0"),
        (
            output_size,
            (4, 3, 0, 1, 1, None),
            TypeError,
            "ceil_mode must be True or False; it is None",
        ),
        (
            transposed_size,
            (1, 1, 1),
            ValueError,
            "padding must leave at least one pixel; with 1 it leaves -1",
        ),
        (
            receptive_field,
            ([(3,), (3, 1, 1, 1, 1)],),
            ValueError,
            "layer 1 of stack must be (s, stride, padding, dilation), of which all but s may be "
            "left out; it is (3, 1, 1, 1, 1)",
        ),
        (
            receptive_fields,
            ([(3, 0)],),
            ValueError,
            "stride of layer 0 must be an integer of at least 1; it is 0",
        ),
        (
            conv_parameters,
            (6, 4, 3, False, 3),
            ValueError,
            "groups must divide the 6 channels of the input and the 4 of the output; it is 3",
        ),
        (
            padding_pairs,
            ([(1, 2, 3), 1], (3, 3)),
            ValueError,
            "padding must be one integer of at least 0 or 2 integers or pairs; "
            "it is [(1, 2, 3), 1]",
        ),
    ],
)
def test_what_geometry_refuses(function: Any, arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        function(*arguments)


@pytest.mark.parametrize(
    ("padding", "pairs"),
    [
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        (((1, 2), 3), ((1, 2), (3, 3))),
        (np.array([[1, 2], [0, 3]]), ((1, 2), (0, 3))),
        ("valid", ((0, 0), (0, 0))),
        ("same", ((1, 1), (2, 3))),
    ],
)
def test_padding_in_every_form(padding: Any, pairs: Any):
    assert padding_pairs(padding, (3, 6)) == pairs
    assert padding_pairs("same", (3, 6), (1, 1), (2, 3)) == ((2, 2), (7, 8))
