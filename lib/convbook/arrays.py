"""Checks of arguments, whose errors name the argument, its value and what was expected."""

import operator
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.generic]


def array_of(name: str, value: ArrayLike, ndim: int | None = None) -> Array:
    """Return `value` as an array of numbers, with `ndim` axes when that is given.

    >>> array_of("x", [1, 2, 3], ndim=1)
    array([1, 2, 3])
    >>> array_of("x", [1, 2, 3], ndim=2)
    Traceback (most recent call last):
    ...
    ValueError: x must have 2 axes; it has 1: shape (3,)
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers; its dtype is {array.dtype}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} axes; it has {array.ndim}: shape {array.shape}")
    return array


def integer(name: str, value: object, least: int = 0) -> int:
    """Return `value` as a Python int that is at least `least`.

    >>> integer("padding", -1)
    Traceback (most recent call last):
    ...
    ValueError: padding must be an integer of at least 0; it is -1
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be an integer of at least {least}; it is {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be an integer of at least {least}; it is {number}")
    return number


def integers(name: str, value: int | Sequence[int], count: int, least: int = 0) -> tuple[int, ...]:
    """Return `count` integers: one number is used for every axis.

    >>> integers("padding", 2, count=2)
    (2, 2)
    >>> integers("padding", (1, 2, 3), count=2)
    Traceback (most recent call last):
    ...
    ValueError: padding must be one integer or 2 of them; it is (1, 2, 3)
    """
    if isinstance(value, Sequence):
        if len(value) != count:
            raise ValueError(f"{name} must be one integer or {count} of them; it is {value!r}")
        return tuple(integer(name, each, least) for each in value)
    return (integer(name, value, least),) * count
