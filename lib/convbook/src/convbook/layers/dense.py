"""The fully-connected layer: every output sees every input."""

from numpy.typing import ArrayLike

from convbook.arguments import array_of, bias_of, grad_of
from convbook.arrays import Array, Gradients, array_module, floating, promote, same_device


@same_device("x", "weight", "bias")
def dense(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """Return `x @ weight.T + bias`, as PyTorch's `linear`.

    Shapes: `x` (n, d), `weight` (d_out, d), `bias` (d_out,) → (n, d_out). The dtype is the one to
    which NumPy promotes the arguments; integers and bools give int64.
    Raises ValueError when the shapes do not fit.

    >>> dense([[1, 2]], [[3, 4], [5, 6], [7, 8]], bias=[0, 0, 100])
    array([[ 11,  17, 123]])
    """
    x, weight = _check(x, weight)
    bias = bias_of(bias, weight.shape[:1], array_module(x))
    x, weight, bias = promote(x=x, weight=weight, bias=bias)
    # Where there is no bias, False is added: it changes neither numbers nor dtype.
    out: Array = x @ weight.T + bias
    return out


@same_device("grad", "x", "weight")
def dense_backward(grad: ArrayLike, x: ArrayLike, weight: ArrayLike) -> Gradients:
    """The gradients with respect to `x`, `weight` and `bias`, from `grad` (n, d_out).

    >>> grad_x, grad_weight, grad_bias = dense_backward([[1.0]], [[2.0, 3.0]], [[4.0, 5.0]])
    >>> grad_x, grad_weight, grad_bias
    (array([[4., 5.]]), array([[2., 3.]]), array([1.]))
    """
    x, weight = _check(x, weight)
    grad = grad_of(grad, (x.shape[0], weight.shape[0]))
    grad, x, weight = floating(grad, x, weight)
    # Of a product, each factor's gradient is that of the output times the other factor.
    return Gradients(grad @ weight, grad.T @ x, array_module(x).sum(grad, axis=0))


def _check(x: ArrayLike, weight: ArrayLike) -> tuple[Array, Array]:
    x, weight = array_of("x", x, 2), array_of("weight", weight, 2)
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"weight must have one column for each of x's {x.shape[1]} entries; "
            f"its shape is {weight.shape}"
        )
    return x, weight
