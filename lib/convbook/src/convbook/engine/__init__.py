"""How layers are made fast. `dispatch` chooses; nothing else here is called from outside.

`algorithms` are six ways to compute a convolution: `staging` hands them arrays as they take them,
and `phases` turn its transpose into convolutions again. `pooling`, `adaptive` and `blurring` run on
any array module, `cuda` on a GPU.
"""
