"""Six ways to compute one convolution, with one signature; `convbook.engine.dispatch` chooses.

`forward(x, weight, out, geometry)` fills `out` (n, c_out, positions) with the correlation of `x`
(n, c, pixels) and `weight` (c_out, c/groups, kernel size). All three have one dtype and lie on one
device, row by row; the `ConvGeometry` says how the kernel lies on the pixels, and the shapes tell
the number of groups. `refusal(dtype, geometry)` says why an algorithm can't do a job. Those that
"auto" may take have `weight_gradient(grad, x, out, geometry)` besides, which fills `out` with the
gradient with respect to the weights, and tell their `cost`.
"""
