"""Which algorithm computes a convolution: the one that was asked for, or the one that fits best."""

import math
from types import ModuleType

import numpy as np

from convbook.algorithms import fft, im2col, loops, shifts, toeplitz, winograd
from convbook.algorithms.blocks import AnyArray
from convbook.arrays import array_module, shown
from convbook.geometry import Fit

METHODS: dict[str, ModuleType] = {
    "loops": loops,
    "shifts": shifts,
    "im2col": im2col,
    "toeplitz": toeplitz,
    "fft": fft,
    "winograd": winograd,
}


def method_of(method: object) -> str:
    """`method`, which must be "auto" or the name of an algorithm."""
    if not isinstance(method, str) or method not in ("auto", *METHODS):
        names = ", ".join(map(repr, METHODS))
        raise ValueError(f"method must be 'auto' or one of {names}; it is {shown(method)}")
    return method


def algorithm(method: object, x: AnyArray, weight: AnyArray, lay: Fit) -> ModuleType:
    """The module that convolves `x` with `weight`: the one named, or for "auto" the choice.

    Raises ValueError, which says why, when the method can't do this convolution.
    """
    method = method_of(method)
    if method == "auto":
        return METHODS[choose(x, weight, lay)]
    reason: str | None = METHODS[method].refusal(weight.dtype, lay)
    if reason:
        raise ValueError(f"method {method!r} can't compute this convolution: {reason}")
    return METHODS[method]


def choose(x: AnyArray, weight: AnyArray, lay: Fit) -> str:
    """The method that "auto" stands for.

    1. Arrays of a module without strided views take `shifts`, which is written in the standard's
       functions alone.
    2. Kernels of 3×3 that `winograd` can do, from 32 or more channels to as many, at 100 tiles or
       more, take it.
    3. Kernels of `LONG` or more weights at stride 1 take `fft`.
    4. Depthwise layers take `toeplitz`.
    5. All others, and all arrays of integers, take `im2col`.

    A transform spreads an infinity or a NaN over its tile: arrays that hold one take no transform.
    """
    size, (c_out, c) = math.prod(lay.size), weight.shape[:2]
    if not hasattr(x, "strides"):
        return "shifts"
    if winograd.refusal(weight.dtype, lay) is None and min(c, c_out * c // x.shape[1]) >= 32:
        tiles = x.shape[0] * math.prod(-(-m // 4) for m in lay.positions)
        if tiles >= 100 and _finite(x, weight):
            return "winograd"
    transformable = fft.refusal(weight.dtype, lay) is None and set(lay.stride) == {1}
    if transformable and size >= LONG and _finite(x, weight):
        return "fft"
    return "toeplitz" if c == 1 and x.shape[1] > 1 else "im2col"


LONG = 121


def choose_gradient(grad: AnyArray, x: AnyArray, weight: AnyArray, lay: Fit) -> str:
    """The method for the gradient with respect to the weights."""
    forward = choose(x, weight, lay)
    return forward if forward in ("winograd", "toeplitz") else "im2col"


def _finite(*arrays: AnyArray) -> bool:
    """Whether sums show no infinity and no NaN; too large a sum counts as one."""
    with np.errstate(over="ignore", invalid="ignore"):
        xp = array_module(arrays[0])
        return all(bool(xp.isfinite(xp.sum(array))) for array in arrays)
