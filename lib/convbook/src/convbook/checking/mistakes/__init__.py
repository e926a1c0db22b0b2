"""What students get wrong, operation by operation: each mistake in words, and what comes of it.

A function here takes the arguments of the operation that it is named after and returns its usual
mistakes: from the words for one to a function that computes the answer that it leads to. `check`
takes such a function as its `causes`, in visible and in hidden tests alike.

Answers are wrong ones. Where a right one is needed on the way it comes from the library's public
functions, which the assignments refuse, so that nothing here can be handed in.
"""

from convbook.checking.mistakes.gradients import (
    col2im,
    conv2d_backward,
    max_pool2d_backward,
    numerical_gradient,
)
from convbook.checking.mistakes.locality import (
    distance,
    local_mask,
    local_parameters,
    locally_connected_1d,
    locally_connected_2d,
    patch,
)
from convbook.checking.mistakes.sharing import (
    conv2d_loops,
    convolve_1d,
    correlate_1d,
    equivariance_error,
    shift,
    toeplitz_1d,
)

__all__ = [
    "col2im",
    "conv2d_backward",
    "conv2d_loops",
    "convolve_1d",
    "correlate_1d",
    "distance",
    "equivariance_error",
    "local_mask",
    "local_parameters",
    "locally_connected_1d",
    "locally_connected_2d",
    "max_pool2d_backward",
    "numerical_gradient",
    "patch",
    "shift",
    "toeplitz_1d",
]
