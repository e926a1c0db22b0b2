"""Arrays to try things on: random numbers of both signs, laid out in memory in every way."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[Any]


def _strided(array: Array) -> Array:
    """The same values, in every other entry of a larger array, backwards."""
    large = np.zeros([2 * n for n in array.shape], array.dtype)
    view = large[(slice(None, None, -2),) * array.ndim]
    view[...] = array
    return view


def _read_only(array: Array) -> Array:
    array = array.copy()
    array.flags.writeable = False
    return array


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "plain": np.ascontiguousarray,
    "strided": _strided,
    "Fortran": np.asfortranarray,
    "read-only": _read_only,
}

layouts = st.sampled_from(list(LAYOUTS.values()))
rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any = np.float64) -> Array:
    """Random numbers from −9 to 9, whole ones for an integer dtype."""
    return rng.uniform(-9, 9, shape).astype(dtype)


@st.composite
def layers(draw: Any, axes: int) -> Any:
    """Shapes of x and weight, and how the kernel goes over the pixels, such that it fits."""
    groups = draw(st.integers(1, 3))
    n, c, c_out = draw(st.integers(0, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    counts = {"stride": (1, 3), "padding": (0, 2), "dilation": (1, 3)}
    how: dict[str, Any] = {
        name: tuple(draw(st.integers(*limits)) for _ in range(axes))
        for name, limits in counts.items()
    }
    pixels = tuple(draw(st.integers(1, 8)) for _ in range(axes))
    room = zip(pixels, how["padding"], how["dilation"], strict=True)
    size = tuple(draw(st.integers(1, min(5, (w + 2 * p - 1) // d + 1))) for w, p, d in room)
    return (n, c * groups, *pixels), (c_out * groups, c, *size), {**how, "groups": groups}


class Unchanged:
    """Checks at its end that arrays still hold what they held at its beginning."""

    def __init__(self, *arrays: Array) -> None:
        self.arrays = arrays
        self.before = [array.copy() for array in arrays]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        for array, before in zip(self.arrays, self.before, strict=True):
            np.testing.assert_array_equal(array, before, strict=True)
