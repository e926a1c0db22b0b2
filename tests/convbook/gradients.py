"""Gradients by central differences."""

from collections.abc import Callable
from typing import Any

import numpy as np


def numerical_gradient(f: Callable[[Any], float], x: Any, eps: float = 1e-6) -> Any:
    """(f(x + eps) − f(x − eps)) / 2 eps for every entry of `x`, one after the other."""
    grad = np.empty(x.shape)
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = eps
        grad[place] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad
