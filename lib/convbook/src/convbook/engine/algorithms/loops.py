"""The definition, one product at a time.

Cost: c·s_h·s_w multiply-adds for every output, each through the interpreter, about a million a
second: for reading and for tests. Memory: none. Error: that of adding c·s_h·s_w
products one after another.
Source: Dumoulin and Visin, arXiv:1603.07285.
"""

from itertools import product
from typing import Any

from convbook.engine.algorithms.buffers import AnyArray
from convbook.geometry import ConvGeometry


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    c_out, c = weight.shape[:2]
    outputs_of_group = out.shape[1] * c // x.shape[1]
    for n, o in product(range(out.shape[0]), range(c_out)):
        first = o // outputs_of_group * c  # the first input channel of this output's group
        for position in product(*map(range, geometry.output_shape)):
            total = 0
            for k, *tap in product(range(c), *map(range, geometry.kernel_size)):
                pixel = tuple(
                    p * stride + t * gap - before
                    for p, stride, t, gap, (before, _) in zip(
                        position,
                        geometry.stride,
                        tap,
                        geometry.dilation,
                        geometry.padding,
                        strict=True,
                    )
                )
                inside = all(
                    0 <= i < size for i, size in zip(pixel, geometry.input_shape, strict=True)
                )
                # A zero of the padding is multiplied too: times infinity it is no zero.
                value = x[(n, first + k, *pixel)] if inside else 0
                total = total + weight[(o, k, *tap)] * value
            out[(n, o, *position)] = total
