"""The transposed convolution: every pixel of the input writes a kernel to the output.

As a linear map it is the transpose of `conv`, which is why it undoes the sizes of that layer, and
why either is the gradient of the other. Names, order and meaning of the arguments are those of
`torch.nn.functional`.
"""

from collections.abc import Sequence

from numpy.typing import ArrayLike

from convbook.arguments import array_of, bias_of, grad_of, images_of, integer, integers
from convbook.arrays import Array, Gradients, array_module, floating, promote, same_device
from convbook.engine import dispatch
from convbook.geometry import ConvGeometry, number_pairs
from convbook.layers.conv import Steps, bias_gradient, over_pixels
from convbook.layers.for_axes import for_axes

Pads = int | Sequence[int | Sequence[int]]


@same_device("x", "weight", "bias")
def conv_transpose(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Steps = 1,
    padding: Pads = 0,
    output_padding: Steps = 0,
    groups: int = 1,
    dilation: Steps = 1,
) -> Array:
    """Add up kernels, each as large as the pixel of `x` at its place says.

    Shapes, for an image: `x` (n, c, h, w), `weight` (c, c_out/groups, s_h, s_w), `bias` (c_out,) →
    (n, c_out, h_out, w_out), with the output's size as in `transposed_size`.

    - `stride`, `dilation`: pixels between the kernels of neighbours, and between the entries of a
      kernel; an integer, or one for each spatial axis.
    - `padding`: rows that the output lacks at its border; an integer, or for each axis an integer
      or a pair (before, after).
    - `output_padding`: rows that it has besides, behind; less than the stride or the dilation.
    - `groups`: c and c_out are cut into as many parts, and each writes to its own.

    The dtype is the one to which NumPy promotes the arguments, as in `conv`, whose algorithms
    compute it: cost, memory and error are theirs.
    Raises ValueError or TypeError when an argument is not as said here.
    Source: Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*,
    arXiv:1603.07285.

    >>> conv_transpose([[[1, 10]]], [[[1, 2, 3]]])
    array([[[ 1, 12, 23, 30]]])
    >>> conv_transpose([[[1, 10]]], [[[1, 2, 3]]], stride=2, padding=1, output_padding=1)
    array([[[ 2, 13, 20, 30]]])
    """
    x, weight, geometry = _check(x, weight, stride, padding, output_padding, groups, dilation)
    # The bias takes part in the dtype, so it is promoted before there is an output to add it to.
    of_channels = bias_of(bias, (weight.shape[1] * groups,), array_module(x))
    x, weight, of_channels = promote(x=x, weight=weight, bias=of_channels)
    out: Array = dispatch.input_gradient(x, weight, geometry, groups)
    if bias is not None:
        out += over_pixels(of_channels, out.ndim)
    return out


@same_device("grad", "x", "weight")
def conv_transpose_backward(
    grad: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Steps = 1,
    padding: Pads = 0,
    output_padding: Steps = 0,
    groups: int = 1,
    dilation: Steps = 1,
) -> Gradients:
    """The gradients with respect to `x`, `weight` and `bias`, from `grad` at the output.

    >>> grad = conv_transpose_backward([[[1, 10, 100]]], x=[[[2, 3]]], weight=[[[5, 7]]])
    >>> grad.x, grad.weight, grad.bias
    (array([[[ 75., 750.]]]), array([[[ 32., 320.]]]), array([111.]))
    """
    x, weight, geometry = _check(x, weight, stride, padding, output_padding, groups, dilation)
    grad = grad_of(grad, (x.shape[0], weight.shape[1] * groups, *geometry.input_shape))
    grad, x, weight = floating(grad, x, weight)
    # The transpose of the transpose: the gradient goes through the convolution itself.
    return Gradients(
        dispatch.conv(grad, weight, geometry),
        dispatch.weight_gradient(x, grad, weight.shape, geometry),
        bias_gradient(grad),
    )


conv_transpose1d = for_axes(
    conv_transpose,
    1,
    """`weight` (c, c_out/groups, s) → (n, c_out, w_out).

    >>> conv_transpose1d([[[1, 2, 3]]], [[[1, 1]]], stride=2)
    array([[[1, 1, 2, 2, 3, 3]]])
    """,
)
conv_transpose2d = for_axes(
    conv_transpose,
    2,
    """`weight` (c, c_out/groups, s_h, s_w) → (n, c_out, h_out, w_out).

    >>> import numpy as np
    >>> conv_transpose2d(np.ones((1, 2, 5, 4)), np.ones((2, 3, 3, 3)), stride=2).shape
    (1, 3, 11, 9)
    """,
)
conv_transpose3d = for_axes(
    conv_transpose,
    3,
    """`weight` (c, c_out/groups, s_d, s_h, s_w) → (n, c_out, d_out, h_out, w_out).

    >>> import numpy as np
    >>> conv_transpose3d(np.ones((1, 1, 2, 2, 2)), np.ones((1, 1, 2, 2, 2))).shape
    (1, 1, 3, 3, 3)
    """,
)


def _check(
    x: ArrayLike,
    weight: ArrayLike,
    stride: Steps,
    padding: Pads,
    output_padding: Steps,
    groups: int,
    dilation: Steps,
) -> tuple[Array, Array, ConvGeometry]:
    x, weight = images_of("x", x), array_of("weight", weight)
    axes = x.ndim - 2
    stride = integers("stride", stride, axes, 1)
    dilation = integers("dilation", dilation, axes, 1)
    pairs = number_pairs("padding", padding, axes)
    more = integers("output_padding", output_padding, axes)
    groups = integer("groups", groups, 1)
    if weight.ndim != x.ndim or weight.shape[0] != x.shape[1] or 0 in weight.shape[2:]:
        raise ValueError(
            "weight must have shape (c, c_out/groups, kernel size of at least 1) with the channels "
            f"of x; weight has {weight.shape} and x has {x.shape}"
        )
    if x.shape[1] % groups:
        raise ValueError(f"groups must divide the {x.shape[1]} channels of x; it is {groups}")
    # From no pixels there is no size to come back from.
    if 0 in x.shape[2:]:
        raise ValueError(f"x must have pixels; its shape is {x.shape}")
    # A larger one would be the size that an input with one pixel more has.
    if any(m and m >= max(s, d) for m, s, d in zip(more, stride, dilation, strict=True)):
        raise ValueError(
            f"output_padding must be less than the stride {stride} or the dilation {dilation}; "
            f"it is {more}"
        )
    # The geometry is that of the convolution of which this is the transpose: its output is `x`.
    geometry = ConvGeometry(weight.shape[2:], stride, pairs, dilation, (), x.shape[2:])
    each = zip(geometry.output_shape, stride, geometry.extent, pairs, more, strict=True)
    pixels = tuple((n - 1) * s + extent - sum(pair) + m for n, s, extent, pair, m in each)
    if any(n < 1 for n in pixels):
        raise ValueError(f"padding must leave at least one pixel; with {pairs} it leaves {pixels}")
    return x, weight, geometry._replace(input_shape=pixels)
