"""What a task doesn't allow is found under every name; what a student writes is let pass."""

import functools
import functools as ft
import importlib
import itertools
import math
import operator
import re
from functools import partial
from typing import Any

import numpy as library
import numpy as np
import pytest
import scipy.signal as signals
import torch
import torch.nn.functional as F
from numpy import correlate as glide
from numpy import dot, pad
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import correlate1d

import convbook
from convbook import conv2d, diagonals_of, simple, toeplitz_csr, toeplitz_view
from convbook.checking.allowed_calls import Unreadable, names_allowed, refused_call

USUAL = ("np.pad", "np.lib.stride_tricks.sliding_window_view", "np.lib.stride_tricks.as_strided")


# -- Ready-made ones: each of these calls what a task doesn't allow. --------------------------


def with_numpy(x: Any, u: Any) -> Any:
    return np.convolve(x, u, "valid")


def with_scipy(x: Any, u: Any) -> Any:
    return signals.fftconvolve(x, u)


def with_an_imported_name(x: Any, u: Any) -> Any:
    return correlate1d(x, u)


def with_a_renamed_import(x: Any, u: Any) -> Any:
    return glide(x, u)


def with_a_renamed_module(x: Any, u: Any) -> Any:
    return library.correlate(x, u)


def with_an_import_inside(x: Any, u: Any) -> Any:
    from scipy.signal import convolve2d as go

    return go(x, u)


def with_a_module_imported_inside(x: Any, u: Any) -> Any:
    import scipy.signal

    return scipy.signal.correlate(x, u)


def with_a_module_that_is_not_loaded(x: Any, u: Any) -> Any:
    import sympy.discrete.convolutions as sums_of_products

    return sums_of_products.convolution(x, u)


def with_torch(x: Any, u: Any) -> Any:
    return F.conv1d(torch.tensor(x), torch.tensor(u)).numpy()


def with_a_torch_layer(x: Any, u: Any) -> Any:
    return torch.nn.Conv2d(1, 1, 3)(x)


def with_the_course(x: Any, u: Any) -> Any:
    return conv2d(x, u)


def with_a_module_of_the_course(x: Any, u: Any) -> Any:
    return convbook.toeplitz_matrix(u, len(x)) @ x


def with_a_view_of_the_course(u: Any, n: int, padding: int = 0) -> Any:
    return toeplitz_view(diagonals_of(u, n, padding), n)


def with_a_sparse_matrix_of_the_course(x: Any, u: Any) -> Any:
    return toeplitz_csr(u, len(x)) @ x


def with_a_definition_of_the_course(x: Any, u: Any) -> Any:
    return u @ simple.im2col(x[None, None, None], (1, len(u)))[0]


def with_a_fourier_transform(x: Any, u: Any) -> Any:
    return np.fft.ifft(np.fft.fft(x) * np.fft.fft(u, len(x)).conj()).real


def with_polynomials(x: Any, u: Any) -> Any:
    return np.polymul(x, u)


def through_a_helper(x: Any, u: Any) -> Any:
    return helper(x, u)


def helper(x: Any, u: Any) -> Any:
    return through_a_second(x, u)


def through_a_second(x: Any, u: Any) -> Any:
    if len(x) > 3:
        return helper(x[1:], u)
    return np.correlate(x, u)


def inside_a_nested_function(x: Any, u: Any) -> Any:
    def step(x: Any) -> Any:
        return np.convolve(x, u)

    return step(x)


def inside_a_lambda(x: Any, u: Any) -> Any:
    return (lambda a: np.convolve(a, u))(x)


def as_a_value(x: Any, u: Any) -> Any:
    conv = np.convolve
    return conv(x, u)


def as_an_argument(x: Any, u: Any) -> Any:
    return apply(np.convolve, x, u)


def apply(how: Any, x: Any, u: Any) -> Any:
    return how(x, u)


def as_a_default(x: Any, u: Any, how: Any = np.convolve) -> Any:
    return how(x, u)


def by_getattr(x: Any, u: Any) -> Any:
    return getattr(np, "convolve")(x, u)  # noqa: B009


def by_getattr_with_a_secret(x: Any, u: Any) -> Any:
    return getattr(np, "con" + "volve")(x, u)


