"""Adaptive pooling: as many windows as the output is to have, whatever the size of the image.

Along an axis of n pixels, window i of m is the pixels from ⌊i·n/m⌋ up to, but not including,
⌈(i + 1)·n/m⌉: PyTorch's windows, which differ by at most one pixel, overlap where m does not
divide n, and repeat pixels where m is larger.
"""

from collections.abc import Sequence
from typing import Literal, overload

from numpy.typing import ArrayLike

from convbook.arguments import grad_of, integers, truth, with_pixels
from convbook.arrays import Array, floating, same_device
from convbook.engine import dispatch
from convbook.layers.for_axes import for_axes


@same_device("x")
def adaptive_avg_pool(x: ArrayLike, output_size: int | Sequence[int]) -> Array:
    """The mean of every window, of which there are `output_size` along each axis.

    Shapes, for an image: `x` (n, c, h, w) and `output_size` (h_out, w_out), or one integer for
    every axis → (n, c, h_out, w_out). Floats keep their dtype; integers give float64.
    Raises ValueError when `x` has no pixels.

    >>> adaptive_avg_pool([[[0, 2, 4, 6]]], 2)
    array([[[1., 5.]]])
    >>> adaptive_avg_pool([[[0, 2, 4, 6, 8]]], 2)               # pixel 2 is in both windows
    array([[[2., 6.]]])
    """
    x, sizes = _check(x, output_size)
    (x,) = floating(x)  # a mean of integers is seldom one
    return dispatch.adaptive_avg_pool(x, sizes)


@same_device("grad", "x")
def adaptive_avg_pool_backward(
    grad: ArrayLike, x: ArrayLike, output_size: int | Sequence[int]
) -> Array:
    """The gradient with respect to `x`: each number of `grad` in equal shares to its window.

    Only the shape of `x` matters, for the mean is linear.

    >>> adaptive_avg_pool_backward([[[2.0, 8.0]]], [[[0, 2, 4, 6]]], 2)
    array([[[1., 1., 4., 4.]]])
    """
    x, sizes = _check(x, output_size)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *sizes)))
    return dispatch.adaptive_avg_pool_backward(grad, x.shape[2:])


@overload
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int], return_indices: Literal[False] = ...
) -> Array: ...


@overload
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int], return_indices: Literal[True]
) -> tuple[Array, Array]: ...


@same_device("x")
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int], return_indices: bool = False
) -> Array | tuple[Array, Array]:
    """The largest number of every window, of which there are `output_size` along each axis.

    Shapes as in `adaptive_avg_pool`; dtype, NaN and indices as in `max_pool`.
    Raises ValueError when `x` has no pixels.

    >>> adaptive_max_pool([[[0, 2, 4, 3, 1]]], 2)
    array([[[4, 4]]])
    """
    x, sizes = _check(x, output_size)
    if truth("return_indices", return_indices):
        return dispatch.adaptive_max_pool_with_indices(x, sizes)
    return dispatch.adaptive_max_pool(x, sizes)


@same_device("grad", "x")
def adaptive_max_pool_backward(
    grad: ArrayLike, x: ArrayLike, output_size: int | Sequence[int]
) -> Array:
    """The gradient with respect to `x`: each number of `grad` to the first maximum of its window.

    >>> adaptive_max_pool_backward([[[1.0, 10.0]]], [[[0, 2, 4, 3, 1]]], 2)
    array([[[ 0.,  0., 11.,  0.,  0.]]])
    """
    x, sizes = _check(x, output_size)
    (grad,) = floating(grad_of(grad, (*x.shape[:2], *sizes)))
    # The maxima are found again, so that nothing has to be kept from the forward pass.
    return dispatch.adaptive_max_pool_backward(grad, x)


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = (
    for_axes(adaptive_avg_pool, axes) for axes in (1, 2, 3)
)
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = (
    for_axes(adaptive_max_pool, axes) for axes in (1, 2, 3)
)


def _check(x: ArrayLike, output_size: int | Sequence[int]) -> tuple[Array, tuple[int, ...]]:
    x = with_pixels(x)
    return x, integers("output_size", output_size, x.ndim - 2, 1)
