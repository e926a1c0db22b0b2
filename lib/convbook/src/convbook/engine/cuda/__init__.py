"""CUDA kernels of our own, for CuPy arrays: convolution and pooling.

CuPy has no such layers, and im2col on a GPU spends its time on the matrix of patches. Here that
matrix is never stored: kernels gather its entries on their way into a product of matrices.
Depthwise layers, whose limit is memory, have kernels without a product.

    forward(x, weight, out, geometry, bias=None)    fills out (n, c_out, positions)
    input_gradient(grad, weight, out, geometry)     fills out (n, c, pixels)
    weight_gradient(grad, x, out, geometry)         fills out (c_out, c/groups, kernel)
    max_pool(x, geometry, with_indices)             → out and indices (n, c, positions), or None
    max_pool_backward(grad, indices, geometry)      → (n, c, pixels)
    avg_pool(x, geometry, count_include_pad)        → (n, c, positions)
    avg_pool_backward(grad, geometry, count_include_pad)    → (n, c, pixels)
    refusal(dtype, geometry)                        why they can't do a job, or None
    takes(x, geometry)                              whether x is on a GPU and they can

Arrays have one or two axes of pixels, are float16, float32 or float64 (float16 is summed in
float32) and lie on one device, which is the current one. `geometry` is what `conv_geometry` made;
the shapes tell the number of groups. The first three take `precision`, "full" or, for float32 and
only when asked for, "tf32": factors are rounded to 10 bits of mantissa for tensor cores. Arguments
are taken as checked, but for what `refusal` says and for sizes that 32-bit integers can't count,
which raise ValueError. Inputs that don't lie row by row in memory are copied. Kernels run in the
current stream; nothing waits for them, and sums are added in the same order in every run. A kernel
is compiled when it is first needed, in about a second, for a dtype, kernel size, stride and
dilation, and kept on disk by CuPy.
"""

from convbook.engine.cuda.conv import forward, input_gradient, weight_gradient
from convbook.engine.cuda.grid import refusal, takes
from convbook.engine.cuda.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward

__all__ = [
    "avg_pool",
    "avg_pool_backward",
    "forward",
    "input_gradient",
    "max_pool",
    "max_pool_backward",
    "refusal",
    "takes",
    "weight_gradient",
]