def by_the_modules_dictionary(x: Any, u: Any) -> Any:
    return vars(np)["convolve"](x, u) + np.__dict__["correlate"](x, u)


def by_an_alias_of_the_module(x: Any, u: Any) -> Any:
    tools = np
    return tools.convolve(x, u)


def by_eval(x: Any, u: Any) -> Any:
    return eval("np.convolve(x, u)")


def by_importlib(x: Any, u: Any) -> Any:
    return importlib.import_module("numpy").convolve(x, u)


class Slider:
    def __init__(self, u: Any) -> None:
        self.u = u

    def __call__(self, x: Any) -> Any:
        return self.correlate(x)

    def correlate(self, x: Any) -> Any:
        return np.correlate(x, self.u)


def through_a_class(x: Any, u: Any) -> Any:
    return Slider(u)(x)


class Inherited(torch.nn.Conv1d):
    def forward(self, x: Any) -> Any:
        return super().forward(x)


def through_a_class_of_a_library(x: Any, u: Any) -> Any:
    return Inherited(1, 1, 3).forward(x)


slide = partial(np.convolve, mode="valid")


def through_a_partial(x: Any, u: Any) -> Any:
    return slide(x, u)


layer = torch.nn.Conv1d(1, 1, 3)


def through_an_object(x: Any, u: Any) -> Any:
    return layer(x)


TOOLS = {"go": np.convolve}


def through_a_dictionary(x: Any, u: Any) -> Any:
    return TOOLS["go"](x, u)


@functools.lru_cache
def remembered(x: Any, u: Any) -> Any:
    return np.convolve(x, u)


def shouts(function: Any) -> Any:
    def louder(*args: Any) -> Any:
        return function(*args)

    return louder


@shouts
def decorated(x: Any, u: Any) -> Any:
    return np.convolve(x, u)


vectorized = np.vectorize(lambda x, u: np.convolve(x, u))

REFUSED = [
    (with_numpy, "np.convolve", "convolution"),
    (with_scipy, "signals.fftconvolve", "convolution"),
    (with_an_imported_name, "correlate1d", "cross-correlation"),
    (with_a_renamed_import, "glide (numpy.correlate)", "cross-correlation"),
    (with_a_renamed_module, "library.correlate", "cross-correlation"),
    (with_an_import_inside, "go (scipy.signal.convolve2d)", "convolution"),
    (with_a_module_imported_inside, "scipy.signal.correlate", "cross-correlation"),
    (with_a_module_that_is_not_loaded, "sums_of_products.convolution", "convolution"),
    (with_torch, "F.conv1d", "convolution"),
    (with_a_torch_layer, "torch.nn.Conv2d", "convolution"),
    (with_the_course, "conv2d", "convolution"),
    (with_a_module_of_the_course, "convbook.toeplitz_matrix", "Toeplitz matrix"),
    (with_a_view_of_the_course, "toeplitz_view", "Toeplitz matrix"),
    (with_a_sparse_matrix_of_the_course, "toeplitz_csr", "Toeplitz matrix"),
    (with_a_definition_of_the_course, "simple.im2col", "table of windows"),
    (with_a_fourier_transform, "np.fft.ifft", "Fourier transform"),
    (with_polynomials, "np.polymul", "product of polynomials, which is a convolution"),
    (through_a_helper, "np.correlate", "cross-correlation"),
    (helper, "np.correlate", "cross-correlation"),
    (inside_a_nested_function, "np.convolve", "convolution"),
    (inside_a_lambda, "np.convolve", "convolution"),
    (as_a_value, "np.convolve", "convolution"),
    (as_an_argument, "np.convolve", "convolution"),
    (as_a_default, "np.convolve", "convolution"),
    (by_getattr, "getattr(np, 'convolve')", "convolution"),
    (by_getattr_with_a_secret, "getattr(np, 'con' + 'volve')", None),
    (by_the_modules_dictionary, "vars(np)['convolve']", "convolution"),
    (by_an_alias_of_the_module, "tools.convolve", "convolution"),
    (by_eval, "eval", None),
    (by_importlib, "importlib.import_module", None),
    (through_a_class, "np.correlate", "cross-correlation"),
    (
        through_a_class_of_a_library,
        "Inherited (torch.nn.Conv1d)",
        "convolution",
    ),
    (through_a_partial, "slide (numpy.convolve)", "convolution"),
    (through_an_object, "layer (torch.nn.Conv1d)", "convolution"),
    (through_a_dictionary, "TOOLS['go'] (numpy.convolve)", "convolution"),
    (remembered, "np.convolve", "convolution"),
    (decorated, "np.convolve", "convolution"),
    (vectorized, "np.convolve", "convolution"),
    (Slider(1).correlate, "np.correlate", "cross-correlation"),
    (Slider(1), "np.correlate", "cross-correlation"),
    (partial(np.convolve, mode="valid"), "numpy.convolve", "convolution"),
    (np.correlate, "numpy.correlate", "cross-correlation"),
    (convbook.conv, "convbook.conv", "convolution"),
    (signals.convolve2d, "scipy.signal.convolve2d", "convolution"),
]


