# %% right: seven loops over the images without a frame
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def both(a):
        return a if isinstance(a, tuple) else (a, a)

    (sy, sx), (py, px), (dy, dx) = both(stride), both(padding), both(dilation)
    n, c, h, w = x.shape
    c_out, _, kh, kw = weight.shape
    h_out = (h + 2 * py - dy * (kh - 1) - 1) // sy + 1
    w_out = (w + 2 * px - dx * (kw - 1) - 1) // sx + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for b in range(n):
        for o in range(c_out):
            for i in range(h_out):
                for j in range(w_out):
                    total = 0.0 if bias is None else bias[o]
                    for ch in range(c):
                        for u in range(kh):
                            for v in range(kw):
                                row, col = i * sy + u * dy - py, j * sx + v * dx - px
                                if 0 <= row < h and 0 <= col < w:
                                    total += weight[o, ch, u, v] * x[b, ch, row, col]
                    out[b, o, i, j] = total
    return out


# %% right: a sum of shifted images, one for each weight, strided by slices
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    r, p, d = (np.broadcast_to(a, 2) for a in (stride, padding, dilation))
    x = pad2d(x, (int(p[0]), int(p[1])))
    s_h, s_w = weight.shape[2:]
    h = output_size(x.shape[2], s_h, stride=int(r[0]), dilation=int(d[0]))
    w = output_size(x.shape[3], s_w, stride=int(r[1]), dilation=int(d[1]))
    out = 0.0
    for u in range(s_h):
        for v in range(s_w):
            part = x[:, :, u * d[0] :: r[0], v * d[1] :: r[1]][:, :, :h, :w]
            out = out + np.einsum("ncij,oc->noij", part, weight[:, :, u, v])
    return out if bias is None else out + np.reshape(bias, (1, -1, 1, 1))


# %% right: one einsum over a view of the windows, with holes cut into it
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    stride, padding, dilation = [
        (a, a) if np.ndim(a) == 0 else tuple(a) for a in (stride, padding, dilation)
    ]
    x = np.pad(x, [(0, 0), (0, 0), (padding[0], padding[0]), (padding[1], padding[1])])
    size = [1 + (s - 1) * d for s, d in zip(weight.shape[2:], dilation)]
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, :: stride[0], :: stride[1], :: dilation[0], :: dilation[1]]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    if bias is not None:
        out = out + bias[None, :, None, None]
    return out


# %% right: a dilated kernel with its zeros, and a table of patches times a matrix
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    if isinstance(stride, int):
        stride = (stride, stride)
    if isinstance(dilation, int):
        dilation = (dilation, dilation)
    c_out, c, s_h, s_w = weight.shape
    wide = np.zeros((c_out, c, 1 + (s_h - 1) * dilation[0], 1 + (s_w - 1) * dilation[1]))
    wide[:, :, :: dilation[0], :: dilation[1]] = weight
    x = pad2d(x, padding)
    _, _, k_h, k_w = wide.shape
    tops = range(0, x.shape[2] - k_h + 1, stride[0])
    lefts = range(0, x.shape[3] - k_w + 1, stride[1])
    rows = [x[:, :, i : i + k_h, j : j + k_w].reshape(len(x), -1) for i in tops for j in lefts]
    out = np.stack(rows, axis=1) @ wide.reshape(c_out, -1).T
    if bias is not None:
        out = out + bias
    return out.transpose(0, 2, 1).reshape(len(x), c_out, len(tops), len(lefts))


# %% wrong: flips the kernel says="kernel is flipped"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight[:, :, ::-1, ::-1])
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the pair of the stride swapped says="stride is taken as (horizontal, vertical)"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_w, r_h), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the pair of the padding swapped says="padding is taken as (horizontal, vertical)"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_w, p_h), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the pair of the dilation swapped says="dilation is taken as (horizontal, vertical)"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_w, d_h) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: knows no pairs says="stops with an error"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    h_out = (h - dilation * (s_h - 1) - 1) // stride + 1
    w_out = (w - dilation * (s_w - 1) - 1) // stride + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for u in range(s_h):
                for v in range(s_w):
                    pixel = x[:, :, i * stride + u * dilation, j * stride + v * dilation]
                    out[:, :, i, j] += pixel @ weight[:, :, u, v].T
    return out if bias is None else out + bias[:, None, None]


