"""Of which module an array is, on which device it lies, and of which dtype results are.

NumPy and CuPy arrays go through the same text: a function asks `array_module` of its first array
and calls that module.
"""

import contextlib
import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_P = ParamSpec("_P")
_R = TypeVar("_R")


def array_module(x: object) -> Any:
    """The module whose functions work on `x`: CuPy or another of the array standard, or NumPy.

    What is no array, such as a list or a number, becomes a NumPy array, so its module is NumPy.
    CuPy is never imported: where there is a CuPy array, it has been.

    >>> array_module(np.ones(3)).__name__, array_module([1, 2]).__name__
    ('numpy', 'numpy')
    """
    if isinstance(x, np.ndarray):
        return np
    package = type(x).__module__.partition(".")[0]
    if package == "cupy":
        return sys.modules[package]
    namespace = getattr(x, "__array_namespace__", None)
    return np if namespace is None else namespace()


def same_device(*names: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Decorate a function whose arguments `names` are arrays that must lie in the same memory.

    Arrays of different modules or devices are refused before any work: to move one silently would
    hide the slowest step of a program. CuPy works on the device where the arrays are, in the
    stream that is current there.

    >>> @same_device("x", "y")
    ... def add(x, y):
    ...     return x + y
    >>> add(np.ones(1), np.ones(1))
    array([2.])
    """

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        parameters = list(inspect.signature(function).parameters)
        places = [(name, parameters.index(name)) for name in names]

        @functools.wraps(function)
        def checked(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            given = {
                name: args[place] if place < len(args) else kwargs.get(name)
                for name, place in places
            }
            # NumPy has one device, and nearly every call comes with its arrays.
            if all(array_module(value) is np for value in given.values()):
                return function(*args, **kwargs)
            with _device_of(given):
                return function(*args, **kwargs)

        return checked

    return decorate


def _device_of(arguments: Mapping[str, object]) -> contextlib.AbstractContextManager[Any]:
    """The context in which to work on these arguments, which must all be on one device."""
    given = {name: value for name, value in arguments.items() if value is not None}
    places = {name: _place_of(value) for name, value in given.items()}
    if len(set(places.values())) > 1:
        listed = ", ".join(f"{name} is {place}" for name, place in places.items())
        raise TypeError(
            f"all arrays must be in one place: {listed}; move them with cupy.asarray or "
            "cupy.asnumpy first"
        )
    device: Any = getattr(next(iter(given.values())), "device", None)
    # CuPy's devices are contexts; those of other modules choose by the array alone.
    return device if hasattr(device, "__enter__") else contextlib.nullcontext()


def _place_of(value: object) -> str:
    module = array_module(value)
    if module is np:
        return "a NumPy array" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
    name = {"cupy": "CuPy"}.get(module.__name__, module.__name__)
    return f"a {name} array on {getattr(value, 'device', 'its device')}"


def kind_of(array: Any) -> str:
    """The letter by which NumPy calls the kind of an array's numbers: b, i, u or f; else another.

    >>> kind_of(np.ones(3)), kind_of(np.arange(3))
    ('f', 'i')
    """
    try:
        return str(array.dtype.kind)
    except AttributeError:  # dtypes of the standard say it through their module alone
        isdtype = array_module(array).isdtype
    kinds = {"b": "bool", "i": "signed integer", "u": "unsigned integer", "f": "real floating"}
    return next((key for key, kind in kinds.items() if isdtype(array.dtype, kind)), "?")


def cast(array: Array, dtype: Any) -> Array:
    """Return `array` in this dtype: itself where it already is, otherwise a copy.

    >>> cast(np.array([1, 2]), np.float32)
    array([1., 2.], dtype=float32)
    """
    if array.dtype == dtype:
        return array
    if hasattr(array, "astype"):
        return array.astype(dtype)
    converted: Array = array_module(array).astype(array, dtype)
    return converted


def working_dtype(x: Array) -> Any:
    """The dtype to compute in: float32 for float16, whose sums lose digits, else that of `x`.

    >>> working_dtype(np.ones(3, np.float16)), working_dtype(np.ones(3))
    (<class 'numpy.float32'>, dtype('float64'))
    """
    xp = array_module(x)
    half = kind_of(x) == "f" and xp.finfo(x.dtype).bits < 32
    return xp.float32 if half else x.dtype


class Gradients(NamedTuple):
    """The gradients of a layer with respect to its input, its weights and its bias."""

    x: Array
    weight: Array
    bias: Array


def promote(**arrays: Array) -> tuple[Array, ...]:
    """Return the named arrays in the dtype to which they all promote; integers become int64.

    Sums of products would overflow a smaller integer, and bools would not add up at all.
    Raises ValueError, which names the array, when an integer is too large for int64.

    >>> promote(x=np.array([200], np.uint8), weight=np.array([True]))
    (array([200]), array([1]))
    """
    kinds = [kind_of(array) for array in arrays.values()]
    if "f" in kinds:
        return floating(*arrays.values())
    for (name, array), kind in zip(arrays.items(), kinds, strict=True):
        if kind == "u":
            _check_int64(name, array)
    return tuple(cast(array, array_module(array).int64) for array in arrays.values())


def _check_int64(name: str, array: Array) -> None:
    """A cast to int64 would turn larger numbers into negative ones without a word."""
    xp = array_module(array)
    most = int(xp.iinfo(xp.int64).max)
    if int(xp.iinfo(array.dtype).max) <= most or 0 in array.shape:
        return
    largest = int(xp.max(array))
    if largest > most:
        raise ValueError(
            f"{name} must hold integers below 2**63, for integers are computed as int64; "
            f"its largest is {largest}"
        )


def floating(*arrays: Array) -> tuple[Array, ...]:
    """Return the arrays in the floating dtype to which they all promote; integers become float64.

    So does every gradient: it is a real number, also where the numbers at hand are integers.

    >>> floating(np.array([1, 2]))
    (array([1., 2.]),)
    """
    xp = array_module(arrays[0])
    kinds = [kind_of(array) for array in arrays]
    # The standard doesn't say that bools promote; they change no other dtype.
    numbers = [array for array, kind in zip(arrays, kinds, strict=True) if kind != "b"]
    dtype = xp.result_type(*numbers) if "f" in kinds else xp.float64
    return tuple(cast(array, dtype) for array in arrays)
