"""The one place that chooses how a layer is computed: by which backend, by which algorithm.

Layers come here with arrays that are checked, have one dtype and lie on one device. Three ways
lead on: CUDA kernels, for arrays on a GPU that they take; one of the six `algorithms` for a
convolution, where "auto" takes the one that should be fastest; and code that runs on any array
module. What is computed doesn't depend on the way, but for the errors that the algorithms tell of.
"""

import functools
from types import ModuleType
from typing import Any

import numpy as np

from convbook.arguments import short_repr
from convbook.arrays import Array, array_module, kind_of, working_dtype
from convbook.engine import adaptive, cuda, pooling, staging
from convbook.engine.algorithms import fft, im2col, loops, shifts, toeplitz, winograd
from convbook.engine.algorithms.buffers import AnyArray, Shape
from convbook.engine.blurring import blur_pool, blur_pool_backward
from convbook.engine.phases import phases, turned
from convbook.geometry import ConvGeometry, conv_geometry
from convbook.windows import Mode, pad_backward

__all__ = [
    "METHODS",
    "adaptive_avg_pool",
    "adaptive_avg_pool_backward",
    "adaptive_max_pool",
    "adaptive_max_pool_backward",
    "adaptive_max_pool_with_indices",
    "algorithm",
    "avg_pool",
    "avg_pool_backward",
    "blur_pool",
    "blur_pool_backward",
    "choose",
    "conv",
    "input_gradient",
    "max_pool",
    "max_pool_backward",
    "max_pool_with_indices",
    "weight_gradient",
]

METHODS: dict[str, ModuleType] = {
    "loops": loops,
    "shifts": shifts,
    "im2col": im2col,
    "toeplitz": toeplitz,
    "fft": fft,
    "winograd": winograd,
}
# What "auto" chooses from. Sums of products come out the same whichever is taken, as long as all
# numbers are finite: a Toeplitz matrix multiplies with zeros what a window doesn't see. Transforms
# have an error of their own.
WINDOWS = ("shifts", "im2col")
SUMS = (*WINDOWS, "toeplitz")
TRANSFORMS = ("winograd", "fft")
# A transform must be faster by a tenth: for less, its error is not worth having.
WORTHWHILE = 0.9


def conv(
    x: AnyArray,
    weight: AnyArray,
    geometry: ConvGeometry,
    method: str = "auto",
    mode: Mode = "constant",
) -> AnyArray:
    """The convolution of `x` (n, c, pixels) and `weight` (c_out, c/groups, kernel)."""
    shape = (x.shape[0], weight.shape[0], *geometry.output_shape)
    out: AnyArray = array_module(x).empty(shape, dtype=x.dtype)
    chosen = algorithm(method, x, weight, geometry)
    staging.forward(chosen, x, weight, out, geometry, mode)
    return out


def input_gradient(
    grad: AnyArray, weight: AnyArray, geometry: ConvGeometry, groups: int, mode: Mode = "constant"
) -> AnyArray:
    """The transpose of `conv` in `x`: from the output's shape to that of `x`."""
    shape = (grad.shape[0], groups * weight.shape[1], *geometry.input_shape)
    out: AnyArray = array_module(grad).zeros(shape, dtype=grad.dtype)
    if mode != "constant":
        # What stands in the padding are copies of pixels: first as if it were a part of the image,
        # then each pixel collects from its copies.
        for images in staging.image_chunks(out):
            padded = input_gradient(grad[images, ...], weight, geometry.on_padded(), groups)
            axes = len(geometry.kernel_size)
            out[images, ...] = pad_backward(padded, geometry.padding, axes, mode)
    elif cuda.takes(grad, geometry):
        cuda.input_gradient(grad, weight, out, geometry)
    else:
        kernels = turned(weight, groups)
        for phase in phases(geometry):
            part, dst = kernels[(..., *phase.taps)], out[(..., *phase.pixels)]
            chosen = algorithm("auto", grad, part, phase.geometry)
            staging.forward(chosen, grad, part, dst, phase.geometry, "constant")
    return out


