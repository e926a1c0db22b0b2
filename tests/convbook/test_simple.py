"""The plain definitions are PyTorch's, and everything fast computes what they say."""

import ast
import inspect
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from drawing import layers, numbers, rngs
from hypothesis import given
from hypothesis import strategies as st

import convbook
from convbook import simple

METHODS = ["auto", "loops", "shifts", "im2col", "toeplitz", "fft", "winograd"]
SOURCE = ast.parse(inspect.getsource(simple))
FUNCTIONS = [node for node in SOURCE.body if isinstance(node, ast.FunctionDef)]

# What the file promises its reader.


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_definition_has_fifteen_lines_or_fewer(function: ast.FunctionDef):
    assert ast.get_docstring(function)
    body = function.body[1:]
    assert body[-1].end_lineno - body[0].lineno + 1 <= 15


def test_it_needs_nothing_but_numpy():
    imports = [node for node in ast.walk(SOURCE) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]


def test_it_takes_only_plain_functions_of_numpy():
    used = {
        node.attr
        for node in ast.walk(SOURCE)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "np"
    }
    assert used == {
        "argmax", "asarray", "inf", "max", "mean", "ndim", "ndindex", "pad", "prod", "sum",
        "unravel_index", "zeros",
    }  # fmt: skip


# What is drawn.


@st.composite
def convolutions(draw: Any) -> Any:
    """Shapes of x and weight, how the kernel lies on the pixels, and whether there is a bias.

    Stride, padding and dilation are one number or a pair.
    """
    shape, weight_shape, how = draw(layers(2))
    for name in ("stride", "padding", "dilation"):
        if len(set(how[name])) == 1:
            how[name] = draw(st.sampled_from([how[name], how[name][0]]))
    return shape, weight_shape, how, draw(st.booleans())


