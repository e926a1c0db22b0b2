"""The matrices of layers: what they do, and which of their entries are zero or equal."""

import re
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

from convbook import conv, is_toeplitz, parameter_map, toeplitz_matrix

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=2).map(tuple)


@st.composite
def correlations(draw: Any, axes: int) -> Any:
    """The shape of an image, the size of a kernel that fits, and padding."""
    shape = tuple(draw(st.integers(1, 6)) for _ in range(axes))
    padding = tuple(draw(st.integers(0, 2)) for _ in range(axes))
    size = (draw(st.integers(1, min(4, n + 2 * p))) for n, p in zip(shape, padding, strict=True))
    return shape, tuple(size), padding


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts)
def test_the_matrix_correlates(axes: int, data: Any, rng: Any, layout: Any):
    shape, size, padding = data.draw(correlations(axes))
    kernel, x = layout(numbers(rng, size)), numbers(rng, shape)
    with Unchanged(kernel):
        matrix = toeplitz_matrix(kernel, shape, padding)
    expected = conv(x[None, None], kernel[None, None], padding=padding)
    assert matrix.shape == (expected.size, x.size)
    np.testing.assert_allclose(matrix @ x.ravel(), expected.ravel(), atol=1e-11)
    if axes == 1:
        assert is_toeplitz(matrix)


@given(correlations(2), rngs)
def test_its_transpose_is_the_transposed_convolution(case: Any, rng: Any):
    shape, size, padding = case
    kernel, matrix = numbers(rng, size), None
    matrix = toeplitz_matrix(kernel, shape, padding)
    outputs = tuple(n + 2 * p - s + 1 for n, s, p in zip(shape, size, padding, strict=True))
    x, y = numbers(rng, shape), numbers(rng, outputs)
    correlated = conv(x[None, None], kernel[None, None], padding=padding)
    np.testing.assert_allclose((correlated * y).sum(), x.ravel() @ matrix.T @ y.ravel(), atol=1e-8)
    image, weight = torch.tensor(y)[None, None], torch.tensor(kernel)[None, None]
    back = torch.conv_transpose2d(image, weight, padding=padding)[0, 0]
    np.testing.assert_allclose((matrix.T @ y.ravel()).reshape(shape), back.numpy(), atol=1e-11)


@given(correlations(2), rngs)
def test_a_2d_matrix_is_doubly_blocked(case: Any, rng: Any):
    (h, w), size, padding = case
    matrix = toeplitz_matrix(numbers(rng, size), (h, w), padding)
    w_out = w + 2 * padding[1] - size[1] + 1
    blocks = matrix.reshape(-1, w_out, h, w).swapaxes(1, 2)  # (row out, row in, column out, in)
    assert all(is_toeplitz(block) for block in blocks.reshape(-1, w_out, w))
    np.testing.assert_array_equal(blocks[1:, 1:], blocks[:-1, :-1])


def test_one_integer_serves_every_axis():
    kernel = np.arange(4).reshape(2, 2)
    expected = toeplitz_matrix(kernel, (3, 3), (1, 1))
    np.testing.assert_array_equal(toeplitz_matrix(kernel, np.int64(3), 1), expected)


