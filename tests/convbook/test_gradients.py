"""The backward of every layer without parameters, by central differences."""

from typing import Any

import numpy as np
import pytest
from gradients import numerical_gradient

import convbook
from convbook import pad, pad_backward

# Each layer, and the arguments after the image.
LAYERS: dict[str, tuple[Any, ...]] = {
    "max_pool": ((3, 2), (2, 1), (1, 0), (1, 2), True),
    "avg_pool": ((3, 2), 2, 1, True, False),
    "adaptive_max_pool": ((3, 2),),
    "adaptive_avg_pool": ((2, 3),),
    "global_max_pool": (),
    "global_avg_pool": (),
    "blur_pool": (4, (2, 1), "reflect"),
    "relu": (),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_backward_is_the_numerical_gradient(layer: str):
    forward, backward = getattr(convbook, layer), getattr(convbook, f"{layer}_backward")
    options = LAYERS[layer]
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
