"""What works over any number of spatial axes has a name for one, for two and for three of them."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import convbook

# What each takes besides an image of 2 channels, in the order of its arguments.
OTHERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "adaptive_avg_pool": lambda axes: {"output_size": 3},
    "adaptive_max_pool": lambda axes: {"output_size": 3},
    "avg_pool": lambda axes: {"kernel_size": 2, "stride": 1},
    "blur_pool": lambda axes: {"kernel_size": 2, "stride": 1},
    "conv": lambda axes: {"weight": np.ones((3, 2, *(2,) * axes)), "bias": np.arange(3)},
    "conv_transpose": lambda axes: {"weight": np.ones((2, 3, *(2,) * axes)), "bias": np.arange(3)},
    "max_pool": lambda axes: {"kernel_size": 2, "stride": 1},
}
LAYOUTS = {1: "(n, c, w)", 2: "(n, c, h, w)", 3: "(n, c, d, h, w)"}


def test_there_is_none_but_these():
    names = {name for name in convbook.__all__ if re.search(r"\dd$", name)}
    assert names == {f"{name}{axes}d" for name in OTHERS for axes in LAYOUTS}


@pytest.mark.parametrize("axes", LAYOUTS)
@pytest.mark.parametrize("name", OTHERS)
def test_it_is_the_function_with_the_axes_counted(name: str, axes: int):
    function, named = getattr(convbook, name), getattr(convbook, f"{name}{axes}d")
    x = np.random.default_rng(0).uniform(-9, 9, (2, 2, *(4, 5, 3)[:axes]))
    others = OTHERS[name](axes)
    for out in (
        named(x, *others.values()),
        named(x=x, **others),
        named(x.tolist(), **others),
    ):
        np.testing.assert_array_equal(out, function(x, *others.values()), strict=True)
    for wrong in (x[0], x[None]):
        message = f"x must have shape {LAYOUTS[axes]}; it has {wrong.shape}"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            named(wrong, **others)


def test_an_argument_that_it_has_not_is_refused_in_its_own_name():
    x, weight = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    with pytest.raises(TypeError, match=r"^conv2d\(\) got an unexpected keyword argument 'strid'"):
        convbook.conv2d(x, weight, strid=2)  # type: ignore[call-arg]


@pytest.mark.parametrize("axes", LAYOUTS)
@pytest.mark.parametrize("name", OTHERS)
def test_it_says_what_it_takes(name: str, axes: int):
    function, named = getattr(convbook, name), getattr(convbook, f"{name}{axes}d")
    assert named.__name__ == named.__qualname__ == f"{name}{axes}d"
    assert inspect.signature(named) == inspect.signature(function)
    assert inspect.getdoc(named).startswith(f"`{name}` for ")
    assert f"`x` {LAYOUTS[axes]}" in inspect.getdoc(named)