def identify(case: Any) -> str:
    return getattr(case, "__name__", None) or type(case).__name__


@pytest.mark.parametrize(("function", "written", "kind"), REFUSED, ids=lambda case: identify(case))
def test_what_is_ready_made_is_refused(function: Any, written: str, kind: str | None):
    refused = refused_call(function, USUAL)
    assert refused is not None
    assert refused.call == written
    assert (refused.kind or "").partition(" ready-made ")[2] == (kind or "")


# -- Honest ones: none of these calls anything but what is allowed. ---------------------------


def by_hand(x: Any, u: Any) -> Any:
    """Correlate: what np.correlate(x, u) and conv1d do."""
    return np.array([window @ u for window in sliding_window_view(x, len(u))])


def by_two_loops(x: Any, u: Any) -> Any:
    out = np.zeros(len(x) - len(u) + 1)
    for i in range(len(out)):
        for t, weight in enumerate(u):
            out[i] += weight * x[i + t]
    return out


def conv1d(x: Any, u: Any) -> Any:  # the student's own, with the name of a ready-made one
    return by_hand(x, u)


def calls_its_own_conv1d(x: Any, u: Any) -> Any:
    return conv1d(x, u[::-1])


def names_a_variable_conv(x: Any, u: Any) -> Any:
    conv = np.zeros(len(x))
    for i, correlate in enumerate(x):
        conv[i] = correlate
    return conv.sum()


def shadows_a_library(glide: Any, conv2d: Any) -> Any:
    signals = {"correlate": glide}
    return signals.get("correlate") * conv2d(1) + sum([pad for pad in glide])


def has_a_nested_conv(x: Any, u: Any) -> Any:
    def convolve(unfold: Any) -> Any:
        return unfold * u[0]

    return convolve(x)


def recurses(x: Any, u: Any) -> Any:
    return [] if len(x) < len(u) else [x[: len(u)] @ u, *recurses(x[1:], u)]


def one_of_two(x: Any, u: Any) -> Any:
    return other_of_two(x, u) if len(x) else 0


def other_of_two(x: Any, u: Any) -> Any:
    return one_of_two(x[1:], u)


def sums(x: Any, u: Any) -> Any:
    return np.einsum("i,i->", x, u) + np.tensordot(x, u, 1) + dot(x, u) + np.inner(x, u) + x @ u


def pads(x: Any, u: Any) -> Any:
    return pad(x, 1).sum() + np.pad(x, [(1, 0)], mode="edge").max(initial=0)


def strides(x: Any, u: Any) -> Any:
    shape = (len(x) - len(u) + 1, len(u))
    return np.lib.stride_tricks.as_strided(x, shape, x.strides * 2) @ u


class Conv2d:
    """The student's own, with the names of ready-made ones."""

    def __init__(self, u: Any) -> None:
        self.weight, self.taps = u, [0.0]

    def correlate(self, x: Any) -> Any:
        return [self.at(x, i) for i in range(len(x) - len(self.weight) + 1)]

    def at(self, x: Any, i: int) -> Any:
        self.taps.append(x[i])
        return (self.weight * x[i : i + len(self.weight)]).sum()

    @staticmethod
    def unfold(x: Any) -> Any:
        return x.reshape(-1, 1).T


def has_a_class_of_its_own(x: Any, u: Any) -> Any:
    return np.array(Conv2d(u).correlate(Conv2d.unfold(x)))


