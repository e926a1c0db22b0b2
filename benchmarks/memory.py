"""What conv and conv_backward allocate besides their results, at the peak.

python benchmarks/memory.py          writes benchmarks/results/memory.md
"""

import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import harness
import numpy as np
from harness.layers import CASES, Layer

TARGET = 80  # MiB
MORE = {
    "large image (16→16, 2048×2048, 3×3)": (Layer(16, 16, (2048, 2048), 3), 1),
    "large image, long kernel (1→1, 4096×4096, 31×31)": (Layer(1, 1, (4096, 4096), 31), 1),
    "long signal (1→1, 10000000, 255)": (Layer(1, 1, (10_000_000,), 255), 1),
}


def peaks(layer: Layer, n: int) -> tuple[float, float]:
    """MiB at the peak beyond the results, forward and backward."""
    from convbook import conv, conv_backward

    x, weight = layer.arrays(n)
    forward, (out,) = _peak(lambda: (conv(x, weight, **layer.how),))
    backward, _ = _peak(lambda: conv_backward(out, x, weight, **layer.how))
    return forward, backward


def _peak(run: Callable[[], Sequence[Any]]) -> tuple[float, Sequence[Any]]:
    tracemalloc.start()
    results = run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - sum(result.nbytes for result in results)) / 2**20, results


def main() -> None:
    """Measure all layers."""
    lines = [
        "# Memory",
        "",
        "What `conv` and `conv_backward` take beyond input and output at the peak, as NumPy tells "
        "tracemalloc; MiB. For comparison, the whole matrix of windows that plain im2col makes.",
        "",
        *harness.machine("numpy"),
        "| case | forward | backward | all windows |",
        "|---|---|---|---|",
    ]
    most = 0.0
    for name, (layer, n) in {**CASES, **MORE}.items():
        forward, backward = peaks(layer, n)
        most = max(most, forward, backward)
        positions = np.prod([-(-pixels // layer.stride) for pixels in layer.pixels])
        windows = 4 * n * layer.c * positions * layer.s ** len(layer.pixels) / 2**20
        lines.append(f"| {name} | {forward:.1f} | {backward:.1f} | {windows:.0f} |")
    lines += ["", f"Largest: **{most:.0f} MiB** (target: at most {TARGET} MiB)."]
    harness.keep("memory", lines)


if __name__ == "__main__":
    main()
