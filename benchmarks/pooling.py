"""max_pool and avg_pool against PyTorch's, forward and backward.

python benchmarks/pooling.py          writes benchmarks/results/pooling.md
"""

from typing import Any

import harness

SHAPES: dict[str, tuple[str, tuple[int, ...], dict[str, int]]] = {
    "max 2×2": ("max", (8, 64, 112, 112), {"kernel_size": 2}),
    "max 3×3, stride 2": (
        "max",
        (8, 64, 112, 112),
        {"kernel_size": 3, "stride": 2, "padding": 1},
    ),
    "max 3×3, stride 1": (
        "max",
        (8, 192, 28, 28),
        {"kernel_size": 3, "stride": 1, "padding": 1},
    ),
    "avg 2×2": ("avg", (8, 128, 56, 56), {"kernel_size": 2}),
    "avg 3×3, stride 2": (
        "avg",
        (8, 128, 57, 55),
        {"kernel_size": 3, "stride": 2, "padding": 1},
    ),
    "avg 7×7": ("avg", (8, 2048, 7, 7), {"kernel_size": 7}),
}
CASES = {
    f"{name}, {'×'.join(map(str, shape))}, {way}": (kind, shape, how, way)
    for name, (kind, shape, how) in SHAPES.items()
    for way in ("forward", "backward")
}
Case = tuple[str, tuple[int, ...], dict[str, int], str]


def arrays(shape: tuple[int, ...]) -> Any:
    """The input."""
    import numpy as np

    return np.random.default_rng(0).standard_normal(shape, np.float32)


def ours(case: Case) -> harness.Work:
    """convbook's layer."""
    import convbook

    kind, shape, how, way = case
    x = arrays(shape)
    if way == "forward":
        forward = convbook.max_pool if kind == "max" else convbook.avg_pool
        return lambda: forward(x, **how)
    if kind == "avg":
        grad = convbook.avg_pool(x, **how)
        return lambda: convbook.avg_pool_backward(grad, x, **how)
    out, indices = convbook.max_pool(x, **how, return_indices=True)
    return lambda: convbook.max_pool_backward(out, x, **how, indices=indices)


def theirs(case: Case) -> harness.Work:
    """PyTorch's layer, and what its autograd calls."""
    import os

    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    kind, shape, how, way = case
    x = torch.from_numpy(arrays(shape))
    functional = torch.nn.functional
    if way == "forward":
        forward = functional.max_pool2d if kind == "max" else functional.avg_pool2d
        return lambda: forward(x, **how)
    size, padding = [how["kernel_size"]] * 2, [how.get("padding", 0)] * 2
    stride = [how.get("stride", how["kernel_size"])] * 2
    if kind == "avg":
        grad = functional.avg_pool2d(x, **how)
        backward = torch.ops.aten.avg_pool2d_backward
        return lambda: backward(grad, x, size, stride, padding, False, True, None)
    out, indices = functional.max_pool2d(x, **how, return_indices=True)
    backward = torch.ops.aten.max_pool2d_with_indices_backward
    return lambda: backward(out, x, size, stride, padding, [1, 1], False, indices)


if __name__ == "__main__":
    harness.main(
        "pooling",
        "Pooling, against PyTorch",
        "float32. Backward knows where the maxima were. Ratio: convbook's time over PyTorch's, the "
        "median over rounds in which they take turns; smaller is better.",
        CASES,
        {"convbook": ours, "torch": theirs},
        target=1.0,
    )