def asks_what_it_got(x: "torch.Tensor | Any", u: Any) -> Any:
    if isinstance(x, (list, tuple)):
        x = np.asarray(x, dtype=np.result_type(u, np.float32))
    if isinstance(x, torch.Tensor):
        raise TypeError(f"a tensor of {x.shape}")
    y: torch.Tensor = x
    return y.astype(u.dtype)


def elementwise(x: Any, u: Any) -> Any:
    y = np.exp(-np.abs(x)) + np.maximum(x, 0) + np.sqrt(np.square(x)) + np.multiply.outer(x, u)
    return np.where(np.isclose(y, 0), np.add.reduce(y), np.clip(y, -1, 1)).round(3)


def makes_arrays(n: int, u: Any) -> Any:
    a = sum(weight * np.eye(n, k=k) for k, weight in enumerate(u))
    b = np.diag(np.full(n, u[0])) + np.fromfunction(lambda r, c: (r - c) % 2, (n, n))
    return np.stack([a, b, np.tri(n), np.ones_like(a)]) + np.arange(n) + np.empty((n, n))


def moves_about(x: Any, u: Any) -> Any:
    x = np.moveaxis(np.flip(np.roll(x, 1)), 0, -1).transpose().ravel()
    return np.concatenate([x, np.repeat(u, 2), np.tile(u, 2)]).reshape(2, -1).swapaxes(0, 1)


def indexes(x: Any, u: Any) -> Any:
    place = np.arange(len(x))[:, None] + np.arange(len(u))
    rows, columns = np.indices((2, 2))
    for i, j in np.ndindex(2, 2):
        rows[i, j] += np.take(columns, [i]).item()
    return np.r_[x, np.zeros(len(u))][place] * u[np.newaxis], np.ix_(rows[0], columns[0])


def with_the_standard_library(x: Any, u: Any) -> Any:
    total = math.prod(x) + functools.reduce(operator.mul, u)
    pairs = itertools.product(range(len(x)), range(len(u)))
    return total + math.fsum(x[i] * u[t] for i, t in pairs) + ft.partial(int, base=2)("1")


def with_pythons_own(x: Any, u: Any) -> Any:
    pairs = sorted(zip(map(float, x), reversed(list(u)), strict=False), key=lambda pair: pair[0])
    print(min(pairs), max(pairs), abs(-1), divmod(7, 2), {**{}}, set(), "".join(["a"]))
    return round(sum(a * b for a, b in pairs), 3) if any(x) and all(u) else bool(len(x))


@functools.lru_cache(maxsize=9)
def cached(n: int) -> Any:
    return np.arange(n)


def has_a_cached_helper(x: Any, u: Any) -> Any:
    return x[cached(len(u))] @ u


@np.vectorize
def one_number(a: float) -> float:
    return a * 2


@shouts
def honest_and_decorated(x: Any, u: Any) -> Any:
    return one_number(x) + u.sum()


by_lambda = lambda x, u: np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])  # noqa: E731


def given_a_size(s: int) -> Any:
    return (lambda x, u:
        x[:s] @ u[:s])  # fmt: skip


several_lines = given_a_size(3)

WEIGHTS = np.array([1.0, 2.0])


def uses_an_array_of_the_notebook(x: Any, u: Any) -> Any:
    return WEIGHTS.dot(x[:2]) + WEIGHTS.sum() + np.pi


def prints_and_tests(x: Any, u: Any) -> Any:
    np.testing.assert_allclose(x, x)
    with np.errstate(all="ignore"), np.printoptions(precision=2):
        print(x, np.random.default_rng(0).normal(size=3))
    return x


def gets_by_name(x: Any, u: Any) -> Any:
    return getattr(x, "sum")() + getattr(np, "add")(x, u) + getattr(x, "dty" + "pe").itemsize  # noqa: B009


def swallows_all(*args: Any, **options: Any) -> Any:
    (first, *_), second = args, options.pop("u", None)
    return first.unfold(second).correlate().convolve


@functools.wraps(by_hand)
def wrapped(x: Any, u: Any) -> Any:
    return by_hand(x, u)


