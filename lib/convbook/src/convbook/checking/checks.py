"""Checks that explain: what was expected, what came, where it first differs, and the usual cause.

Visible and hidden tests of the assignments call a student's function through `check`. It hands
over copies of plain data and looks only at what comes back, so it works on any callable. When
something is wrong it raises `CheckFailed`, whose message is meant for the student; a notebook
shows that message alone, without a traceback.
"""

import inspect
import linecache
import os
import secrets
import traceback
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import CodeType, FrameType
from typing import Any

import numpy as np

from convbook.arguments import short_repr
from convbook.arrays import Array
from convbook.checking.allowed_calls import Unreadable, refused_call
from convbook.checking.cells import broken_cell
from convbook.checking.comparison import Dtype, Problem, Rules, describe_answer, problem_with
from convbook.checking.evidence import Call, Causes, remember, suspected
from convbook.checking.origins import is_library_file
from convbook.checking.pictures import show
from convbook.checking.time_limit import TooSlow, call_within, in_words


class CheckFailed(AssertionError):
    """A check that did not hold, explained to the student.

    Its text says all; `beside_picture` is what remains to be said beside a picture.
    """

    def __init__(self, text: str, beside_picture: str | None = None) -> None:
        super().__init__(text)
        self.beside_picture = beside_picture

    def _render_traceback_(self) -> list[str]:
        return [f"✗ {self.beside_picture or self}"]


def rng(task: str) -> np.random.Generator:
    """The random numbers of one task's hidden tests.

    They follow from `GRADING_SEED`, an integer that a grader sets and keeps on record; when it
    isn't set, they are new every time.

    >>> rng("shift").integers(6) < 6
    np.True_
    """
    given = os.environ.get("GRADING_SEED", "")
    if given and not given.isdecimal():
        raise ValueError(f"GRADING_SEED must be an integer of at least 0; it is {given!r}")
    seed = int(given) if given else secrets.randbits(32)
    return np.random.default_rng([seed, zlib.crc32(task.encode())])


def check(
    function: Callable[..., Any],
    *args: Any,
    expect: Any,
    dtype: Dtype | None = None,
    tolerance: float | None = None,
    causes: Causes | None = None,
    name: str | None = None,
    time_limit: float = 10,
    show_arrays: bool | None = None,
    **kwargs: Any,
) -> None:
    """Call `function` with copies of the arguments and compare what comes back with `expect`.

    Parameters
    ----------
    expect:
        The right answer: an array, a number, a bool, or a tuple or list of them.
    dtype:
        What the answer may hold: "int", "bool", "float" (float32 or float64), "number" (int or
        float), or "same" as the first array among the arguments. By default as `expect`, but
        where one float is expected an int will do, for both are numbers to Python.
    tolerance:
        Largest error allowed, relative to the largest expected value (at least 1). By default
        1e-6, or 1e-4 when an argument or the answer is float32. Where whole numbers are expected
        they must be exact, unless `dtype` allows floats and floats come.
    causes:
        Wrong answers that students give, by what causes them, or functions that compute these
        answers when needed: shown as the usual cause when the student's answer equals one. Each
        has the form of `expect`. Or a function of `convbook.checking.mistakes`, which gives all
        this for the arguments; a mistake that doesn't explain what came right before is then
        left out.
    name:
        What the message calls the function; by default its own name.
    time_limit:
        Seconds after which the call is ended; a grader's own limit takes its place.
    show_arrays:
        Whether a failed check shows what was expected and what came whole, as numbers or as a
        picture, not only where they first differ. By default where the check stands at the top
        level of its cell, as visible ones do: one in a function, such as `hidden()`, must give
        away no more than the shape, the first place and the cause.

    >>> def add(x, y):
    ...     return x - y
    >>> check(add, 1, 0, expect=1)
    >>> check(add, np.array([1, 2]), np.array([3, 5]), expect=np.array([4, 7]))
    Traceback (most recent call last):
    ...
    convbook.checking.checks.CheckFailed: add gives a wrong value.
      called with:      x of shape (2,) (int64), y of shape (2,) (int64)
      first difference: at [0]: expected 4, got -2 (2 of 2 values differ)
      expected    got (* differs)
      4 7         -2* -3*
    """
    inputs = list(_arrays_in((args, kwargs)))
    rules = Rules(dtype, tolerance, inputs)
    name, call = _describe_call(function, name, args, kwargs)
    given_args, given_kwargs = _copies((args, kwargs))
    got, error = _run(function, given_args, given_kwargs, time_limit)
    if error is not None:
        raise _explained(error, name, call, "stops with an error.") from None
    given = [*zip(_names(function, args), given_args, args, strict=True)]
    given += [(each, given_kwargs[each], kwargs[each]) for each in kwargs]
    for each, copied, original in given:
        if not _same(copied, original):
            headline = f"changes its input {each}."
            cause = _how_it_changes(each, copied, original)
            raise _failure(name, call, Problem(headline, {"usual cause": cause}))
    call_made = Call(function, args, kwargs, expect)
    problem = problem_with(got, expect, rules, suspected(call_made, causes))
    if problem:
        frame = inspect.currentframe()
        shown = _is_at_top_level(frame and frame.f_back) if show_arrays is None else show_arrays
        raise _failure(name, call, problem, shown)
    remember(call_made)


