"""Layers of arrays on a GPU are computed by the kernels, where these can, with the same results.

Arrays of NumPy stand for those of CuPy, and kernels run on this processor.
"""

from collections.abc import Callable
from typing import Any

import emulation
import numpy as np
import pytest
from conftest import CALLERS
from references import whole

import convbook
from convbook.engine.cuda import grid


def a(*shape: int, dtype: str = "float64") -> Any:
    return whole(np.random.default_rng(sum(shape)), shape, dtype)


X, WEIGHT, HOW = a(2, 4, 9, 8), a(6, 2, 3, 2), {"stride": (2, 1), "padding": 1, "groups": 2}
OUT = (2, 6, 5, 9)
DEEP = a(8, 3, 2)

BY_KERNELS: dict[str, tuple[Callable[[], Any], str]] = {
    "conv2d": (lambda: convbook.conv2d(X, WEIGHT, a(6), **HOW), "conv_forward"),
    "conv1d": (lambda: convbook.conv1d(a(2, 3, 9), a(4, 3, 2)), "conv_forward"),
    "depthwise": (lambda: convbook.depthwise_conv(X, DEEP), "depthwise_forward"),
    "reflected": (
        lambda: convbook.conv2d(X, WEIGHT, **HOW, padding_mode="reflect"),
        "conv_forward",
    ),
    "gradients": (
        lambda: convbook.conv_backward(a(*OUT), X, WEIGHT, **HOW),
        "conv_input_gradient conv_weight_gradient sum_parts",
    ),
    "maxima": (lambda: convbook.max_pool(X, 3, 2, 1), "max_pool"),
    "places": (lambda: convbook.max_pool(X, 3, 2, 1, return_indices=True), "max_pool"),
    "back from maxima": (
        lambda: convbook.max_pool_backward(a(2, 4, 5, 4), X, 3, 2, 1),
        "max_pool max_pool_backward",
    ),
    "means": (lambda: convbook.avg_pool(X, 2, count_include_pad=False), "avg_pool"),
    "back from means": (
        lambda: convbook.avg_pool_backward(a(2, 4, 4, 4), X, 2),
        "avg_pool_backward",
    ),
}
WITHOUT: dict[str, Callable[[], Any]] = {
    "integers": lambda: convbook.conv2d(X.astype(int), WEIGHT.astype(int), **HOW),
    "volumes": lambda: convbook.conv3d(a(1, 2, 4, 4, 4), a(2, 2, 3, 3, 3)),
    "a named method": lambda: convbook.conv2d(X, WEIGHT, **HOW, method="shifts"),
    "large windows": lambda: convbook.max_pool(a(1, 1, 20, 20), 18),
    "another divisor": lambda: convbook.avg_pool(X, 2, divisor_override=3),
    "maxima of integers": lambda: convbook.max_pool(X.astype(int), 2),
}


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the kernels that are launched, for arrays that count as a GPU's."""
    if emulation.COMPILER is None:
        pytest.skip("there is no C++ compiler to run the CUDA kernels on this processor")
    names: list[str] = []

    def launch(kernel: Any, *args: Any) -> None:
        names.append(kernel.name)
        emulation.launch(kernel, *args)

    for module in CALLERS:
        monkeypatch.setattr(module, "launch", launch)
    monkeypatch.setattr(grid, "on_gpu", lambda x: True)
    return names


def equal(found: Any, expected: Any) -> None:
    pairs = zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]
    for one, other in pairs:
        np.testing.assert_array_equal(one, other, strict=True)


EXPECTED = {name: layer() for name, (layer, _) in BY_KERNELS.items()}
EXPECTED |= {name: layer() for name, layer in WITHOUT.items()}


@pytest.mark.parametrize("name", BY_KERNELS)
def test_the_kernels_compute_it(name: str, launched: list[str]):
    layer, kernels = BY_KERNELS[name]
    equal(layer(), EXPECTED[name])
    assert sorted(set(launched)) == kernels.split()


@pytest.mark.parametrize("name", WITHOUT)
def test_what_they_can_t_do_is_done_without_them(name: str, launched: list[str]):
    equal(WITHOUT[name](), EXPECTED[name])
    assert launched == []


def test_arrays_of_numpy_never_come_there():
    assert not grid.on_gpu(X)
    assert not grid.takes(X, convbook.geometry.conv_geometry("kernel_size", 2, (9, 8)))
