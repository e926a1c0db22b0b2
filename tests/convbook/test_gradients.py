"""The backward of every layer without parameters, by central differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from convbook import (
    adaptive_avg_pool,
    adaptive_avg_pool_backward,
    adaptive_max_pool,
    adaptive_max_pool_backward,
    avg_pool,
    avg_pool_backward,
    blur_pool,
    blur_pool_backward,
    global_avg_pool,
    global_avg_pool_backward,
    global_max_pool,
    global_max_pool_backward,
    max_pool,
    max_pool_backward,
    pad,
    pad_backward,
    relu,
    relu_backward,
)
from gradients import numerical_gradient

LAYERS: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[Any, ...]]] = {
    "max pooling": (max_pool, max_pool_backward, ((3, 2), (2, 1), (1, 0), (1, 2), True)),
    "average pooling": (avg_pool, avg_pool_backward, ((3, 2), 2, 1, True, False)),
    "adaptive max pooling": (adaptive_max_pool, adaptive_max_pool_backward, ((3, 2),)),
    "adaptive average pooling": (adaptive_avg_pool, adaptive_avg_pool_backward, ((2, 3),)),
    "global max pooling": (global_max_pool, global_max_pool_backward, ()),
    "global average pooling": (global_avg_pool, global_avg_pool_backward, ()),
    "blur-pool": (blur_pool, blur_pool_backward, (4, (2, 1), "reflect")),
    "ReLU": (relu, relu_backward, ()),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_backward_is_the_numerical_gradient(layer: str):
    forward, backward, options = LAYERS[layer]
    rng = np.random.default_rng(0)
    # No two numbers are nearer to each other, or to 0, than the steps that are taken.
    x = (rng.permutation(2 * 2 * 5 * 4).reshape(2, 2, 5, 4) - 39.5) / 10
    grad = rng.uniform(-9, 9, forward(x, *options).shape)
    expected = numerical_gradient(lambda v: float((forward(v, *options) * grad).sum()), x)
    np.testing.assert_allclose(backward(grad, x, *options), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_padding_goes_back_along_the_numerical_gradient(mode: Any):
    rng = np.random.default_rng(0)
    x, pairs = rng.uniform(-9, 9, (2, 4, 3)), ((3, 1), (0, 2))
    grad = rng.uniform(-9, 9, pad(x, pairs, 5.0, mode=mode).shape)

    def loss(v: Any) -> float:
        return float((pad(v, pairs, 5.0, mode=mode) * grad).sum())

    expected = numerical_gradient(loss, x)
    np.testing.assert_allclose(pad_backward(grad, pairs, mode=mode), expected, rtol=0, atol=1e-6)
