"""The convolutional layer: one kernel for all positions.

As everywhere in deep learning, "convolution" here is cross-correlation: the kernel is not flipped.
Names, order and meaning of the arguments are those of `torch.nn.functional`.
"""

from collections.abc import Sequence
from typing import Literal

from numpy.typing import ArrayLike

from convbook.arguments import array_of, bias_of, grad_of, images_of, integer, short_repr
from convbook.arrays import (
    Array,
    Gradients,
    array_module,
    cast,
    floating,
    promote,
    same_device,
    working_dtype,
)
from convbook.engine import dispatch
from convbook.geometry import ConvGeometry, Padding, conv_geometry
from convbook.layers.for_axes import for_axes
from convbook.windows import Mode, check_room

Steps = int | Sequence[int]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
Method = Literal["auto", "loops", "shifts", "im2col", "toeplitz", "fft", "winograd"]


@same_device("x", "weight", "bias")
def conv(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Steps = 1,
    padding: Padding = 0,
    dilation: Steps = 1,
    groups: int = 1,
    padding_mode: PaddingMode = "zeros",
    method: Method = "auto",
) -> Array:
    """Correlate `x` with `weight` over any number of spatial axes.

    Shapes, for an image: `x` (n, c, h, w), `weight` (c_out, c/groups, s_h, s_w), `bias` (c_out,) →
    (n, c_out, h_out, w_out), with the output's size as in `output_size`.

    - `stride`, `dilation`: pixels between positions, and between the pixels that a position sees;
      an integer, or one for each spatial axis.
    - `padding`: an integer, or for each axis an integer or a pair (before, after); `"valid"` is 0,
      and `"same"`, at stride 1, gives the output the size of the input (an odd one goes behind).
    - `groups`: c and c_out are cut into as many parts, and each sees only its own.
    - `padding_mode`: what is outside: `"zeros"`, or the image itself, as in `pad`.
    - `method`: `"auto"`, or the algorithm: `"loops"`, `"shifts"`, `"im2col"`, `"toeplitz"`, `"fft"`
      or `"winograd"`. See `convbook.engine.algorithms` for the cost, memory and error of each, and
      `convbook.engine.dispatch.choose` for what `"auto"` takes.

    The dtype is the one to which NumPy promotes the arguments; integers and bools give int64, and
    are exact; float16 is computed in float32 and rounded once. Extra memory: tens of megabytes at
    most with `"auto"`, however large the images; a few images where they lie in another order than
    row by row, or are padded by a mode other than zeros.
    Raises ValueError or TypeError when an argument is not as said here, or when the method can't
    do it.
    Source: Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*,
    arXiv:1603.07285.

    >>> conv([[[1, 2, 3, 4]]], [[[3, 2]]])
    array([[[ 7, 12, 17]]])
    >>> conv([[[1, 2, 3, 4]]], [[[3, 2]]], stride=2, padding=[(0, 1)])
    array([[[ 7, 17]]])
    """
    x, weight, geometry = _check(x, weight, stride, padding, dilation, groups)
    mode = _pad_mode(padding_mode, geometry)
    # The bias takes part in the dtype, so it is promoted before there is an output to add it to.
    of_channels = bias_of(bias, weight.shape[:1], array_module(x))
    x, weight, of_channels = promote(x=x, weight=weight, bias=of_channels)
    out: Array = dispatch.conv(x, weight, geometry, method, mode)
    if bias is not None:  # without one, a pass over the output is saved
        out += over_pixels(of_channels, out.ndim)
    return out


