# %% right: weight by weight
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    shape = (c_out, c, (s_h - 1) * dilation + 1, (s_w - 1) * dilation + 1)
    out = np.zeros(shape, dtype=weight.dtype)
    for i in range(s_h):
        for j in range(s_w):
            out[:, :, i * dilation, j * dilation] = weight[:, :, i, j]
    return out


# %% right: a block of zeros for each weight, the last ones cut off
def dilate_kernel(weight, dilation):
    d = dilation
    c_out, c, s_h, s_w = weight.shape
    blocks = np.zeros((c_out, c, s_h, d, s_w, d), weight.dtype)
    blocks[:, :, :, 0, :, 0] = weight
    wide = blocks.reshape(c_out, c, s_h * d, s_w * d)
    return wide[:, :, : (s_h - 1) * d + 1, : (s_w - 1) * d + 1].copy()


# %% right: zeros inserted between the rows, then between the columns
def dilate_kernel(weight, dilation):
    out = weight
    for axis in (2, 3):
        places = np.repeat(np.arange(1, out.shape[axis]), dilation - 1)
        out = np.insert(out, places, 0, axis=axis)
    return out


# %% wrong: zeros behind the last weight too says="behind the last"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, s_h * dilation, s_w * dilation), dtype=weight.dtype)
    out[:, :, ::dilation, ::dilation] = weight
    return out


# %% wrong: repeats each weight says="repeated"
def dilate_kernel(weight, dilation):
    return np.repeat(np.repeat(weight, dilation, axis=2), dilation, axis=3)


# %% wrong: ready-made Kronecker product says="np.kron`"
def dilate_kernel(weight, dilation):
    dot = np.zeros((dilation, dilation), weight.dtype)
    dot[0, 0] = 1
    wide = np.kron(weight, dot)
    return wide[:, :, : wide.shape[2] - dilation + 1, : wide.shape[3] - dilation + 1]


# %% wrong: as many zeros as the dilation says says="dilation − 1 zeros"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    step = dilation + 1
    out = np.zeros((c_out, c, 1 + (s_h - 1) * step, 1 + (s_w - 1) * step), dtype=weight.dtype)
    out[:, :, ::step, ::step] = weight
    return out


# %% wrong: only the columns are dilated says="only the columns"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, s_h, 1 + (s_w - 1) * dilation), dtype=weight.dtype)
    out[..., ::dilation] = weight
    return out


# %% wrong: only the rows are dilated says="only the rows"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, s_w), dtype=weight.dtype)
    out[:, :, ::dilation] = weight
    return out


# %% wrong: whole numbers become floats says="wrong dtype"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation))
    out[:, :, ::dilation, ::dilation] = weight
    return out


# %% wrong: fractions are cut off says="array of integers"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation), dtype=int)
    out[:, :, ::dilation, ::dilation] = weight
    return out


# %% wrong: always one zero between two weights says="one zero"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 2 * s_h - 1, 2 * s_w - 1), dtype=weight.dtype)
    out[:, :, ::2, ::2] = weight
    return out


# %% wrong: takes the kernel for square says="could not broadcast ; square"
def dilate_kernel(weight, dilation):
    c_out, c, s, _ = weight.shape
    support = 1 + (s - 1) * dilation
    out = np.zeros((c_out, c, support, support), dtype=weight.dtype)
    out[:, :, ::dilation, ::dilation] = weight
    return out


# %% wrong: dilates the channels too says="channels are dilated"
def dilate_kernel(weight, dilation):
    out = np.zeros([1 + (s - 1) * dilation for s in weight.shape], dtype=weight.dtype)
    out[::dilation, ::dilation, ::dilation, ::dilation] = weight
    return out


# %% wrong: the weights stay together in the corner says="top left corner"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation), dtype=weight.dtype)
    out[:, :, :s_h, :s_w] = weight
    return out


# %% wrong: height and width of the result are swapped says="could not broadcast"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_w - 1) * dilation, 1 + (s_h - 1) * dilation), dtype=weight.dtype)
    out[:, :, ::dilation, ::dilation] = weight
    return out


# %% wrong: zeros around each weight, also outside says="around the outside"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    z = dilation - 1
    out = np.zeros((c_out, c, s_h * dilation + z, s_w * dilation + z), dtype=weight.dtype)
    out[:, :, z::dilation, z::dilation] = weight
    return out


# %% wrong: only the first kernel of the first channel says="first"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation), dtype=weight.dtype)
    out[0, 0, ::dilation, ::dilation] = weight[0, 0]
    return out


# %% wrong: the last row and column of weights get lost says="last row and column"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation), dtype=weight.dtype)
    for i in range(s_h - 1):
        for j in range(s_w - 1):
            out[:, :, i * dilation, j * dilation] = weight[:, :, i, j]
    return out


# %% wrong: puts zeros around the kernel, not into it says="around the kernel"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    z = dilation - 1
    out = np.zeros((c_out, c, s_h + 2 * z, s_w + 2 * z), dtype=weight.dtype)
    out[:, :, z : z + s_h, z : z + s_w] = weight
    return out


# %% wrong: the kernel comes back as it is says="comes back as it is"
def dilate_kernel(weight, dilation):
    out = np.zeros_like(weight)
    out[:] = weight
    return out


# %% wrong: a mask of the dilated shape, never filled with weights says="ones"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation), dtype=weight.dtype)
    out[:, :, ::dilation, ::dilation] = 1
    return out


# %% wrong: zeros before each weight, none behind it says="before"
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, s_h * dilation, s_w * dilation), dtype=weight.dtype)
    out[:, :, dilation - 1 :: dilation, dilation - 1 :: dilation] = weight
    return out


# %% wrong: rows of zeros stand between the rows, but the columns hold the weight twice says="repeated" held_out=true
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, 1 + (s_h - 1) * dilation, 1 + (s_w - 1) * dilation), dtype=weight.dtype)
    for j in range(out.shape[3]):
        out[:, :, ::dilation, j] = weight[:, :, :, j // dilation]
    return out


# %% wrong: (s - 1) times the dilation, without the first weight says="could not broadcast ; out of bounds" held_out=true
def dilate_kernel(weight, dilation):
    c_out, c, s_h, s_w = weight.shape
    out = np.zeros((c_out, c, (s_h - 1) * dilation, (s_w - 1) * dilation), dtype=weight.dtype)
    for i in range(s_h):
        for j in range(s_w):
            out[:, :, i * dilation, j * dilation] = weight[:, :, i, j]
    return out