@pytest.mark.parametrize(
    ("kernel", "out"),
    [("bool", "int64"), ("uint8", "int64"), ("float32", "float32"), ("float64", "float64")],
)
def test_the_matrix_has_the_kernels_dtype(kernel: str, out: str):
    expected = np.array([[1, 1, 0], [0, 1, 1]], out)
    matrix = toeplitz_matrix(np.ones(2, kernel), 3)
    np.testing.assert_array_equal(matrix, expected, strict=True)
    assert matrix.flags.c_contiguous
    assert matrix.flags.writeable


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((3.0, 4), ValueError, "kernel must have at least 1 axis; it is the number 3.0"),
        (([1j], 4), TypeError, "kernel must hold real numbers; it is [1j]"),
        (
            ([1, 2, 3], 2),
            ValueError,
            "the kernel size of kernel must be at least 1 and fit in the padded size (2,); "
            "it is (3,)",
        ),
        (
            ([], 2),
            ValueError,
            "the kernel size of kernel must be at least 1 and fit in the padded size (2,); "
            "it is (0,)",
        ),
        (
            ([1], (2, 2)),
            ValueError,
            "shape must be one integer of at least 1; it is (2, 2)",
        ),
        (([[1]], 0), ValueError, "shape must be one integer of at least 1 or 2 of them; it is 0"),
        (([1], 4.0), TypeError, "shape must be one integer of at least 1; it is 4.0"),
        (
            ([1], 4, -1),
            ValueError,
            "padding must be one integer of at least 0 or a pair of them; it is -1",
        ),
    ],
)
def test_toeplitz_matrix_refuses(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        toeplitz_matrix(*arguments)


@given(rngs, st.integers(0, 5), st.integers(0, 5))
def test_is_toeplitz_looks_at_every_diagonal(rng: Any, rows: int, columns: int):
    values = rng.integers(0, 2, rows + columns)
    i, j = np.indices((rows, columns))
    matrix = values[i - j + columns]
    assert is_toeplitz(matrix) is True
    for place in product(range(rows), range(columns)):
        changed = matrix.copy()
        changed[place] += 1
        diagonal = i - j == place[0] - place[1]
        assert is_toeplitz(changed) is (diagonal.sum() == 1).item()


def test_is_toeplitz_refuses_what_is_no_matrix():
    message = re.escape("matrix must have 2 axes; it has 1: shape (3,)")
    with pytest.raises(ValueError, match=f"^{message}$"):
        is_toeplitz([1, 2, 3])
    assert is_toeplitz([[np.nan, 1], [1, np.nan]]) is False


def test_the_running_example_counts_16_10_and_3_parameters():
    counts = {"dense": 16, "local": 10, "shared": 3}
    for layer, count in counts.items():
        numbers = parameter_map(layer, 4, k=1)
        assert sorted(set(numbers.ravel().tolist()) - {-1}) == list(range(count))
    padded = {"local": 12, "shared": 3}
    for layer, count in padded.items():
        numbers = parameter_map(layer, 4, k=1, padded=True)
        assert numbers.shape == (4, 6)
        assert sorted(set(numbers.ravel().tolist()) - {-1}) == list(range(count))
    expected = [[0, 1, 2, -1, -1, -1], [-1, 0, 1, 2, -1, -1], [-1, -1, 0, 1, 2, -1]]
    expected += [[-1, -1, -1, 0, 1, 2]]
    np.testing.assert_array_equal(parameter_map("shared", 4, 1, padded=True), expected)


@given(shapes, st.integers(0, 3), st.booleans())
def test_each_entry_follows_from_its_two_pixels(shape: tuple[int, ...], k: int, padded: bool):
    border = k if padded else 0
    outputs = list(product(*(range(n) for n in shape)))
    inputs = list(product(*(range(-border, n + border) for n in shape)))
    maps = {layer: parameter_map(layer, shape, k, padded) for layer in LAYERS}
    count = 0
    for row, output in enumerate(outputs):
        for column, pixel in enumerate(inputs):
            offsets = [b - a for a, b in zip(output, pixel, strict=True)]
            near = max(map(abs, offsets)) <= k
            place = 0
            for offset in offsets:
                place = place * (2 * k + 1) + offset + k
            entry = {layer: maps[layer][row, column] for layer in LAYERS}
            expected = {"dense": row * len(inputs) + column, "local": -1, "shared": -1}
            if near:
                expected |= {"local": count, "shared": place}
                count += 1
            assert entry == expected
    assert all(map_.shape == (len(outputs), len(inputs)) for map_ in maps.values())
    assert all(map_.dtype == np.int64 for map_ in maps.values())


LAYERS = ("dense", "local", "shared")


@given(shapes, st.integers(0, 2))
def test_padding_makes_every_row_whole(shape: tuple[int, ...], k: int):
    s = (2 * k + 1) ** len(shape)
    for layer in ("local", "shared"):
        connected = parameter_map(layer, shape, k, padded=True) >= 0
        np.testing.assert_array_equal(connected.sum(axis=1), s)
    shared = parameter_map("shared", shape, k, padded=True)
    assert set(shared.ravel().tolist()) - {-1} == set(range(s))


@given(st.integers(1, 7), st.integers(0, 3), st.booleans())
def test_sharing_makes_a_toeplitz_matrix(n: int, k: int, padded: bool):
    numbers = parameter_map("shared", n, k, padded)
    assert is_toeplitz(numbers)
    kernel = np.arange(2 * k + 1)
    if not padded:  # the matrix of a convolution whose kernel holds the parameters' numbers
        np.testing.assert_array_equal(
            np.where(numbers < 0, 0, numbers), toeplitz_matrix(kernel, n, padding=k)
        )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("conv", 4, 1), ValueError, "layer must be 'dense', 'local' or 'shared'; it is 'conv'"),
        ((None, 4, 1), ValueError, "layer must be 'dense', 'local' or 'shared'; it is None"),
        (
            (np.array(["local"]), 4, 1),
            ValueError,
            "layer must be 'dense', 'local' or 'shared'; it is array(['local'], dtype='<U5')",
        ),
        (
            ("local", 0, 1),
            ValueError,
            "shape must be one integer of at least 1 or a sequence of them; it is 0",
        ),
        (
            ("local", 4.0, 1),
            TypeError,
            "shape must be one integer of at least 1 or a sequence of them; it is 4.0",
        ),
        (
            ("local", (), 1),
            ValueError,
            "shape must be one integer of at least 1 or a sequence of them; it is ()",
        ),
        (("local", 4, -1), ValueError, "k must be an integer of at least 0; it is -1"),
        (("local", 4, 1.5), TypeError, "k must be an integer of at least 0; it is 1.5"),
        (("local", 4, 1, 2), TypeError, "padded must be True or False; it is 2"),
    ],
)
def test_parameter_map_refuses(arguments: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        parameter_map(*arguments)


def test_a_numpy_integer_is_a_shape():
    expected = parameter_map("local", 4, 1)
    np.testing.assert_array_equal(parameter_map("local", np.int64(4), np.int64(1)), expected)
