"""Checks that explain: what was expected, what came, where it first differs, and the usual cause.

Visible and hidden tests of the assignments call a student's function through `check`. It hands
over copies of plain data and looks only at what comes back, so it works on any callable. When
something is wrong it raises `CheckFailed`, whose message is meant for the student; a notebook
shows that message alone, without a traceback.
"""

import ast
import inspect
import os
import secrets
import traceback
import zlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from convbook.diagnosis import first_difference, usual_cause

Dtype = Literal["int", "bool", "float", "number", "same"]

_KINDS = {"int": "iu", "bool": "b", "float": "f", "number": "iuf"}
_READY_MADE = (
    "convolve convolve1d convolve2d correlate correlate1d correlate2d fftconvolve oaconvolve "
    "conv conv1d conv2d Conv1d Conv2d unfold Unfold locally_connected toeplitz "
    "toeplitz_matrix convolution_matrix matmul_toeplitz parameter_map local_mask"
).split()


class CheckFailed(AssertionError):
    """A check that did not hold, explained to the student."""

    def _render_traceback_(self) -> list[str]:
        return [f"✗ {self}"]


def rng(task: str) -> np.random.Generator:
    """The random numbers of one task's hidden tests.

    They follow from `GRADING_SEED`, which a grader sets and keeps on record; when it isn't set,
    they are new every time.

    >>> os.environ["GRADING_SEED"] = "7"
    >>> bool(rng("shift").random() == rng("shift").random())
    True
    """
    seed = int(os.environ.get("GRADING_SEED") or secrets.randbits(32))
    return np.random.default_rng([seed, zlib.crc32(task.encode())])


def check(
    function: Callable[..., Any],
    *args: Any,
    expect: Any,
    dtype: Dtype | None = None,
    tolerance: float | None = None,
    causes: Mapping[str, Any] | None = None,
    name: str | None = None,
    **kwargs: Any,
) -> None:
    """Call `function` with copies of the arguments and compare what comes back with `expect`.

    Parameters
    ----------
    expect:
        The right answer: an array, a number, a bool, or a tuple or list of them.
    dtype:
        What an array may hold: "int", "bool", "float" (float32 or float64), "number" (any of
        them), or "same" as the first argument. By default, as `expect`: exact for bools and
        integers, float32 or float64 for floats.
    tolerance:
        Largest error allowed, relative to the largest expected value (at least 1). By default
        1e-6, or 1e-4 when an argument is float32; whole numbers must be exact.
    causes:
        Wrong answers that students give, by what causes them: shown as the usual cause when the
        answer equals one of them.
    name:
        What the message calls the function; by default its own name.

    >>> check(np.add, 1, 2, expect=3)
    >>> check(np.subtract, np.array([1, 2]), np.array([3, 5]), expect=np.array([4, 7]))
    Traceback (most recent call last):
    ...
    convbook.checks.CheckFailed: subtract gives a wrong value.
      called with:      x1 of shape (2,) (int64), x2 of shape (2,) (int64)
      first difference: at [0]: expected 4, got -2 (2 of 2 values differ)
    """
    name = name or getattr(function, "__name__", "your function")
    call = _describe_call(function, args, kwargs)
    originals = _copies((args, kwargs))
    given_args, given_kwargs = _copies((args, kwargs))
    got = _call(function, name, call, given_args, given_kwargs)
    if not _same((given_args, given_kwargs), originals):
        raise CheckFailed(
            f"{name} changes its input.\n  called with:      {call}\n"
            "  usual cause:      an assignment into the argument itself (x[...] = …, x += …); "
            "work on a copy: x.copy()"
        )
    inputs = [a for a in (*args, *kwargs.values()) if isinstance(a, np.ndarray)]
    if tolerance is None:
        single = any(a.dtype == np.float32 for a in inputs)
        tolerance = 1e-4 if single else 1e-6
    wanted_dtype = inputs[0].dtype if dtype == "same" and inputs else None
    problem = _compare(got, expect, dtype, wanted_dtype, tolerance, inputs, dict(causes or {}))
    if problem:
        headline, details = problem
        lines = [f"{name} {headline}", f"  called with:      {call}", *details]
        raise CheckFailed("\n".join(lines))


def check_raises(
    function: Callable[..., Any],
    *args: Any,
    error: type[Exception] = ValueError,
    because: str,
    name: str | None = None,
    **kwargs: Any,
) -> None:
    """Check that calling `function` raises `error`.

    `because` ends the sentence "it must raise …, because".

    >>> check_raises(int, "x", because="x is not a number")
    """
    name = name or getattr(function, "__name__", "your function")
    call = _describe_call(function, args, kwargs)
    try:
        _call(function, name, call, *_copies((args, kwargs)), passes=error)
    except error as raised:
        if not isinstance(raised, CheckFailed):
            return
        raise
    raise CheckFailed(
        f"{name} must raise {error.__name__}, because {because}; it returned a value.\n"
        f"  called with:      {call}"
    )


def check_handwritten(function: Callable[..., Any]) -> None:
    """Check that the text of `function` calls no ready-made convolution.

    It reads names only: it keeps an honest student on the path of the exercise.

    >>> def lazy(x, u):
    ...     return np.correlate(x, u)
    >>> check_handwritten(lazy)
    Traceback (most recent call last):
    ...
    convbook.checks.CheckFailed: lazy uses `correlate`, a ready-made convolution: write it yourself with indexing, products and sums.
    """
    source = inspect.cleandoc("\n" + inspect.getsource(function))
    for node in ast.walk(ast.parse(source)):
        used = getattr(node, "attr", None) or getattr(node, "id", None)
        own = getattr(function, "__name__", "")
        if used in _READY_MADE and used != own:
            raise CheckFailed(
                f"{own} uses `{used}`, a ready-made convolution: write it yourself with "
                "indexing, products and sums."
            )


