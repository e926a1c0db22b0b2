"""The definitions, in loops and plain NumPy: what every layer computes.

Read from top to bottom: fully connected, locally connected, convolution,
pooling, im2col, Toeplitz matrices, gradients. Nothing here is fast, nothing
is checked, and every result is float64. The rest of the library computes the
same numbers quickly, and is tested against these.

Arguments are arrays in PyTorch's layout and under its names: images are `x`
(n, c, h, w), kernels `weight` (c_out, c, s_h, s_w). `kernel_size`, `stride`,
`padding` and `dilation` are one number, or one for rows and one for columns.

`for n, o, i, j in np.ndindex(out.shape)` is four loops in one: over all
images, channels, rows and columns of `out`.
"""

# The chapters show this text. Shapes, in the docstrings, say more than types would.
# mypy: allow-untyped-defs, allow-untyped-calls

import numpy as np


def dense(x, weight, bias=None):
    """The fully-connected layer: every output weighs every input.

    Shapes: `x` (n, d), `weight` (d_out, d), `bias` (d_out,) → (n, d_out).

    `out[n, o] = bias[o] + Σ weight[o, d] x[n, d]`, summed over d.

    Source: Goodfellow, Bengio and Courville, *Deep learning*, section 6.1.

    >>> dense(np.array([[1, 2]]), np.array([[3, 4], [5, 6], [7, 8]]))
    array([[11., 17., 23.]])
    """
    out = np.zeros((len(x), len(weight)))
    for n, o in np.ndindex(out.shape):
        out[n, o] = np.sum(weight[o] * x[n])
    return out if bias is None else out + bias


# A local layer sees its input through patches. Where they are is settled once,
# for all that follow.


def pair(value):
    """One number for both axes, or one for each, as two numbers.

    >>> pair(3), pair((1, 2))
    ((3, 3), (1, 2))
    """
    return (value, value) if np.ndim(value) == 0 else tuple(value)


def pad(x, padding, value=0):
    """Images (n, c, h, w) with rows and columns of `value` on every side.

    >>> pad(np.ones((1, 1, 1, 2)), (0, 1))
    array([[[[0., 1., 1., 0.]]]])
    """
    rows, columns = pair(padding)
    around = ((0, 0), (0, 0), (rows, rows), (columns, columns))
    return np.pad(np.asarray(x, float), around, constant_values=value)


def output_size(n, s, stride=1, padding=0, dilation=1):
    """At how many positions a kernel of s pixels fits on n pixels.

    It reaches over dilation · (s − 1) + 1 of the n + 2 · padding pixels.
    Source: Dumoulin and Visin, arXiv:1603.07285.

    >>> output_size(8, s=3), output_size(8, s=3, padding=1)
    (6, 8)
    >>> output_size(8, s=3, stride=2, dilation=2)
    2
    """
    return (n + 2 * padding - dilation * (s - 1) - 1) // stride + 1


def positions(x, kernel_size, stride=1, dilation=1):
    """The output's height and width, for an `x` that has its padding.

    >>> positions(np.zeros((1, 1, 6, 9)), 3, stride=(1, 2))
    (4, 4)
    """
    (h, w), (s_h, s_w) = x.shape[2:], pair(kernel_size)
    (t_h, t_w), (d_h, d_w) = pair(stride), pair(dilation)
    h_out = output_size(h, s_h, stride=t_h, dilation=d_h)
    w_out = output_size(w, s_w, stride=t_w, dilation=d_w)
    return h_out, w_out


def patch(i, j, kernel_size, stride=1, dilation=1):
    """The rows and the columns that the output at (i, j) sees.

    >>> patch(2, 1, kernel_size=3, stride=2)
    (slice(4, 7, 1), slice(2, 5, 1))
    """
    s_h, s_w = pair(kernel_size)
    (t_h, t_w), (d_h, d_w) = pair(stride), pair(dilation)
    rows = slice(i * t_h, i * t_h + d_h * (s_h - 1) + 1, d_h)
    columns = slice(j * t_w, j * t_w + d_w * (s_w - 1) + 1, d_w)
    return rows, columns


