"""Answers of a wrong shape or with wrong values, with what the student reads about each.

An entry is the answer, the expected one, and the message: its headline, and the lines below the
one that tells how the function was called.
"""

from typing import Any

import numpy as np
from reports import EXPECT, Liar, X


def turned_to_int() -> Any:
    out = np.zeros(EXPECT.shape, int)
    out[...] = EXPECT
    return out


def only_first(axis: int) -> tuple[Any, Any]:
    expect = np.arange(1.0, 25).reshape(2, 3, 4)
    got = expect.copy()
    np.moveaxis(got, axis, 0)[1:] = 0
    return got, expect


WRONG_VALUES = {
    "a missing axis": (
        EXPECT[0],
        EXPECT,
        "solution gives an array of the wrong shape.",
        "expected shape: (2, 3)",
        "got shape: (3,)",
        "usual cause: an axis is missing",
    ),
    "an axis too many": (
        EXPECT[None],
        EXPECT,
        "solution gives an array of the wrong shape.",
        "expected shape: (2, 3)",
        "got shape: (1, 2, 3)",
        "usual cause: there is an axis too many: is a sum over it missing, or does a slice such "
        "as [i:i+1] stand for an index?",
    ),
    "a matrix on its side": (
        EXPECT.T,
        EXPECT,
        "solution gives an array of the wrong shape.",
        "expected shape: (2, 3)",
        "got shape: (3, 2)",
        "usual cause: axes are swapped: rows come before columns",
    ),
    "an image on its side": (
        np.zeros((1, 3, 2)),
        np.zeros((1, 2, 3)),
        "solution gives an array of the wrong shape.",
        "expected shape: (1, 2, 3)",
        "got shape: (1, 3, 2)",
        "usual cause: axes are swapped; height comes before width, and the channels before both",
    ),
    "one window too few": (
        EXPECT[:, 1:],
        EXPECT,
        "solution gives an array of the wrong shape.",
        "expected shape: (2, 3)",
        "got shape: (2, 2)",
        "usual cause: an axis is one too long or too short: look at both ends of the ranges",
    ),
    "a shape that nothing explains": (
        np.zeros((9, 4)),
        np.zeros((5, 6)),
        "solution gives an array of the wrong shape.",
        "expected shape: (5, 6)",
        "got shape: (9, 4)",
    ),
    "the input": (
        X,
        2 * X,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 3, got 1.5 (4 of 4 values differ)",
        "usual cause: the input comes back as it is",
    ),
    "the input, of another shape": (
        X,
        np.zeros((1, 1)),
        "solution gives an array of the wrong shape.",
        "expected shape: (1, 1)",
        "got shape: (2, 2)",
        "usual cause: the input comes back as it is",
    ),
    "zeros": (
        0 * EXPECT,
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got 0 (6 of 6 values differ)",
        "usual cause: every value is zero: is the result ever written to?",
    ),
    "integers that cut off": (
        turned_to_int(),
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got 10 (2 of 6 values differ)",
        "usual cause: the result is stored in an array of integers, which cuts off the fraction",
    ),
    "fractions cut off": (
        np.trunc(EXPECT),
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got 10 (2 of 6 values differ)",
        "usual cause: the result is stored in an array of integers, which cuts off the fraction",
    ),
    "NaN": (
        np.where(EXPECT < 0, np.nan, EXPECT),
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 1]: expected -2, got nan (1 of 6 values differs)",
        "usual cause: NaN comes from 0/0, from inf − inf, or from np.empty that is not filled",
    ),
    "a number for NaN": (
        np.array([1.0, 2.0]),
        np.array([1.0, np.nan]),
        "solution gives a wrong value.",
        "first difference: at [1]: expected nan, got 2 (1 of 2 values differs)",
    ),
    "finite beside an infinity": (
        np.array([np.inf, 5.0, 1.0]),
        np.array([np.inf, 2.0, 7.0]),
        "solution gives a wrong value.",
        "first difference: at [1]: expected 2, got 5 (2 of 3 values differ)",
    ),
    "the other infinity": (
        np.inf,
        -np.inf,
        "solution gives a wrong value.",
        "first difference: expected -inf, got inf",
    ),
    "the other sign": (
        -EXPECT,
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got -10.5 (6 of 6 values differ)",
        "usual cause: the sign is turned around",
    ),
    "absolute values": (
        abs(EXPECT),
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 1]: expected -2, got 2 (1 of 6 values differs)",
        "usual cause: negative values have lost their sign",
    ),
    "a ReLU": (
        np.maximum(EXPECT - 4, 0),
        EXPECT - 4,
        "solution gives a wrong value.",
        "first difference: at [0, 1]: expected -6, got 0 (2 of 6 values differ)",
        "usual cause: negative values have become 0",
    ),
    "flipped": (
        EXPECT[:, ::-1],
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got 3 (4 of 6 values differ)",
        "usual cause: the answer is reversed along axis 1",
    ),
    "flipped twice": (
        EXPECT[::-1, ::-1],
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got 60.5 (6 of 6 values differ)",
        "usual cause: the answer is reversed along its last two axes",
    ),
    "transposed": (
        np.arange(1, 10).reshape(3, 3).T,
        np.arange(1, 10).reshape(3, 3),
        "solution gives a wrong value.",
        "first difference: at [0, 1]: expected 2, got 4 (6 of 9 values differ)",
        "usual cause: axes 0 and 1 are swapped",
    ),
    "one place off": (
        np.array([9, 1, 2, 4]),
        np.array([1, 2, 4, 8]),
        "solution gives a wrong value.",
        "first difference: at [0]: expected 1, got 9 (4 of 4 values differ)",
        "usual cause: everything is one place off along axis 0",
    ),
    "one row off": (
        np.roll(np.arange(1.0, 13).reshape(1, 4, 3), -1, 1),
        np.arange(1.0, 13).reshape(1, 4, 3),
        "solution gives a wrong value.",
        "first difference: at [0, 0, 0]: expected 1, got 4 (12 of 12 values differ)",
        "usual cause: everything is one place off along axis 1",
    ),
    "the border": (
        np.pad(np.arange(1, 7).reshape(2, 3), 1),
        np.pad(np.arange(1, 7).reshape(2, 3), 1, mode="edge"),
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 1, got 0 (14 of 20 values differ)",
        "usual cause: the inside is right and the border is wrong: look at the padding and the "
        "ranges",
    ),
    "a wider border": (
        np.pad([1, 2, 4, 3], 2),
        np.pad([1, 2, 4, 3], 2, mode="edge"),
        "solution gives a wrong value.",
        "first difference: at [0]: expected 1, got 0 (4 of 8 values differ)",
        "usual cause: the inside is right and the border is wrong: look at the padding and the "
        "ranges",
    ),
    "the first image only": (
        *only_first(0),
        "solution gives a wrong value.",
        "first difference: at [1, 0, 0]: expected 13, got 0 (12 of 24 values differ)",
        "usual cause: only the first entry along axis 0 is computed; the others are zero",
    ),
    "right values, wrong places": (
        np.array([4, 1, 3, 7, 5]),
        np.array([1, 3, 4, 5, 7]),
        "solution gives a wrong value.",
        "first difference: at [0]: expected 1, got 4 (5 of 5 values differ)",
        "usual cause: the right values are in the wrong places",
    ),
    "a mask inside out": (
        np.array([True, False, False]),
        np.array([False, True, True]),
        "solution gives a wrong value.",
        "first difference: at [0]: expected False, got True (3 of 3 values differ)",
        "usual cause: True and False are exchanged",
    ),
    "a wrong mask": (
        np.array([True, True, False]),
        np.array([False, True, False]),
        "solution gives a wrong value.",
        "first difference: at [0]: expected False, got True (1 of 3 values differs)",
    ),
    "something else": (
        EXPECT + np.arange(6).reshape(2, 3),
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 1]: expected -2, got -1 (5 of 6 values differ)",
    ),
    "a digit far behind the point": (
        1.00001234,
        1.0,
        "solution gives a wrong value.",
        "first difference: expected 1, got 1.00001",
    ),
    "a digit still farther behind": (
        1000000.25,
        1000000,
        "solution gives a wrong value.",
        "first difference: expected 1000000, got 1e+06",
    ),
    "a liar with wrong values": (
        np.zeros((2, 3)).view(Liar),
        EXPECT,
        "solution gives a wrong value.",
        "first difference: at [0, 0]: expected 10.5, got 0 (6 of 6 values differ)",
        "usual cause: every value is zero: is the result ever written to?",
    ),
    "an enormous int": (
        10**5000,
        3,
        "solution gives a wrong value.",
        "first difference: expected 3, got inf",
    ),
    "an int next to a large one": (
        38654705665,
        38654705664,
        "solution gives a wrong value.",
        "first difference: expected 38654705664, got 38654705665",
    ),
}
