"""The matrix of a whole layer, dense, sparse or never stored, does what PyTorch's layer does."""

import re
from typing import Any

import array_api_strict as xp
import numpy as np
import pytest
import scipy.linalg
import torch
import torch.nn.functional as F
from drawing import Unchanged, layouts, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, lsqr

from convbook.layers.pool import avg_pool
from convbook.toeplitz import (
    diagonals_of,
    is_toeplitz,
    kernel_of,
    parameter_map,
    toeplitz_csr,
    toeplitz_matrix,
    toeplitz_operator,
    toeplitz_product,
    toeplitz_view,
)
from convbook.windows import pad, unfold

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


@st.composite
def layers(draw: Any, axes: int, grouped: bool = True) -> Any:
    """The shapes of a weight and an image, and the options of a layer for both."""
    most = 5 if axes < 3 else 3
    groups = draw(st.integers(1, 3 if grouped else 1))
    c_out, share = groups * draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size = tuple(draw(st.integers(1, most - 1)) for _ in range(axes))
    padding = tuple(draw(st.integers(0, 2)) for _ in range(axes))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(axes))
    spans = [(s - 1) * d + 1 for s, d in zip(size, dilation, strict=True)]
    least = [max(1, span - 2 * p) for span, p in zip(spans, padding, strict=True)]
    pixels = tuple(draw(st.integers(n, n + most)) for n in least)
    options = {
        "stride": tuple(draw(st.integers(1, 3)) for _ in range(axes)),
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
    }
    return (c_out, share, *size), (groups * share, *pixels), options


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs, layout=layouts)
def test_every_form_computes_the_layer_and_its_input_gradient(
    axes: int, data: Any, rng: Any, layout: Any
):
    weight_shape, x_shape, options = data.draw(layers(axes))
    weight, x = layout(numbers(rng, weight_shape)), numbers(rng, x_shape)
    given_x = torch.tensor(x, requires_grad=True)
    expected = CONV[axes](given_x[None], torch.tensor(weight.copy()), **options)[0]
    y = numbers(rng, expected.shape)
    expected.backward(torch.tensor(y))
    forward, transposed = expected.detach().numpy().ravel(), given_x.grad.numpy().ravel()
    with Unchanged(weight):
        dense = toeplitz_matrix(weight, x_shape[1:], **options)
        sparse = toeplitz_csr(weight, x_shape[1:], **options)
        operator = toeplitz_operator(weight, x_shape[1:], **options)
    for matrix in (dense, sparse, operator):
        assert matrix.shape == (y.size, x.size)
        np.testing.assert_allclose(matrix @ x.ravel(), forward, rtol=0, atol=1e-10)
        np.testing.assert_allclose(matrix.T @ y.ravel(), transposed, rtol=0, atol=1e-10)
        # ⟨Ax, y⟩ = ⟨x, Aᵀy⟩
        np.testing.assert_allclose(
            y.ravel() @ (matrix @ x.ravel()), x.ravel() @ (matrix.T @ y.ravel()), atol=1e-7
        )
    np.testing.assert_array_equal(sparse.toarray(), dense, strict=True)
    several = numbers(rng, (x.size, 3))
    np.testing.assert_allclose(operator @ several, dense @ several, rtol=0, atol=1e-10)
    several = numbers(rng, (y.size, 2))
    np.testing.assert_allclose(operator.T @ several, dense.T @ several, rtol=0, atol=1e-10)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs)
def test_the_sparse_matrix_is_in_canonical_form(axes: int, data: Any, rng: Any):
    weight_shape, x_shape, options = data.draw(layers(axes))
    sparse = toeplitz_csr(numbers(rng, weight_shape), x_shape[1:], **options)
    assert isinstance(sparse, csr_array)
    sparse.check_format(full_check=True)
    ones = torch.ones((1, *x_shape), dtype=torch.float64)
    seen = CONV[axes](ones, torch.ones(weight_shape, dtype=torch.float64), **options)
    np.testing.assert_array_equal(np.diff(sparse.indptr), seen.numpy().ravel())
    for row in range(sparse.shape[0]):
        columns = sparse.indices[sparse.indptr[row] : sparse.indptr[row + 1]]
        assert (np.diff(columns) > 0).all()


