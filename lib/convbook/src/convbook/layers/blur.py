"""Blur-pool: smooth before leaving pixels out, so that a shift by one changes little.

Taking every other pixel of a signal turns what changes faster into something else: aliasing. A
binomial kernel, (1, 2, 1)/4 or a longer row of Pascal's triangle, takes that out first.
Source: Zhang, *Making convolutional networks shift-invariant again*, 2019.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from convbook.arguments import grad_of, images_of, integer, integers
from convbook.arrays import Array, floating, same_device
from convbook.engine import dispatch
from convbook.geometry import ConvGeometry, conv_geometry, same_padding
from convbook.layers.for_axes import for_axes
from convbook.windows import Mode, pad


@same_device("x")
def blur_pool(
    x: ArrayLike,
    kernel_size: int = 3,
    stride: int | Sequence[int] = 2,
    mode: Mode = "reflect",
) -> Array:
    """Smooth every channel with a binomial kernel of `kernel_size` entries, and leave pixels out.

    Shapes, for an image: `x` (n, c, h, w) → (n, c, ⌈h / stride⌉, ⌈w / stride⌉); any number of
    spatial axes works alike. `x` is padded as in `pad`, in this `mode`, by `same_padding`. Floats
    keep their dtype; integers give float64.
    Raises ValueError when the image is too small for its padding.

    >>> blur_pool([[[0, 4, 0, 4, 0, 4]]])
    array([[[2., 2., 2.]]])
    """
    x, geometry, padding, weights = _check(x, kernel_size, stride, mode)
    (x,) = floating(x)
    return dispatch.blur_pool(x, geometry, padding, weights, mode)


@same_device("grad", "x")
def blur_pool_backward(
    grad: ArrayLike,
    x: ArrayLike,
    kernel_size: int = 3,
    stride: int | Sequence[int] = 2,
    mode: Mode = "reflect",
) -> Array:
    """The gradient with respect to `x`. Only its shape matters, for the layer is linear.

    >>> blur_pool_backward([[[4.0, 0.0, 0.0]]], np.zeros((1, 1, 6)))
    array([[[2., 2., 0., 0., 0., 0.]]])
    """
    x, geometry, padding, weights = _check(x, kernel_size, stride, mode)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *geometry.output_shape)))
    return dispatch.blur_pool_backward(grad, x.shape[2:], geometry, padding, weights, mode)


def _check(
    x: ArrayLike, kernel_size: int, stride: int | Sequence[int], mode: Mode
) -> tuple[Array, ConvGeometry, tuple[tuple[int, int], ...], list[float]]:
    """The image, how the kernel lies on it with its padding, that padding, and the kernel."""
    x, s = images_of("x", x), integer("kernel_size", kernel_size, 1)
    axes, pixels = x.ndim - 2, x.shape[2:]
    padding = (same_padding(s),) * axes
    # `pad` itself says what doesn't fit, before any work: with no image in the batch it is free.
    pad(np.empty((0, *pixels)), padding, axes=axes, mode=mode)
    stride = integers("stride", stride, axes, 1)
    # Each chunk is padded in its mode before it is smoothed: windows lie on padded images.
    geometry = conv_geometry("kernel_size", s, pixels, stride, padding).on_padded()
    # A row of Pascal's triangle over its sum: a constant image stays what it is.
    weights = [math.comb(s - 1, t) / 2 ** (s - 1) for t in range(s)]
    return x, geometry, padding, weights


blur_pool1d, blur_pool2d, blur_pool3d = (for_axes(blur_pool, axes) for axes in (1, 2, 3))
