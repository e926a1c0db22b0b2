"""Ready-made convolutions are found under every usual name, and the student's own are let pass."""

from functools import partial
from typing import Any

import numpy as np
import pytest
import scipy.signal as signals
import torch
import torch.nn.functional as F
from numpy import correlate as glide
from scipy.ndimage import correlate1d

import convbook
from convbook import conv2d, simple
from convbook.checking.allowed_calls import ready_made_in


def with_numpy(x: Any, u: Any) -> Any:
    return np.convolve(x, u, "valid")


def with_scipy(x: Any, u: Any) -> Any:
    return signals.fftconvolve(x, u)


def with_an_imported_name(x: Any, u: Any) -> Any:
    return correlate1d(x, u)


def with_a_renamed_import(x: Any, u: Any) -> Any:
    return glide(x, u)


def with_an_import_inside(x: Any, u: Any) -> Any:
    from scipy.signal import convolve2d as go

    return go(x, u)


def with_torch(x: Any, u: Any) -> Any:
    return F.conv1d(torch.tensor(x), torch.tensor(u)).numpy()


def with_a_torch_layer(x: Any, u: Any) -> Any:
    return torch.nn.Conv2d(1, 1, 3)(x)


def with_the_course(x: Any, u: Any) -> Any:
    return conv2d(x, u)


def with_a_module_of_the_course(x: Any, u: Any) -> Any:
    return convbook.toeplitz_matrix(u, len(x)) @ x


def with_a_definition_of_the_course(x: Any, u: Any) -> Any:
    return u @ simple.im2col(x[None, None, None], (1, len(u)))[0]


def through_a_helper(x: Any, u: Any) -> Any:
    return helper(x, u)


def helper(x: Any, u: Any) -> Any:
    return through_a_second(x, u)


def through_a_second(x: Any, u: Any) -> Any:
    if len(x) > 3:
        return helper(x[1:], u)
    return np.correlate(x, u)


def inside_a_nested_function(x: Any, u: Any) -> Any:
    def step(x: Any) -> Any:
        return np.convolve(x, u)

    return step(x)


def as_a_value(x: Any, u: Any) -> Any:
    conv = np.convolve
    return conv(x, u)


FOUND = {
    with_numpy: "convolve",
    with_scipy: "fftconvolve",
    with_an_imported_name: "correlate1d",
    with_a_renamed_import: "correlate",
    with_an_import_inside: "convolve2d",
    with_torch: "conv1d",
    with_a_torch_layer: "Conv2d",
    with_the_course: "conv2d",
    with_a_module_of_the_course: "toeplitz_matrix",
    with_a_definition_of_the_course: "im2col",
    through_a_helper: "correlate",
    helper: "correlate",
    inside_a_nested_function: "convolve",
    as_a_value: "convolve",
    np.correlate: "correlate",
    convbook.conv: "conv",
    signals.convolve2d: "convolve2d",
}


@pytest.mark.parametrize("function", FOUND, ids=lambda function: function.__name__)
def test_ready_made_convolutions_are_found(function: Any):
    assert ready_made_in(function) == FOUND[function]


def by_hand(x: Any, u: Any) -> Any:
    """Correlate: what np.correlate(x, u) and conv1d do."""
    return np.array([window @ u for window in np.lib.stride_tricks.sliding_window_view(x, len(u))])


def conv1d(x: Any, u: Any) -> Any:  # the student's own, with the name of a ready-made one
    return by_hand(x, u)


def calls_its_own_conv1d(x: Any, u: Any) -> Any:
    return conv1d(x, u[::-1])


def names_a_variable_conv(x: Any, u: Any) -> Any:
    conv = np.zeros(len(x))
    for i, correlate in enumerate(x):
        conv[i] = correlate
    return conv


def has_a_nested_conv(x: Any, u: Any) -> Any:
    def convolve(unfold: Any) -> Any:
        return unfold * u[0]

    return convolve(x)


def recurses(x: Any, u: Any) -> Any:
    return [] if len(x) < len(u) else [x[: len(u)] @ u, *recurses(x[1:], u)]


def one_of_two(x: Any, u: Any) -> Any:
    return other_of_two(x, u) if len(x) else 0


def other_of_two(x: Any, u: Any) -> Any:
    return one_of_two(x[1:], u)


def sums(x: Any, u: Any) -> Any:
    return np.einsum("i,i->", x, u) + np.tensordot(x, u, 1) + convbook.pad(x, 1, axes=1).sum()


OWN = [
    by_hand,
    conv1d,
    calls_its_own_conv1d,
    names_a_variable_conv,
    has_a_nested_conv,
    recurses,
    one_of_two,
    sums,
]


@pytest.mark.parametrize("function", OWN, ids=lambda function: function.__name__)
def test_what_a_student_writes_passes(function: Any):
    assert ready_made_in(function) is None


def test_a_helper_without_a_text_is_let_pass():
    room: dict[str, Any] = {}
    exec("def helper(x):\n    return x", room)
    original = helper.__code__
    try:
        helper.__code__ = room["helper"].__code__
        assert ready_made_in(through_a_helper) is None
    finally:
        helper.__code__ = original


@pytest.mark.parametrize("function", [len, partial(np.convolve, mode="valid"), 3])
def test_what_has_no_text(function: Any):
    with pytest.raises((TypeError, OSError)):
        ready_made_in(function)