HONEST = [
    by_hand,
    by_two_loops,
    conv1d,
    calls_its_own_conv1d,
    names_a_variable_conv,
    shadows_a_library,
    has_a_nested_conv,
    recurses,
    one_of_two,
    sums,
    pads,
    strides,
    has_a_class_of_its_own,
    Conv2d(WEIGHTS).correlate,
    Conv2d,
    asks_what_it_got,
    elementwise,
    makes_arrays,
    moves_about,
    indexes,
    with_the_standard_library,
    with_pythons_own,
    has_a_cached_helper,
    honest_and_decorated,
    one_number,
    by_lambda,
    several_lines,
    uses_an_array_of_the_notebook,
    prints_and_tests,
    gets_by_name,
    swallows_all,
    wrapped,
    partial(by_hand, u=WEIGHTS),
    np.vectorize(by_hand, signature="(n),(s)->(m)"),
    len,
    np.dot,
]


@pytest.mark.parametrize("function", HONEST, ids=identify)
def test_what_a_student_writes_passes(function: Any):
    assert refused_call(function, USUAL) is None


# -- What a task allows beyond what all tasks do. ---------------------------------------------


def test_a_task_says_what_it_allows():
    def padded(x):
        return np.pad(x, 1)

    refused = refused_call(padded, [])
    assert refused is not None
    assert (refused.call, refused.kind) == ("np.pad", "ready-made padding")
    assert refused_call(padded, ["np.pad"]) is None
    assert refused_call(padded, ["numpy.pad"]) is None


def test_a_module_allows_all_that_is_in_it():
    assert refused_call(with_a_fourier_transform, ["np.fft"]) is None
    assert refused_call(with_a_fourier_transform, ["np.fft.fft"]) is not None
    assert refused_call(with_a_module_that_is_not_loaded, ["np.fft"]) is not None


def test_a_name_means_the_same_thing_however_it_is_imported():
    assert refused_call(with_a_renamed_import, ["np.correlate"]) is None
    assert refused_call(with_the_course, ["convbook.layers.conv.conv2d"]) is None
    assert refused_call(with_an_import_inside, ["scipy.signal.convolve2d"]) is None


@pytest.mark.parametrize("name", ["np.padd", "nosuchlibrary.pad", "pad", "np."])
def test_a_name_that_there_is_not_can_not_be_allowed(name: str):
    with pytest.raises(ValueError, match=f"^allowed: there is no '{re.escape(name)}'$"):
        refused_call(pads, [name])
    with pytest.raises(ValueError, match=f"^refused: there is no '{re.escape(name)}'$"):
        refused_call(pads, (), [name])


def test_a_task_may_refuse_what_others_allow():
    def place(index, shape):
        return np.ravel_multi_index(index, shape)

    assert refused_call(place, ()) is None
    found = refused_call(place, (), ["np.ravel_multi_index"])
    assert found is not None
    assert (found.call, found.kind) == ("np.ravel_multi_index", None)


def test_every_name_that_all_tasks_allow_is_numpys():
    assert [name for name in names_allowed() if not hasattr(np, name)] == []


# -- What the finding says. -------------------------------------------------------------------


def test_the_place_is_the_line_of_the_function_that_calls():
    refused = refused_call(through_a_helper, USUAL)
    line = through_a_second.__code__.co_firstlineno + 3
    assert refused is not None
    assert (refused.function, refused.line) == ("through_a_second", line)
    assert refused.text == "return np.correlate(x, u)"


def made_by_exec(source: str, file: str = "<string>", **room: Any) -> Any:
    room["np"] = np
    exec(compile(source, file, "exec"), room)
    return room["made"]


def test_a_function_without_a_text_can_not_be_read():
    with pytest.raises(Unreadable, match=r"^made$"):
        refused_call(made_by_exec("def made(x):\n    return x"), USUAL)


def test_a_helper_without_a_text_is_let_pass():
    room = made_by_exec("def made(x, u):\n    return np.convolve(x, u)")

    def answer(x, u):
        return room(x, u)

    assert refused_call(answer, USUAL) is None


def test_a_text_that_has_changed_since_can_not_be_read():
    made = made_by_exec("\n\n\ndef made(x):\n    return x", file=__file__)
    with pytest.raises(Unreadable):
        refused_call(made, USUAL)


@pytest.mark.parametrize("thing", [3, None, WEIGHTS, np])
def test_what_is_no_function(thing: Any):
    with pytest.raises(TypeError, match="is not callable"):
        refused_call(thing, USUAL)
