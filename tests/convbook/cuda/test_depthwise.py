"""The depthwise kernels, run by this processor, make of whole numbers what PyTorch makes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from references import Variant, check, convolution, layers

pytestmark = pytest.mark.usefixtures("emulated")

VARIANTS = [
    Variant((3, 3)),
    Variant((3, 3), (2, 2)),
    Variant((5, 2), (1, 1), (2, 3)),
    Variant((2, 4), (3, 2), (2, 4)),
    Variant((8, 7)),
    Variant((3, 18), (2, 1)),
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
@pytest.mark.parametrize("times", [1, 3])
@settings(max_examples=8)
@given(st.data())
def test_three_passes_are_pytorchs(variant: Variant, times: int, data: Any):
    arguments = data.draw(layers(variant)) | {"c_group": 1, "c_out_group": times}
    arguments["groups"] += 1
    check(convolution(variant, "float64", **arguments))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_in_every_dtype(dtype: str):
    check(convolution(Variant((3, 3)), dtype, (2, 7, 6), 5, 1, 1, [(1, 1), (1, 1)]))
    check(convolution(Variant((3, 3), (2, 2)), dtype, (2, 7, 6), 5, 1, 2, [(1, 1), (0, 1)]))


def test_a_sum_in_many_parts():
    check(convolution(Variant((3, 3)), "float32", (3, 37, 31), 2, 1, 1, [(1, 1), (1, 1)]))


def test_signals():
    check(convolution(Variant((5,), (2,), (3,)), "float32", (2, 30), 3, 1, 2, [(1, 4)]))
