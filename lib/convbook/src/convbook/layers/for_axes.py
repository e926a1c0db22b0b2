"""Names for signals, images and volumes of functions that are written once for any of them."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from convbook.arguments import array_of

_F = TypeVar("_F", bound=Callable[..., Any])

_LAYOUTS = {
    1: ("signals", "(n, c, w)"),
    2: ("images", "(n, c, h, w)"),
    3: ("volumes", "(n, c, d, h, w)"),
}


def for_axes(function: _F, axes: int, more: str = "") -> _F:
    """`function` for `axes` spatial axes: its first argument must have their layout.

    Its signature is that of `function`. Its docstring says this layout, and `more`.

    >>> from convbook.layers.pool import max_pool
    >>> for_axes(max_pool, 2)([[1, 2], [3, 4]], 2)
    Traceback (most recent call last):
    ...
    ValueError: x must have shape (n, c, h, w); it has (2, 2)
    """
    kind, layout = _LAYOUTS[axes]
    first = next(iter(inspect.signature(function).parameters))

    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        # Nothing but the axes is looked at here, for `function` checks all the rest. Without a
        # first argument it raises too.
        if args or first in kwargs:
            x = args[0] if args else kwargs[first]
            shape = x.shape if hasattr(x, "shape") else array_of(first, x).shape
            if len(shape) != axes + 2:
                raise ValueError(f"{first} must have shape {layout}; it has {shape}")
        try:
            return function(*args, **kwargs)
        except TypeError as error:
            # Python names the function that it called: the one behind this name.
            said, called = str(error), f"{function.__name__}()"
            if not said.startswith(called):
                raise
            raise TypeError(said.replace(called, f"{counted.__name__}()", 1)) from None

    named: Any = counted
    named.__name__ = named.__qualname__ = f"{function.__name__}{axes}d"
    takes = f"`{function.__name__}` for {kind}: `{first}` {layout}"
    named.__doc__ = f"{takes}, {inspect.cleandoc(more)}" if more else f"{takes}."
    return named  # type: ignore[no-any-return]