# %% wrong: knows only pairs says="TypeError"
def conv2d(x, weight, bias=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1)):
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = stride, padding, dilation
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: 0 where there is no bias, by precedence says="without a bias"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out + bias[:, None, None] if bias is not None else 0


# %% wrong: asks an array for its truth says="truth value of an array"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    if bias:
        out = out + bias[:, None, None]
    return out


# %% wrong: cannot do without a bias says="NoneType"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    return np.einsum("ncijuv,ocuv->noij", windows, weight) + bias.reshape(-1, 1, 1)


# %% wrong: forgets the bias says="bias is missing"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    return np.einsum("ncijuv,ocuv->noij", windows, weight)


# %% wrong: the bias goes along the columns says="along the columns"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias


# %% wrong: the bias goes along the rows says="could not be broadcast together"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None]


# %% wrong: ignores the stride says="stride is ignored"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (p_h, p_w), (d_h, d_w) = pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows[..., ::d_h, ::d_w], weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: ignores the padding says="padding is ignored"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (d_h, d_w) = pair(stride), pair(dilation)
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: ignores the dilation says="dilation is ignored"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w) = pair(stride), pair(padding)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows[:, :, ::r_h, ::r_w], weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: pads above and on the left only says="above and on the left only"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, 0), (p_w, 0)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: np.pad gets the pair as (before, after) says="(before, after)"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (d_h, d_w) = pair(stride), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), pair(padding), pair(padding)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the first number of each pair serves for both says="first number of the pair"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    r, p, d = (a if isinstance(a, int) else a[0] for a in (stride, padding, dilation))
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    size = 1 + (weight.shape[2] - 1) * d, 1 + (weight.shape[3] - 1) * d
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r, ::r, ::d, ::d]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: only the first input channel says="only the first input channel"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("nijuv,ouv->noij", windows[:, 0], weight[:, 0])
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the last input channel only, by assigning says="only the last input channel"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    h_out, w_out = (h - d_h * (s_h - 1) - 1) // r_h + 1, (w - d_w * (s_w - 1) - 1) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for b in range(n):
        for o in range(c_out):
            for i in range(h_out):
                for j in range(w_out):
                    for ch in range(c):
                        rows = slice(i * r_h, i * r_h + d_h * (s_h - 1) + 1, d_h)
                        columns = slice(j * r_w, j * r_w + d_w * (s_w - 1) + 1, d_w)
                        out[b, o, i, j] = np.sum(x[b, ch, rows, columns] * weight[o, ch])
                    if bias is not None:
                        out[b, o, i, j] += bias[o]
    return out


