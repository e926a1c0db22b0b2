"""Which array module an array is of, and checks of arguments.

An error names the argument, its value and what was expected. NumPy and CuPy arrays go through the
same text: a function asks `array_module` of its first array and calls that module.
"""

import contextlib
import functools
import inspect
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def array_of(name: str, value: ArrayLike, ndim: int | None = None) -> Array:
    """Return `value` as an array of real numbers or bools, with `ndim` axes when that is given.

    >>> array_of("x", [1, 2, 3], ndim=1)
    array([1, 2, 3])
    >>> array_of("x", [1, 2, 3], ndim=2)
    Traceback (most recent call last):
    ...
    ValueError: x must have 2 axes; it has 1: shape (3,)
    """
    array: Any = value
    if array_module(value) is np:
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(
                f"{name} must have rows of the same length; it is {short_repr(value)}"
            ) from None
    was_array = array is value
    if kind_of(array) not in "biuf":
        came = f"its dtype is {array.dtype}" if was_array else f"it is {short_repr(value)}"
        raise TypeError(f"{name} must hold real numbers; {came}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(
            f"{name} must have {axes_in_words(ndim)}; it has {array.ndim}: shape {array.shape}"
        )
    checked: Array = array
    return checked


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


def axes_in_words(count: int) -> str:
    """`1 axis`, `2 axes`, …"""
    return "1 axis" if count == 1 else f"{count} axes"


def bias_of(bias: ArrayLike | None, shape: tuple[int, ...], xp: Any = np) -> Array:
    """Return a layer's `bias`, which must have this `shape`, as an array of the module `xp`.

    No bias is False everywhere: it adds nothing, and changes no dtype.

    >>> bias_of(None, (2,))
    array([False, False])
    >>> bias_of([1, 2, 3], (2,))
    Traceback (most recent call last):
    ...
    ValueError: bias must have shape (2,); it has (3,)
    """
    array = xp.zeros(shape, dtype=xp.bool) if bias is None else array_of("bias", bias)
    if array.shape != shape:
        raise ValueError(f"bias must have shape {shape}; it has {array.shape}")
    return array


class Gradients(NamedTuple):
    """The gradients of a layer with respect to its input, its weights and its bias."""

    x: Array
    weight: Array
    bias: Array


def grad_of(grad: ArrayLike, shape: tuple[int, ...]) -> Array:
    """`grad` as an array, which must have the output's `shape`.

    >>> grad_of([1.0, 2.0], (3,))
    Traceback (most recent call last):
    ...
    ValueError: grad must have the output's shape (3,); it has (2,)
    """
    grad = array_of("grad", grad)
    if grad.shape != shape:
        raise ValueError(f"grad must have the output's shape {shape}; it has {grad.shape}")
    return grad


def promote(*arrays: Array) -> tuple[Array, ...]:
    """Return the arrays in the dtype to which they all promote; integers become int64.

    Sums of products would overflow a smaller integer, and bools would not add up at all.

    >>> promote(np.array([200], np.uint8), np.array([True]))
    (array([200]), array([1]))
    """
    xp = array_module(arrays[0])
    kinds = [kind_of(array) for array in arrays]
    # The standard doesn't say that bools promote; they change no other dtype.
    numbers = [array for array, kind in zip(arrays, kinds, strict=True) if kind != "b"]
    dtype = xp.result_type(*numbers) if "f" in kinds else xp.int64
    return tuple(cast(array, dtype) for array in arrays)


def floating(*arrays: Array) -> tuple[Array, ...]:
    """Return the arrays in the floating dtype to which they all promote; integers become float64.

    >>> floating(np.array([1, 2]))
    (array([1., 2.]),)
    """
    given = promote(*arrays)
    if kind_of(given[0]) == "f":
        return given
    return tuple(cast(array, array_module(array).float64) for array in given)


def integer(name: str, value: object, least: int = 0) -> int:
    """Return `value` as a Python int that is at least `least`.

    >>> integer("padding", -1)
    Traceback (most recent call last):
    ...
    ValueError: padding must be an integer of at least 0; it is -1
    """
    number = _index(value)
    if number is not None and number >= least:
        return number
    error = TypeError if number is None else ValueError
    raise error(f"{name} must be an integer of at least {least}; it is {short_repr(value)}")


def integers(
    name: str, value: int | Sequence[int], count: int | None, least: int = 0
) -> tuple[int, ...]:
    """Return `count` integers: one number is used for every axis.

    With `count` None there may be any number of them, and one number stands for itself.

    >>> integers("padding", 2, count=2)
    (2, 2)
    >>> integers("padding", (1, 2, 3), count=2)
    Traceback (most recent call last):
    ...
    ValueError: padding must be one integer of at least 0 or 2 of them; it is (1, 2, 3)
    """
    entries: Any = value.tolist() if isinstance(value, np.ndarray) else value
    several = isinstance(entries, Sequence) and not isinstance(entries, str)
    given = list(entries) if several else [entries]
    numbers = [number for each in given if (number := _index(each)) is not None]
    right_count = len(given) == count if several and count else len(given) > 0
    if right_count and len(numbers) == len(given) and all(n >= least for n in numbers):
        return tuple(numbers) * (1 if several else count or 1)
    error = TypeError if len(numbers) < len(given) else ValueError
    others = "" if count == 1 else f" or {count or 'a sequence'} of them"
    raise error(
        f"{name} must be one integer of at least {least}{others}; it is {short_repr(value)}"
    )


def truth(name: str, value: object) -> bool:
    """Return `value`, which must be True or False, as a Python bool.

    >>> truth("bias", 1)
    Traceback (most recent call last):
    ...
    TypeError: bias must be True or False; it is 1
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; it is {short_repr(value)}")
    return bool(value)


def short_repr(value: object, width: int = 80) -> str:
    """`repr(value)` in one line of at most `width` characters.

    >>> short_repr(list(range(100)), width=20)
    '[0, 1, 2, 3, 4, 5, …'
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _index(value: object) -> int | None:
    """`value` as a Python int, or None if it isn't a whole number; a bool isn't one."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None