def weight_gradient(
    grad: AnyArray, x: AnyArray, shape: Shape, geometry: ConvGeometry, mode: Mode = "constant"
) -> AnyArray:
    """The transpose of `conv` in `weight`, which has this shape, from that of the output."""
    out: AnyArray = array_module(x).zeros(shape, dtype=x.dtype)
    chosen = algorithm("auto", x, out, geometry, gradient=True)
    staging.weight_gradient(chosen, grad, x, out, geometry, mode)
    return out


def algorithm(
    method: object, x: AnyArray, weight: AnyArray, geometry: ConvGeometry, gradient: bool = False
) -> ModuleType:
    """The module that convolves `x` with `weight`: the one named, or for "auto" the choice.

    On a GPU, "auto" takes the kernels of `convbook.engine.cuda` for all that they can do.
    Raises ValueError when there is no such method or, saying why, when it can't do this.
    """
    if not isinstance(method, str) or method not in ("auto", *METHODS):
        names = ", ".join(map(repr, METHODS))
        raise ValueError(f"method must be 'auto' or one of {names}; it is {short_repr(method)}")
    if method == "auto":
        if cuda.takes(x, geometry):
            return cuda
        return METHODS[choose(x, weight, geometry, gradient)]
    reason: str | None = METHODS[method].refusal(working_dtype(weight), geometry)
    if reason:
        raise ValueError(f"method {method!r} can't compute this convolution: {reason}")
    return METHODS[method]


def choose(x: AnyArray, weight: AnyArray, geometry: ConvGeometry, gradient: bool = False) -> str:
    """The method that "auto" stands for, where no CUDA kernel does the job.

    1. Arrays of a module without strided views take `shifts`, which is written in the standard's
       functions alone.
    2. Arrays of integers take `im2col`, which is exact.
    3. All others take the one of `im2col`, `shifts`, `toeplitz`, `winograd` and `fft` that can do
       it in the least time, by the estimate `cost` of each. Winograd and the Fourier transform,
       which compute with an error of their own, must be faster by a tenth; and they, as well as
       `toeplitz`, spread an infinity or a NaN, so arrays that hold one do without these three.

    The `gradient` with respect to the weights takes the same but for `shifts`, which gains nothing.
    """
    if not hasattr(x, "strides"):
        return "shifts"
    if kind_of(x) != "f" or 0 in (*x.shape, *weight.shape):
        return "im2col"
    (c_out, c), groups = weight.shape[:2], x.shape[1] // weight.shape[1]
    layer = x.shape[0], groups, c, c_out // groups
    by_windows, fastest = _fastest(geometry, layer, working_dtype(weight), gradient)
    # The numbers are looked at last: it takes a pass over all of them.
    return fastest if fastest == by_windows or _all_finite(x, weight) else by_windows


# A training run asks for the same few layers again and again.
@functools.lru_cache(maxsize=1024)
def _fastest(
    geometry: ConvGeometry, layer: tuple[int, int, int, int], dtype: Any, gradient: bool
) -> tuple[str, str]:
    """The fastest way for arrays that hold any numbers, and for those that hold finite ones."""

    def cost(name: str) -> float:
        nanoseconds: float = METHODS[name].cost(geometry, *layer)
        return nanoseconds

    by_windows = min(WINDOWS[1:] if gradient else WINDOWS, key=cost)
    sums = min(SUMS[1:] if gradient else SUMS, key=cost)
    possible = [name for name in TRANSFORMS if not METHODS[name].refusal(dtype, geometry)]
    transform = min(possible, key=cost, default=None)
    if transform and cost(transform) < WORTHWHILE * cost(sums):
        return by_windows, transform
    return by_windows, sums


