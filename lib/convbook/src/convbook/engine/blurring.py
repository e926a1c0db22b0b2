"""Blur-pool on any array module: one axis after the other, some maps at a time, as in `pooling`."""

from typing import Any

from convbook.arrays import Array, array_module, cast
from convbook.engine.pooling import as_images, as_maps, map_chunks, tap_slices
from convbook.geometry import ConvGeometry
from convbook.windows import Mode, pad, pad_backward

Padding = tuple[tuple[int, int], ...]


def blur_pool(
    x: Array, geometry: ConvGeometry, padding: Padding, weights: list[float], mode: Mode
) -> Array:
    """Weighted sums of the windows of `x`, padded; `geometry` is that on the padded image."""
    xp = array_module(x)
    wide = xp.result_type(x.dtype, xp.float32)  # sums of float16 lose digits
    maps, axes = as_maps(x), len(padding)
    out: Array = xp.empty((maps.shape[0], *geometry.output_shape), dtype=x.dtype)
    for chunk in map_chunks(maps):
        inp = pad(cast(maps[chunk, ...], wide), padding, axes=axes, mode=mode)
        for axis in range(axes):
            first, *others = tap_slices(geometry, axis)
            total = inp[first] * weights[0]
            for weight, seen in zip(weights[1:], others, strict=True):
                total += inp[seen] * weight
            inp = total
        out[chunk, ...] = cast(inp, x.dtype)
    return as_images(out, x.shape[:2])


def blur_pool_backward(
    grad: Array,
    input_shape: tuple[int, ...],
    geometry: ConvGeometry,
    padding: Padding,
    weights: list[float],
    mode: Mode,
) -> Array:
    """The transpose of `blur_pool`, from `grad` (n, c, windows) to (n, c, pixels)."""
    xp: Any = array_module(grad)
    wide = xp.result_type(grad.dtype, xp.float32)  # sums of float16 lose digits
    maps, axes = as_maps(grad), len(padding)
    out: Array = xp.empty((maps.shape[0], *input_shape), dtype=grad.dtype)
    for chunk in map_chunks(out):
        shares = cast(maps[chunk, ...], wide)
        for axis in reversed(range(axes)):
            length = geometry.input_shape[axis]
            shape = (*shares.shape[: axis + 1], length, *shares.shape[axis + 2 :])
            total = xp.zeros(shape, dtype=wide)
            for weight, seen in zip(weights, tap_slices(geometry, axis), strict=True):
                total[seen] += shares * weight
            shares = total
        pixels = pad_backward(shares, padding, axes=axes, mode=mode)
        out[chunk, ...] = cast(pixels, grad.dtype)
    return as_images(out, grad.shape[:2])
