"""ReLU and dropout: what stands between the layers of a network."""

from typing import Any

from numpy.typing import ArrayLike

from convbook.arguments import array_of, grad_of, short_repr, truth
from convbook.arrays import Array, array_module, cast, floating, same_device


@same_device("x")
def relu(x: ArrayLike) -> Array:
    """`x` where it is positive, otherwise 0. The dtype is kept; NaN stays NaN.

    Source: Nair and Hinton, *Rectified linear units improve restricted Boltzmann machines*, 2010.

    >>> relu([-2, 0, 3])
    array([0, 0, 3])
    """
    x = array_of("x", x)
    xp = array_module(x)
    # Asked this way round, NaN stays: it is not at most 0.
    out: Array = xp.where(x <= 0, xp.zeros_like(x), x)
    return out


@same_device("grad", "x")
def relu_backward(grad: ArrayLike, x: ArrayLike) -> Array:
    """The gradient with respect to `x`: `grad` where `x` is positive, otherwise 0.

    >>> relu_backward([1.0, 10.0, 100.0], [-2.0, 0.0, 3.0])
    array([  0.,   0., 100.])
    """
    x = array_of("x", x)
    (grad,) = floating(grad_of(grad, x.shape))
    xp = array_module(x)
    # At 0 there is no slope; PyTorch too takes that of the negative side.
    out: Array = xp.where(x <= 0, xp.zeros_like(grad), grad)
    return out


@same_device("x")
def dropout(
    x: ArrayLike, p: float = 0.5, training: bool = True, *, rng: Any
) -> tuple[Array, Array]:
    """Put each number of `x` to 0 with probability `p` and divide the others by 1 − `p`.

    So the mean stays what it was, and nothing needs to be done outside of training, when `x` is
    returned as it is. The second result is the factor of each number, which `dropout_backward`
    needs: 0 or 1 / (1 − p). `rng` is a generator of random numbers that makes arrays where `x` is:
    `numpy.random.default_rng(seed)`, or CuPy's. Floats keep their dtype; integers give float64.
    Source: Srivastava and others, *Dropout*, 2014.
    Raises ValueError unless 0 ≤ `p` < 1.

    >>> import numpy as np
    >>> out, factors = dropout([1.0, 2.0, 3.0, 4.0], 0.5, rng=np.random.default_rng(1))
    >>> out, factors
    (array([2., 4., 0., 8.]), array([2., 2., 0., 2.]))
    """
    (x,) = floating(array_of("x", x))
    rate: float = array_of("p", p, 0).item()
    if not 0 <= rate < 1:
        raise ValueError(f"p must be at least 0 and less than 1; it is {short_repr(p)}")
    xp = array_module(x)
    if not truth("training", training):
        return x, xp.ones_like(x)
    if not hasattr(rng, "random"):
        raise TypeError(
            "rng must be a generator of random numbers, such as numpy.random.default_rng(0); "
            f"it is {short_repr(rng)}"
        )
    noise = rng.random(x.shape)
    # To move the noise to where `x` is would hide the slowest step.
    if array_module(noise) is not xp:
        raise TypeError(
            f"rng must make arrays of {xp.__name__}, where x is; "
            f"it makes them of {array_module(noise).__name__}"
        )
    # Noise is from 0 up to, but not including, 1: with p = 0 everything is kept.
    factors = cast(noise >= rate, x.dtype) / (1 - rate)
    return x * factors, factors


@same_device("grad", "factors")
def dropout_backward(grad: ArrayLike, factors: ArrayLike) -> Array:
    """The gradient with respect to the argument of `dropout`: `grad` times the same factors.

    >>> dropout_backward([1.0, 1.0, 10.0], [2.0, 0.0, 2.0])
    array([ 2.,  0., 20.])
    """
    factors = array_of("factors", factors)
    grad, factors = floating(grad_of(grad, factors.shape), factors)
    out: Array = grad * factors
    return out