def _all_finite(*arrays: AnyArray) -> bool:
    """Whether sums show no infinity and no NaN; too large a sum counts as one."""
    # A sum is one pass and needs no memory, where isfinite of every number would make an array.
    with np.errstate(over="ignore", invalid="ignore"):
        xp = array_module(arrays[0])
        return all(bool(xp.isfinite(xp.sum(array))) for array in arrays)


def max_pool(x: Array, geometry: ConvGeometry) -> Array:
    """The maximum of every window."""
    if cuda.pool.takes(x, geometry):
        return cuda.max_pool(x, geometry, with_indices=False)[0]
    return pooling.max_pool(x, geometry)


def max_pool_with_indices(x: Array, geometry: ConvGeometry) -> tuple[Array, Array]:
    """The maximum of every window, and the number of the first pixel that holds it."""
    if cuda.pool.takes(x, geometry):
        return cuda.max_pool(x, geometry, with_indices=True)
    return pooling.max_pool_with_indices(x, geometry)


def max_pool_backward(grad: Array, indices: Array, geometry: ConvGeometry) -> Array:
    """Every number of `grad` added to the pixel that its index says."""
    if cuda.pool.takes(grad, geometry):
        return cuda.max_pool_backward(grad, indices, geometry)
    return pooling.scatter_add(grad, indices, (*grad.shape[:2], *geometry.input_shape))


def avg_pool(
    x: Array, geometry: ConvGeometry, count_include_pad: bool = True, divisor: int | None = None
) -> Array:
    """The mean of every window, or its sum over one `divisor` for all."""
    # The kernels count pixels themselves, and know no other divisor.
    if divisor is None and cuda.pool.takes(x, geometry):
        return cuda.avg_pool(x, geometry, count_include_pad)
    return pooling.avg_pool(x, geometry, count_include_pad, divisor)


def avg_pool_backward(
    grad: Array, geometry: ConvGeometry, count_include_pad: bool = True, divisor: int | None = None
) -> Array:
    """The transpose of `avg_pool`, which is linear."""
    if divisor is None and cuda.pool.takes(grad, geometry):
        return cuda.avg_pool_backward(grad, geometry, count_include_pad)
    return pooling.avg_pool_backward(grad, geometry, count_include_pad, divisor)


def adaptive_avg_pool(x: Array, output_shape: Shape) -> Array:
    """The mean of every one of so many windows."""
    geometry = _equal_windows(x, output_shape)
    return avg_pool(x, geometry) if geometry else adaptive.avg_pool(x, output_shape)


def adaptive_avg_pool_backward(grad: Array, input_shape: Shape) -> Array:
    """The transpose of `adaptive_avg_pool`, from `grad` (n, c, windows) to (n, c, pixels)."""
    return adaptive.avg_pool_backward(grad, input_shape)


def adaptive_max_pool(x: Array, output_shape: Shape) -> Array:
    """The maximum of every one of so many windows."""
    geometry = _equal_windows(x, output_shape)
    return max_pool(x, geometry) if geometry else adaptive.max_pool(x, output_shape)


def adaptive_max_pool_with_indices(x: Array, output_shape: Shape) -> tuple[Array, Array]:
    """The maximum of every one of so many windows, and the number of the first pixel with it."""
    return adaptive.max_pool_with_indices(x, output_shape)


def adaptive_max_pool_backward(grad: Array, x: Array) -> Array:
    """Every number of `grad` added to the first maximum of its window in `x`."""
    _, indices = adaptive.max_pool_with_indices(x, grad.shape[2:])
    return pooling.scatter_add(grad, indices, x.shape)


def _equal_windows(x: Array, output_shape: Shape) -> ConvGeometry | None:
    """The windows of adaptive pooling, where all have one size and stand side by side."""
    axes = list(zip(x.shape[2:], output_shape, strict=True))
    if any(n % count for n, count in axes):
        return None
    size = tuple(n // count for n, count in axes)
    return conv_geometry("kernel_size", size, x.shape[2:], stride=size)
