"""Checks of arguments, whose errors name the argument, its value and what was expected."""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


def array_of(name: str, value: ArrayLike, ndim: int | None = None) -> Array:
    """Return `value` as an array of real numbers or bools, with `ndim` axes when that is given.

    >>> array_of("x", [1, 2, 3], ndim=1)
    array([1, 2, 3])
    >>> array_of("x", [1, 2, 3], ndim=2)
    Traceback (most recent call last):
    ...
    ValueError: x must have 2 axes; it has 1: shape (3,)
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must have rows of the same length; it is {shown(value)}"
        ) from None
    if array.dtype.kind not in "biuf":
        is_array = isinstance(value, np.ndarray)
        came = f"its dtype is {array.dtype}" if is_array else f"it is {shown(value)}"
        raise TypeError(f"{name} must hold real numbers; {came}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(
            f"{name} must have {axes_in_words(ndim)}; it has {array.ndim}: shape {array.shape}"
        )
    return array


def axes_in_words(count: int) -> str:
    """`1 axis`, `2 axes`, …"""
    return "1 axis" if count == 1 else f"{count} axes"


def bias_of(bias: ArrayLike | None, shape: tuple[int, ...]) -> Array:
    """Return a layer's `bias`, which must have this `shape`, as an array.

    No bias is False everywhere: it adds nothing, and changes no dtype.

    >>> bias_of(None, (2,))
    array([False, False])
    >>> bias_of([1, 2, 3], (2,))
    Traceback (most recent call last):
    ...
    ValueError: bias must have shape (2,); it has (3,)
    """
    array = np.zeros(shape, bool) if bias is None else array_of("bias", bias)
    if array.shape != shape:
        raise ValueError(f"bias must have shape {shape}; it has {array.shape}")
    return array


def in_one_dtype(*arrays: Array) -> tuple[Array, ...]:
    """Return the arrays in the dtype to which NumPy promotes them all; integers become int64.

    Sums of products would overflow a smaller integer, and bools would not add up at all.

    >>> in_one_dtype(np.array([200], np.uint8), np.array([True]))
    (array([200]), array([1]))
    """
    dtype = np.result_type(*arrays)
    if dtype.kind != "f":
        dtype = np.dtype(np.int64)
    return tuple(array.astype(dtype, copy=False) for array in arrays)


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
    raise error(f"{name} must be an integer of at least {least}; it is {shown(value)}")


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
    raise error(f"{name} must be one integer of at least {least}{others}; it is {shown(value)}")


def truth(name: str, value: object) -> bool:
    """Return `value`, which must be True or False, as a Python bool.

    >>> truth("bias", 1)
    Traceback (most recent call last):
    ...
    TypeError: bias must be True or False; it is 1
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; it is {shown(value)}")
    return bool(value)


def shown(value: object, width: int = 80) -> str:
    """`repr(value)` in one line of at most `width` characters.

    >>> shown(list(range(100)), width=20)
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
