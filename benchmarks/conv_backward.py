"""conv_backward against PyTorch's: all three gradients of twenty layers, at batch 1 and 8.

python benchmarks/conv_backward.py          writes benchmarks/results/conv_backward.md
"""

from typing import Any

import harness
from harness.layers import CASES, Layer, torch_arrays


def ours(case: tuple[Layer, int]) -> harness.Work:
    """convbook's gradients."""
    from convbook import conv, conv_backward

    layer, n = case
    x, weight = layer.arrays(n)
    grad = conv(x, weight, **layer.how)
    return lambda: conv_backward(grad, x, weight, **layer.how)


def theirs(case: tuple[Layer, int]) -> harness.Work:
    """What PyTorch's autograd calls."""
    layer, n = case
    torch, x, weight = torch_arrays(layer, n)
    axes = x.ndim - 2
    grad = (torch.conv1d if axes == 1 else torch.conv2d)(x, weight, None, **layer.how)
    how: list[Any] = [[value] * axes for value in (layer.stride, layer.s // 2, 1)]
    rest = [False, [0] * axes, layer.groups, [True, True, True]]
    backward = torch.ops.aten.convolution_backward
    return lambda: backward(grad, x, weight, [layer.c_out], *how, *rest)


if __name__ == "__main__":
    harness.main(
        "conv_backward",
        "Convolution, backward, against PyTorch",
        "All three gradients, float32. Ratio: convbook's time over PyTorch's, the median over "
        "rounds in which they take turns; smaller is better.",
        CASES,
        {"convbook": ours, "torch": theirs},
        target=1.3,
    )
