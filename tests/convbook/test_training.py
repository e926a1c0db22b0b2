"""A small network trains with these layers alone: every forward has the backward that fits it."""

import math
from typing import Any

import numpy as np
from drawing import numbers
from gradients import numerical_gradient

from convbook import conv2d, conv_backward, dense
from convbook.data import digits
from convbook.layers.activations import dropout, dropout_backward, relu, relu_backward
from convbook.layers.dense import dense_backward
from convbook.layers.loss import softmax_cross_entropy, softmax_cross_entropy_backward
from convbook.layers.norm import batch_norm, batch_norm_backward
from convbook.layers.pool import avg_pool2d, avg_pool_backward, max_pool2d, max_pool_backward

Parameters = dict[str, Any]


def parameters(rng: Any, dtype: Any, pixels: int) -> Parameters:
    shapes = {"w1": (8, 1, 3, 3), "w2": (16, 8, 3, 3), "w3": (10, 16 * pixels)}
    weights = {
        name: (rng.standard_normal(shape) * math.sqrt(2 / math.prod(shape[1:]))).astype(dtype)
        for name, shape in shapes.items()
    }
    ones = {"gamma": np.ones(8, dtype), "beta": np.zeros(8, dtype), "b1": np.zeros(8, dtype)}
    return weights | ones | {"b2": np.zeros(16, dtype), "b3": np.zeros(10, dtype)}


def logits_of(p: Parameters, x: Any, running: Any, training: bool, rng: Any) -> tuple[Any, Any]:
    """What the network says of images, and all that its backward needs."""
    a1 = conv2d(x, p["w1"], p["b1"], padding=1)
    normal = batch_norm(
        a1,
        weight=p["gamma"],
        bias=p["beta"],
        running_mean=running[0],
        running_var=running[1],
        training=training,
    )
    h1 = max_pool2d(relu(normal.out), 2)
    a2 = conv2d(h1, p["w2"], p["b2"], padding=1)
    h2 = avg_pool2d(relu(a2), 2, ceil_mode=True).reshape(len(x), -1)
    h3, factors = dropout(h2, 0.1, training, rng=rng)
    return dense(h3, p["w3"], p["b3"]), (x, a1, normal, h1, a2, h3, factors)


def gradients(p: Parameters, seen: Any, labels: Any, logits: Any) -> Parameters:
    x, a1, normal, h1, a2, h3, factors = seen
    grad: Parameters = {}
    g = softmax_cross_entropy_backward(logits, labels)
    g, grad["w3"], grad["b3"] = dense_backward(g, h3, p["w3"])
    g = dropout_backward(g, factors).reshape(*a2.shape[:2], *(-(-n // 2) for n in a2.shape[2:]))
    g = avg_pool_backward(g, a2, 2, ceil_mode=True)
    g, grad["w2"], grad["b2"] = conv_backward(relu_backward(g, a2), h1, p["w2"], padding=1)
    g = relu_backward(max_pool_backward(g, relu(normal.out), 2), normal.out)
    g, grad["gamma"], grad["beta"] = batch_norm_backward(g, a1, weight=p["gamma"])
    _, grad["w1"], grad["b1"] = conv_backward(g, x, p["w1"], padding=1)
    return grad


def test_the_gradients_of_a_whole_network_by_central_differences():
    rng = np.random.default_rng(0)
    p, labels = parameters(rng, np.float64, 2 * 1), np.array([1, 9, 1])
    x = numbers(rng, (3, 1, 6, 4))
    logits, seen = logits_of(p, x, (None, None), True, np.random.default_rng(5))
    grad = gradients(p, seen, labels, logits)

    def loss(name: str, value: Any) -> float:
        moved = logits_of(p | {name: value}, x, (None, None), True, np.random.default_rng(5))[0]
        return float(softmax_cross_entropy(moved, labels))

    assert grad.keys() == p.keys()
    for name in ("w1", "gamma", "beta", "w3", "b3", "b2"):
        expected = numerical_gradient(lambda value, name=name: loss(name, value), p[name])
        np.testing.assert_allclose(grad[name], expected, rtol=1e-4, atol=1e-7, err_msg=name)


def test_a_small_network_learns_digits():
    rng = np.random.default_rng(0)
    x, y = digits()
    order = rng.permutation(len(x))
    train, test = order[:1400], order[1400:]
    p, running = parameters(rng, np.float32, 2 * 2), (None, None)
    momentum = {name: np.zeros_like(value) for name, value in p.items()}
    losses = []
    for _ in range(3):
        for start in range(0, len(train), 50):
            batch = train[start : start + 50]
            logits, seen = logits_of(p, x[batch], running, True, rng)
            running = seen[2][1:]
            losses.append(float(softmax_cross_entropy(logits, y[batch])))
            grad = gradients(p, seen, y[batch], logits)
            for name, value in grad.items():
                assert value.dtype == np.float32
                momentum[name] = 0.9 * momentum[name] + value
                p[name] = p[name] - np.float32(0.1) * momentum[name]
    guesses = logits_of(p, x[test], running, False, rng)[0].argmax(axis=1)
    assert np.mean(losses[:5]) > 1.8
    assert np.mean(losses[-28:]) < 0.5
    assert (guesses == y[test]).mean() > 0.93
