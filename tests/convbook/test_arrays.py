"""The checks of arguments return plain Python integers and arrays, or say what is wrong."""

import re
import sys
from types import ModuleType
from typing import Any, ClassVar

import array_api_strict
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import convbook
from convbook.arguments import array_of, integer, integers, short_repr, truth
from convbook.arrays import array_module, floating, kind_of, promote, same_device


@given(st.integers())
def test_integers_of_python_come_back(value: int):
    assert integer("n", value, least=value) == value
    with pytest.raises(ValueError, match=f"^n must be an integer of at least {value + 1}; it is"):
        integer("n", value, least=value + 1)


@pytest.mark.parametrize("value", [np.int8(3), np.uint64(3), np.array(3)])
def test_numpy_integers_become_python_integers(value: Any):
    assert type(integer("n", value)) is int
    assert integers("n", value, 2) == (3, 3)
    assert all(type(n) is int for n in integers("n", [value, value], 2))


@pytest.mark.parametrize("value", [True, np.True_, np.array(True), 1.0, "1", None, 1j, [1], {1}])
def test_what_is_no_integer(value: Any):
    message = f"^{re.escape(f'n must be an integer of at least 0; it is {value!r}')}$"
    with pytest.raises(TypeError, match=message):
        integer("n", value)


@pytest.mark.parametrize(
    ("value", "count", "error", "expected"),
    [
        ((1, 2), 3, ValueError, "one integer of at least 0 or 3 of them; it is (1, 2)"),
        ((1, 2), 1, ValueError, "one integer of at least 0; it is (1, 2)"),
        (
            (1, -2),
            None,
            ValueError,
            "one integer of at least 0 or a sequence of them; it is (1, -2)",
        ),
        ((1, True), 2, TypeError, "one integer of at least 0 or 2 of them; it is (1, True)"),
        ("12", 2, TypeError, "one integer of at least 0 or 2 of them; it is '12'"),
        ({1, 2}, 2, TypeError, "one integer of at least 0 or 2 of them; it is {1, 2}"),
        ([[1, 2]], 1, TypeError, "one integer of at least 0; it is [[1, 2]]"),
        (
            [[1], [1, 2]],
            2,
            TypeError,
            "one integer of at least 0 or 2 of them; it is [[1], [1, 2]]",
        ),
        (
            np.array([0.5, 1.0]),
            2,
            TypeError,
            "one integer of at least 0 or 2 of them; it is array([0.5, 1. ])",
        ),
    ],
)
def test_what_are_no_integers(value: Any, count: int | None, error: Any, expected: str):
    with pytest.raises(error, match=f"^n must be {re.escape(expected)}$"):
        integers("n", value, count)


def test_one_integer_serves_every_axis_or_itself():
    assert integers("n", 2, count=3) == (2, 2, 2)
    assert integers("n", 2, count=None) == (2,)
    assert integers("n", [2], count=None) == (2,)


def test_a_message_shows_no_array_wholesale():
    with pytest.raises(TypeError) as raised:
        integer("n", np.arange(900).reshape(30, 30))
    assert len(str(raised.value)) < 130
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [0, 1, None, "no", np.ones(2)])
def test_truth_takes_bools_alone(value: Any):
    assert truth("bias", True) is True
    assert truth("bias", np.False_) is False
    with pytest.raises(TypeError, match=r"^bias must be True or False; it is "):
        truth("bias", value)


def test_arrays_are_not_copied():
    x = np.ones(3)
    assert array_of("x", x) is x
    assert promote(x=x, y=x)[0] is x


@pytest.mark.parametrize(
    "value", [None, "abc", {}, [None], np.datetime64("2026-01-01"), 1j, b"x", object, 2**70]
)
def test_what_is_no_array_of_numbers(value: Any):
    message = re.escape(f"x must hold real numbers; it is {short_repr(value)}")
    with pytest.raises(TypeError, match=f"^{message}$"):
        array_of("x", value)


@pytest.mark.parametrize("value", ["a" * 98, "a\nb", "", [["ä"] * 40] * 40, np.eye(20)])
def test_shown_is_one_line_of_the_width(value: Any):
    line = short_repr(value, 40)
    assert "\n" not in line
    assert len(line) == 40 if len(repr(value)) > 40 else line == repr(value)
    assert (line[-1] == "…") == (len(repr(value)) > 40)


class FakeDevice:
    """A device of CuPy's kind: two are equal by number, and work is done inside `with`."""

    entered: ClassVar[list[int]] = []

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"<CUDA Device {self.number}>"

    def __enter__(self) -> None:
        self.entered.append(self.number)

    def __exit__(self, *error: object) -> None:
        self.entered.append(-self.number)


class FakeArray:
    """As little of a CuPy array as says where it is."""

    def __init__(self, device: int) -> None:
        self.device = FakeDevice(device)


FakeArray.__module__ = "cupy"


