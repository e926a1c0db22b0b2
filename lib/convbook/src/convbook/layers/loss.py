"""Softmax, and how far its probabilities are from the true classes: the cross-entropy."""

from numpy.typing import ArrayLike

from convbook.arguments import array_of, integer
from convbook.arrays import Array, array_module, cast, floating, kind_of, same_device


@same_device("x")
def softmax(x: ArrayLike, axis: int = -1) -> Array:
    """Probabilities that grow with `x` and add up to 1 along an axis: `exp(x) / Σ exp(x)`.

    The largest entry is subtracted first, which changes nothing but keeps the exponentials finite.
    Floats keep their dtype; integers give float64. Raises ValueError when there are no entries.

    >>> softmax([0, 0, 1000]), softmax([[1, 1], [3, 3]], axis=0).round(2)
    (array([0., 0., 1.]), array([[0.12, 0.12],
           [0.88, 0.88]]))
    """
    (x,) = floating(array_of("x", x))
    if not -x.ndim <= integer("axis", axis, -max(x.ndim, 1)) < x.ndim:
        raise ValueError(f"axis must be one of the {x.ndim} axes of x; it is {axis}")
    if not x.shape[axis]:
        raise ValueError(f"x must have an entry along axis {axis}; its shape is {x.shape}")
    return cast(array_module(x).exp(_log_softmax(x, axis)), x.dtype)


@same_device("logits", "labels")
def softmax_cross_entropy(logits: ArrayLike, labels: ArrayLike) -> Array:
    """The mean of −log of the probability that softmax gives to each true class.

    Shapes: `logits` (n, classes), any numbers, and `labels` (n,), integers from 0 to classes − 1 →
    a number (an array without axes), in the dtype of `logits`; integers give float64.
    Raises ValueError when a label is no class or there are none.

    >>> float(softmax_cross_entropy([[0.0, 0.0]], [1]))                     # log 2
    0.6931471805599453
    """
    logits, chosen = _check(logits, labels)
    xp = array_module(logits)
    # Picked out by `where`, for 0·(−∞) would be NaN where a wrong class is impossible.
    logs = xp.where(chosen, _log_softmax(logits, 1), xp.zeros_like(logits))
    return cast(-xp.sum(logs) / logits.shape[0], logits.dtype)


@same_device("logits", "labels")
def softmax_cross_entropy_backward(logits: ArrayLike, labels: ArrayLike) -> Array:
    """The gradient of `softmax_cross_entropy` with respect to `logits`.

    The probabilities, less 1 at each true class, divided by n.

    >>> softmax_cross_entropy_backward([[0.0, 0.0]], [1])
    array([[ 0.5, -0.5]])
    """
    logits, chosen = _check(logits, labels)
    xp = array_module(logits)
    probabilities = xp.exp(_log_softmax(logits, 1))
    # In the wide dtype: near a right answer, most digits of a float16 cancel.
    grad = (probabilities - cast(chosen, probabilities.dtype)) / logits.shape[0]
    return cast(grad, logits.dtype)


def _check(logits: ArrayLike, labels: ArrayLike) -> tuple[Array, Array]:
    """The logits, and which of them stand at the true classes."""
    logits, labels = array_of("logits", logits, 2), array_of("labels", labels, 1)
    n, classes = logits.shape
    if kind_of(labels) not in "iu" or labels.shape != (n,) or not n:
        raise ValueError(
            f"labels must be integers, one for each row of logits, at least one; labels has dtype "
            f"{labels.dtype} and shape {labels.shape}, logits has shape {logits.shape}"
        )
    xp = array_module(logits)
    low, high = int(xp.min(labels)), int(xp.max(labels))
    if not 0 <= low <= high < classes:
        raise ValueError(f"labels must be from 0 to {classes - 1}; they are from {low} to {high}")
    (logits,) = floating(logits)
    # A comparison with every class: arrays of the standard can't be indexed by arrays.
    every = xp.arange(classes, dtype=labels.dtype)
    chosen: Array = xp.expand_dims(labels, axis=1) == xp.expand_dims(every, axis=0)
    return logits, chosen


def _log_softmax(x: Array, axis: int) -> Array:
    xp = array_module(x)
    x = cast(x, xp.result_type(x.dtype, xp.float32))  # sums of float16 lose digits
    x = x - xp.max(x, axis=axis, keepdims=True)  # exp of what is at most 0 can't overflow
    logs: Array = x - xp.log(xp.sum(xp.exp(x), axis=axis, keepdims=True))
    return logs