@st.composite
def poolings(draw: Any) -> Any:
    """A shape, and windows that PyTorch takes on it: padding up to half a window."""
    batch = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    size = tuple(draw(st.integers(1, 4)) for _ in range(2))
    padding = tuple(draw(st.integers(0, s // 2)) for s in size)
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(2))
    least = [(s - 1) * d + 1 for s, d in zip(size, dilation, strict=True)]
    pixels = tuple(draw(st.integers(n, n + 4)) for n in least)
    stride = draw(st.one_of(st.none(), st.integers(1, 4), st.tuples(*(st.integers(1, 4),) * 2)))
    return (*batch, *pixels), (size, stride, padding), dilation


def local_shape(shape: Any, weight_shape: Any, how: Any) -> tuple[int, ...]:
    """The shape of a weight that has its own kernel at each position of such a convolution."""
    out = simple.conv2d(np.zeros((0, *shape[1:])), np.zeros(weight_shape), **how)
    return (*out.shape[2:], *weight_shape)


def torch_local(x: Any, weight: Any, bias: Any, **how: Any) -> Any:
    """PyTorch's unfold and a product at every position."""
    h_out, w_out, c_out, *kernel = weight.shape
    columns = F.unfold(x, kernel[1:], **how)
    kernels = weight.reshape(h_out * w_out, c_out, -1)
    return torch.einsum("nsl,los->nol", columns, kernels).reshape(-1, c_out, h_out, w_out) + bias


def tensors(*arrays: Any) -> list[Any]:
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def same(ours: Any, expected: Any) -> None:
    """Equal shapes, and numbers equal but for the order of the sums."""
    if isinstance(expected, torch.Tensor):
        expected = expected.detach().numpy()
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-10, strict=True)


def same_gradients(ours: Any, out: Any, grad: Any, given: list[Any]) -> None:
    """Ours are PyTorch's, with respect to all that was given."""
    out.backward(torch.tensor(grad))
    for gradient, tensor in zip(ours, given, strict=True):
        same(gradient, tensor.grad)


# The definitions are PyTorch's.


@given(st.integers(0, 3), st.integers(1, 4), st.integers(1, 5), rngs)
def test_dense_is_pytorchs(n: int, d: int, d_out: int, rng: Any):
    x, weight, bias = numbers(rng, (n, d)), numbers(rng, (d_out, d)), numbers(rng, (d_out,))
    given_x = tensors(x, weight, bias)
    expected = F.linear(*given_x)
    same(simple.dense(x, weight, bias), expected)
    same(simple.dense(x, weight), F.linear(*given_x[:2]))
    grad = numbers(rng, (n, d_out))
    same_gradients(simple.dense_backward(grad, x, weight), expected, grad, given_x)


@given(convolutions(), rngs)
def test_conv2d_is_pytorchs(case: Any, rng: Any):
    shape, weight_shape, how, with_bias = case
    x, weight, bias = (numbers(rng, s) for s in (shape, weight_shape, weight_shape[:1]))
    given_x = tensors(x, weight, bias)
    expected = F.conv2d(*given_x, **how)
    same(simple.conv2d(x, weight, bias, **how), expected)
    if not with_bias:
        same(simple.conv2d(x, weight, **how), F.conv2d(*given_x[:2], **how))
    grad = numbers(rng, tuple(expected.shape))
    same_gradients(simple.conv2d_backward(grad, x, weight, **how), expected, grad, given_x)


@given(convolutions(), rngs)
def test_locally_connected_is_pytorchs_unfold_and_a_product(case: Any, rng: Any):
    shape, weight_shape, how, with_bias = case
    how.pop("groups")
    weight_shape = (weight_shape[0], shape[1], *weight_shape[2:])
    shape = (max(shape[0], 1), *shape[1:])  # PyTorch's unfold refuses an empty batch
    weight = numbers(rng, local_shape(shape, weight_shape, how))
    x, bias = numbers(rng, shape), numbers(rng, (weight.shape[2], *weight.shape[:2]))
    given_x = tensors(x, weight, bias)
    expected = torch_local(*given_x, **how)
    same(simple.locally_connected(x, weight, bias, **how), expected)
    if not with_bias:
        same(simple.locally_connected(x, weight, **how) + bias, expected)
    grad = numbers(rng, tuple(expected.shape))
    ours = simple.locally_connected_backward(grad, x, weight, **how)
    same_gradients(ours, expected, grad, given_x)


@given(poolings(), rngs, st.booleans())
def test_max_pool2d_is_pytorchs(case: Any, rng: Any, ties: bool):
    shape, windows, dilation = case
    shape = (max(shape[0], 1), *shape[1:])
    x = numbers(rng, shape).round(-1 if ties else 9)
    given_x = tensors(x)
    expected = F.max_pool2d(*given_x, *windows, dilation)
    same(simple.max_pool2d(x, *windows, dilation), expected)
    grad = numbers(rng, tuple(expected.shape))
    ours = simple.max_pool2d_backward(grad, x, *windows, dilation)
    same_gradients([ours], expected, grad, given_x)


@given(poolings(), rngs)
def test_avg_pool2d_is_pytorchs(case: Any, rng: Any):
    shape, windows, _ = case
    x = numbers(rng, (max(shape[0], 1), *shape[1:]))
    given_x = tensors(x)
    expected = F.avg_pool2d(*given_x, *windows)
    same(simple.avg_pool2d(x, *windows), expected)
    grad = numbers(rng, tuple(expected.shape))
    same_gradients([simple.avg_pool2d_backward(grad, x, *windows)], expected, grad, given_x)


@given(convolutions(), rngs)
def test_im2col_and_col2im_are_pytorchs_unfold_and_fold(case: Any, rng: Any):
    shape, weight_shape, how, _ = case
    how.pop("groups")
    x, size = numbers(rng, (max(shape[0], 1), *shape[1:])), weight_shape[2:]
    columns = simple.im2col(x, size, **how)
    same(columns, F.unfold(torch.tensor(x), size, **how))
    y = numbers(rng, columns.shape)
    image = simple.col2im(y, shape[2:], size, **how)
    same(image, F.fold(torch.tensor(y), shape[2:], size, **how))
    assert np.vdot(columns, y) == pytest.approx(np.vdot(x, image), rel=1e-9, abs=1e-8)


@given(st.integers(1, 4), st.integers(1, 7), st.integers(0, 2), rngs)
def test_the_toeplitz_matrix_is_pytorchs_conv1d(s: int, more: int, padding: int, rng: Any):
    n = max(s + more - 2 * padding, 1)
    kernel, signals = numbers(rng, (s,)), numbers(rng, (3, 1, n))
    matrix = simple.toeplitz_matrix(kernel, n, padding)
    expected = F.conv1d(*map(torch.tensor, (signals, kernel[None, None])), padding=padding)
    same(signals @ matrix.T, expected)


@given(layers(2), rngs)
def test_the_doubly_blocked_matrix_is_pytorchs_conv2d(case: Any, rng: Any):
    (_, _, *pixels), (_, _, *size), how = case
    h, w = (max(n, s - 2 * p) for n, s, p in zip(pixels, size, how["padding"], strict=True))
    kernel, images = numbers(rng, tuple(size)), numbers(rng, (2, 1, h, w))
    matrix = simple.doubly_blocked_toeplitz_matrix(kernel, (h, w), how["padding"])
    both = map(torch.tensor, (images, kernel[None, None]))
    expected = F.conv2d(*both, padding=how["padding"])
    same((images.reshape(2, -1) @ matrix.T).reshape(expected.shape), expected)


@pytest.mark.parametrize("n", [0, 1])
def test_an_empty_batch_has_empty_results_and_no_gradient(n: int):
    x, weight = np.ones((n, 2, 5, 4)), np.ones((3, 2, 2, 3))
    out = simple.conv2d(x, weight, padding=1)
    assert out.shape == (n, 3, 6, 4)
    own = np.ones((6, 4, *weight.shape))
    same(simple.locally_connected(x, own, padding=1), out)
    same(simple.im2col(x, (2, 3), padding=1).sum(axis=1)[:, None], out[:, :1].reshape(n, 1, 24))
    assert simple.max_pool2d(x, 2).shape == simple.avg_pool2d(x, 2).shape == (n, 2, 2, 2)
    for gradients in (
        simple.conv2d_backward(out, x, weight, padding=1),
        simple.locally_connected_backward(out, x, own, padding=1),
    ):
        assert gradients[0].shape == x.shape
        assert all(gradient.any() == (n > 0) for gradient in gradients[1:])


# All that is fast computes what the definitions say.


@pytest.mark.parametrize("method", METHODS)
@given(convolutions(), rngs, st.data())
def test_every_algorithm_computes_the_convolution(method: Any, case: Any, rng: Any, data: Any):
    shape, weight_shape, how, with_bias = case
    if method == "winograd":  # which takes kernels of 3 × 3 at stride 1
        pixels = [data.draw(st.integers(3, 11)) for _ in range(2)]
        shape, weight_shape = (*shape[:2], *pixels), (*weight_shape[:2], 3, 3)
        how = {"padding": how["padding"], "groups": how["groups"]}
    x, weight = numbers(rng, shape), numbers(rng, weight_shape)
    bias = numbers(rng, weight_shape[:1]) if with_bias else None
    same(
        convbook.conv2d(x, weight, bias, **how, method=method),
        simple.conv2d(x, weight, bias, **how),
    )


@given(convolutions(), rngs)
def test_the_gradients_of_the_convolution(case: Any, rng: Any):
    shape, weight_shape, how, _ = case
    x, weight = numbers(rng, shape), numbers(rng, weight_shape)
    grad = numbers(rng, simple.conv2d(x, weight, **how).shape)
    ours = convbook.conv_backward(grad, x, weight, **how)
    for gradient, expected in zip(
        ours, simple.conv2d_backward(grad, x, weight, **how), strict=True
    ):
        same(gradient, expected)


@given(convolutions(), rngs)
def test_the_local_layer_and_its_gradients(case: Any, rng: Any):
    shape, weight_shape, how, with_bias = case
    how.pop("groups")
    weight_shape = (weight_shape[0], shape[1], *weight_shape[2:])
    x, weight = numbers(rng, shape), numbers(rng, local_shape(shape, weight_shape, how))
    bias = numbers(rng, (weight.shape[2], *weight.shape[:2])) if with_bias else None
    out = simple.locally_connected(x, weight, bias, **how)
    same(convbook.locally_connected(x, weight, bias, **how), out)
    grad = numbers(rng, out.shape)
    ours = convbook.locally_connected_backward(grad, x, weight, **how)
    expected = simple.locally_connected_backward(grad, x, weight, **how)
    for gradient, definition in zip(ours, expected, strict=True):
        same(gradient, definition)


@given(st.integers(0, 3), st.integers(1, 4), st.integers(1, 5), rngs)
def test_the_dense_layer_and_its_gradients(n: int, d: int, d_out: int, rng: Any):
    x, weight, bias = numbers(rng, (n, d)), numbers(rng, (d_out, d)), numbers(rng, (d_out,))
    same(convbook.dense(x, weight, bias), simple.dense(x, weight, bias))
    grad = numbers(rng, (n, d_out))
    expected = simple.dense_backward(grad, x, weight)
    for gradient, definition in zip(
        convbook.dense_backward(grad, x, weight), expected, strict=True
    ):
        same(gradient, definition)


@given(poolings(), rngs, st.booleans())
def test_max_pooling_and_its_gradient(case: Any, rng: Any, ties: bool):
    shape, windows, dilation = case
    x = numbers(rng, shape).round(-1 if ties else 9)
    out = simple.max_pool2d(x, *windows, dilation)
    same(convbook.max_pool2d(x, *windows, dilation), out)
    grad = numbers(rng, out.shape)
    same(
        convbook.max_pool_backward(grad, x, *windows, dilation),
        simple.max_pool2d_backward(grad, x, *windows, dilation),
    )


@given(poolings(), rngs)
def test_mean_pooling_and_its_gradient(case: Any, rng: Any):
    shape, windows, _ = case
    x = numbers(rng, shape)
    out = simple.avg_pool2d(x, *windows)
    same(convbook.avg_pool2d(x, *windows), out)
    grad = numbers(rng, out.shape)
    same(
        convbook.avg_pool_backward(grad, x, *windows),
        simple.avg_pool2d_backward(grad, x, *windows),
    )


@given(convolutions(), rngs)
def test_unfold_and_fold(case: Any, rng: Any):
    shape, weight_shape, how, _ = case
    how.pop("groups")
    x, size = numbers(rng, shape), weight_shape[2:]
    columns = simple.im2col(x, size, **how)
    same(convbook.unfold(x, size, **how), columns)
    y = numbers(rng, columns.shape)
    same(
        convbook.fold(y, shape[2:], size, **how),
        simple.col2im(y, shape[2:], size, **how),
    )


@given(layers(2), rngs)
def test_toeplitz_matrices(case: Any, rng: Any):
    (_, _, *pixels), (_, _, *size), how = case
    padding = how["padding"]
    h, w = (max(n, s - 2 * p) for n, s, p in zip(pixels, size, padding, strict=True))
    kernel = numbers(rng, tuple(size))
    same(
        convbook.toeplitz_matrix(kernel, (h, w), padding),
        simple.doubly_blocked_toeplitz_matrix(kernel, (h, w), padding),
    )
    same(
        convbook.toeplitz_matrix(kernel[0], w, padding[1]),
        simple.toeplitz_matrix(kernel[0], w, padding[1]),
    )