# %% wrong: the window moves by one pixel, though the output is small says="begins at i · stride"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    h_out, w_out = (h - d_h * (s_h - 1) - 1) // r_h + 1, (w - d_w * (s_w - 1) - 1) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for u in range(s_h):
                for v in range(s_w):
                    out[:, :, i, j] += x[:, :, i + u * d_h, j + v * d_w] @ weight[:, :, u, v].T
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the holes are forgotten, though the output has its size says="without its holes"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    h_out, w_out = (h - d_h * (s_h - 1) - 1) // r_h + 1, (w - d_w * (s_w - 1) - 1) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, None, :, i * r_h : i * r_h + s_h, j * r_w : j * r_w + s_w]
            out[:, :, i, j] = (window * weight).sum(axis=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the dilated kernel has zeros behind its last weights says="s · dilation"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    c_out, c, s_h, s_w = weight.shape
    wide = np.zeros((c_out, c, s_h * d_h, s_w * d_w))
    wide[:, :, ::d_h, ::d_w] = weight
    windows = np.lib.stride_tricks.sliding_window_view(x, wide.shape[2:], axis=(2, 3))
    out = np.einsum("ncijuv,ocuv->noij", windows[:, :, ::r_h, ::r_w], wide)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: stride and dilation change roles says="stride and dilation"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (d_h, d_w), (p_h, p_w), (r_h, r_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: rounds the size of the output up, and leaves what is beyond at zero says="rounded up"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    k_h, k_w = d_h * (s_h - 1) + 1, d_w * (s_w - 1) + 1
    h_out, w_out = int(np.ceil((h - k_h) / r_h)) + 1, int(np.ceil((w - k_w) / r_w)) + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, None, :, i * r_h : i * r_h + k_h : d_h, j * r_w : j * r_w + k_w : d_w]
            if window.shape[-2:] == (s_h, s_w):
                out[:, :, i, j] = (window * weight).sum(axis=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


# %% wrong: takes the kernel for square says="square"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s, _ = weight.shape
    h_out, w_out = (h - d_h * (s - 1) - 1) // r_h + 1, (w - d_w * (s - 1) - 1) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for u in range(s):
                for v in range(s):
                    pixel = x[:, :, i * r_h + u * d_h, j * r_w + v * d_w]
                    out[:, :, i, j] += pixel @ weight[:, :, u, v].T
    return out if bias is None else out + bias[:, None, None]


# %% wrong: takes the output for square says="width is taken to be the height"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, _ = x.shape
    c_out, _, s_h, s_w = weight.shape
    k_h, k_w = d_h * (s_h - 1) + 1, d_w * (s_w - 1) + 1
    h_out, w_out = (h - k_h) // r_h + 1, (h - k_w) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            window = x[:, None, :, i * r_h : i * r_h + k_h : d_h, j * r_w : j * r_w + k_w : d_w]
            out[:, :, i, j] = (window * weight).sum(axis=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


# %% wrong: an output of the images' dtype says="array of integers"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    k_h, k_w = d_h * (s_h - 1) + 1, d_w * (s_w - 1) + 1
    out = np.zeros((n, c_out, (h - k_h) // r_h + 1, (w - k_w) // r_w + 1), dtype=x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, None, :, i * r_h : i * r_h + k_h : d_h, j * r_w : j * r_w + k_w : d_w]
            out[:, :, i, j] = (window * weight).sum(axis=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


# %% wrong: turns the caller's own kernel around, in place says="changes its input"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    weight[:] = weight[:, :, ::-1, ::-1]
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight[:, :, ::-1, ::-1])
    return out if bias is None else out + bias[:, None, None]


# %% wrong: a ready-made layer says="conv2d`"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    import torch.nn.functional as F
    from torch import tensor

    given = None if bias is None else tensor(bias)
    return F.conv2d(tensor(x), tensor(weight), given, stride, padding, dilation).numpy()


# %% wrong: the course's own layer says="conv2d"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    import convbook

    return convbook.conv2d(x, weight, bias, stride, padding, dilation)


# %% wrong: every output channel gets the first one's kernels says="every output channel uses the first"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,cuv->nij", windows, weight[0])[:, None].repeat(len(weight), axis=1)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the padding counts once in the size of the output says="padding is counted once"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    k_h, k_w = d_h * (s_h - 1) + 1, d_w * (s_w - 1) + 1
    out = np.zeros((n, c_out, (h + p_h - k_h) // r_h + 1, (w + p_w - k_w) // r_w + 1))
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, None, :, i * r_h : i * r_h + k_h : d_h, j * r_w : j * r_w + k_w : d_w]
            out[:, :, i, j] = (window * weight).sum(axis=(2, 3, 4))
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the stride of the rows for the columns, too says="stride" held_out=true
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    h_out, w_out = (h - d_h * (s_h - 1) - 1) // r_h + 1, (w - d_w * (s_w - 1) - 1) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for i in range(h_out):
        for j in range(w_out):
            for u in range(s_h):
                for v in range(s_w):
                    pixel = x[:, :, i * r_h + u * d_h, min(j * r_h + v * d_w, w - 1)]
                    out[:, :, i, j] += pixel @ weight[:, :, u, v].T
    return out if bias is None else out + bias[:, None, None]


# %% wrong: only the first image says="only the first image"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    h_out, w_out = (h - d_h * (s_h - 1) - 1) // r_h + 1, (w - d_w * (s_w - 1) - 1) // r_w + 1
    out = np.zeros((n, c_out, h_out, w_out))
    for o in range(c_out):
        for i in range(h_out):
            for j in range(w_out):
                for u in range(s_h):
                    for v in range(s_w):
                        pixel = x[0, :, i * r_h + u * d_h, j * r_w + v * d_w]
                        out[0, o, i, j] += pixel @ weight[o, :, u, v]
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the sum over the channels is forgotten says="sum over" held_out=true
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    size = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w]
    out = np.einsum("ncijuv,ocuv->nocij", windows, weight)
    return out if bias is None else out + bias[:, None, None, None]


# %% wrong: a stride that does not divide loses its last place says="last"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    pair = lambda a: (a, a) if isinstance(a, int) else a
    (r_h, r_w), (p_h, p_w), (d_h, d_w) = pair(stride), pair(padding), pair(dilation)
    x = np.pad(x, ((0, 0), (0, 0), (p_h, p_h), (p_w, p_w)))
    k_h, k_w = 1 + (weight.shape[2] - 1) * d_h, 1 + (weight.shape[3] - 1) * d_w
    windows = np.lib.stride_tricks.sliding_window_view(x, (k_h, k_w), axis=(2, 3))
    h_out, w_out = (x.shape[2] - k_h + 1) // r_h, (x.shape[3] - k_w + 1) // r_w
    windows = windows[:, :, ::r_h, ::r_w, ::d_h, ::d_w][:, :, :h_out, :w_out]
    out = np.einsum("ncijuv,ocuv->noij", windows, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the vertical stride for columns as well says="first number of the pair is used"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def pair(setting):
        return (setting, setting) if isinstance(setting, int) else setting

    (t, u), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    u = t
    framed = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    s_h, s_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(
        framed, (1 + (s_h - 1) * d, 1 + (s_w - 1) * e), axis=(2, 3)
    )
    seen = windows[:, :, ::t, ::u, ::d, ::e]
    out = np.einsum("nqijab,zqab->nzij", seen, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the vertical padding for columns as well says="first number of the pair is used"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def pair(setting):
        return (setting, setting) if isinstance(setting, int) else setting

    (t, u), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    q = p
    framed = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    s_h, s_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(
        framed, (1 + (s_h - 1) * d, 1 + (s_w - 1) * e), axis=(2, 3)
    )
    seen = windows[:, :, ::t, ::u, ::d, ::e]
    out = np.einsum("nqijab,zqab->nzij", seen, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: the horizontal dilation for rows as well says="second number of the pair is used"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def pair(setting):
        return (setting, setting) if isinstance(setting, int) else setting

    (t, u), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    d = e
    framed = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    s_h, s_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(
        framed, (1 + (s_h - 1) * d, 1 + (s_w - 1) * e), axis=(2, 3)
    )
    seen = windows[:, :, ::t, ::u, ::d, ::e]
    out = np.einsum("nqijab,zqab->nzij", seen, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: a frame of the border's own pixels says="border is repeated"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def pair(setting):
        return (setting, setting) if isinstance(setting, int) else setting

    (t, u), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    framed = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)), mode="edge")
    s_h, s_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(
        framed, (1 + (s_h - 1) * d, 1 + (s_w - 1) * e), axis=(2, 3)
    )
    seen = windows[:, :, ::t, ::u, ::d, ::e]
    out = np.einsum("nqijab,zqab->nzij", seen, weight)
    return out if bias is None else out + bias[:, None, None]


# %% wrong: mirrored kernels says="flipped from left to right"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def pair(setting):
        return (setting, setting) if isinstance(setting, int) else setting

    (t, u), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    framed = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    s_h, s_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(
        framed, (1 + (s_h - 1) * d, 1 + (s_w - 1) * e), axis=(2, 3)
    )
    seen = windows[:, :, ::t, ::u, ::d, ::e]
    out = np.einsum("nqijab,zqab->nzij", seen, weight[:, :, :, ::-1])
    return out if bias is None else out + bias[:, None, None]


# %% wrong: kernels upside down says="flipped upside down"
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1):
    def pair(setting):
        return (setting, setting) if isinstance(setting, int) else setting

    (t, u), (p, q), (d, e) = pair(stride), pair(padding), pair(dilation)
    framed = np.pad(x, ((0, 0), (0, 0), (p, p), (q, q)))
    s_h, s_w = weight.shape[2:]
    windows = np.lib.stride_tricks.sliding_window_view(
        framed, (1 + (s_h - 1) * d, 1 + (s_w - 1) * e), axis=(2, 3)
    )
    seen = windows[:, :, ::t, ::u, ::d, ::e]
    out = np.einsum("nqijab,zqab->nzij", seen, weight[:, :, ::-1])
    return out if bias is None else out + bias[:, None, None]
