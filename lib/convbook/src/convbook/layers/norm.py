"""Batch normalisation: every channel with mean zero and variance one, then a scale and a shift.

Source: Ioffe and Szegedy, *Batch normalization*, 2015.
"""

import math
from typing import Any, NamedTuple

from numpy.typing import ArrayLike

from convbook.arguments import array_of, grad_of, short_repr, truth
from convbook.arrays import Array, Gradients, array_module, cast, floating, same_device


class Normalised(NamedTuple):
    """What `batch_norm` returns: its output, and the statistics to hand to the next call."""

    out: Array
    running_mean: Array
    running_var: Array


@same_device("x", "weight", "bias", "running_mean", "running_var")
def batch_norm(
    x: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    training: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Normalised:
    """Normalise every channel of `x`, then multiply it with `weight` and add `bias`.

    Shapes: `x` (n, c) or (n, c, pixels); `weight`, `bias` and the running statistics (c,). While
    training, mean and variance are those of the batch, `(x − mean) / √(var + eps)`, and the running
    ones move towards them by the fraction `momentum`: from 0 and 1 where they are None, and towards
    the unbiased variance, as in PyTorch. Otherwise the running ones are used, and returned as they
    are. Nothing is modified. Floats keep their dtype; integers give float64.
    Raises ValueError when the shapes do not fit, when a batch has a single number in each channel,
    and when there are no running statistics outside of training.

    >>> out, mean, var = batch_norm([[1.0], [3.0]])
    >>> out.round(4), mean, var
    (array([[-1.],
           [ 1.]]), array([0.2]), array([1.1]))
    >>> batch_norm([[2.2]], running_mean=mean, running_var=var, training=False).out.round(4)
    array([[1.9069]])
    """
    x, dtype = _check(x, training)
    running = _running(x, running_mean, running_var, training)
    momentum, eps = _between("momentum", momentum, 1.0), _between("eps", eps, math.inf)
    weight, bias = _spread("weight", weight, x), _spread("bias", bias, x)
    centred, inverse, (mean, var) = _centred(x, running, training, eps)
    out = centred * (inverse if weight is None else inverse * weight)
    if bias is not None:
        out = out + bias
    if training:
        # The batch is divided by its own variance, but the running one estimates that of all data.
        count = x.shape[0] * math.prod(x.shape[2:])
        new = mean, var * (count / (count - 1))
        running = tuple(r + momentum * (v - r) for r, v in zip(running, new, strict=True))
    return Normalised(cast(out, dtype), *(cast(r, dtype) for r in running))


@same_device("grad", "x", "weight", "running_mean", "running_var")
def batch_norm_backward(
    grad: ArrayLike,
    x: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    training: bool = True,
    eps: float = 1e-5,
) -> Gradients:
    """The gradients with respect to `x`, `weight` and `bias`, from `grad` at the output.

    While training, the batch's own mean and variance depend on every number of `x`, and what moves
    them moves all numbers of its channel.

    >>> grad_x, grad_weight, grad_bias = batch_norm_backward([[1.0], [1.0]], [[1.0], [3.0]])
    >>> grad_x, grad_weight, grad_bias
    (array([[0.],
           [0.]]), array([0.]), array([2.]))
    """
    x, dtype = _check(x, training)
    running = _running(x, running_mean, running_var, training)
    (grad,) = floating(grad_of(grad, x.shape))
    weight, eps = _spread("weight", weight, x), _between("eps", eps, math.inf)
    xp, axes = array_module(x), _axes(x)
    centred, inverse, _ = _centred(x, running, training, eps)
    normal, grad = centred * inverse, cast(grad, x.dtype)
    grad_weight, grad_bias = xp.sum(grad * normal, axis=axes), xp.sum(grad, axis=axes)
    if training:
        # What would move the mean, or the variance, has no effect: both parts are taken off.
        count = x.shape[0] * math.prod(x.shape[2:])
        shape = (1, -1, *(1,) * (x.ndim - 2))
        mean, slope = (xp.reshape(g, shape) / count for g in (grad_bias, grad_weight))
        grad = grad - mean - normal * slope
    scale = inverse if weight is None else inverse * weight
    return Gradients(*(cast(each, dtype) for each in (grad * scale, grad_weight, grad_bias)))


def _check(x: ArrayLike, training: bool) -> tuple[Array, Any]:
    """`x` wide enough for its sums, and the dtype that the layer returns."""
    x = array_of("x", x)
    if x.ndim < 2:
        raise ValueError(f"x must have shape (n, c) or (n, c, pixels); it has {x.shape}")
    if truth("training", training) and x.shape[0] * math.prod(x.shape[2:]) < 2:
        raise ValueError(
            "x must have more than one number in each channel while training; "
            f"its shape is {x.shape}"
        )
    (x,) = floating(x)  # sums of float16 lose digits
    return cast(x, array_module(x).result_type(x.dtype, array_module(x).float32)), x.dtype


def _running(x: Array, mean: Any, var: Any, training: bool) -> tuple[Array, ...]:
    given, xp = {"running_mean": mean, "running_var": var}, array_module(x)
    if not training:
        for name, value in given.items():
            if value is None:
                raise ValueError(f"{name} must be given when training is False; it is None")
    # PyTorch's start: the statistics of data that is normalised already.
    starts = xp.zeros(x.shape[1], dtype=x.dtype), xp.ones(x.shape[1], dtype=x.dtype)
    return tuple(
        start if value is None else _channels(name, value, x)
        for (name, value), start in zip(given.items(), starts, strict=True)
    )


def _channels(name: str, value: ArrayLike, x: Array) -> Array:
    """A number for each channel of `x`."""
    array = array_of(name, value)
    if array.shape != (x.shape[1],):
        raise ValueError(f"{name} must have shape ({x.shape[1]},); it has {array.shape}")
    return cast(array, x.dtype)


def _spread(name: str, value: ArrayLike | None, x: Array) -> Array | None:
    """A number for each channel of `x`, in the shape that meets all its pixels."""
    if value is None:
        return None
    numbers = _channels(name, value, x)
    spread: Array = array_module(x).reshape(numbers, (1, -1, *(1,) * (x.ndim - 2)))
    return spread


def _centred(
    x: Array, running: tuple[Array, ...], training: bool, eps: float
) -> tuple[Array, Array, tuple[Array, ...]]:
    """`x` less its mean, one over its standard deviation, and the mean and variance used."""
    xp, shape = array_module(x), (1, -1, *(1,) * (x.ndim - 2))
    mean = xp.mean(x, axis=_axes(x)) if training else running[0]
    # Centred before it is squared: the mean of squares less the squared mean loses digits.
    centred = x - xp.reshape(mean, shape)
    var = xp.mean(centred * centred, axis=_axes(x)) if training else running[1]
    return centred, 1 / xp.sqrt(xp.reshape(var, shape) + eps), (mean, var)


def _axes(x: Array) -> tuple[int, ...]:
    return (0, *range(2, x.ndim))


def _between(name: str, value: float, most: float) -> float:
    number: float = array_of(name, value, 0).item()
    if not 0 <= number <= most:
        upper = "" if most == math.inf else f" and at most {most:g}"
        raise ValueError(f"{name} must be at least 0{upper}; it is {short_repr(value)}")
    return number
