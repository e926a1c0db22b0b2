"""Pooling needs some megabytes beyond its input and output, however large they are."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
import scipy.sparse  # noqa: F401 - as a module it takes memory too, the first time

from convbook.layers.blur import blur_pool, blur_pool_backward
from convbook.layers.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward

MEGABYTE = 2**20


@pytest.mark.parametrize("size", [2, 3])
def test_what_is_needed_beyond_input_and_output(size: int):
    x = np.random.default_rng(0).standard_normal((4, 64, 128, 96), np.float32)  # 12 MB
    windows: Any = (size, 2, size // 2)
    _, indices = max_pool(x, *windows, return_indices=True)
    mean, blurred = avg_pool(x, *windows), blur_pool(x)
    for f in (
        lambda: max_pool(x, *windows),
        lambda: max_pool(x, *windows, return_indices=True),
        lambda: max_pool_backward(mean, x, *windows, indices=indices),
        lambda: avg_pool(x, *windows),
        lambda: avg_pool_backward(mean, x, *windows),
        lambda: blur_pool(x),
        lambda: blur_pool_backward(blurred, x),
    ):
        tracemalloc.start()
        result = f()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        results = result if isinstance(result, tuple) else (result,)
        assert peak - sum(r.nbytes for r in results) < 8 * MEGABYTE