def check_raises(
    function: Callable[..., Any],
    *args: Any,
    error: type[Exception] = ValueError,
    because: str,
    name: str | None = None,
    time_limit: float = 10,
    **kwargs: Any,
) -> None:
    """Check that calling `function` raises `error`.

    `because` ends the sentence "it must raise …, because".

    >>> check_raises(int, "x", because="x is not a number")
    """
    name, call = _describe_call(function, name, args, kwargs)
    given_args, given_kwargs = _copies((args, kwargs))
    got, raised = _run(function, given_args, given_kwargs, time_limit)
    must = f"must raise {error.__name__}, because {because}"
    if raised is None:
        # By its name: in a grader what is returned stands for something in another process.
        returned = type(got).__name__ in (error.__name__, "type")
        cause = "an error is returned: `raise` it, instead of `return`" if returned else None
        details = {"got": describe_answer(got), "usual cause": cause}
        raise _failure(name, call, Problem(f"{must}.", details))
    unwritten = isinstance(raised, NotImplementedError) and error is not NotImplementedError
    if unwritten or not isinstance(raised, error):
        raise _explained(raised, name, call, f"{must}; it raises another error.") from None


def check_handwritten(
    function: Callable[..., Any], allowed: Iterable[str] = (), refused: Iterable[str] = ()
) -> None:
    """Check that `function`, with its helpers, calls no library but as far as its task allows it.

    Python itself is always allowed, and of NumPy what makes, reshapes, indexes, adds up and
    multiplies arrays (`convbook.checking.allowed_calls.names_allowed()` lists it). Every other call
    into a library is refused, under whatever name the student reaches it. The student's own
    functions and classes are read too, and may be called as they like. What can't be told without
    running the code is let pass.

    Parameters
    ----------
    allowed:
        What this task allows besides, as full names: functions such as "np.pad" or
        "np.lib.stride_tricks.sliding_window_view", or modules such as "np.fft", which allow all
        that is in them.
    refused:
        What this task refuses though others allow it, because the task asks for just that.

    Raises ValueError when a name in `allowed` or `refused` leads nowhere.

    >>> def lazy(x, u):
    ...     return np.correlate(x, u)
    >>> check_handwritten(lazy)
    Traceback (most recent call last):
    ...
    convbook.checking.checks.CheckFailed: lazy calls `np.correlate`, a ready-made cross-correlation.
      in lazy, line 2:  return np.correlate(x, u)
      what to do:       write it yourself with indexing, products and sums
    """
    _see_that_its_cell_ran(function)
    name = str(getattr(function, "__name__", "<lambda>"))
    name = "your function" if name == "<lambda>" else name
    try:
        found = refused_call(function, allowed, refused)
    except TypeError:
        headline = f"{name} is not a function."
        raise CheckFailed(_lines(headline, {"got": describe_answer(function)})) from None
    except Unreadable as unread:
        headline = f"the text of {unread.name} can't be read."
        raise CheckFailed(_lines(headline, {"what to do": _how_to_be_read(unread)})) from None
    if found:
        kind = found.kind or "which this task doesn't allow"
        details = {"what to do": "write it yourself with indexing, products and sums"}
        if found.text:
            details = {f"in {found.function}, line {found.line}": found.text, **details}
        raise CheckFailed(_lines(f"{name} calls `{found.call}`, {kind}.", details))


