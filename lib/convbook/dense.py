"""The fully-connected layer: every output sees every input."""

from numpy.typing import ArrayLike

from convbook.arrays import Array, array_of


def dense(x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None = None) -> Array:
    """Return `x @ weight.T + bias`, as PyTorch's `linear`.

    Shapes: `x` (n, d), `weight` (d_out, d), `bias` (d_out,) → (n, d_out).
    Raises ValueError when they do not fit.

    >>> dense([[1, 2]], [[3, 4], [5, 6], [7, 8]], bias=[0, 0, 100])
    array([[ 11,  17, 123]])
    """
    x, weight = array_of("x", x, 2), array_of("weight", weight, 2)
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"weight must have one column for each of x's {x.shape[1]} entries; "
            f"its shape is {weight.shape}"
        )
    out = x @ weight.T
    if bias is None:
        return out
    bias = array_of("bias", bias, 1)
    if bias.shape != (weight.shape[0],):
        raise ValueError(f"bias must have shape ({weight.shape[0]},); it has {bias.shape}")
    return out + bias