@same_device("grad", "x", "weight")
def conv_backward(
    grad: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    stride: Steps = 1,
    padding: Padding = 0,
    dilation: Steps = 1,
    groups: int = 1,
    padding_mode: PaddingMode = "zeros",
) -> Gradients:
    """The gradients with respect to `x`, `weight` and `bias`, from `grad` at the output of `conv`.

    Their shapes are those of the arguments, and (c_out,) for the bias. Cost: twice that of the
    layer, with the same algorithms. Integers are computed in float64.
    Raises ValueError or TypeError when an argument is not as `conv` has it.

    >>> grad = conv_backward([[[1, 10]]], x=[[[1, 2, 3]]], weight=[[[5, 7]]])
    >>> grad.x, grad.weight, grad.bias
    (array([[[ 5., 57., 70.]]]), array([[[21., 32.]]]), array([11.]))
    """
    x, weight, geometry = _check(x, weight, stride, padding, dilation, groups)
    mode = _pad_mode(padding_mode, geometry)
    grad = grad_of(grad, (x.shape[0], weight.shape[0], *geometry.output_shape))
    # In one dtype, for every gradient is a product of two of them.
    grad, x, weight = floating(grad, x, weight)
    return Gradients(
        dispatch.input_gradient(grad, weight, geometry, groups, mode),
        dispatch.weight_gradient(grad, x, weight.shape, geometry, mode),
        bias_gradient(grad),
    )


conv1d = for_axes(
    conv,
    1,
    """`weight` (c_out, c/groups, s) → (n, c_out, w_out).

    >>> conv1d([[[0, 0, 1, 2, 3, 4, 4, 4]]], [[[-1, 1]]])
    array([[[0, 1, 1, 1, 1, 0, 0]]])
    """,
)
conv2d = for_axes(
    conv,
    2,
    """`weight` (c_out, c/groups, s_h, s_w) → (n, c_out, h_out, w_out).

    >>> import numpy as np
    >>> conv2d(np.ones((1, 2, 5, 4)), np.ones((3, 2, 3, 3))).shape
    (1, 3, 3, 2)
    """,
)
conv3d = for_axes(
    conv,
    3,
    """`weight` (c_out, c/groups, s_d, s_h, s_w) → (n, c_out, d_out, h_out, w_out).

    >>> import numpy as np
    >>> conv3d(np.ones((1, 1, 4, 4, 4)), np.ones((1, 1, 2, 2, 2)), stride=2).shape
    (1, 1, 2, 2, 2)
    """,
)


@same_device("x", "weight", "bias")
def depthwise_conv(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Steps = 1,
    padding: Padding = 0,
    dilation: Steps = 1,
    padding_mode: PaddingMode = "zeros",
    method: Method = "auto",
) -> Array:
    """`conv` in which every channel is seen alone: `weight` (c·m, s_h, s_w).

    Channel i of the input makes the m channels of the output from i·m.

    >>> depthwise_conv([[[1, 2], [3, 4]]], [[10, 1], [1, 0]])
    array([[[12],
            [ 3]]])
    """
    x = images_of("x", x)
    weight = _depthwise_weight("weight", weight, x)
    # As many groups as channels: every kernel sees one.
    kernels = array_module(weight).expand_dims(weight, axis=1)
    return conv(x, kernels, bias, stride, padding, dilation, x.shape[1], padding_mode, method)


