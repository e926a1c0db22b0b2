"""conv against PyTorch's: the forward pass of twenty layers, at batch 1 and 8.

python benchmarks/conv_forward.py          writes benchmarks/results/conv_forward.md
"""

import harness
from harness.layers import CASES, our_forward, torch_forward

if __name__ == "__main__":
    harness.main(
        "conv_forward",
        "Convolution, forward, against PyTorch",
        "float32, no bias. Ratio: convbook's time over PyTorch's, the median over rounds in which "
        "they take turns; smaller is better.",
        CASES,
        {"convbook": our_forward, "torch": torch_forward},
        target=1.0,
        most=3.0,
    )
