"""The backward of layers without parameters, by central differences; the dtype of every one."""

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


# Every backward: the shapes of its arrays, and the arguments after them.
BACKWARD: dict[str, tuple[list[tuple[int, ...]], tuple[Any, ...]]] = {
    "adaptive_avg_pool_backward": ([(2, 3, 2, 3), (2, 3, 5, 4)], ((2, 3),)),
    "adaptive_max_pool_backward": ([(2, 3, 2, 3), (2, 3, 5, 4)], ((2, 3),)),
    "avg_pool_backward": ([(2, 3, 2, 2), (2, 3, 5, 4)], (2,)),
    "batch_norm_backward": ([(4, 3), (4, 3)], ()),
    "blur_pool_backward": ([(2, 3, 3, 2), (2, 3, 5, 4)], ()),
    "conv_backward": ([(2, 4, 4, 3), (2, 3, 5, 4), (4, 3, 2, 2)], ()),
    "conv_transpose_backward": ([(2, 4, 6, 5), (2, 3, 5, 4), (3, 4, 2, 2)], ()),
    "dense_backward": ([(2, 4), (2, 3), (4, 3)], ()),
    "dropout_backward": ([(2, 3), (2, 3)], ()),
    "global_avg_pool_backward": ([(2, 3), (2, 3, 5, 4)], ()),
    "global_max_pool_backward": ([(2, 3), (2, 3, 5, 4)], ()),
    "locally_connected_backward": ([(2, 4, 3), (2, 3, 4), (3, 4, 3, 2)], ()),
    "max_pool_backward": ([(2, 3, 2, 2), (2, 3, 5, 4)], (2,)),
    "pad_backward": ([(2, 3, 5, 4)], (1,)),
    "relu_backward": ([(2, 3), (2, 3)], ()),
    "softmax_cross_entropy_backward": ([(2, 3)], ([0, 2],)),
}


def test_there_are_no_others():
    assert sorted(BACKWARD) == [name for name in convbook.__all__ if name.endswith("_backward")]


@pytest.mark.parametrize("name", BACKWARD)
@pytest.mark.parametrize(
    ("dtype", "out"),
    [("int64", "float64"), ("uint8", "float64"), ("bool", "float64"), ("float32", "float32")],
)
def test_gradients_are_floating(name: str, dtype: str, out: str):
    shapes, options = BACKWARD[name]
    rng = np.random.default_rng(1)
    least = -9 if dtype in ("int64", "float32") else 0
    arrays = [rng.integers(least, 9, shape).astype(dtype) for shape in shapes]
    backward = getattr(convbook, name)
    found = backward(*arrays, *options)
    right = backward(*(array.astype(out) for array in arrays), *options)
    named = isinstance(found, tuple)
    for gradient, expected in zip(found, right, strict=True) if named else [(found, right)]:
        assert gradient.dtype == out
        np.testing.assert_array_equal(gradient, expected, strict=True)
