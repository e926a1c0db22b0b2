"""The support library of *From Dense to Convolutional*.

Layers take and return NumPy arrays in PyTorch's layout: images are (n, c, h, w), kernels
(c_out, c, s_h, s_w). Data, figures and checks live in `convbook.data`, `convbook.plot` and
`convbook.checks`, which are imported only when asked for.
"""

from convbook.conv import conv, conv1d, conv2d
from convbook.dense import dense
from convbook.geometry import (
    conv_parameters,
    dense_parameters,
    locally_connected_parameters,
    output_size,
)
from convbook.local import locally_connected
from convbook.toeplitz import is_toeplitz, parameter_map, toeplitz_matrix
from convbook.windows import pad, sliding_windows

__all__ = [
    "conv",
    "conv1d",
    "conv2d",
    "conv_parameters",
    "dense",
    "dense_parameters",
    "is_toeplitz",
    "locally_connected",
    "locally_connected_parameters",
    "output_size",
    "pad",
    "parameter_map",
    "sliding_windows",
    "toeplitz_matrix",
]
