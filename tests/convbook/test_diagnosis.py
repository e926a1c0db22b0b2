"""Differences are found where they are, and no cause is named for what it doesn't explain."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convbook.checking.causes import first_difference, usual_cause

shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
floats = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf])


@given(hnp.arrays(float, shapes, elements=floats))
def test_an_array_does_not_differ_from_itself(right: Any):
    assert first_difference(right.copy(), right, 1e-6) is None


@given(hnp.arrays(float, shapes, elements=floats), st.data())
def test_the_first_difference_in_raster_order(right: Any, data: Any):
    if not right.size:
        return
    places = data.draw(st.sets(st.integers(0, right.size - 1), min_size=1))
    got = right.copy()
    got.flat[list(places)] = 1e9
    found = first_difference(got, right, 1e-6)
    assert found is not None
    place = [int(i) for i in np.unravel_index(min(places), right.shape)]
    expected = f"expected {float(right.flat[min(places)]):.6g}, got 1e+09"
    if right.ndim:
        verb = "differs" if len(places) == 1 else "differ"
        expected = f"at {place}: {expected} ({len(places)} of {right.size} values {verb})"
    assert found == expected


@given(st.floats(0.1, 1e6), st.floats(1e-6, 1e-2))
def test_the_tolerance_is_relative_to_the_largest_value_or_one(size: float, tolerance: float):
    right = np.array([0.0, -size, np.inf])
    allowed = tolerance * max(1.0, size)
    assert first_difference(right + 0.9 * allowed, right, tolerance) is None
    assert first_difference(right + 1.1 * allowed, right, tolerance) is not None


@given(st.data())
def test_any_pair_of_arrays_can_be_diagnosed(data: Any):
    arrays = hnp.arrays(
        st.sampled_from([np.dtype(d) for d in ("f8", "f4", "i8", "u1", "?")]),
        st.just(data.draw(shapes)) | shapes,
    )
    got, right = data.draw(arrays), data.draw(arrays)
    cause = usual_cause(
        got, right, [right], {"known": right}, data.draw(st.sampled_from([0, 1e-6]))
    )
    assert cause is None or (isinstance(cause, str) and "\n" not in cause)


@pytest.mark.parametrize("axes", [1, 2, 3, 4])
@given(seed=st.integers(0, 2**32 - 1))
def test_random_numbers_have_no_usual_cause(axes: int, seed: int):
    rng = np.random.default_rng(seed)
    got, right = rng.normal(size=(2, 3, 4, 5)[:axes]) + 9, rng.normal(size=(2, 3, 4, 5)[:axes])
    assert usual_cause(got, right, [rng.normal(size=right.shape)], {}, 1e-6) is None


def test_a_cause_that_is_also_right_explains_nothing():
    right = np.array([[1.0, 2.0], [2.0, 1.0]])  # equal to its transpose and to its reversal
    assert usual_cause(right + np.array([[1, 2], [3, 5]]), right, [], {"none": right}, 1e-6) is None


def test_a_cause_that_is_right_within_the_tolerance_explains_nothing():
    got, known, right = np.array([1.0 + 1.5e-6]), np.array([1.0 + 0.8e-6]), np.array([1.0])
    assert usual_cause(got, right, [], {"known": known}, 1e-6) is None


def test_equal_values_have_not_moved():
    cause = usual_cause(np.array([5, 5, 5, 9]), np.array([5, 5, 5, 5]), [], {}, 0)
    assert cause is not None
    assert cause.startswith("the inside is right and the border is wrong")


def test_one_wrong_image_is_not_all_but_the_first():
    right = np.arange(1, 13).reshape(3, 2, 2)
    got = right.copy()
    got[2] += 100
    assert usual_cause(got, right, [], {}, 0) is None


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("shape", [(5,), (4, 3), (2, 4, 3), (2, 3, 4, 5)])
def test_what_is_moved_by_one_is_named_along_the_last_two_axes_alone(
    shape: tuple[int, ...], step: int
):
    rng = np.random.default_rng(2)
    right = rng.permutation(np.prod(shape)).reshape(shape)
    for axis in range(len(shape)):
        got = np.roll(right, step, axis)
        entering = np.moveaxis(got, axis, 0)  # a view: what comes in may be anything
        entering[0 if step == 1 else -1] = 1000 + rng.permutation(entering[0].size).reshape(
            entering[0].shape
        )
        cause = usual_cause(got, right, [], {}, 0)
        named = axis >= len(shape) - 2
        assert cause == (f"everything is one place off along axis {axis}" if named else None)


def test_two_places_off_is_not_one_place_off():
    right = np.array([1, 9, 4, 7, 3])
    assert usual_cause(np.array([60, 50, 1, 9, 4]), right, [], {}, 0) is None


def test_one_column_that_moved_may_be_luck():
    right = np.array([[1, 2], [3, 4], [5, 6], [7, 8]])
    got = np.stack([right[:, 1], 100 + right[:, 1]], axis=1)
    assert usual_cause(got, right, [], {}, 0) is None
