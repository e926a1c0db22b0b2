"""Which algorithm computes a convolution: the one that was asked for, or the one that fits best."""

from types import ModuleType

import numpy as np

from convbook.arrays import array_module, kind_of, short_repr
from convbook.engine import cuda
from convbook.engine.algorithms import fft, im2col, loops, shifts, toeplitz, winograd
from convbook.engine.algorithms.buffers import AnyArray
from convbook.geometry import ConvGeometry

METHODS: dict[str, ModuleType] = {
    "loops": loops,
    "shifts": shifts,
    "im2col": im2col,
    "toeplitz": toeplitz,
    "fft": fft,
    "winograd": winograd,
}
# What "auto" chooses from.
PLAIN = ("shifts", "im2col", "toeplitz")
TRANSFORMS = ("winograd", "fft")


def method_of(method: object) -> str:
    """`method`, which must be "auto" or the name of an algorithm."""
    if not isinstance(method, str) or method not in ("auto", *METHODS):
        names = ", ".join(map(repr, METHODS))
        raise ValueError(f"method must be 'auto' or one of {names}; it is {short_repr(method)}")
    return method


def algorithm(
    method: object, x: AnyArray, weight: AnyArray, geometry: ConvGeometry, gradient: bool = False
) -> ModuleType:
    """The module that convolves `x` with `weight`: the one named, or for "auto" the choice.

    On a GPU, "auto" takes the kernels of `convbook.engine.cuda` for all that they can do.

    Raises ValueError, which says why, when the method can't do this convolution.
    """
    method = method_of(method)
    if method == "auto":
        return cuda if cuda.takes(x, geometry) else METHODS[choose(x, weight, geometry, gradient)]
    reason: str | None = METHODS[method].refusal(weight.dtype, geometry)
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
       which compute with an error of their own, must be faster by a tenth; and they spread an
       infinity or a NaN over a tile, so arrays that hold one do without.

    The `gradient` with respect to the weights takes the same but for `shifts`, which gains nothing.
    """
    if not hasattr(x, "strides"):
        return "shifts"
    if kind_of(x) != "f" or 0 in (*x.shape, *weight.shape):
        return "im2col"
    (c_out, c), groups = weight.shape[:2], x.shape[1] // weight.shape[1]
    job = geometry, x.shape[0], groups, c, c_out // groups
    plain = min(PLAIN[gradient:], key=lambda name: METHODS[name].cost(*job))
    transforms = [name for name in TRANSFORMS if not METHODS[name].refusal(weight.dtype, geometry)]
    if transforms:
        quickest = min(transforms, key=lambda name: METHODS[name].cost(*job))
        faster = METHODS[quickest].cost(*job) < 0.9 * METHODS[plain].cost(*job)
        if faster and _finite(x, weight):
            return quickest
    return plain


def _finite(*arrays: AnyArray) -> bool:
    """Whether sums show no infinity and no NaN; too large a sum counts as one."""
    with np.errstate(over="ignore", invalid="ignore"):
        xp = array_module(arrays[0])
        return all(bool(xp.isfinite(xp.sum(array))) for array in arrays)
