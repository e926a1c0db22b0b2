"""What a cell to try needs of the cells before it."""

import pytest

from course.sphinx_try_it import needed


@pytest.mark.parametrize(
    ("above", "cell", "found"),
    [
        ([], "x", []),
        (["a = 1", "b = 2"], "print(a)", ["a = 1"]),
        (["a = 1\nb = 2", "c = a"], "c", ["a = 1", "c = a"]),
        # The last of several, and what it is made of.
        (["a = 1", "a = 2"], "a", ["a = 2"]),
        (["a = 1", "a = a + 1"], "a", ["a = 1", "a = a + 1"]),
        (["a = 1", "a += 1"], "a", ["a = 1", "a += 1"]),
        (["a = 1", "if a:\n    a = 2"], "a", ["a = 1", "if a:\n    a = 2"]),
        (["a, b = 1, 2"], "b", ["a, b = (1, 2)"]),
        # What the cell itself gives a value is not looked for.
        (["n = 1"], "n = 2\nn", []),
        (["n = 1"], "n = n + 1", ["n = 1"]),
        (["n = 1"], "n += 1", ["n = 1"]),
        (["i = 1"], "[i for i in (1, 2)]", []),
        # Changed in place.
        (["a = [1]", "a[0] = 2", "b = a"], "a", ["a = [1]", "a[0] = 2"]),
        (["a = [1]\na.append(2)", "b = a.copy()"], "a", ["a = [1]\na.append(2)"]),
        (["a = []\nfor i in range(3):\n    a.append(i)"], "a",
         ["a = []\nfor i in range(3):\n    a.append(i)"]),
        # A function looks up names when it is called.
        (["def f():\n    return b", "b = 2"], "f()", ["def f():\n    return b", "b = 2"]),
        (["b = 1", "def f():\n    return b", "b = 2"], "f()",
         ["def f():\n    return b", "b = 2"]),
        (["c = 3", "def f(c):\n    d = c\n    return d", "d = 4"], "f(1)",
         ["def f(c):\n    d = c\n    return d"]),
        (["k = 2", "def f(x=k):\n    return x"], "f()", ["k = 2", "def f(x=k):\n    return x"]),
        # Drawings and prints are left out, and packages that a page hasn't got.
        (["import torch\ntorch.set_num_threads(1)\na = 1", "print(a)"], "a", ["a = 1"]),
        (["from scipy import ndimage", "def f():\n    return ndimage.shift"], "f()",
         ["from scipy import ndimage", "def f():\n    return ndimage.shift"]),
        # What a page always has is at hand.
        (["import numpy as np\nfrom convbook import plot\na = 1"], "1 + 1",
         ["import numpy as np\nfrom convbook import plot"]),
    ],
)  # fmt: skip
def test_needed(above: list[str], cell: str, found: list[str]):
    assert needed(above, cell) == found
