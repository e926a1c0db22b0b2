"""Hand an algorithm arrays as it takes them: padded, in its dtype, row by row.

Where arrays are so already, it gets them as they are. Where a copy is needed, some images are
copied at a time, so that large batches take little memory.
"""

import math
from types import ModuleType
from typing import Any

from convbook.arrays import array_module, cast, working_dtype
from convbook.engine.algorithms.buffers import AnyArray, at_a_time
from convbook.geometry import ConvGeometry
from convbook.windows import Mode, pad

# Numbers copied at a time.
COPIED = 1 << 21


def forward(
    algorithm: ModuleType,
    x: AnyArray,
    weight: AnyArray,
    out: AnyArray,
    geometry: ConvGeometry,
    mode: Mode,
) -> None:
    """Let `algorithm` write the convolution into `out`, which may be a view."""
    if _is_empty(x, weight, out, mode):
        out[...] = 0
        return
    xp, dtype = array_module(x), working_dtype(x)
    weight = _row_by_row(weight, dtype)
    # Other padding than zeros is put around the images here, before the algorithm sees them.
    inside = geometry if mode == "constant" else geometry.on_padded()
    for images in image_chunks(*_copied(x, dtype, mode), *_copied(out, dtype)):
        inp = _row_by_row(_padded(x[images, ...], geometry, mode), dtype)
        dst = out[images, ...]
        if not _copied(dst, dtype):
            algorithm.forward(inp, weight, dst, inside)
        else:
            answers = xp.empty(dst.shape, dtype=dtype)
            algorithm.forward(inp, weight, answers, inside)
            dst[...] = cast(answers, out.dtype)


def weight_gradient(
    algorithm: ModuleType,
    grad: AnyArray,
    x: AnyArray,
    out: AnyArray,
    geometry: ConvGeometry,
    mode: Mode,
) -> None:
    """Let `algorithm` write the gradient with respect to the weights into `out`."""
    if _is_empty(x, out, grad, mode):
        out[...] = 0
        return
    xp, dtype = array_module(x), working_dtype(x)
    inside = geometry if mode == "constant" else geometry.on_padded()

    def write(images: slice, dst: AnyArray) -> None:
        inp = _row_by_row(_padded(x[images, ...], geometry, mode), dtype)
        algorithm.weight_gradient(_row_by_row(grad[images, ...], dtype), inp, dst, inside)

    # Weights can be many: the first chunk of images writes where the sum belongs, and only where
    # there are more of them is there a second array, whose numbers are added.
    total = out if out.dtype == dtype else xp.empty(out.shape, dtype=dtype)
    first, *others = image_chunks(*_copied(grad, dtype), *_copied(x, dtype, mode))
    write(first, total)
    for images in others:
        part = xp.empty(out.shape, dtype=dtype)
        write(images, part)
        total += part
    if total is not out:
        out[...] = cast(total, out.dtype)


def image_chunks(*copied: AnyArray) -> list[slice]:
    """Some images at a time where these arrays of images must be copied, otherwise all of them."""
    if not copied:
        return [slice(None)]
    n = copied[0].shape[0]
    step = at_a_time(n, sum(math.prod(array.shape[1:]) for array in copied), COPIED)
    return [slice(first, first + step) for first in range(0, n, step)]


def _is_empty(x: AnyArray, weight: AnyArray, out: AnyArray, mode: Mode) -> bool:
    """Whether every sum is empty, or of nothing but the zeros around an image without pixels."""
    return 0 in (*weight.shape, *out.shape) or (mode == "constant" and 0 in x.shape)


def _padded(x: AnyArray, geometry: ConvGeometry, mode: Mode) -> AnyArray:
    """Zeros around an image are left to the algorithm, which may need none of them in memory."""
    if mode == "constant":
        return x
    return pad(x, geometry.padding, axes=len(geometry.kernel_size), mode=mode)


def _copied(array: AnyArray, dtype: Any, mode: Mode = "constant") -> list[AnyArray]:
    """The array in a list, if it must be copied to be computed with; otherwise an empty one."""
    flags = getattr(array, "flags", None)  # arrays of the standard don't tell how they lie
    in_order = array.dtype == dtype and (flags is None or bool(flags.c_contiguous))
    return [] if in_order and mode == "constant" else [array]


def _row_by_row(array: AnyArray, dtype: Any) -> AnyArray:
    if not _copied(array, dtype):
        return array
    laid_out: AnyArray = array_module(array).ascontiguousarray(array, dtype)
    return laid_out
