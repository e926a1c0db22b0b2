"""The locally-connected layer: every output sees its neighbourhood, through weights of its own."""

import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from convbook.arguments import array_of, bias_of, grad_of, images_of
from convbook.arrays import Array, Gradients, array_module, floating, promote, same_device
from convbook.geometry import ConvGeometry, Padding, conv_geometry
from convbook.windows import fold, unfold


@same_device("x", "weight", "bias")
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
    x, weight, geometry = _check(x, weight, stride, padding, dilation)
    c_out = weight.shape[len(geometry.input_shape)]
    xp = array_module(x)
    bias = bias_of(bias, (c_out, *geometry.output_shape), xp)
    x, weight, bias = promote(x=x, weight=weight, bias=bias)
    # One small product for every position: (windows, n, c·s) times (windows, c·s, c_out).
    columns = xp.permute_dims(_columns(x, geometry), (2, 0, 1))
    out = columns @ xp.permute_dims(_kernels(weight, geometry), (0, 2, 1))
    out = xp.reshape(xp.permute_dims(out, (1, 2, 0)), (x.shape[0], c_out, *geometry.output_shape))
    with_bias: Array = out + bias
    return with_bias


@same_device("grad", "x", "weight")
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
    x, weight, geometry = _check(x, weight, stride, padding, dilation)
    c_out, shape = weight.shape[len(geometry.input_shape)], weight.shape
    grad = grad_of(grad, (x.shape[0], c_out, *geometry.output_shape))
    grad, x, weight = floating(grad, x, weight)
    xp = array_module(x)
    by_position = xp.reshape(grad, (x.shape[0], c_out, math.prod(geometry.output_shape)))
    rows = xp.permute_dims(by_position, (2, 0, 1)) @ _kernels(weight, geometry)
    # Each window's share goes back to its pixels: `fold` is the transpose of `unfold`.
    grad_x = fold(
        xp.permute_dims(rows, (1, 2, 0)),
        geometry.input_shape,
        geometry.kernel_size,
        stride=geometry.stride,
        padding=geometry.padding,
        dilation=geometry.dilation,
    )
    columns = xp.permute_dims(_columns(x, geometry), (2, 0, 1))
    # A kernel is used once an image, so its gradient is a sum over the images alone.
    grad_weight = xp.reshape(xp.permute_dims(by_position, (2, 1, 0)) @ columns, shape)
    return Gradients(grad_x, grad_weight, xp.sum(grad, axis=0))


def _check(
    x: ArrayLike, weight: ArrayLike, stride: Any, padding: Any, dilation: Any
) -> tuple[Array, Array, ConvGeometry]:
    x, weight = images_of("x", x), array_of("weight", weight)
    axes = x.ndim - 2
    if weight.ndim != 2 * axes + 2 or weight.shape[axes + 1] != x.shape[1]:
        raise ValueError(
            "weight must have shape (positions of the output, c_out, c, kernel size) with the "
            f"channels of x; weight has {weight.shape} and x has {x.shape}"
        )
    geometry = conv_geometry(
        "weight", weight.shape[axes + 2 :], x.shape[2:], stride, padding, dilation
    )
    # The weights tell the positions; what stride and padding make of `x` must be the same.
    if weight.shape[:axes] != geometry.output_shape:
        raise ValueError(
            f"weight must have a kernel for each position of the output, {geometry.output_shape}; "
            f"its shape is {weight.shape}"
        )
    return x, weight, geometry


def _columns(x: Array, geometry: ConvGeometry) -> Array:
    return unfold(
        x,
        geometry.kernel_size,
        stride=geometry.stride,
        padding=geometry.padding,
        dilation=geometry.dilation,
    )


def _kernels(weight: Array, geometry: ConvGeometry) -> Array:
    """One matrix (c_out, c·s) for each position."""
    axes = len(geometry.input_shape)
    c_out, seen = weight.shape[axes], math.prod(weight.shape[axes + 1 :])
    kernels: Array = array_module(weight).reshape(
        weight, (math.prod(geometry.output_shape), c_out, seen)
    )
    return kernels