@pytest.fixture
def cupy(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("cupy")
    monkeypatch.setitem(sys.modules, "cupy", module)
    monkeypatch.setattr(FakeDevice, "entered", [])
    return module


@same_device("x", "bias")
def places(x: Any, scale: float, bias: Any = None) -> tuple[Any, float, Any]:
    return array_module(x), scale, list(FakeDevice.entered)


def test_the_module_of_an_array(cupy: ModuleType):
    assert array_module(FakeArray(0)) is cupy
    assert array_module(array_api_strict.ones(2)) is array_api_strict
    for other in (np.ones(2), np.float32(1), [1, 2], 3, torch.ones(2), None):
        assert array_module(other) is np


def test_work_is_done_on_the_device_of_the_arrays(cupy: ModuleType):
    assert places(FakeArray(3), 2.0) == (cupy, 2.0, [3])
    assert places(FakeArray(3), 2.0, bias=FakeArray(3))[0] is cupy
    assert FakeDevice.entered == [3, -3, 3, -3]
    assert places(np.ones(1), 2.0, [1]) == (np, 2.0, [3, -3, 3, -3])


@pytest.mark.parametrize(
    ("x", "bias", "where"),
    [
        (FakeArray(0), np.ones(1), "a CuPy array on <CUDA Device 0>, bias is a NumPy array"),
        (np.ones(1), FakeArray(0), "a NumPy array, bias is a CuPy array on <CUDA Device 0>"),
        (FakeArray(0), [1.0], "a CuPy array on <CUDA Device 0>, bias is a list"),
        (
            FakeArray(0),
            FakeArray(1),
            "a CuPy array on <CUDA Device 0>, bias is a CuPy array on <CUDA Device 1>",
        ),
        (
            array_api_strict.ones(1),
            np.ones(1),
            "a array_api_strict array on array_api_strict.Device('CPU_DEVICE'), "
            "bias is a NumPy array",
        ),
    ],
)
def test_arrays_in_two_places_are_refused(cupy: ModuleType, x: Any, bias: Any, where: str):
    message = (
        f"all arrays must be in one place: x is {where}; "
        "move them with cupy.asarray or cupy.asnumpy first"
    )
    for call in (lambda: places(x, 1, bias), lambda: places(bias=bias, scale=1, x=x)):
        with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
            call()
    assert FakeDevice.entered == []


@pytest.mark.parametrize(
    ("dtype", "kind"),
    [("bool", "b"), ("int8", "i"), ("uint8", "u"), ("float32", "f"), ("complex64", "?")],
)
def test_the_kind_of_an_array_of_the_standard(dtype: str, kind: str):
    assert kind_of(array_api_strict.ones(1, dtype=getattr(array_api_strict, dtype))) == kind


def test_arrays_of_the_standard_are_checked_and_promoted():
    xp = array_api_strict
    x = xp.ones((2, 3), dtype=xp.uint8)
    assert array_of("x", x, 2) is x
    assert [a.dtype for a in promote(x=x, bias=xp.ones(1, dtype=xp.bool))] == [xp.int64, xp.int64]
    assert [a.dtype for a in floating(x)] == [xp.float64]
    with pytest.raises(TypeError, match=r"^x must hold real numbers; its dtype is .*complex64$"):
        array_of("x", xp.ones(1, dtype=xp.complex64))


def u64(*shape: int) -> Any:
    return np.ones(shape, np.uint64)


# What sums products of integers, with its arguments.
INTEGER_LAYERS: dict[str, dict[str, Any]] = {
    "conv": {"x": u64(1, 2, 3), "weight": u64(4, 2, 2), "bias": u64(4)},
    "conv2d": {"x": u64(1, 2, 3, 3), "weight": u64(4, 2, 2, 2), "bias": u64(4)},
    "conv_transpose": {"x": u64(1, 2, 3), "weight": u64(2, 4, 2), "bias": u64(4)},
    "dense": {"x": u64(1, 2), "weight": u64(3, 2), "bias": u64(3)},
    "depthwise_conv": {"x": u64(1, 2, 3), "weight": u64(2, 2), "bias": u64(2)},
    "locally_connected": {"x": u64(1, 2, 2), "weight": u64(2, 4, 2, 1), "bias": u64(4, 2)},
    "pointwise_conv": {"x": u64(1, 2, 3), "weight": u64(4, 2), "bias": u64(4)},
}
MATRICES: dict[str, dict[str, Any]] = {
    "toeplitz_matrix": {"kernel": u64(2), "shape": 4},
    "toeplitz_csr": {"kernel": u64(2), "shape": 4},
    "toeplitz_operator": {"kernel": u64(2), "shape": 4},
    "diagonals_of": {"kernel": u64(2), "n": 4},
}


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (function, name)
        for function, arguments in (INTEGER_LAYERS | MATRICES).items()
        for name, value in arguments.items()
        if isinstance(value, np.ndarray)
    ],
)
def test_an_integer_too_large_for_int64_is_refused(function: str, name: str):
    arguments = (INTEGER_LAYERS | MATRICES)[function]
    large = arguments[name].copy()
    large.flat[-1] = 2**63
    message = (
        f"{name} must hold integers below 2**63, for integers are computed as int64; "
        "its largest is 9223372036854775808"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        getattr(convbook, function)(**arguments | {name: large})


@pytest.mark.parametrize("function", INTEGER_LAYERS)
def test_the_largest_integer_of_int64_is_computed_exactly(function: str):
    arguments = {name: 0 * value for name, value in INTEGER_LAYERS[function].items()}
    arguments["bias"] = np.full_like(arguments["bias"], 2**63 - 1)
    out = getattr(convbook, function)(**arguments)
    np.testing.assert_array_equal(out, np.full(out.shape, 2**63 - 1), strict=True)


def test_large_integers_become_floats_where_floats_are_computed():
    large = np.array([2**63], np.uint64)
    for floats in (floating(large), promote(x=large, bias=np.ones(1, np.float32))):
        np.testing.assert_array_equal(floats[0], np.array([2.0**63]), strict=True)
    np.testing.assert_array_equal(convbook.softmax(np.array([0, 2**63], np.uint64)), [0.0, 1.0])


def test_no_integers_are_none_too_large():
    (empty,) = promote(x=np.zeros((0, 3), np.uint64))
    np.testing.assert_array_equal(empty, np.zeros((0, 3), np.int64), strict=True)