def locally_connected(x, weight, bias=None, stride=1, padding=0, dilation=1):
    """The locally-connected layer: for every patch, weights of its own.

    Shapes: `x` (n, c, h, w), `weight` (h_out, w_out, c_out, c, s_h, s_w),
    `bias` (c_out, h_out, w_out) → (n, c_out, h_out, w_out).

    `out[n, o, i, j] = bias[o, i, j] + Σ weight[i, j, o, c, a, b] p[c, a, b]`
    with the sum over channels c, rows a, columns b of the patch p at (i, j).

    Source: LeCun, *Generalization and network design strategies* (1989).

    >>> x = np.array([[[[1, 2, 3]]]])      # one image of 1 × 3 pixels
    >>> locally_connected(x, np.array([[[[[[1, 0]]]], [[[[0, 10]]]]]]))
    array([[[[ 1., 30.]]]])
    """
    h_out, w_out, c_out, _, *size = weight.shape
    x = pad(x, padding)
    out = np.zeros((len(x), c_out, h_out, w_out))
    for n, o, i, j in np.ndindex(out.shape):
        rows, columns = patch(i, j, size, stride, dilation)
        out[n, o, i, j] = np.sum(weight[i, j, o] * x[n, :, rows, columns])
    return out if bias is None else out + bias


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """The convolutional layer: for all patches, the same weights.

    Shapes: `x` (n, c, h, w), `weight` (c_out, c/groups, s_h, s_w), `bias`
    (c_out,) → (n, c_out, h_out, w_out). With `groups`, c and c_out are cut
    into as many parts, and each part of the output sees its own part of the
    input.

    `out[n, o, i, j] = bias[o] + Σ weight[o, c, a, b] p[c, a, b]`,
    summed over channels c, rows a and columns b of the patch p at (i, j).

    Source: Dumoulin and Visin, *A guide to convolution arithmetic for deep
    learning*, arXiv:1603.07285.

    >>> conv2d(np.array([[[[1, 2, 3, 4]]]]), np.array([[[[3, 2]]]]))
    array([[[[ 7., 12., 17.]]]])
    """
    c_out, c, *size = weight.shape
    x = pad(x, padding)
    out = np.zeros((len(x), c_out, *positions(x, size, stride, dilation)))
    for n, o, i, j in np.ndindex(out.shape):
        group = o // (c_out // groups)
        channels = slice(group * c, (group + 1) * c)
        rows, columns = patch(i, j, size, stride, dilation)
        out[n, o, i, j] = np.sum(weight[o] * x[n, channels, rows, columns])
    return out if bias is None else out + bias.reshape(-1, 1, 1)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1):
    """Max pooling: the largest number of every patch, channel by channel.

    Shapes: `x` (n, c, h, w) → (n, c, h_out, w_out). Patches lie side by side
    when `stride` is None. The padding is −∞, which is never the largest.

    `out[n, c, i, j] = max p[c, a, b]`,
    over the rows a and columns b of the patch p at (i, j).

    Source: Scherer, Müller and Behnke, *Evaluation of pooling operations in
    convolutional architectures for object recognition* (2010),
    doi:10.1007/978-3-642-15825-4_10.

    >>> max_pool2d(np.arange(16).reshape(1, 1, 4, 4), 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """
    stride = kernel_size if stride is None else stride
    x = pad(x, padding, value=-np.inf)
    out = np.zeros((*x.shape[:2], *positions(x, kernel_size, stride, dilation)))
    for n, c, i, j in np.ndindex(out.shape):
        rows, columns = patch(i, j, kernel_size, stride, dilation)
        out[n, c, i, j] = np.max(x[n, c, rows, columns])
    return out


def avg_pool2d(x, kernel_size, stride=None, padding=0):
    """Mean pooling: the mean of every patch, channel by channel.

    Shapes: `x` (n, c, h, w) → (n, c, h_out, w_out). Patches lie side by side
    when `stride` is None. Zeros of the padding count.

    `out[n, c, i, j] = Σ p[c, a, b] / (s_h · s_w)`,
    summed over the rows a and columns b of the patch p at (i, j).

    Source: LeCun et al., *Gradient-based learning applied to document
    recognition* (1998), doi:10.1109/5.726791.

    >>> avg_pool2d(np.arange(16).reshape(1, 1, 4, 4), 2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """
    stride = kernel_size if stride is None else stride
    x = pad(x, padding)
    out = np.zeros((*x.shape[:2], *positions(x, kernel_size, stride)))
    for n, c, i, j in np.ndindex(out.shape):
        rows, columns = patch(i, j, kernel_size, stride)
        out[n, c, i, j] = np.mean(x[n, c, rows, columns])
    return out


def im2col(x, kernel_size, stride=1, padding=0, dilation=1):
    """Every patch as a column: PyTorch's `unfold`.

    Shapes: `x` (n, c, h, w) → (n, c·s_h·s_w, h_out·w_out). Positions come in
    raster order. A convolution then is one product of matrices: `weight` as
    (c_out, c·s_h·s_w) times this.
    Source: Chellapilla, Puri and Simard, *High performance convolutional
    neural networks for document processing* (2006).

    >>> im2col(np.array([[[[1, 2, 3, 4]]]]), (1, 2))
    array([[[1., 2., 3.],
            [2., 3., 4.]]])
    """
    x = pad(x, padding)
    h_out, w_out = positions(x, kernel_size, stride, dilation)
    height = x.shape[1] * np.prod(pair(kernel_size))
    out = np.zeros((len(x), height, h_out * w_out))
    for n, i, j in np.ndindex(len(x), h_out, w_out):
        rows, columns = patch(i, j, kernel_size, stride, dilation)
        out[n, :, i * w_out + j] = x[n, :, rows, columns].reshape(height)
    return out


