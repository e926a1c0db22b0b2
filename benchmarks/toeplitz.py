"""Sparse matrices of layers: making one, against copying the arrays that it consists of.

python benchmarks/toeplitz.py          writes benchmarks/results/toeplitz.md
"""

from typing import Any

import harness

CASES: dict[str, Any] = {
    "CSR, 8→8, 64×64, 3×3": ((8, 8, 3, 3), (64, 64), {"padding": 1}),
    "CSR, 16→16, 32×32, 5×5": ((16, 16, 5, 5), (32, 32), {"padding": 2}),
    "CSR, 16→32, 56×56, 3×3, stride 2": ((32, 16, 3, 3), (56, 56), {"padding": 1, "stride": 2}),
    "CSR, 1→1, 256×256, 7×7": ((7, 7), (256, 256), {"padding": 3}),
}


def ours(case: Any) -> harness.Work:
    """convbook's matrix."""
    import numpy as np

    from convbook import toeplitz_csr

    size, shape, how = case
    kernel = np.random.default_rng(0).standard_normal(size, np.float32)
    return lambda: toeplitz_csr(kernel, shape, **how)


def copy(case: Any) -> harness.Work:
    """A copy of what convbook makes."""
    import numpy as np

    made: Any = ours(case)()
    return lambda: [np.array(array) for array in (made.data, made.indices, made.indptr)]


if __name__ == "__main__":
    harness.main(
        "toeplitz",
        "Sparse matrices of layers, against a copy of their arrays",
        "float32. Ratio: the time to make the matrix over that to copy its arrays, the median over "
        "rounds in which they take turns; smaller is better.",
        CASES,
        {"convbook": ours, "copy": copy},
        target=3.0,
        most=3.0,
        threads=(1,),
    )
