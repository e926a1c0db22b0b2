"""The definition, one product at a time.

Cost: c·s_h·s_w multiply-adds for every output, each through the interpreter, about a million a
second: for reading and for tests. Memory: the padded image. Error: that of adding c·s_h·s_w
products one after another.
Source: Dumoulin and Visin, arXiv:1603.07285.
"""

from itertools import product
from typing import Any

from convbook.engine.algorithms.buffers import AnyArray, in_groups, zero_padded
from convbook.geometry import ConvGeometry


def refusal(dtype: Any, geometry: ConvGeometry) -> str | None:
    """Why this algorithm can't do the job; None as it always can."""
    return None


def forward(x: AnyArray, weight: AnyArray, out: AnyArray, geometry: ConvGeometry) -> None:
    """Fill `out` with the convolution."""
    out[...] = 0
    taps = list(geometry.taps())
    for image, kernels, answer in in_groups(zero_padded(x, geometry.padding), weight, out):
        for n, o, *position in product(*map(range, answer.shape)):
            for c in range(kernels.shape[1]):
                for tap, seen in taps:
                    pixel = (s.start + p * s.step for p, s in zip(position, seen, strict=True))
                    answer[(n, o, *position)] += kernels[(o, c, *tap)] * image[(n, c, *pixel)]
