"""The locally-connected layer: every output sees its neighbourhood, through weights of its own."""

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from convbook.arrays import (
    Array,
    Gradients,
    array_module,
    array_of,
    bias_of,
    grad_of,
    in_one_dtype,
    in_one_place,
)
from convbook.geometry import Fit, Padding, fit
from convbook.windows import fold, images_of, unfold


@in_one_place("x", "weight", "bias")
def locally_connected(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Correlate every window of `x` with the kernel that belongs to its position.

    Shapes, for an image: `x` (n, c, h, w), `weight` (h_out, w_out, c_out, c, s_h, s_w), `bias`
    (c_out, h_out, w_out) → (n, c_out, h_out, w_out), with the output's size as in `output_size`.
    One spatial axis fewer or more works alike. `x` is padded with zeros. The dtype is the one to
    which NumPy promotes the arguments; integers and bools give int64.
    Raises ValueError when the shapes do not fit.

    >>> x = [[[1, 2, 3]]]                             # one image, one channel, three pixels
    >>> locally_connected(x, [[[[1, 0]]], [[[0, 10]]]])
    array([[[ 1, 30]]])
    """
    x, weight, lay = _check(x, weight, stride, padding, dilation)
    c_out = weight.shape[len(lay.pixels)]
    xp = array_module(x)
    x, weight, bias = in_one_dtype(x, weight, bias_of(bias, (c_out, *lay.positions), xp))
    # One small product for every position: (windows, n, c·s) times (windows, c·s, c_out).
    columns = xp.permute_dims(_columns(x, lay), (2, 0, 1))
    out = columns @ xp.permute_dims(_kernels(weight, lay), (0, 2, 1))
    out = xp.reshape(xp.permute_dims(out, (1, 2, 0)), (x.shape[0], c_out, *lay.positions))
    with_bias: Array = out + bias
    return with_bias


@in_one_place("grad", "x", "weight")
def locally_connected_backward(
    grad: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
) -> Gradients:
    """The gradients with respect to `x`, `weight` and `bias`, from `grad` at the output.

    >>> x, weight = [[[1.0, 2.0, 3.0]]], [[[[1.0, 0.0]]], [[[0.0, 10.0]]]]
    >>> grad_x, grad_weight, grad_bias = locally_connected_backward([[[1.0, 1.0]]], x, weight)
    >>> grad_x
    array([[[ 1.,  0., 10.]]])
    """
    x, weight, lay = _check(x, weight, stride, padding, dilation)
    c_out, shape = weight.shape[len(lay.pixels)], weight.shape
    grad = grad_of(grad, (x.shape[0], c_out, *lay.positions))
    grad, x, weight = in_one_dtype(grad, x, weight)
    xp = array_module(x)
    by_position = xp.reshape(grad, (x.shape[0], c_out, math.prod(lay.positions)))
    rows = xp.permute_dims(by_position, (2, 0, 1)) @ _kernels(weight, lay)
    grad_x = fold(
        xp.permute_dims(rows, (1, 2, 0)),
        lay.pixels,
        lay.size,
        stride=lay.stride,
        padding=lay.pairs,
        dilation=lay.dilation,
    )
    columns = xp.permute_dims(_columns(x, lay), (2, 0, 1))
    grad_weight = xp.reshape(xp.permute_dims(by_position, (2, 1, 0)) @ columns, shape)
    return Gradients(grad_x, grad_weight, xp.sum(grad, axis=0))


def _check(
    x: ArrayLike, weight: ArrayLike, stride: Any, padding: Any, dilation: Any
) -> tuple[Array, Array, Fit]:
    x, weight = images_of("x", x), array_of("weight", weight)
    axes = x.ndim - 2
    if weight.ndim != 2 * axes + 2 or weight.shape[axes + 1] != x.shape[1]:
        raise ValueError(
            "weight must have shape (positions of the output, c_out, c, kernel size) with the "
            f"channels of x; weight has {weight.shape} and x has {x.shape}"
        )
    lay = fit("weight", weight.shape[axes + 2 :], x.shape[2:], stride, padding, dilation)
    if weight.shape[:axes] != lay.positions:
        raise ValueError(
            f"weight must have a kernel for each position of the output, {lay.positions}; "
            f"its shape is {weight.shape}"
        )
    return x, weight, lay


def _columns(x: Array, lay: Fit) -> Array:
    return unfold(x, lay.size, stride=lay.stride, padding=lay.pairs, dilation=lay.dilation)


def _kernels(weight: Array, lay: Fit) -> Array:
    """One matrix (c_out, c·s) for each position."""
    axes = len(lay.pixels)
    c_out, seen = weight.shape[axes], math.prod(weight.shape[axes + 1 :])
    kernels: Array = array_module(weight).reshape(weight, (math.prod(lay.positions), c_out, seen))
    return kernels