def test_forms_of_padding_and_one_kernel_for_one_channel():
    rng = np.random.default_rng(0)
    kernel, x = numbers(rng, (3, 2)), numbers(rng, (5, 4))
    given_x, weight = torch.tensor(x)[None, None], torch.tensor(kernel)[None, None]
    for padding, pads in (
        ("same", (0, 1, 1, 1)),
        ("valid", (0, 0, 0, 0)),
        (((0, 2), (1, 0)), (1, 0, 0, 2)),
    ):
        expected = F.conv2d(F.pad(given_x, pads), weight).numpy().ravel()
        for form in (toeplitz_matrix, toeplitz_csr, toeplitz_operator):
            matrix = form(kernel, (5, 4), padding)
            np.testing.assert_allclose(matrix @ x.ravel(), expected, atol=1e-12, strict=True)
    layer = toeplitz_matrix(kernel[None, None], (5, 4))
    np.testing.assert_array_equal(toeplitz_matrix(kernel, (5, 4)), layer, strict=True)


@pytest.mark.parametrize(
    ("dtype", "out"),
    [("bool", "int64"), ("uint8", "int64"), ("float32", "float32"), ("float64", "float64")],
)
def test_dtypes(dtype: str, out: str):
    kernel = np.array([1, 0, 1], dtype)
    expected = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], out)
    np.testing.assert_array_equal(toeplitz_csr(kernel, 4).toarray(), expected, strict=True)
    operator = toeplitz_operator(kernel, 4)
    assert isinstance(operator, LinearOperator)
    assert operator.dtype == out
    np.testing.assert_array_equal(operator @ np.eye(4, dtype=out), expected, strict=True)


def test_a_sparse_matrix_of_half_precision_holds_single_precision():
    found = toeplitz_csr(np.array([1, 0.5], "float16"), 3).toarray()
    np.testing.assert_array_equal(found, np.array([[1, 0.5, 0], [0, 1, 0.5]], "f4"), strict=True)


def test_the_operator_can_be_given_to_a_solver():
    rng = np.random.default_rng(0)
    kernel, x = [[0.1, 0.2, 0.1], [0.2, 2.0, 0.3], [0.1, 0.1, 0.1]], numbers(rng, (6, 5))
    operator = toeplitz_operator(kernel, (6, 5), padding=1)
    solved = lsqr(operator, operator @ x.ravel(), atol=1e-12, btol=1e-12)[0]
    np.testing.assert_allclose(solved, x.ravel(), rtol=0, atol=1e-7)


