"""Answers of a wrong kind or type, with what the student reads about each.

An entry is the answer, the expected one, and the message: its headline, and the lines below the
one that tells how the function was called.
"""

import numpy as np
import torch
from reports import EXPECT, Pretender

WRONG_KINDS = {
    "nothing is returned": (
        None,
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: None",
        "usual cause: the function ends without a `return`, or returns the None of a call such as "
        ".sort()",
    ),
    "a list": (
        EXPECT.tolist(),
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: a list of 2 entries",
        "usual cause: a list is not an array: np.array(…) makes one of it",
    ),
    "a PyTorch tensor": (
        torch.tensor(EXPECT),
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: torch.Tensor",
        "usual cause: a PyTorch tensor is not a NumPy array: .numpy() makes one of it",
    ),
    "a comma after the return": (
        (EXPECT,),
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: a tuple of 1 entry",
        "usual cause: several values are returned, or a comma stands at the end of the `return`",
    ),
    "a method": (
        EXPECT.copy,
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: builtin_function_or_method",
        "usual cause: a function is returned, not what it gives: are its () missing?",
    ),
    "a number for an array": (
        0,
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: 0 (int)",
    ),
    "an array for a number": (
        np.array([3]),
        3,
        "solution gives the wrong kind of thing.",
        "expected: one number",
        "got: an array of shape (1,) (int64)",
    ),
    "words": (
        "yes " * 50,
        True,
        "solution gives the wrong kind of thing.",
        "expected: True or False",
        "got: 'yes yes yes yes yes yes yes yes yes ye… (str)",
    ),
    "complex numbers": (
        EXPECT * 1j,
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3), with real numbers in it",
        "got: an array of shape (2, 3) (complex128)",
    ),
    "objects": (
        EXPECT.astype(object),
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3), with real numbers in it",
        "got: an array of shape (2, 3) (object)",
    ),
    "an object that lies about its class": (
        Pretender(),
        EXPECT,
        "solution gives the wrong kind of thing.",
        "expected: a NumPy array of shape (2, 3)",
        "got: reports.Pretender",
    ),
    "too short a tuple": (
        (1, 2),
        (1, 2, 3),
        "solution gives the wrong kind of thing.",
        "expected: a tuple of 3 entries",
        "got: a tuple of 2 entries",
    ),
    "an array for a tuple": (
        np.array([1]),
        (1,),
        "solution gives the wrong kind of thing.",
        "expected: a tuple of 1 entry",
        "got: an array of shape (1,) (int64)",
        "usual cause: an array is not a tuple: tuple(…) makes one of it",
    ),
    "a wrong entry": (
        (1, [2, 3]),
        (1, [2, 4]),
        "solution gives a wrong value in entry 1 of entry 1 of its answer.",
        "first difference: expected 4, got 3",
    ),
    "a fraction for an int": (
        3.0,
        3,
        "solution gives the right number as the wrong type.",
        "expected type: int",
        "got type: float",
        "usual cause: a float is in the calculation, as from `/` (`//` divides whole numbers), "
        "float() or 2.0",
    ),
    "a bool for an int": (
        True,
        1,
        "solution gives the right number as the wrong type.",
        "expected type: int",
        "got type: bool",
    ),
    "an int for a bool": (
        1,
        True,
        "solution gives the right number as the wrong type.",
        "expected type: bool",
        "got type: int",
    ),
    "a bool for a float": (
        True,
        1.0,
        "solution gives the right number as the wrong type.",
        "expected type: float or int",
        "got type: bool",
    ),
    "whole numbers for a float array": (
        np.array([[1, 2]]),
        np.array([[1.0, 2.0]]),
        "solution gives the right values in the wrong dtype.",
        "expected dtype: float32 or float64",
        "got dtype: int64",
    ),
}
