"""CUDA kernels of our own, for CuPy arrays: convolution by implicit matrix products.

CuPy has no convolution layer, and im2col on a GPU spends its time on the matrix of patches. Here
the matrix is never stored: kernels gather its entries on their way into a product of matrices.

    forward(x, weight, out, lay, bias=None)    fills out (n, c_out, positions)
    input_gradient(grad, weight, out, lay)     fills out (n, c, pixels)
    weight_gradient(grad, x, out, lay)         fills out (c_out, c/groups, kernel)
    refusal(dtype, lay)                        why they can't do a job, or None

Arrays have one or two axes of pixels, are float16, float32 or float64 (float16 is summed in
float32) and lie on one device, which is the current one. `lay` is what `geometry.fit` made; the
shapes tell the number of groups. Inputs that don't lie row by row in memory are copied. Kernels
run in the current stream; nothing waits for them, and sums are added in the same order in every
run. A kernel is compiled when it is first needed, in about a second, for a dtype, kernel size,
stride and dilation, and kept on disk by CuPy.
"""

from convbook.cuda.conv import forward, input_gradient, refusal, weight_gradient

__all__ = ["forward", "input_gradient", "refusal", "weight_gradient"]
