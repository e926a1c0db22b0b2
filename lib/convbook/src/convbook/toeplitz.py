"""The matrix of a convolution, and the way back to its kernel.

The matrix of a convolution in one dimension is a Toeplitz matrix: every diagonal is constant. In
two it is doubly blocked, a Toeplitz matrix of Toeplitz blocks, and with channels it has one such
matrix for each pair of them. It can be had dense, sparse, as an operator that is never stored, and,
in one dimension, as a view of its diagonals; and as a map of which entries are connected and which
are equal, beside those of dense and local layers.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convbook.arguments import array_of, integer, integers, short_repr, truth
from convbook.arrays import Array, array_module, cast, floating, promote, same_device, working_dtype
from convbook.engine import dispatch
from convbook.extras import extra
from convbook.geometry import ConvGeometry, Padding, conv_geometry, padding_pairs
from convbook.windows import sliding_windows


@same_device("kernel")
def toeplitz_matrix(
    kernel: ArrayLike,
    shape: int | Sequence[int],
    padding: Padding = 0,
    *,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """The matrix that correlates a signal or image of `shape` with `kernel`.

    Shapes: `kernel` (s,) and `shape` n → (n + 2p − s + 1, n); `kernel` (s_h, s_w) and `shape`
    (h, w) → (outputs, h·w), a doubly blocked Toeplitz matrix. More axes work alike; one integer as
    `shape` or `padding` serves every axis. The weight of a layer, `kernel` (c_out, c/groups, s_h,
    s_w) with `shape` (h, w), gives (c_out·outputs, c·h·w). `toeplitz_matrix(u, n) @ x` is the
    correlation of the zero-padded `x` with `u`; an image or a batch of channels is `x.ravel()`.
    The dtype is that of `kernel`; integers and bools give int64.
    Cost: the memory of all entries, of which `toeplitz_csr` keeps those that are not zero.
    Raises ValueError when the kernel does not fit.

    >>> toeplitz_matrix([1, 2, 3], 4, padding=1)
    array([[2, 3, 0, 0],
           [1, 2, 3, 0],
           [0, 1, 2, 3],
           [0, 0, 1, 2]])
    >>> toeplitz_matrix([1, 2, 3], 5, stride=2)
    array([[1, 2, 3, 0, 0],
           [0, 0, 1, 2, 3]])
    """
    weight, geometry, groups = _check(kernel, shape, padding, stride, dilation, groups)
    data, columns, starts = _csr_arrays(weight, geometry, groups)
    xp, size = array_module(weight), _matrix_shape(weight, geometry, groups)
    # The row of an entry: how many rows begin at it or before, less one.
    rows = xp.searchsorted(starts[1:], xp.arange(len(data)), side="right")
    matrix: Array = xp.zeros(size, dtype=weight.dtype)
    matrix[rows, columns] = data
    return matrix


@same_device("kernel")
def toeplitz_csr(
    kernel: ArrayLike,
    shape: int | Sequence[int],
    padding: Padding = 0,
    *,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Any:
    """`toeplitz_matrix` without its zeros: a `scipy.sparse.csr_array`, or CuPy's `csr_matrix`.

    Only what the kernel sees is stored, s_h·s_w·c/groups numbers a row, fewer where padding takes
    part; entries of the kernel that are zero are stored too. Its three arrays are written
    directly, most of them by copying rows that are equal. CuPy's holds floats only, and neither
    holds float16, which becomes float32.

    >>> sparse = toeplitz_csr([1, 2, 3], 4, padding=1)
    >>> sparse.nnz, sparse @ [1, 1, 1, 1]
    (10, array([5, 6, 6, 3]))
    """
    weight, geometry, groups = _check(kernel, shape, padding, stride, dilation, groups)
    weight = cast(weight, working_dtype(weight))
    size = _matrix_shape(weight, geometry, groups)
    if array_module(weight) is np:
        with extra("sparse"):
            from scipy.sparse import csr_array

        return csr_array(_csr_arrays(weight, geometry, groups), shape=size)
    from cupyx.scipy.sparse import csr_matrix

    return csr_matrix(_csr_arrays(weight, geometry, groups), shape=size)


@same_device("kernel")
def toeplitz_operator(
    kernel: ArrayLike,
    shape: int | Sequence[int],
    padding: Padding = 0,
    *,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Any:
    """`toeplitz_matrix` that is never stored: a `LinearOperator` of SciPy, or of CuPy.

    Multiplying it with a vector computes the convolution, and its transpose the gradient with
    respect to the input, so it can be given to a solver. Cost, memory and error are those of
    `conv`.

    >>> operator = toeplitz_operator([1, 2, 3], 4, padding=1)
    >>> operator @ np.ones(4, int), operator.T @ np.ones(4, int)
    (array([5, 6, 6, 3]), array([3, 6, 6, 5]))
    """
    weight, geometry, groups = _check(kernel, shape, padding, stride, dilation, groups)
    inputs = groups * weight.shape[1], *geometry.input_shape
    outputs = weight.shape[0], *geometry.output_shape

    def forward(vectors: Any) -> Any:
        """One image for each column of `vectors`."""
        images, kernels = promote(vectors=_as_arrays(vectors, inputs), kernel=weight)
        return _as_columns(dispatch.conv(images, kernels, geometry), vectors)

    def transposed(vectors: Any) -> Any:
        images, kernels = promote(vectors=_as_arrays(vectors, outputs), kernel=weight)
        return _as_columns(dispatch.input_gradient(images, kernels, geometry, groups), vectors)

    if array_module(weight) is np:
        with extra("sparse"):
            from scipy.sparse.linalg import LinearOperator
    else:
        from cupyx.scipy.sparse.linalg import LinearOperator
    return LinearOperator(
        _matrix_shape(weight, geometry, groups),
        matvec=forward,
        matmat=forward,
        rmatvec=transposed,
        rmatmat=transposed,
        dtype=weight.dtype,
    )


def _as_arrays(vectors: Array, shape: tuple[int, ...]) -> Array:
    """The columns of a matrix, or a vector, as arrays of this shape."""
    given = array_of("vectors", vectors)
    return given.reshape(len(given), -1).T.reshape(-1, *shape)


def _as_columns(arrays: Array, like: Array) -> Array:
    """Arrays as the columns of a matrix; as a vector where `like` is one."""
    return arrays.reshape(len(arrays), -1).T.reshape(-1, *like.shape[1:])


@same_device("kernel")
def diagonals_of(kernel: ArrayLike, n: int, padding: int | Sequence[int] = 0) -> Array:
    """The diagonals of `toeplitz_matrix(kernel, n, padding)`, from lower left to upper right.

    A matrix of r rows and n columns has r + n − 1 of them: the first column upwards, then the first
    row. They are the kernel between zeros; `toeplitz_view` makes the matrix of them.

    >>> diagonals_of([1, 2, 3], 4)
    array([0, 1, 2, 3, 0])
    """
    (kernel,) = promote(kernel=array_of("kernel", kernel, 1))
    geometry = conv_geometry("kernel", kernel.shape, (integer("n", n, 1),), 1, padding)
    (rows,), ((before, _),), xp = geometry.output_shape, geometry.padding, array_module(kernel)
    out: Array = xp.zeros(rows + n - 1, dtype=kernel.dtype)
    first = rows - 1 - before
    # With more padding than the kernel is long, entries of it stand beside the matrix.
    dst = slice(max(first, 0), min(first + len(kernel), len(out)))
    out[dst] = kernel[dst.start - first : dst.stop - first]
    return out


@same_device("diagonals")
def toeplitz_view(diagonals: ArrayLike, columns: int | None = None) -> Array:
    """The Toeplitz matrix with these diagonals, as a read-only view: nothing is copied.

    `diagonals` (r + n − 1,) go from the lower left to the upper right corner, as from
    `diagonals_of`; the matrix is (r, n) with n `columns`, or square when that is None. Neighbouring
    rows share all but one of their numbers, so they lie in memory one step apart.
    Raises ValueError when the numbers do not fit.

    >>> toeplitz_view([-2, -1, 0, 1, 2])
    array([[ 0,  1,  2],
           [-1,  0,  1],
           [-2, -1,  0]])
    """
    diagonals = array_of("diagonals", diagonals, 1)
    count = diagonals.shape[0]
    if columns is None and not count % 2:
        raise ValueError(f"diagonals must be odd in number for a square matrix; they are {count}")
    width = (count + 1) // 2 if columns is None else integer("columns", columns, 1)
    if width > count:
        raise ValueError(f"columns must be at most the number of diagonals, {count}; it is {width}")
    return sliding_windows(diagonals, width)[::-1]


@same_device("diagonals", "x")
def toeplitz_product(diagonals: ArrayLike, x: ArrayLike) -> Array:
    """`toeplitz_view(diagonals, columns=len(x)) @ x` by FFT, without the matrix.

    Shapes: `diagonals` (r + n − 1,), `x` (n,) or (n, k) → (r,) or (r, k). The matrix is a corner of
    a circulant one, which the Fourier transform makes diagonal. Integers are computed in float64.
    Cost: O((r + n) log (r + n)) instead of r·n. Error: relative to the largest result, about that
    of the dtype, also where results are small; one infinity or NaN reaches every result.
    Source: Golub and Van Loan, *Matrix computations*, section 4.8.

    >>> toeplitz_product([0.0, 1.0, 2.0, 3.0, 0.0], [1.0, 1.0, 1.0, 0.0]).round(9)
    array([6., 3.])
    """
    diagonals, x = array_of("diagonals", diagonals, 1), array_of("x", x)
    if x.ndim not in (1, 2) or not 1 <= x.shape[0] <= diagonals.shape[0]:
        raise ValueError(
            f"x must have from 1 to {diagonals.shape[0]} rows, no more than there are diagonals, "
            f"and 1 or 2 axes; its shape is {x.shape}"
        )
    diagonals, x = floating(diagonals, x)
    xp, count = array_module(x), diagonals.shape[0]
    rows, length = count - x.shape[0] + 1, 1 << (count - 1).bit_length()
    down, across = xp.flip(diagonals[:rows]), xp.flip(diagonals[rows:])
    zeros = xp.zeros(length - count, dtype=diagonals.dtype)
    circle = xp.fft.rfft(xp.concat((down, zeros, across)))
    spectrum = xp.fft.rfft(x, n=length, axis=0)
    circle = xp.reshape(circle, (-1, *(1,) * (x.ndim - 1)))
    product = xp.fft.irfft(circle * spectrum, n=length, axis=0)[:rows, ...]
    return cast(product, x.dtype)


def is_toeplitz(matrix: ArrayLike) -> bool:
    """Whether every diagonal of a matrix is constant: exactly, so that a NaN never is.

    >>> is_toeplitz([[1, 2, 3], [0, 1, 2]]), is_toeplitz([[1, 2], [3, 4]])
    (True, False)
    """
    matrix = array_of("matrix", matrix, 2)
    return bool(array_module(matrix).all(matrix[1:, 1:] == matrix[:-1, :-1]))


@same_device("matrix")
def kernel_of(
    matrix: ArrayLike,
    shape: int | Sequence[int] | None = None,
    kernel_size: int | Sequence[int] | None = None,
    padding: int | Sequence[int | Sequence[int]] = 0,
    *,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """The kernel of which `matrix` is the `toeplitz_matrix`: the way back.

    `shape` and `kernel_size` are those of the image and the kernel, one integer for each axis;
    `padding`, `stride` and `dilation` are the layer's. A signal needs neither, as long as stride
    and dilation are 1: they follow from the matrix. The result has `kernel_size`, or (c_out, c,
    kernel_size) where rows or columns are of several channels. Entries of the kernel that see
    nothing but padding are 0, for they left no trace.
    Raises ValueError when `matrix` is not the matrix of such a layer.

    >>> kernel_of([[1, 2, 3, 0], [0, 1, 2, 3]])
    array([1, 2, 3])
    >>> kernel_of(toeplitz_matrix([[1, 2], [3, 4]], (3, 3)), (3, 3), (2, 2))
    array([[1, 2],
           [3, 4]])
    """
    matrix = array_of("matrix", matrix, 2)
    height, width = matrix.shape
    pixels = integers("shape", width if shape is None else shape, None, 1)
    if kernel_size is None:
        if len(pixels) > 1 or (stride, dilation) != (1, 1):
            raise ValueError(
                "kernel_size must be given unless there is one axis, with stride and dilation 1"
            )
        (pair,) = padding_pairs(padding, (1,))
        kernel_size = max(pixels[0] + sum(pair) + 1 - height, 0)
    geometry = conv_geometry("kernel_size", kernel_size, pixels, stride, padding, dilation)
    inputs, outputs = math.prod(geometry.input_shape), math.prod(geometry.output_shape)
    if not height or not width or height % outputs or width % inputs:
        raise ValueError(
            f"matrix must have {outputs} rows and {inputs} columns for each channel; "
            f"its shape is {matrix.shape}"
        )
    xp, channels = array_module(matrix), (height // outputs, width // inputs)
    blocks = xp.permute_dims(
        xp.reshape(matrix, (channels[0], outputs, channels[1], inputs)), (0, 2, 1, 3)
    )
    pixels_seen, inside = _pixels_seen(geometry, xp)
    row = xp.argmax(inside, axis=0)  # the first position that sees the pixel
    entry = xp.arange(row.shape[0])
    kernel: Array = blocks[:, :, row, xp.where(inside, pixels_seen, 0)[row, entry]]
    kernel = xp.where(xp.any(inside, axis=0), kernel, xp.zeros_like(kernel))
    kernel = xp.reshape(kernel, (*channels, *geometry.kernel_size))
    whole = toeplitz_matrix(
        kernel,
        geometry.input_shape,
        geometry.padding,
        stride=geometry.stride,
        dilation=geometry.dilation,
    )
    if not bool(xp.all(whole == matrix)):
        raise ValueError(
            f"matrix must be that of a convolution of {geometry.input_shape} pixels with a kernel "
            f"of size {geometry.kernel_size}; its entries are not those of one kernel"
        )
    return kernel if channels != (1, 1) else kernel[0, 0]


def parameter_map(
    layer: Literal["dense", "local", "shared"],
    shape: int | Sequence[int],
    k: int,
    padded: bool = False,
) -> NDArray[np.int64]:
    """Number the free parameters of a layer that answers once per pixel, in its matrix.

    The matrix has a row for each output pixel and a column for each input pixel of an image of
    `shape` (an integer for a signal), in raster order. An entry is −1 where there is no
    connection, otherwise the number of its parameter. `dense` connects everything and `local` what
    lies within max-distance `k`; both count their parameters in raster order. `shared` has one
    parameter for each offset, numbered by its place in the kernel. With `padded`, the columns are
    the pixels of the image surrounded by `k` zeros, so that every row is whole.

    >>> parameter_map("local", 4, k=1)
    array([[ 0,  1, -1, -1],
           [ 2,  3,  4, -1],
           [-1,  5,  6,  7],
           [-1, -1,  8,  9]])
    >>> parameter_map("shared", 4, k=1)
    array([[ 1,  2, -1, -1],
           [ 0,  1,  2, -1],
           [-1,  0,  1,  2],
           [-1, -1,  0,  1]])
    """
    if not isinstance(layer, str) or layer not in ("dense", "local", "shared"):
        raise ValueError(f"layer must be 'dense', 'local' or 'shared'; it is {short_repr(layer)}")
    sizes, k = integers("shape", shape, None, least=1), integer("k", k)
    border = k if truth("padded", padded) else 0
    outputs = np.indices(sizes).reshape(len(sizes), -1, 1)
    inputs = np.indices([n + 2 * border for n in sizes]).reshape(len(sizes), 1, -1) - border
    offsets = inputs - outputs
    connected = (abs(offsets) <= k).all(axis=0) | (layer == "dense")
    if layer == "shared":
        window = (2 * k + 1,) * len(sizes)
        numbers = np.ravel_multi_index(tuple((offsets + k) * connected), window)
    else:
        numbers = connected.cumsum().reshape(connected.shape) - 1
    return np.where(connected, numbers, -1)


def _check(
    kernel: ArrayLike, shape: Any, padding: Any, stride: Any, dilation: Any, groups: int
) -> tuple[Array, ConvGeometry, int]:
    """The weight (c_out, c/groups, size), how it lies on an image, and its groups."""
    kernel = array_of("kernel", kernel)
    if kernel.ndim < 1:
        raise ValueError(f"kernel must have at least 1 axis; it is the number {kernel}")
    # Axes of channels are there when the image has two axes less than the kernel.
    listed = isinstance(shape, Sequence) or np.ndim(shape) == 1
    with_channels = listed and len(shape) == kernel.ndim - 2 > 0
    (weight,) = promote(kernel=kernel if with_channels else kernel[None, None])
    input_shape = integers("shape", shape, weight.ndim - 2, 1)
    groups = integer("groups", groups, 1)
    if not weight.shape[0] or not weight.shape[1] or weight.shape[0] % groups:
        raise ValueError(
            f"kernel must have output channels that groups, {groups}, divide, and input channels; "
            f"its shape is {kernel.shape}"
        )
    geometry = conv_geometry("kernel", weight.shape[2:], input_shape, stride, padding, dilation)
    return weight, geometry, groups


def _matrix_shape(weight: Array, geometry: ConvGeometry, groups: int) -> tuple[int, int]:
    c_out, c = weight.shape[0], groups * weight.shape[1]
    return c_out * math.prod(geometry.output_shape), c * math.prod(geometry.input_shape)


def _pixels_seen(geometry: ConvGeometry, xp: Any) -> tuple[Array, Array]:
    """The pixel below each entry of the kernel at each position, and whether there is one."""
    axes = len(geometry.input_shape)
    pixels, inside = xp.asarray(0), xp.asarray(True)
    for axis, (s, step, (before, _), gap, n, count) in enumerate(zip(*geometry, strict=True)):
        along_axis = (xp.arange(count) * step - before)[:, None] + xp.arange(s) * gap
        # Positions have the first axes, entries of the kernel the last ones.
        shape = [1] * (2 * axes)
        shape[axis], shape[axes + axis] = count, s
        along_axis = along_axis.reshape(shape)
        pixels = pixels * n + along_axis
        inside = inside & (along_axis >= 0) & (along_axis < n)
    flat = math.prod(geometry.output_shape), math.prod(geometry.kernel_size)
    return xp.reshape(pixels, flat), xp.reshape(inside, flat)


def _csr_arrays(weight: Array, geometry: ConvGeometry, groups: int) -> tuple[Array, Array, Array]:
    """What the matrix holds, row by row: numbers, their columns, and where each row begins."""
    xp, (c_out, c) = array_module(weight), weight.shape[:2]  # c channels in each group
    positions = math.prod(geometry.output_shape)
    taps, pixels = math.prod(geometry.kernel_size), math.prod(geometry.input_shape)
    most = max(c_out * positions * c * taps, groups * c * pixels)
    # The indices take as much memory as the numbers: half of it where 32 bits suffice.
    index_dtype = xp.int32 if most <= int(xp.iinfo(xp.int32).max) else xp.int64

    # The rows of one output channel: those of the others have the same entries in the same places.
    pixels_seen, inside = _pixels_seen(geometry, xp)
    channels = xp.arange(c)[:, None]
    stored = xp.broadcast_to(inside[:, None, :], (positions, c, taps))
    columns = cast(pixels_seen[:, None, :] + channels * pixels, index_dtype)[stored]
    entries = xp.broadcast_to(channels * taps + xp.arange(taps), stored.shape)[stored]
    row_ends = xp.cumsum(inside.sum(axis=1) * c)

    count = len(columns)
    all_columns: Array = xp.empty((groups, c_out // groups, count), dtype=index_dtype)
    first_columns = cast(xp.arange(groups) * (c * pixels), index_dtype)
    xp.add(columns, first_columns[:, None, None], all_columns)
    row_starts = xp.zeros(c_out * positions + 1, dtype=index_dtype)
    row_starts[1:] = (row_ends + xp.arange(c_out)[:, None] * count).reshape(-1)

    # Lines of positions that lie wholly within the image along the first axis are all equal.
    before, inner = _lines_inside(geometry)
    line = positions // geometry.output_shape[0]
    bounds = xp.concat((xp.zeros(1, dtype=row_ends.dtype), row_ends))
    first, last = int(bounds[before * line]), int(bounds[(before + inner) * line])
    kernels = weight.reshape(c_out, c * taps)
    data: Array = xp.empty((c_out, count), dtype=weight.dtype)
    data[:, :first] = kernels[:, entries[:first]]
    if inner:
        one_line = kernels[:, entries[first : first + (last - first) // inner]]
        data[:, first:last].reshape(c_out, inner, -1)[...] = one_line[:, None, :]
    data[:, last:] = kernels[:, entries[last:]]
    return data.reshape(-1), all_columns.reshape(-1), row_starts


def _lines_inside(geometry: ConvGeometry) -> tuple[int, int]:
    """How many positions along the first axis begin before the image, and how many lie in it."""
    (before, _), step = geometry.padding[0], geometry.stride[0]
    first = min(-(-before // step), geometry.output_shape[0])
    last_start = geometry.input_shape[0] - geometry.extent[0] + before
    last = min(last_start // step + 1, geometry.output_shape[0])
    return first, max(last - first, 0)
