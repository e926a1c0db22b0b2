"""conv with kernels of 15 and more pixels a side, against PyTorch and scipy.signal.

python benchmarks/long_kernels.py          writes benchmarks/results/long_kernels.md
"""

from typing import Any

import harness
from harness.layers import LAYERS, Layer, our_forward, torch_forward

CASES = {
    f"{name} ({layer})": (layer, 1)
    for name, layer in {
        "signal": Layer(1, 1, (100_000,), 63),
        "signal, longer": Layer(1, 1, (100_000,), 511),
        "image": Layer(1, 1, (512, 512), 15),
        "image, larger": Layer(1, 1, (512, 512), 31),
        **{name: layer for name, layer in LAYERS.items() if layer.s >= 15},
    }.items()
}


def correlate(case: tuple[Layer, int]) -> harness.Work:
    """scipy.signal.correlate, by its own choice of a method, channel by channel."""
    import numpy as np
    import scipy.signal

    layer, n = case
    x, weight = layer.arrays(n)
    share = layer.c_out // layer.groups

    def run() -> Any:
        out = np.zeros((n, layer.c_out, *layer.pixels), np.float32)
        for image, answers in zip(x, out, strict=True):
            for o, kernels in enumerate(weight):
                first = o // share * len(kernels)
                for c, kernel in enumerate(kernels):
                    answers[o] += scipy.signal.correlate(image[first + c], kernel, "same")
        return out

    return run


def oaconvolve(case: tuple[Layer, int]) -> harness.Work:
    """scipy.signal.oaconvolve, which cuts the signal into tiles, of all channels at once."""
    import scipy.signal

    layer, n = case
    x, weight = layer.arrays(n)
    axes = tuple(range(-len(layer.pixels), 0))
    images = x.reshape(n, layer.groups, 1, -1, *layer.pixels)
    kernels = weight.reshape(1, layer.groups, -1, *weight.shape[1:])
    turned = kernels[(..., *(slice(None, None, -1),) * len(axes))]
    return lambda: scipy.signal.oaconvolve(images, turned, "same", axes).sum(axis=3)


if __name__ == "__main__":
    harness.main(
        "long_kernels",
        "Long kernels, against PyTorch and SciPy",
        "float32, batch 1, forward. Ratio: convbook's time over the other's, the median over "
        "rounds in which they take turns; smaller is better.",
        CASES,
        {
            "convbook": our_forward,
            "torch": torch_forward,
            "scipy.signal.correlate": correlate,
            "scipy.signal.oaconvolve": oaconvolve,
        },
        target=0.3,
    )