@given(st.integers(1, 7), st.integers(1, 9), st.data(), rngs)
def test_a_view_of_the_diagonals_is_the_matrix(s: int, n: int, data: Any, rng: Any):
    padding = data.draw(st.integers(max(0, (s - n + 1) // 2), 3 + s // 2))
    kernel = numbers(rng, (s,))
    diagonals = diagonals_of(kernel, n, padding)
    view = toeplitz_view(diagonals, columns=n)
    np.testing.assert_array_equal(view, toeplitz_matrix(kernel, n, padding), strict=True)
    assert np.shares_memory(view, diagonals)
    assert not view.flags.writeable
    np.testing.assert_array_equal(
        toeplitz_view(diagonals[::-1], columns=len(view)), view.T, strict=True
    )


def test_a_view_sees_what_changes():
    diagonals = np.arange(5)
    view = toeplitz_view(diagonals)
    np.testing.assert_array_equal(view, scipy.linalg.toeplitz([2, 1, 0], [2, 3, 4]), strict=True)
    diagonals[2] = 9
    np.testing.assert_array_equal(np.diag(view), [9, 9, 9])


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([None, 1, 3]), rngs, layouts)
def test_the_product_by_fft(rows: int, columns: int, k: int | None, rng: Any, layout: Any):
    diagonals = layout(numbers(rng, (rows + columns - 1,)))
    x = layout(numbers(rng, (columns,) if k is None else (columns, k)))
    with Unchanged(diagonals, x):
        out = toeplitz_product(diagonals, x)
    expected = toeplitz_view(diagonals, columns) @ x
    np.testing.assert_allclose(out, expected, rtol=0, atol=1e-11, strict=True)
    generic = toeplitz_product(xp.asarray(diagonals), xp.asarray(x))
    np.testing.assert_allclose(np.asarray(generic), expected, rtol=0, atol=1e-11, strict=True)
    y = numbers(rng, out.shape)
    back = toeplitz_product(diagonals[::-1], y)  # the transposed matrix
    np.testing.assert_allclose((out * y).sum(), (x * back).sum(), rtol=0, atol=1e-9)


def test_the_product_of_many_numbers_and_of_integers():
    rng = np.random.default_rng(0)
    diagonals, x = numbers(rng, (3000 + 2047 - 1,)), numbers(rng, (2047,))
    expected = toeplitz_view(diagonals, 2047) @ x
    np.testing.assert_allclose(toeplitz_product(diagonals, x), expected, rtol=0, atol=1e-9)
    single = toeplitz_product(diagonals.astype(np.float32), x.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=0, atol=1e-5 * abs(expected).max())
    out = toeplitz_product([0, 1, 2], [1, 1])
    np.testing.assert_allclose(out, np.array([3.0, 1.0]), atol=1e-14, strict=True)


@pytest.mark.parametrize("axes", [1, 2, 3])
@given(data=st.data(), rng=rngs)
def test_the_kernel_is_read_back(axes: int, data: Any, rng: Any):
    weight_shape, x_shape, options = data.draw(layers(axes, grouped=False))
    del options["groups"]
    weight, shape, size = numbers(rng, weight_shape), x_shape[1:], weight_shape[2:]
    matrix = toeplitz_matrix(weight, shape, **options)
    back = kernel_of(matrix, shape, size, **options)
    # Entries that see nothing but padding leave no trace.
    ones = toeplitz_matrix(np.ones_like(weight), shape, **options)
    seen = kernel_of(ones, shape, size, **options)
    expected = np.where(seen == 0, 0, weight.reshape(seen.shape))
    np.testing.assert_array_equal(back, expected, strict=True)
    assert back.shape == (size if weight_shape[:2] == (1, 1) else weight_shape)


def test_the_kernel_of_a_signal_follows_from_the_matrix():
    matrix = toeplitz_matrix([1, 2, 3], 5)
    np.testing.assert_array_equal(kernel_of(matrix), [1, 2, 3], strict=True)
    matrix = toeplitz_matrix([1, 2, 3, 4], 5, padding=2)
    np.testing.assert_array_equal(kernel_of(matrix, padding=2), [1, 2, 3, 4], strict=True)


def test_a_matrix_that_is_no_convolution_has_no_kernel():
    matrix = toeplitz_matrix(np.arange(1, 7).reshape(2, 3), (4, 5))
    for place in ((0, 0), (3, 3), (0, 19), (8, 9)):
        changed = matrix.copy()
        changed[place] += 1
        with pytest.raises(ValueError, match=r"^matrix must be that of a convolution of \(4, 5\)"):
            kernel_of(changed, (4, 5), (2, 3))
    np.testing.assert_array_equal(kernel_of(matrix, (4, 5), (2, 3)), [[1, 2, 3], [4, 5, 6]])


def test_is_toeplitz_of_a_generic_array():
    assert is_toeplitz(xp.asarray([[1, 2, 3], [0, 1, 2]])) is True
    assert is_toeplitz(xp.asarray([[1, 2, 3], [0, 1, 3]])) is False


@pytest.mark.parametrize("shape", [5, (4, 3), (2, 3, 4)])
@pytest.mark.parametrize("k", [0, 1, 2])
def test_the_shared_mask_is_where_the_matrix_has_its_entries(shape: Any, k: int):
    axes = 1 if isinstance(shape, int) else len(shape)
    kernel = np.arange(1, (2 * k + 1) ** axes + 1).reshape((2 * k + 1,) * axes)
    matrix = toeplitz_matrix(kernel, shape, padding=k)
    np.testing.assert_array_equal(matrix, parameter_map("shared", shape, k) + 1, strict=True)
    local, dense = (parameter_map(layer, shape, k) for layer in ("local", "dense"))
    np.testing.assert_array_equal(local >= 0, matrix > 0)
    assert (dense >= 0).all()


@given(rngs, st.integers(1, 3), st.integers(0, 1))
def test_windows_padding_and_means_are_matrices_too(rng: Any, stride: int, p: int):
    """What is linear has a matrix: its columns are what it makes of the basis vectors."""
    basis = np.eye(2 * 5 * 4).reshape(-1, 2, 5, 4)
    x = numbers(rng, (2, 5, 4))
    for f in (
        lambda x: pad(x, p, mode="replicate"),
        lambda x: unfold(x, (3, 2), stride=stride, padding=p),
        lambda x: avg_pool(x, 2, stride, p),
    ):
        matrix = f(basis).reshape(len(basis), -1).T
        np.testing.assert_allclose(matrix @ x.ravel(), f(x[None]).ravel(), rtol=0, atol=1e-12)
    # The mean of windows is the matrix of a depthwise layer with equal entries.
    layer = toeplitz_csr(np.full((2, 1, 2, 2), 0.25), (5, 4), p, stride=stride, groups=2)
    np.testing.assert_allclose(layer.toarray(), matrix, rtol=0, atol=1e-15)


W = np.zeros((4, 3, 2, 2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: toeplitz_csr(W, (5, 4), groups=3),
            ValueError,
            "kernel must have output channels that groups, 3, divide, and input channels; "
            "its shape is (4, 3, 2, 2)",
        ),
        (
            lambda: toeplitz_operator(W, (5, 4), groups=0),
            ValueError,
            "groups must be an integer of at least 1; it is 0",
        ),
        (
            lambda: toeplitz_matrix(W, (5, 4, 3)),
            ValueError,
            "shape must be one integer of at least 1 or 4 of them; it is (5, 4, 3)",
        ),
        (
            lambda: toeplitz_matrix(W, (5, 4), "same", stride=2),
            ValueError,
            "stride must be 1 for padding 'same'; it is (2, 2)",
        ),
        (
            lambda: toeplitz_csr(W, (5, 1)),
            ValueError,
            "the kernel size of kernel must be at least 1 and fit in the padded size (5, 1); "
            "it is (2, 2)",
        ),
        (
            lambda: diagonals_of([[1]], 3),
            ValueError,
            "kernel must have 1 axis; it has 2: shape (1, 1)",
        ),
        (
            lambda: toeplitz_view([1, 2]),
            ValueError,
            "diagonals must be odd in number for a square matrix; they are 2",
        ),
        (
            lambda: toeplitz_view([1, 2], 3),
            ValueError,
            "columns must be at most the number of diagonals, 2; it is 3",
        ),
        (
            lambda: toeplitz_view([1, 2], 0),
            ValueError,
            "columns must be an integer of at least 1; it is 0",
        ),
        (
            lambda: toeplitz_product([1, 2], [1, 2, 3]),
            ValueError,
            "x must have from 1 to 2 rows, no more than there are diagonals, and 1 or 2 axes; "
            "its shape is (3,)",
        ),
        (
            lambda: toeplitz_product([1, 2], np.zeros((1, 1, 1))),
            ValueError,
            "x must have from 1 to 2 rows, no more than there are diagonals, and 1 or 2 axes; "
            "its shape is (1, 1, 1)",
        ),
        (
            lambda: kernel_of(np.zeros((5, 4)), (2, 2), (1, 1)),
            ValueError,
            "matrix must have 4 rows and 4 columns for each channel; its shape is (5, 4)",
        ),
        (
            lambda: kernel_of(np.zeros((5, 4))),
            ValueError,
            "kernel_size must be at least 1 and fit in the padded size (4,); it is (0,)",
        ),
        (
            lambda: kernel_of(np.zeros((4, 4)), (2, 2), (3, 1)),
            ValueError,
            "kernel_size must be at least 1 and fit in the padded size (2, 2); it is (3, 1)",
        ),
        (
            lambda: kernel_of(np.zeros((4, 4)), (2, 2)),
            ValueError,
            "kernel_size must be given unless there is one axis, with stride and dilation 1",
        ),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], message: str):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