def toeplitz_matrix(kernel, n, padding=0):
    """The matrix that correlates a signal of n pixels with `kernel`.

    Shapes: `kernel` (s,) → (n + 2 · padding − s + 1, n). Row i holds the
    kernel from column i − padding on; what falls off the ends meets only
    zeros of the padding.

    `out[i, j] = kernel[j − i + padding]`, or 0 where there is no such entry.

    Source: Gray, *Toeplitz and circulant matrices: a review* (2006),
    doi:10.1561/0100000006.

    >>> toeplitz_matrix(np.array([1, 2, 3]), 4, padding=1)
    array([[2., 3., 0., 0.],
           [1., 2., 3., 0.],
           [0., 1., 2., 3.],
           [0., 0., 1., 2.]])
    """
    out = np.zeros((output_size(n, len(kernel), padding=padding), n))
    for i, j in np.ndindex(out.shape):
        if 0 <= j - i + padding < len(kernel):
            out[i, j] = kernel[j - i + padding]
    return out


def doubly_blocked_toeplitz_matrix(kernel, shape, padding=0):
    """The matrix that correlates an image of one channel with `kernel`.

    Shapes: `kernel` (s_h, s_w), an image of `shape` (h, w) in raster order →
    (h_out·w_out, h·w). Its blocks are the Toeplitz matrices of the kernel's
    rows, and repeat along diagonals of blocks.
    Source: Gray, *Toeplitz and circulant matrices: a review* (2006),
    doi:10.1561/0100000006.

    >>> doubly_blocked_toeplitz_matrix(np.array([[1, 2], [3, 4]]), (2, 3))
    array([[1., 2., 0., 3., 4., 0.],
           [0., 1., 2., 0., 3., 4.]])
    """
    (s_h, s_w), (h, w), (p_h, p_w) = kernel.shape, shape, pair(padding)
    h_out = output_size(h, s_h, padding=p_h)
    w_out = output_size(w, s_w, padding=p_w)
    out = np.zeros((h_out, w_out, h, w))
    for i, row in np.ndindex(h_out, h):
        if 0 <= row - i + p_h < s_h:
            out[i, :, row, :] = toeplitz_matrix(kernel[row - i + p_h], w, p_w)
    return out.reshape(h_out * w_out, h * w)


# Gradients. `grad` holds, for every output, how much the loss grows with it. Where a
# layer adds weight · pixel to an output, the pixel gets grad · weight and the weight
# gets grad · pixel.


def dense_backward(grad, x, weight):
    """The gradients of `dense` with respect to `x`, `weight` and `bias`.

    Shapes: `grad` (n, d_out), as the output → those of the arguments.
    Source, as for all that follow: Rumelhart, Hinton and Williams, *Learning
    representations by back-propagating errors* (1986), doi:10.1038/323533a0.

    >>> grad_x, grad_weight, grad_bias = dense_backward(
    ...     np.array([[1.0]]), np.array([[2.0, 3.0]]), np.array([[4.0, 5.0]]))
    >>> grad_x, grad_weight, grad_bias
    (array([[4., 5.]]), array([[2., 3.]]), array([1.]))
    """
    grad_x, grad_weight = np.zeros(x.shape), np.zeros(weight.shape)
    for n, o in np.ndindex(grad.shape):
        grad_x[n] += grad[n, o] * weight[o]
        grad_weight[o] += grad[n, o] * x[n]
    return grad_x, grad_weight, grad.sum(axis=0)


def crop(x, padding):
    """Images without the rows and columns that `pad` put around them.

    >>> crop(np.array([[[[5, 1, 2, 5]]]]), (0, 1))
    array([[[[1, 2]]]])
    """
    rows, columns = pair(padding)
    return x[:, :, rows : x.shape[2] - rows, columns : x.shape[3] - columns]


def locally_connected_backward(grad, x, weight, stride=1, padding=0, dilation=1):
    """The gradients of `locally_connected`, as those of `dense`.

    Shapes: `grad` (n, c_out, h_out, w_out), as the output → those of the
    arguments.

    >>> x = np.array([[[[1, 2, 3]]]])
    >>> weight = np.array([[[[[[1, 0]]]], [[[[0, 10]]]]]])
    >>> locally_connected_backward(np.ones((1, 1, 1, 2)), x, weight)[0]
    array([[[[ 1.,  0., 10.]]]])
    """
    x, size = pad(x, padding), weight.shape[4:]
    grad_x, grad_weight = np.zeros(x.shape), np.zeros(weight.shape)
    for n, o, i, j in np.ndindex(grad.shape):
        rows, columns = patch(i, j, size, stride, dilation)
        grad_x[n, :, rows, columns] += grad[n, o, i, j] * weight[i, j, o]
        grad_weight[i, j, o] += grad[n, o, i, j] * x[n, :, rows, columns]
    return crop(grad_x, padding), grad_weight, grad.sum(axis=0)


