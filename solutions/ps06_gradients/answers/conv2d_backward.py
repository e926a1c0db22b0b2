# %% right: seven loops
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding))
    padded[:, :, padding : padding + h, padding : padding + w] = x
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_bias[z] += g
                    for d in range(c):
                        for t in range(s_h):
                            for u in range(s_w):
                                grad_padded[m, d, i + t, j + u] += g * weight[z, d, t, u]
                                grad_weight[z, d, t, u] += g * padded[m, d, i + t, j + u]
    return grad_padded[:, :, padding : padding + h, padding : padding + w], grad_weight, grad_bias


# %% right: full correlation with the flipped kernel, windows for the weight
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), weight[:, :, ::-1, ::-1])
    return grad_x[:, :, p : p + h, p : p + w], grad_weight, grad_out.sum(axis=(0, 2, 3))


# %% right: products of matrices, and the student's own col2im
def conv2d_backward(grad_out, x, weight, padding=0):
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    n, c_out = grad_out.shape[:2]
    flat = grad_out.reshape(n, c_out, -1)
    cols = weight.reshape(c_out, -1).T @ flat
    grad_x = col2im(cols, (h, w), (s_h, s_w), padding=p)
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (s_h, s_w), axis=(2, 3))
    windows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n, flat.shape[2], -1)
    grad_weight = (flat @ windows).sum(axis=0).reshape(weight.shape)
    return grad_x, grad_weight, flat.sum(axis=2).sum(axis=0)


# %% right: one shifted slice for each weight
def conv2d_backward(grad_out, x, weight, padding=0):
    c_out, c, s_h, s_w = weight.shape
    h_out, w_out = grad_out.shape[2:]
    p = padding
    padded = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    grad_padded = np.zeros(padded.shape, dtype=np.result_type(grad_out, weight))
    grad_weight = np.zeros(weight.shape, dtype=np.result_type(grad_out, x))
    for t in range(s_h):
        for u in range(s_w):
            here = (slice(None), slice(None), slice(t, t + h_out), slice(u, u + w_out))
            grad_padded[here] += np.einsum("noij,oc->ncij", grad_out, weight[:, :, t, u])
            grad_weight[:, :, t, u] = np.tensordot(grad_out, padded[here], ([0, 2, 3], [0, 2, 3]))
    grad_x = grad_padded[:, :, p : padded.shape[2] - p, p : padded.shape[3] - p]
    return [grad_x, grad_weight, grad_out.sum(axis=(0, 2, 3))]


