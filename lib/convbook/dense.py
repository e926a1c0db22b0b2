"""The fully-connected layer: every output sees every input."""

from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of, bias_of, in_one_dtype


def dense(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """Return `x @ weight.T + bias`, as PyTorch's `linear`.

    Shapes: `x` (n, d), `weight` (d_out, d), `bias` (d_out,) → (n, d_out). The dtype is the one to
    which NumPy promotes the arguments; integers and bools give int64.
    Raises ValueError when the shapes do not fit.

    >>> dense([[1, 2]], [[3, 4], [5, 6], [7, 8]], bias=[0, 0, 100])
    array([[ 11,  17, 123]])
    """
    x, weight = array_of("x", x, 2), array_of("weight", weight, 2)
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"weight must have one column for each of x's {x.shape[1]} entries; "
            f"its shape is {weight.shape}"
        )
    x, weight, bias = in_one_dtype(x, weight, bias_of(bias, weight.shape[:1]))
    out: Array = x @ weight.T + bias
    return out