def _how_it_changes(name: str, copied: Any, original: Any) -> str:
    if isinstance(copied, np.ndarray) and copied.shape != np.shape(original):
        return (
            f"{name} itself gets another shape, as by {name}.shape = … or {name}.resize(…): "
            f"{name}.reshape(…) leaves it as it is"
        )
    return f"an assignment such as {name}[...] = … or {name} += …: work on {name}.copy()"


def _how_to_be_read(unread: Unreadable) -> str:
    if unread.timed:
        return (
            f"take `%%time` out of the cell with {unread.name}; time a call of it in another cell"
        )
    return f"write it in a cell of its own that begins with `def {unread.name}(`"


def _see_that_its_cell_ran(function: Callable[..., Any]) -> None:
    """Don't judge a function of before whose new text has a syntax error."""
    name = str(getattr(function, "__name__", ""))
    broken = broken_cell(name)
    if broken is None:
        return
    place = f" in line {broken.line}" if broken.line else ""
    details = {
        "error": f"{broken.error}{place}: {broken.text}",
        "what to do": "correct that cell and run it, then run this one again",
    }
    headline = f"the cell above with `def {name}` did not run; what there is comes from before."
    raise CheckFailed(_lines(headline, details))


def _run(
    function: Callable[..., Any], args: Any, kwargs: Any, seconds: float
) -> tuple[Any, Exception | SystemExit | TooSlow | None]:
    """What the function returns, or what it raises."""
    try:
        return call_within(seconds, partial(function, *args, **kwargs)), None
    except (Exception, SystemExit, TooSlow) as error:
        return None, error


def _is_at_top_level(frame: FrameType | None) -> bool:
    """Whether a call stands in a cell or a file itself, not in a function."""
    return frame is not None and frame.f_locals is frame.f_globals


def _failure(name: str, call: str, problem: Problem, show_arrays: bool = False) -> CheckFailed:
    text = _lines(f"{name} {problem.headline}", {"called with": call, **problem.details})
    if problem.arrays is None or not show_arrays:
        return CheckFailed(text)
    whole = "\n".join([text, *(f"  {line}" for line in problem.arrays.lines())])
    return CheckFailed(whole, text if show(problem.arrays) else None)


def _explained(error: BaseException, name: str, call: str, headline: str) -> CheckFailed:
    """An error in the student's function, with the line of it that was running."""
    if isinstance(error, NotImplementedError):
        todo = "replace `raise NotImplementedError()` by your solution"
        return CheckFailed(_lines(f"{name} is not written yet.", {"what to do": todo}))
    if isinstance(error, TooSlow):
        question = "is there a loop that never ends?"
        headline = f"did not finish within {in_words(error.seconds)}; {question}"
        return _failure(name, call, Problem(headline, _place(error)))
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    if isinstance(error, TimeoutError):
        # A grader's limit. The line that was running is in the other process.
        headline = f"did not finish: {text}; is there a loop that never ends?"
        return _failure(name, call, Problem(headline, {}))
    details = {"error": f"{type(error).__name__}: {text}"[:200], **_place(error)}
    return _failure(name, call, Problem(headline, details))