def conv2d_backward(grad, x, weight, stride=1, padding=0, dilation=1, groups=1):
    """The gradients of `conv2d`, as those of `dense`.

    Shapes: `grad` (n, c_out, h_out, w_out), as the output → those of the
    arguments. One kernel serves all positions, so its gradient is a sum over
    them.
    Source: LeCun et al., *Backpropagation applied to handwritten zip code
    recognition* (1989), doi:10.1162/neco.1989.1.4.541.

    >>> x, weight = np.array([[[[1, 2, 3]]]]), np.array([[[[5, 7]]]])
    >>> conv2d_backward(np.array([[[[1, 10]]]]), x, weight)[:2]
    (array([[[[ 5., 57., 70.]]]]), array([[[[21., 32.]]]]))
    """
    c_out, c, *size = weight.shape
    x = pad(x, padding)
    grad_x, grad_weight = np.zeros(x.shape), np.zeros(weight.shape)
    for n, o, i, j in np.ndindex(grad.shape):
        group = o // (c_out // groups)
        channels = slice(group * c, (group + 1) * c)
        rows, columns = patch(i, j, size, stride, dilation)
        grad_x[n, channels, rows, columns] += grad[n, o, i, j] * weight[o]
        grad_weight[o] += grad[n, o, i, j] * x[n, channels, rows, columns]
    return crop(grad_x, padding), grad_weight, grad.sum(axis=(0, 2, 3))


def max_pool2d_backward(grad, x, kernel_size, stride=None, padding=0, dilation=1):
    """The gradient of `max_pool2d`: all goes to the largest of a patch.

    Shapes: `grad` (n, c, h_out, w_out), as the output → (n, c, h, w). Of
    equal ones the first in raster order takes it.

    >>> x = np.array([[[[1, 4], [4, 2]]]])
    >>> max_pool2d_backward(np.array([[[[10]]]]), x, 2)
    array([[[[ 0., 10.],
             [ 0.,  0.]]]])
    """
    stride = kernel_size if stride is None else stride
    x = pad(x, padding, value=-np.inf)
    grad_x = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = patch(i, j, kernel_size, stride, dilation)
        seen = x[n, c, rows, columns]
        largest = np.unravel_index(np.argmax(seen), seen.shape)
        grad_x[n, c, rows, columns][largest] += grad[n, c, i, j]
    return crop(grad_x, padding)


def avg_pool2d_backward(grad, x, kernel_size, stride=None, padding=0):
    """The gradient of `avg_pool2d`: every pixel of a patch gets its share.

    Shapes: `grad` (n, c, h_out, w_out), as the output → (n, c, h, w).

    >>> avg_pool2d_backward(np.array([[[[8]]]]), np.zeros((1, 1, 2, 2)), 2)
    array([[[[2., 2.],
             [2., 2.]]]])
    """
    stride = kernel_size if stride is None else stride
    pixels = np.prod(pair(kernel_size))
    grad_x = np.zeros(pad(x, padding).shape)
    for n, c, i, j in np.ndindex(grad.shape):
        rows, columns = patch(i, j, kernel_size, stride)
        grad_x[n, c, rows, columns] += grad[n, c, i, j] / pixels
    return crop(grad_x, padding)


def col2im(columns, shape, kernel_size, stride=1, padding=0, dilation=1):
    """Columns added up where `im2col` took them from: PyTorch's `fold`.

    Shapes: `columns` (n, c·s_h·s_w, h_out·w_out), images of `shape` (h, w) →
    (n, c, h, w). This is the adjoint of `im2col`, and so its gradient:
    `Σ im2col(x) · y = Σ x · col2im(y)`.

    >>> col2im(np.array([[[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]]), (1, 4), (1, 2))
    array([[[[1., 4., 6., 4.]]]])
    """
    size = pair(kernel_size)
    channels = columns.shape[1] // np.prod(size)
    out = pad(np.zeros((len(columns), channels, *shape)), padding)
    h_out, w_out = positions(out, size, stride, dilation)
    for n, i, j in np.ndindex(len(columns), h_out, w_out):
        seen = columns[n, :, i * w_out + j].reshape(channels, *size)
        rows, cols = patch(i, j, size, stride, dilation)
        out[n, :, rows, cols] += seen
    return crop(out, padding)