def _call(
    function: Callable[..., Any],
    name: str,
    call: str,
    args: Any,
    kwargs: Any,
    passes: type[Exception] | None = None,
) -> Any:
    try:
        return function(*args, **kwargs)
    except NotImplementedError:
        raise CheckFailed(
            f"{name} is not written yet: replace `raise NotImplementedError()` by your solution."
        ) from None
    except Exception as error:
        if passes and isinstance(error, passes):
            raise
        # The last line of the student's own code that was running, if there is one.
        frames = [f for f in traceback.extract_tb(error.__traceback__)[1:] if "ipy" in f.filename]
        where = f"\n  at the line:      {frames[-1].line}" if frames and frames[-1].line else ""
        text = f"{type(error).__name__}: {error}"
        raise CheckFailed(
            f"{name} stops with an error.\n  called with:      {call}\n"
            f"  error:            {text[:300]}{where}"
        ) from None


def _compare(
    got: Any,
    expect: Any,
    dtype: Dtype | None,
    wanted_dtype: np.dtype[Any] | None,
    tolerance: float,
    inputs: list[NDArray[Any]],
    causes: dict[str, Any],
) -> tuple[str, list[str]] | None:
    """What is wrong with `got`: a headline and the lines below it; None when it is right."""
    if isinstance(expect, (tuple, list)):
        if not isinstance(got, (tuple, list)) or len(got) != len(expect):
            return _wrong_kind(got, f"a {type(expect).__name__} of {len(expect)} entries")
        for place, (mine, right) in enumerate(zip(got, expect, strict=True)):
            problem = _compare(mine, right, dtype, wanted_dtype, tolerance, inputs, {})
            if problem:
                return f"{problem[0]} (entry {place} of its answer)", problem[1]
        return None
    right = np.asarray(expect)
    if isinstance(expect, np.ndarray):
        if not isinstance(got, np.ndarray):
            return _wrong_kind(got, f"a NumPy array of shape {right.shape}")
    elif not isinstance(got, (bool, int, float, np.generic)) and not (
        isinstance(got, np.ndarray) and got.ndim == 0
    ):
        return _wrong_kind(got, f"one number ({_KIND_WORDS[right.dtype.kind]})")
    mine = np.array(got, copy=True, subok=False)
    if mine.shape != right.shape:
        return (
            "gives an array of the wrong shape.",
            [f"  expected shape:   {right.shape}", f"  got shape:        {mine.shape}"]
            + _cause(usual_cause(mine, right, inputs, causes, tolerance)),
        )
    kinds = _KINDS.get(dtype or "", "") or {"b": "b", "f": "f"}.get(right.dtype.kind, "iu")
    wrong_dtype = mine.dtype != wanted_dtype if wanted_dtype else mine.dtype.kind not in kinds
    if wrong_dtype and mine.dtype.kind not in "biuf":
        return _wrong_kind(got, "real numbers")
    exact = right.dtype.kind in "biu" and mine.dtype.kind in "biu"
    difference = first_difference(mine, right, 0.0 if exact else tolerance)
    if difference:
        return (
            "gives a wrong value.",
            [f"  first difference: {difference}"]
            + _cause(usual_cause(mine, right, inputs, causes, tolerance)),
        )
    if wrong_dtype:
        wanted = str(wanted_dtype) if wanted_dtype else _KIND_WORDS[kinds[0]]
        return (
            "gives the right values in the wrong dtype.",
            [f"  expected dtype:   {wanted}", f"  got dtype:        {mine.dtype}"],
        )
    return None


_KIND_WORDS = {"b": "bool", "i": "integer", "u": "integer", "f": "float32 or float64"}


def _wrong_kind(got: Any, wanted: str) -> tuple[str, list[str]]:
    kind = type(got)
    came = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    if got is None:
        came += " (is there a `return`?)"
    return "gives the wrong kind of thing.", [
        f"  expected:         {wanted}",
        f"  got:              {came}",
    ]


def _cause(cause: str | None) -> list[str]:
    return [f"  usual cause:      {cause}"] if cause else []


def _describe_call(function: Callable[..., Any], args: Any, kwargs: Any) -> str:
    """The arguments by name: small ones whole, arrays by their shape alone."""
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    names += [f"argument {i + 1}" for i in range(len(names), len(args))]
    return ", ".join(
        f"{name} {_describe(value)}"
        for name, value in [*zip(names, args, strict=False), *kwargs.items()]
    )


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype == np.float64 else f" ({value.dtype})"
        return f"of shape {value.shape}{dtype}"
    return "a function" if callable(value) else f"= {value!r}"[:80]


def _copies(value: Any) -> Any:
    """A deep copy of plain data; functions stay as they are."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (tuple, list)):
        return type(value)(_copies(each) for each in value)
    if isinstance(value, dict):
        return {key: _copies(each) for key, each in value.items()}
    return value


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(
            left, right, equal_nan=left.dtype.kind == "f"
        )
    if isinstance(left, (tuple, list)):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    return bool(left is right or left == right)
