"""Checks of arguments: each returns what it checked, or says what is wrong.

An error names the argument, its value and what was expected.
"""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook.arrays import Array, array_module, kind_of


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
    if array_module(value) is np and type(value) is not np.ndarray:
        array = _as_numpy(name, value)
    was_array = array is value
    if kind_of(array) not in "biuf":
        came = f"its dtype is {array.dtype}" if was_array else f"it is {short_repr(value)}"
        raise TypeError(f"{name} must hold real numbers; {came}")
    if ndim is not None and array.ndim != ndim:
        raise ValueError(
            f"{name} must have {axes_in_words(ndim)}; it has {array.ndim}: shape {array.shape}"
        )
    if array_module(array) is np and not array.dtype.isnative:  # results are in native order
        array = array.astype(array.dtype.newbyteorder("="))
    checked: Array = array
    return checked


def _as_numpy(name: str, value: Any) -> Array:
    """What isn't quite a NumPy array as one."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must not be a masked array, for masks are not looked at; "
            f"fill it first: {name}.filled(0)"
        )
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must have rows of the same length; it is {short_repr(value)}"
        ) from None
    except RuntimeError as error:  # so PyTorch refuses a tensor that requires a gradient
        kind = type(value).__name__
        raise TypeError(f"{name} must be an array; this {kind} can't be one: {error}") from None


def images_of(name: str, x: ArrayLike) -> Array:
    """`x` as a batch of images: an array (n, c, pixels of one or more axes).

    >>> images_of("x", [[[1, 2, 3]]]).shape
    (1, 1, 3)
    """
    x = array_of(name, x)
    if x.ndim < 3:
        raise ValueError(
            f"{name} must have shape (n, c, pixels of one or more axes); it has {x.shape}"
        )
    return x


def with_pixels(x: ArrayLike) -> Array:
    """`x` as a batch of images that are not empty."""
    x = images_of("x", x)
    if 0 in x.shape[2:]:
        raise ValueError(f"x must have at least one pixel; its shape is {x.shape}")
    return x


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
    if type(value) is int and value >= least:  # what nearly every call comes with
        return (value,) * (count or 1)
    entries: Any = value.tolist() if isinstance(value, np.ndarray) else value
    listed = isinstance(entries, Sequence) and not isinstance(entries, str)
    given = list(entries) if listed else [entries]
    numbers = [number for each in given if (number := _index(each)) is not None]
    right_count = len(given) == count if listed and count else len(given) > 0
    if right_count and len(numbers) == len(given) and all(n >= least for n in numbers):
        return tuple(numbers) * (1 if listed else count or 1)
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


def _index(value: object) -> int | None:
    """`value` as a Python int, or None if it isn't a whole number; a bool isn't one."""
    if isinstance(value, (bool, np.bool_)):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def short_repr(value: object, width: int = 80) -> str:
    """`repr(value)` in one line of at most `width` characters.

    >>> short_repr(list(range(100)), width=20)
    '[0, 1, 2, 3, 4, 5, …'
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def axes_in_words(count: int) -> str:
    """`1 axis`, `2 axes`, …"""
    return "1 axis" if count == 1 else f"{count} axes"
