"""The handwritten digits, in place of scikit-learn, which brings them elsewhere.

`digits.npz` holds them as bytes: the UCI optical recognition of handwritten digits set (CC BY 4.0).
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from page.ipython import stand_in

FILE = Path(__file__).with_name("digits.npz")


def load_digits() -> SimpleNamespace:
    """As `sklearn.datasets.load_digits`: images (1797, 8, 8) from 0 to 16, and what they show."""
    with np.load(FILE) as kept:
        return SimpleNamespace(
            images=kept["images"].astype(float), target=kept["target"].astype(int)
        )


def stand_in_for_scikit_learn() -> None:
    """Let `convbook.data.digits` find them, if the page could fetch them."""
    if FILE.is_file():
        stand_in("sklearn")
        stand_in("sklearn.datasets", load_digits=load_digits)