def _place(error: BaseException) -> dict[str, str | None]:
    """The line of the student's that was running, by the function that it stands in.

    A function that a check has handed over stands in the check's cell: what it raises came of the
    student's line that called it.
    """
    frames = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if _may_be_the_students(frame)
    ]
    cell = _file_of_the_check()
    outside = [each for each in frames if each[0].f_code.co_filename != cell]
    for frame, line in (outside or frames)[-1:]:
        code = frame.f_code
        text = linecache.getline(code.co_filename, line, frame.f_globals).strip()
        where = f"in {name}, line" if (name := _name_of(code)) else "at line"
        return {f"{where} {line}": text or "(its text can't be shown)"}
    return {}


def _may_be_the_students(frame: FrameType) -> bool:
    # A package outside the libraries' folders may be a grader, run from its source.
    return not is_library_file(frame.f_code.co_filename) and not frame.f_globals.get("__package__")


def _file_of_the_check() -> str | None:
    """The file, or the cell, in which the check stands that is running."""
    frame = inspect.currentframe()
    while frame is not None and not _may_be_the_students(frame):
        frame = frame.f_back
    return None if frame is None else frame.f_code.co_filename


def _name_of(code: CodeType) -> str:
    """What a student calls the function that some code is in; "" outside of any, or in a lambda.

    A method has its class before it, and a comprehension belongs to the function around it.
    """
    parts = code.co_qualname.split(".<locals>.")
    return next((part for part in reversed(parts) if not part.startswith("<")), "")


def _lines(headline: str, details: Mapping[str, str | None]) -> str:
    labelled = [f"  {label + ': ':<18}{text}" for label, text in details.items() if text]
    return "\n".join([headline, *labelled])


def _describe_call(
    function: Callable[..., Any], name: str | None, args: Any, kwargs: Any
) -> tuple[str, str]:
    """The function's name, and its arguments by name: numbers whole, arrays by shape alone."""
    _see_that_its_cell_ran(function)
    name = name or str(getattr(function, "__name__", "<lambda>"))
    name = "your function" if name == "<lambda>" else name
    if not callable(function):
        raise CheckFailed(_lines(f"{name} is not a function.", {"got": describe_answer(function)}))
    given = [*zip(_names(function, args), args, strict=True), *kwargs.items()]
    return name, ", ".join(f"{each} {_describe(value)}" for each, value in given) or "no arguments"


def _names(function: Callable[..., Any], args: Sequence[Any]) -> list[str]:
    """What the function calls the arguments that it is given by position."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        parameters = {}.values()
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return (names + [f"argument {i + 1}" for i in range(len(names), len(args))])[: len(args)]


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype == np.float64 else f" ({value.dtype})"
        return f"of shape {value.shape}{dtype}"
    if callable(value):
        return "(a function)"
    if any(True for _ in _arrays_in(value)):
        return f"({describe_answer(value)})"
    return f"= {short_repr(value.item() if isinstance(value, np.generic) else value, 60)}"


def _arrays_in(value: Any) -> Iterator[Array]:
    if isinstance(value, np.ndarray):
        yield value
    elif type(value) in (tuple, list):
        for each in value:
            yield from _arrays_in(each)
    elif type(value) is dict:
        yield from _arrays_in(list(value.values()))


def _copies(value: Any) -> Any:
    """A deep copy of plain data; functions and other objects stay as they are."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")  # an answer must not depend on the order in memory
    if type(value) in (tuple, list):
        return type(value)(_copies(each) for each in value)
    if type(value) is dict:
        return {key: _copies(each) for key, each in value.items()}
    return value


def _same(copied: Any, original: Any) -> bool:
    """Whether plain data is unchanged; of other objects, whether they are still the same ones."""
    if copied is original:
        return True
    if type(copied) is not type(original):
        return False
    if isinstance(original, np.ndarray):
        may_be_nan = original.dtype.kind == "f"
        same_values = np.array_equal(copied, original, equal_nan=may_be_nan)
        return copied.dtype == original.dtype and same_values
    if type(original) is dict:
        return list(copied) == list(original) and _same([*copied.values()], [*original.values()])
    if type(original) in (tuple, list):
        return len(copied) == len(original) and all(map(_same, copied, original))
    return False
