"""Arrays that are not quite NumPy's usual ones: masked, in another byte order, of PyTorch."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import convbook

X = np.arange(24.0).reshape(1, 2, 3, 4) - 11
W = np.arange(8.0).reshape(1, 2, 2, 2) - 3

# Each takes an array through one of its arguments.
CALLS: dict[str, Callable[[Any], Any]] = {
    "adaptive_max_pool": lambda x: convbook.adaptive_max_pool(x, 2),
    "avg_pool": lambda x: convbook.avg_pool(x, 2),
    "batch_norm": lambda x: convbook.batch_norm(x).out,
    "blur_pool": lambda x: convbook.blur_pool(x),
    "conv2d": lambda x: convbook.conv2d(x, W),
    "conv_backward": lambda x: convbook.conv_backward(x[:, :1, :2, :3], X, W).weight,
    "conv_transpose": lambda x: convbook.conv_transpose(x, W.swapaxes(0, 1)),
    "dense": lambda x: convbook.dense(x[0, 0], np.ones((2, 4))),
    "global_max_pool": lambda x: convbook.global_max_pool(x),
    "max_pool": lambda x: convbook.max_pool(x, 2),
    "pad": lambda x: convbook.pad(x, 1, mode="replicate"),
    "relu": lambda x: convbook.relu(x),
    "softmax": lambda x: convbook.softmax(x[0, 0]),
    "toeplitz_matrix": lambda x: convbook.toeplitz_matrix(x[0, 0], (5, 6)),
    "unfold": lambda x: convbook.unfold(x, 2),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4"])
def test_results_of_another_byte_order_are_in_the_native_one(name: str, dtype: str):
    native, foreign = X.astype(f"={dtype}"), X.astype(f">{dtype}")
    found, expected = CALLS[name](foreign), CALLS[name](native)
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("name", CALLS)
def test_masks_are_refused_for_nobody_looks_at_them(name: str):
    with pytest.raises(TypeError, match=r"^\w+ must not be a masked array, .*\.filled\(0\)$"):
        CALLS[name](np.ma.masked_array(X, mask=X > 3))


def test_a_tensor_is_an_array_unless_it_requires_a_gradient():
    out = convbook.conv2d(torch.tensor(X), W)
    np.testing.assert_array_equal(out, convbook.conv2d(X, W), strict=True)
    message = "x must be an array; this Tensor can't be one: Can't call numpy() on Tensor that"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}"):
        convbook.conv2d(torch.tensor(X, requires_grad=True), W)
