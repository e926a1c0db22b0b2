"""Whether an answer is the expected one and, when it isn't, what is wrong with it in words.

An answer comes from a student's function and may be anything, so nothing of it is trusted: what
it is follows from `type(answer)`, and its values from a copy as a plain NumPy array.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, get_args

import numpy as np

from convbook.arguments import short_repr
from convbook.checking.causes import (
    Array,
    _close,
    first_difference,
    fitting_causes,
    in_words,
    same_values,
    usual_cause,
)
from convbook.checking.pictures import SideBySide

Dtype = Literal["int", "bool", "float", "number", "same"]

_NO_RETURN = "the function ends without a `return`, or returns the None of a call such as .sort()"
_NO_CALL = "a function is returned, not what it gives: are its () missing?"
_FLOAT = "a float is in the calculation, as from `/` (`//` divides whole numbers), float() or 2.0"
_HINTS = {
    "NoneType": _NO_RETURN,
    "builtin_function_or_method": _NO_CALL,
    "function": _NO_CALL,
    "list": "a list is not an array: np.array(…) makes one of it",
    "tuple": "several values are returned, or a comma stands at the end of the `return`",
    "Tensor": "a PyTorch tensor is not a NumPy array: .numpy() makes one of it",
    "flatiter": "`.flat` goes through an array, but is none: .ravel() makes a vector of it",
}
# Where one number is expected, no conversion of an array or a list helps.
_HINTS_FOR_ONE = {kind: _HINTS[kind] for kind in _HINTS if kind not in ("list", "flatiter")}
_ONE_BY_ONE = "it gives its values one by one: tuple(…) makes a tuple of it"
_HINTS_FOR_SEVERAL = {
    "NoneType": _NO_RETURN,
    "builtin_function_or_method": _NO_CALL,
    "function": _NO_CALL,
    "ndarray": "an array is not a tuple: tuple(…) makes one of it",
    "generator": _ONE_BY_ONE,
    "map": _ONE_BY_ONE,
    "reversed": _ONE_BY_ONE,
    "list_reverseiterator": _ONE_BY_ONE,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with an answer: the end of a sentence, and labelled lines to show below it.

    `arrays` are what was expected and what came, where they can be shown beside each other.
    """

    headline: str
    details: Mapping[str, str | None]
    arrays: SideBySide | None = None


@dataclass(frozen=True)
class Rules:
    """What counts as equal: the arguments of `convbook.checking.check`, with the call's arrays."""

    dtype: Dtype | None
    tolerance: float | None
    inputs: list[Array]

    def __post_init__(self) -> None:
        if self.dtype is not None and self.dtype not in get_args(Dtype):
            raise ValueError(
                f"dtype must be one of {get_args(Dtype)}; it is {short_repr(self.dtype)}"
            )
        if self.dtype == "same" and not self.inputs:
            raise ValueError("dtype can only be 'same' when an argument is an array")


def problem_with(
    answer: Any, expect: Any, rules: Rules, causes: Mapping[str, Any]
) -> Problem | None:
    """What is wrong with `answer`; None when it is right.

    >>> problem = problem_with(True, 1, Rules(None, None, []), {})
    >>> problem.headline, problem.details
    ('gives the right number as the wrong type.', {'expected type': 'int', 'got type': 'bool'})
    """
    if isinstance(expect, (tuple, list)):
        return _problem_with_entries(answer, expect, rules, causes)
    right = _numbers(expect)
    if right is None:
        raise TypeError(f"expect must hold real numbers or bools; it is {short_repr(expect)}")
    wanted = f"a NumPy array of shape {right.shape}" if right.ndim else "one number"
    if right.dtype.kind == "b" and not right.ndim:
        wanted = "True or False"
    is_array = _is(answer, np.ndarray) and np.ndim(np.asarray(answer)) > 0
    is_number = _is(answer, (bool, int, float, np.generic, np.ndarray)) and not is_array
    hints = _HINTS if right.ndim else _HINTS_FOR_ONE
    if not (is_array if right.ndim else is_number):
        # A mistake may also lead to a number where an array is asked for.
        plain = _numbers(answer) if is_array or is_number else None
        fitting = [] if plain is None else fitting_causes(plain, right, causes, 0.0)
        return _wrong_kind(answer, wanted, hints, in_words(fitting))
    got = _numbers(answer)
    if got is None:
        wanted = f"{wanted}, with real numbers in it" if is_array else wanted
        return _wrong_kind(answer, wanted, hints)
    exact = right.dtype.kind in "biuO" and (
        got.dtype.kind in "biuO" or rules.dtype in (None, "int", "bool")
    )
    tolerance = 0.0 if exact else _tolerance(got, rules)
    if got.shape != right.shape:
        headline = "gives an array of the wrong shape."
        details = {"expected shape": str(right.shape), "got shape": str(got.shape)}
    elif difference := first_difference(got, right, tolerance):
        headline, details = "gives a wrong value.", {"first difference": difference}
    else:
        return _problem_with_dtype(answer, got, right, rules)
    cause = usual_cause(got, right, rules.inputs, causes, tolerance)
    wrong = None if got.shape != right.shape else ~_close(got, right, tolerance)
    return Problem(headline, {**details, "usual cause": cause}, SideBySide(right, got, wrong))


