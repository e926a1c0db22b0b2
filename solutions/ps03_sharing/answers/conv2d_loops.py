# %% right: seven loops
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    total = 0.0 if bias is None else bias[o]
                    for d in range(c):
                        for u in range(s_h):
                            for v in range(s_w):
                                total += weight[o, d, u, v] * x[b, d, i + u, j + v]
                    out[b, o, i, j] = total
    return out


# %% right: one einsum over a view of the windows
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    if bias is not None:
        out = out + bias.reshape(1, -1, 1, 1)
    return out


# %% right: sum of shifted images
def conv2d_loops(x, weight, bias=None):
    s_h, s_w = weight.shape[2:]
    h, w = x.shape[2] - s_h + 1, x.shape[3] - s_w + 1
    out = 0.0 if bias is None else bias[:, None, None]
    for u in range(s_h):
        for v in range(s_w):
            part = x[:, :, u : u + h, v : v + w]
            out = out + np.moveaxis(np.tensordot(weight[:, :, u, v], part, (1, 1)), 0, 1)
    return out


# %% wrong: flips the kernel says="kernel is flipped"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows, weight[:, :, ::-1, ::-1])
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: returns 0 when there is no bias says="without a bias"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out + bias.reshape(-1, 1, 1) if bias is not None else 0


# %% wrong: forgets the bias says="bias is missing"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,ocuv->noij", windows, weight)


# %% wrong: adds the bias for every channel says="once for every input channel"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for o in range(c_out):
        for d in range(c):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    out[:, o, i, j] += (x[:, d, i : i + s_h, j : j + s_w] * weight[o, d]).sum(axis=(1, 2))
                    if bias is not None:
                        out[:, o, i, j] += bias[o]
    return out


# %% wrong: square images only says="width is taken to be the height"
def conv2d_loops(x, weight, bias=None):
    n, c, h, _ = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, h - s_w + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", x[:, :, i : i + s_h, j : j + s_w], weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: square kernels only says="square kernel"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s, _ = weight.shape
    out = np.zeros((n, c_out, h - s + 1, w - s + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, None, :, i : i + s, j : j + s]
            out[:, :, i, j] = (window * weight).sum(axis=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the first image only says="only the first image"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.zeros((len(x), len(weight), *windows.shape[2:4]))
    out[:1] = np.einsum("ncijuv,ocuv->noij", windows[:1], weight)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: the first input channel only says="only the first input channel"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("nijuv,ouv->noij", windows[:, 0], weight[:, 0])
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: one output channel for all says="every output channel uses the first one"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,cuv->nij", windows, weight[0])[:, None]
    out = np.repeat(out, len(weight), axis=1)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: output axes swapped says="rows and columns of the output are swapped"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noji", windows, weight)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: kernel rows and columns swapped says="rows and columns of each kernel are swapped"
def conv2d_loops(x, weight, bias=None):
    weight = weight.swapaxes(2, 3)
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: misses the last row and column says="last row and column of the output"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for i in range(h - s_h):
        for j in range(w - s_w):
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", x[:, :, i : i + s_h, j : j + s_w], weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: whole images give whole numbers says="array of integers"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows, weight).astype(x.dtype)
    return out if bias is None else out + bias.reshape(-1, 1, 1)


# %% wrong: a ready-made layer says="conv2d`"
def conv2d_loops(x, weight, bias=None):
    import torch

    given = None if bias is None else torch.tensor(bias)
    return torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight), given).numpy()


