"""What students get wrong, operation by operation: each mistake in words, and what comes of it.

A function here takes the arguments of the operation that it is named after and returns its usual
mistakes: from the words for one to a function that computes the answer that it leads to. `check`
takes such a function as its `causes`, in visible and in hidden tests alike.

Answers are wrong ones. Where a right one is needed on the way it comes from the library's public
functions, which the assignments refuse, so that nothing here can be handed in.
"""

from convbook.checking.mistakes.arithmetic import (
    conv2d,
    dilate_kernel,
    filter_bank,
    output_size,
    pad2d,
    same_padding,
)
from convbook.checking.mistakes.gradients import (
    col2im,
    conv2d_backward,
    max_pool2d_backward,
    numerical_gradient,
)
from convbook.checking.mistakes.images import (
    dense_layer,
    dense_parameters,
    flat_index,
    permute_pixels,
    strides_of,
    unvect,
    vect,
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
    "conv2d",
    "conv2d_backward",
    "conv2d_loops",
    "convolve_1d",
    "correlate_1d",
    "dense_layer",
    "dense_parameters",
    "dilate_kernel",
    "distance",
    "equivariance_error",
    "filter_bank",
    "flat_index",
    "local_mask",
    "local_parameters",
    "locally_connected_1d",
    "locally_connected_2d",
    "max_pool2d_backward",
    "numerical_gradient",
    "output_size",
    "pad2d",
    "patch",
    "permute_pixels",
    "same_padding",
    "shift",
    "strides_of",
    "toeplitz_1d",
    "unvect",
    "vect",
]