@same_device("x", "weight", "bias")
def pointwise_conv(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """`conv` with kernels of one pixel, which mix channels and nothing else: `weight` (c_out, c).

    >>> pointwise_conv([[[1, 2], [3, 4]]], [[1, 10]])
    array([[[31, 42]]])
    """
    x, weight = images_of("x", x), array_of("weight", weight, 2)
    ones = (1,) * (x.ndim - 2)
    return conv(x, array_module(weight).reshape(weight, (*weight.shape, *ones)), bias)


@same_device("x", "depthwise", "pointwise", "bias")
def separable_conv(
    x: ArrayLike,
    depthwise: ArrayLike,
    pointwise: ArrayLike,
    bias: ArrayLike | None = None,
    stride: Steps = 1,
    padding: Padding = 0,
    dilation: Steps = 1,
    padding_mode: PaddingMode = "zeros",
) -> Array:
    """A depthwise convolution and then a pointwise one: `conv` with kernels that factor.

    Shapes: `depthwise` (c·m, s_h, s_w), `pointwise` (c_out, c·m), `bias` (c_out,).
    Source: Chollet, *Xception: Deep learning with depthwise separable convolutions*,
    arXiv:1610.02357.

    >>> separable_conv([[[1, 2, 4]]], [[-1, 1]], [[1], [10]])
    array([[[ 1,  2],
            [10, 20]]])
    """
    # All is looked at before any work: the pointwise layer would refuse its part after it.
    x = images_of("x", x)
    depthwise = _depthwise_weight("depthwise", depthwise, x)
    pointwise = array_of("pointwise", pointwise, 2)
    if pointwise.shape[1] != depthwise.shape[0]:
        raise ValueError(
            f"pointwise must have shape (c_out, {depthwise.shape[0]}), with a column for each "
            f"kernel of depthwise; it has {pointwise.shape}"
        )
    bias_of(bias, pointwise.shape[:1])
    # No bias in between: the pointwise layer would only turn it into a part of its own.
    middle = depthwise_conv(x, depthwise, None, stride, padding, dilation, padding_mode)
    return pointwise_conv(middle, pointwise, bias)


def _depthwise_weight(name: str, weight: ArrayLike, x: Array) -> Array:
    """The kernels of a depthwise layer: as many for each channel of `x`, of its spatial axes."""
    weight = array_of(name, weight)
    if weight.ndim != x.ndim - 1 or x.shape[1] == 0 or weight.shape[0] % x.shape[1]:
        raise ValueError(
            f"{name} must have shape (a multiple of c, kernel size); "
            f"{name} has {weight.shape} and x has {x.shape}"
        )
    return weight


def bias_gradient(grad: Array) -> Array:
    """The gradient with respect to a bias for each channel."""
    axes = (0, *range(2, grad.ndim))
    # In float16 a sum would stop growing at 2048 ones.
    total: Array = array_module(grad).sum(grad, axis=axes, dtype=working_dtype(grad))
    return cast(total, grad.dtype)


def _check(
    x: ArrayLike,
    weight: ArrayLike,
    stride: Steps,
    padding: Padding,
    dilation: Steps,
    groups: int,
) -> tuple[Array, Array, ConvGeometry]:
    x, weight = images_of("x", x), array_of("weight", weight)
    groups = integer("groups", groups, 1)
    if x.shape[1] % groups:
        raise ValueError(f"groups must divide the {x.shape[1]} channels of x; it is {groups}")
    # As a product: a quotient would let pass what groups doesn't divide.
    if weight.ndim != x.ndim or weight.shape[1] * groups != x.shape[1]:
        share = "c" if groups == 1 else f"c/{groups}"
        raise ValueError(
            f"weight must have shape (c_out, {share}, kernel size) with the channels of x; "
            f"weight has {weight.shape} and x has {x.shape}"
        )
    if weight.shape[0] % groups:
        raise ValueError(
            f"groups must divide the {weight.shape[0]} output channels of weight; it is {groups}"
        )
    return (
        x,
        weight,
        conv_geometry("weight", weight.shape[2:], x.shape[2:], stride, padding, dilation),
    )


def over_pixels(bias: Array, ndim: int) -> Array:
    """A number for each channel in the shape that adds to (n, c, pixels), of so many axes."""
    shaped: Array = array_module(bias).reshape(bias, (-1, *(1,) * (ndim - 2)))
    return shaped


def _pad_mode(padding_mode: object, geometry: ConvGeometry) -> Mode:
    """The name that `pad` has for a padding mode, which must have the pixels that it needs."""
    # `pad` has the names of PyTorch's `pad`; a layer's are others there too.
    modes: dict[object, Mode] = {
        "zeros": "constant",
        "reflect": "reflect",
        "replicate": "replicate",
        "circular": "circular",
    }
    if not isinstance(padding_mode, str) or padding_mode not in modes:
        names = ", ".join(map(repr, modes))
        raise ValueError(f"padding_mode must be one of {names}; it is {short_repr(padding_mode)}")
    mode = modes[padding_mode]
    for n, pair in zip(geometry.input_shape, geometry.padding, strict=True):
        check_room(n, pair, mode)
    return mode