# %% wrong: clips negative sums, as after a ReLU says="negative values have become 0"
def conv2d_loops(x, weight, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return np.maximum(out if bias is None else out + bias.reshape(-1, 1, 1), 0)


# %% wrong: asks an array for its truth, with if bias says="truth value of an array"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    out[b, o, i, j] = np.sum(x[b, :, i : i + s_h, j : j + s_w] * weight[o])
                    if bias:
                        out[b, o, i, j] += bias[o]
    return out


# %% wrong: assigns instead of adding, so only the last product is kept says="only the last product"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    for ch in range(c):
                        for u in range(s_h):
                            for v in range(s_w):
                                out[b, o, i, j] = x[b, ch, i + u, j + v] * weight[o, ch, u, v]
                    if bias is not None:
                        out[b, o, i, j] += bias[o]
    return out


# %% wrong: the bias is added with every product says="once for every weight"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    for ch in range(c):
                        for u in range(s_h):
                            for v in range(s_w):
                                out[b, o, i, j] += x[b, ch, i + u, j + v] * weight[o, ch, u, v]
                                if bias is not None:
                                    out[b, o, i, j] += bias[o]
    return out


# %% wrong: the kernel's height and width are mixed up in the output's size says="kernel's height and width"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_w + 1, w - s_h + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_w + 1):
                for j in range(w - s_h + 1):
                    total = 0.0
                    for ch in range(c):
                        for u in range(s_h):
                            for v in range(s_w):
                                total += x[b, ch, i + u, j + v] * weight[o, ch, u, v]
                    out[b, o, i, j] = total
                    if bias is not None:
                        out[b, o, i, j] += bias[o]
    return out


# %% wrong: input and output channel of the weight swapped says="channels of the weight"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    total = 0.0
                    for ch in range(c):
                        total += np.sum(x[b, ch, i : i + s_h, j : j + s_w] * weight[ch, o])
                    if bias is not None:
                        total += bias[o]
                    out[b, o, i, j] = total
    return out


# %% wrong: pads with zeros, so that the size stays says="images are padded"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    top, left = s_h // 2, s_w // 2
    padded = np.pad(x, ((0, 0), (0, 0), (top, s_h - 1 - top), (left, s_w - 1 - left)))
    out = np.zeros((n, c_out, h, w))
    for b in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    out[b, o, i, j] = np.sum(padded[b, :, i : i + s_h, j : j + s_w] * weight[o])
                    if bias is not None:
                        out[b, o, i, j] += bias[o]
    return out


# %% wrong: the sum isn't set back to zero for each output says="set back to 0" held_out=true
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            total = 0.0 if bias is None else bias[o]
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    total += np.sum(x[b, :, i : i + s_h, j : j + s_w] * weight[o])
                    out[b, o, i, j] = total
    return out


# %% wrong: bias[b], by the image, not by the output channel says="bias of the image" held_out=true
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    out[b, o, i, j] = np.sum(x[b, :, i : i + s_h, j : j + s_w] * weight[o])
                    if bias is not None:
                        out[b, o, i, j] += bias[b]
    return out


# %% wrong: needs a bias, and adds None says="'NoneType' object is not subscriptable" held_out=true
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    window = x[b, :, i : i + s_h, j : j + s_w]
                    out[b, o, i, j] = np.sum(window * weight[o]) + bias[o]
    return out


# %% wrong: the last input channel only says="only the last input channel" held_out=true
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    out = np.zeros((n, c_out, h - s_h + 1, w - s_w + 1))
    for b in range(n):
        for o in range(c_out):
            for i in range(h - s_h + 1):
                for j in range(w - s_w + 1):
                    for ch in range(c):
                        window = x[b, ch, i : i + s_h, j : j + s_w]
                        out[b, o, i, j] = np.sum(window * weight[o, ch])
                    if bias is not None:
                        out[b, o, i, j] += bias[o]
    return out


# %% wrong: a square kernel, by its height says="kernel is taken to be square"
def conv2d_loops(x, weight, bias=None):
    n, c, h, w = x.shape
    c_out, _, s, _ = weight.shape
    out = np.zeros((n, c_out, h - s + 1, w - s + 1))
    for i in range(h - s + 1):
        for j in range(w - s + 1):
            for a in range(s):
                for b in range(s):
                    out[:, :, i, j] += x[:, :, i + a, j + b] @ weight[:, :, a, b].T
    return out if bias is None else out + bias[:, None, None]