def _problem_with_entries(
    answer: Any, expect: tuple[Any, ...] | list[Any], rules: Rules, causes: Mapping[str, Any]
) -> Problem | None:
    entries = tuple(answer) if _is(answer, (tuple, list)) else ()
    got, right = _vector(entries), _vector(expect)
    numbers = None if got is None or right is None else SideBySide(right, got, None)
    if not _is(answer, (tuple, list)) or len(entries) != len(expect):
        wanted = f"a {type(expect).__name__} of {_count(len(expect))}"
        return _explained(_wrong_kind(answer, wanted, _HINTS_FOR_SEVERAL), numbers, rules, causes)
    for place, (each, entry) in enumerate(zip(entries, expect, strict=True)):
        theirs = {words: partial(_entry, known, place, expect) for words, known in causes.items()}
        problem = problem_with(each, entry, rules, {} if numbers else theirs)
        if problem:
            inner = problem.headline.removesuffix(" of its answer.")
            link = "in" if inner == problem.headline else "of"
            headline = f"{inner.removesuffix('.')} {link} entry {place} of its answer."
            return _explained(replace(problem, headline=headline), numbers, rules, causes)
    return None


def _explained(
    problem: Problem, numbers: SideBySide | None, rules: Rules, causes: Mapping[str, Any]
) -> Problem:
    """A problem with one of several numbers: a mistake has to explain all of them together."""
    if numbers is None:
        return problem
    right, got = numbers.right, numbers.got
    exact = "f" not in (right.dtype.kind, got.dtype.kind)
    tolerance = 0.0 if exact else _tolerance(got, rules)
    cause = in_words(fitting_causes(got, right, causes, tolerance))
    details = {**problem.details, "usual cause": cause} if cause else problem.details
    wrong = None if got.shape != right.shape else ~_close(got, right, tolerance)
    return replace(problem, details=details, arrays=SideBySide(right, got, wrong))


def _entry(known: Any, place: int, right: Sequence[Any]) -> Any:
    """One entry of a mistake's answer; ValueError when an entry before it would be wrong too.

    The entries before it came right, so a mistake that shows there isn't the one that was made.
    """
    answer = known() if callable(known) else known
    if not same_values(answer[:place], right[:place]):
        raise ValueError("an entry before was right")
    return answer[place]


def _vector(entries: tuple[Any, ...] | list[Any]) -> Array | None:
    """Entries as one array, when all of them are single numbers."""
    if not entries or not all(_is(each, (int, float, np.integer, np.floating)) for each in entries):
        return None
    numbers = np.array([*entries])
    return numbers if numbers.dtype.kind in "iuf" else None


def _problem_with_dtype(answer: Any, got: Array, right: Array, rules: Rules) -> Problem | None:
    # Where one float is expected, an int will do.
    default = {"b": "bool", "f": "float" if right.ndim else "number"}.get(right.dtype.kind, "int")
    rule = rules.dtype or default
    is_int, is_float = got.dtype.kind in "iuO", got.dtype in (np.float32, np.float64)
    fits = {
        "bool": got.dtype.kind == "b",
        "int": is_int,
        "float": is_float,
        "number": is_int or is_float,
        "same": rule == "same" and got.dtype == rules.inputs[0].dtype,
    }
    if fits[rule]:
        return None
    words = {
        "float": "float32 or float64",
        "number": "float32, float64 or an integer type" if right.ndim else "float or int",
        "same": f"{rules.inputs[0].dtype}, as the input" if rules.inputs else "",
    }
    kind, got_kind = "dtype", str(got.dtype)
    headline = "gives the right values in the wrong dtype."
    if not right.ndim:
        kind, got_kind = "type", _type_name(answer)
        headline = "gives the right number as the wrong type."
    details = {f"expected {kind}": words.get(rule, rule), f"got {kind}": got_kind}
    if rule == "int" and got.dtype.kind == "f":
        details["usual cause"] = _FLOAT
    return Problem(headline, details)


def _numbers(value: Any) -> Array | None:
    """A copy of `value` as a plain array of real numbers; None when it isn't one."""
    if type(value) is int and value.bit_length() > 1000:
        value = math.copysign(math.inf, value > 0 or -1)  # larger than any float
    array = np.array(value, copy=True, subok=False)
    if array.dtype.kind in "biuf" or (array.dtype == object and type(value) is int):
        return array  # an int too large for 64 bits is an object to NumPy
    return None


def _tolerance(got: Array, rules: Rules) -> float:
    if rules.tolerance is not None:
        return rules.tolerance
    single = any(array.dtype == np.float32 for array in [got, *rules.inputs])
    return 1e-4 if single else 1e-6


def _wrong_kind(
    answer: Any, wanted: str, hints: Mapping[str, str], cause: str | None = None
) -> Problem:
    return Problem(
        "gives the wrong kind of thing.",
        {
            "expected": wanted,
            "got": describe_answer(answer),
            "usual cause": cause or hints.get(type(answer).__name__),
        },
    )


def describe_answer(answer: Any) -> str:
    """What kind of thing an answer is, whatever it says about itself.

    >>> describe_answer(np.zeros((2, 3), np.float32)), describe_answer([1, 2])
    ('an array of shape (2, 3) (float32)', 'a list of 2 entries')
    """
    if type(answer) is np.ndarray:
        return f"an array of shape {answer.shape} ({answer.dtype})"
    if type(answer) in (tuple, list, dict, set):
        return f"a {type(answer).__name__} of {_count(len(answer))}"
    if answer is None:
        return "None"
    if _is(answer, np.generic):
        return f"{short_repr(answer.item(), 40)} ({_type_name(answer)})"
    if type(answer) in (bool, int, float, complex, str):
        return f"{short_repr(answer, 40)} ({type(answer).__name__})"
    return _type_name(answer)


def _type_name(value: Any) -> str:
    kind = type(value)
    builtin = kind.__module__ == "builtins"
    return kind.__name__ if builtin else f"{kind.__module__}.{kind.__name__}"


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


def _is(value: Any, kinds: type | tuple[type, ...]) -> bool:
    """`isinstance`, but not fooled by an object that lies about its `__class__`."""
    return issubclass(type(value), kinds)