# %% wrong: the kernel is not flipped on the way back says="not flipped"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the kernel is flipped left to right only says="one direction only"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, :, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the kernel is flipped on its first axes, which turns the output channels says="not flipped"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the kernel is transposed, not flipped says="could not be broadcast ; does not match ; rows and columns"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight.transpose(0, 1, 3, 2)
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: channels of the weight are not exchanged says="not exchanged"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("ncijab,ocab->noij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the padding stays on grad_x says="still has the padding"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the padding is cut off at one end only says="at the bottom and the right only"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, :h, :w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: p to minus p is empty without padding says="array is empty"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p:-p, p:-p]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the padding is forgotten everywhere says="operands could not be broadcast ; does not match"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = x
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: grad_out is not surrounded by zeros says="surrounded by zeros"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = grad_out
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: grad_out is surrounded by s zeros says="one too long ; wrong shape" held_out=true
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h, s_h), (s_w, s_w)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: height and width of the kernel are mixed up around grad_out says="wrong shape ; one too long ; exchanged"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_w - 1, s_w - 1), (s_h - 1, s_h - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: grad_weight of the first image only says="only the first image counts in grad_weight"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out[:1], view(padded[:1], (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: grad_weight keeps an axis for the images says="axis too many"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->nocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: gradients of the batch are averaged says="of the batch are averaged"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    grad_weight = grad_weight / len(x)
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3)) / len(x)
    return grad_x, grad_weight, grad_bias


# %% wrong: grad_weight is averaged over the places says="averaged over the places"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    grad_weight = grad_weight / (grad_out.shape[2] * grad_out.shape[3])
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the mean in place of the sum for the bias says="mean is taken in grad_bias"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.mean(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the bias is summed over the places only says="over places only ; keep axes"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: the bias is summed over the images only says="over images only"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=0)
    return grad_x, grad_weight, grad_bias


# %% wrong: the bias is summed over the channels says="number for each image"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(1, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: one number for all biases says="a NumPy array of shape (1,)"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum()
    return grad_x, grad_weight, grad_bias


# %% wrong: the bias keeps the axes it was summed over says="kept the axes"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3), keepdims=True)
    return grad_x, grad_weight, grad_bias


# %% wrong: no gradient of the bias says="tuple of 3 entries ; 3 entries"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight


# %% wrong: returned in another order says="in another order"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_weight, grad_x, grad_bias


# %% wrong: grad_weight comes last says="in another order" held_out=true
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_bias, grad_weight


# %% wrong: grad_weight is flipped says="grad_weight is flipped"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->ocab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight[:, :, ::-1, ::-1], grad_bias


# %% wrong: grad_weight with its channels exchanged says="channels of grad_weight"
def conv2d_backward(grad_out, x, weight, padding=0):
    view = np.lib.stride_tricks.sliding_window_view
    (h, w), (s_h, s_w), p = x.shape[2:], weight.shape[2:], padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_weight = np.einsum("noij,ncijab->coab", grad_out, view(padded, (s_h, s_w), axis=(2, 3)))
    around = np.pad(grad_out, ((0, 0), (0, 0), (s_h - 1, s_h - 1), (s_w - 1, s_w - 1)))
    kernel = weight[:, :, ::-1, ::-1]
    grad_x = np.einsum("noijab,ocab->ncij", view(around, (s_h, s_w), axis=(2, 3)), kernel)
    grad_x = grad_x[:, :, p : p + h, p : p + w]
    grad_bias = grad_out.sum(axis=(0, 2, 3))
    return grad_x, grad_weight, grad_bias


# %% wrong: assigns instead of adding, for the pixels says="is kept in grad_x"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] = g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: assigns instead of adding, for the weights says="is kept in grad_weight"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] = g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: assigns instead of adding, for the bias says="is kept in grad_bias" held_out=true
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] = g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: grad_out is forgotten in grad_weight says="grad_out is not used in grad_weight"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: grad_out is forgotten in grad_x says="grad_out is not used in grad_x" held_out=true
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: the bias counts outputs says="counts the outputs"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += 1
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: square kernels only says="could not be broadcast"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_h] += g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_h]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: the images are added up before they meet grad_out says="images are added up" held_out=true
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * padded.sum(axis=0)[:, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: arrays in the dtype of x says="array of integers ; Cannot cast"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros_like(padded)
    grad_weight = np.zeros_like(weight)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: weight and pixel exchanged says="pixel and weight are exchanged"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_weight[z] += g * weight[z]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: the last row and column of outputs left out says="last row and column of grad_out"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2] - 1):
                for j in range(grad_out.shape[3] - 1):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: the weight is indexed by the input channel says="channels of the weight ; not exchanged" held_out=true
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[:, z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: x without its padding in grad_weight, its windows from the top left says="without its padding ; could not be broadcast"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * x[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
    return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: the return stands inside the loop over images says="only the first image"
def conv2d_backward(grad_out, x, weight, padding=0):
    n, c, h, w = x.shape
    c_out, _, s_h, s_w = weight.shape
    p = padding
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    grad_padded = np.zeros(padded.shape)
    grad_weight = np.zeros(weight.shape)
    grad_bias = np.zeros(c_out)
    for m in range(n):
        for z in range(c_out):
            for i in range(grad_out.shape[2]):
                for j in range(grad_out.shape[3]):
                    g = grad_out[m, z, i, j]
                    grad_padded[m, :, i : i + s_h, j : j + s_w] += g * weight[z]
                    grad_weight[z] += g * padded[m, :, i : i + s_h, j : j + s_w]
                    grad_bias[z] += g
        return grad_padded[:, :, p : p + h, p : p + w], grad_weight, grad_bias


# %% wrong: a ready-made way back says="conv_backward`"
def conv2d_backward(grad_out, x, weight, padding=0):
    from convbook import conv_backward

    return tuple(conv_backward(grad_out, x, weight, padding=padding))


# %% wrong: autograd does it says="torch"
def conv2d_backward(grad_out, x, weight, padding=0):
    import torch

    x, weight = torch.tensor(x * 1.0, requires_grad=True), torch.tensor(weight * 1.0, requires_grad=True)
    torch.nn.functional.conv2d(x, weight, padding=padding).backward(torch.tensor(grad_out * 1.0))
    return x.grad.numpy(), weight.grad.numpy(), grad_out.sum(axis=(0, 2, 3))
