"""The support library of *From Dense to Convolutional*.

Layers take and return NumPy arrays in PyTorch's layout: images are (n, c, h, w), kernels
(c_out, c, s_h, s_w). Data, figures and checks live in `convbook.data`, `convbook.plot` and
`convbook.checks`, which are imported only when asked for.
"""

from convbook.conv import (
    conv,
    conv1d,
    conv2d,
    conv3d,
    conv_backward,
    depthwise_conv,
    pointwise_conv,
    separable_conv,
)
from convbook.conv_transpose import (
    conv_transpose,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
    conv_transpose_backward,
)
from convbook.dense import dense
from convbook.geometry import (
    conv_parameters,
    dense_parameters,
    locally_connected_parameters,
    output_size,
)
from convbook.local import locally_connected
from convbook.masks import parameter_map
from convbook.toeplitz import is_toeplitz, toeplitz_matrix
from convbook.windows import pad, sliding_windows

__all__ = [
    "conv",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_backward",
    "conv_parameters",
    "conv_transpose",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "conv_transpose_backward",
    "dense",
    "dense_parameters",
    "depthwise_conv",
    "is_toeplitz",
    "locally_connected",
    "locally_connected_parameters",
    "output_size",
    "pad",
    "parameter_map",
    "pointwise_conv",
    "separable_conv",
    "sliding_windows",
    "toeplitz_matrix",
]
