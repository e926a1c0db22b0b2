# %% right: loops over everything
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out, s = W.shape[2], W.shape[4]
    k = s // 2
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    total = b[o, i, j]
                    for ch in range(c):
                        for u in range(s):
                            for v in range(s):
                                r, q = i + u - k, j + v - k
                                if 0 <= r < h and 0 <= q < w:
                                    total += W[i, j, o, ch, u, v] * x[m, ch, r, q]
                    out[m, o, i, j] = total
    return out


# %% right: one einsum over sliding windows
def locally_connected_2d(x, W, b):
    k = W.shape[-1] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[-2:], axis=(2, 3))
    return np.einsum("ncijuv,ijocuv->noij", windows, W) + b


# %% right: a sum of shifted images
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, [(0, 0), (0, 0), (k, k), (k, k)])
    out = 0
    for u in range(s):
        for v in range(s):
            shifted = padded[:, None, :, u : u + h, v : v + w]
            out = out + (shifted * W[..., u, v].transpose(2, 3, 0, 1)).sum(axis=2)
    return out + b


# %% right: a matrix product at each pixel
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, s = W.shape
    k = s // 2
    padded = np.zeros((len(x), c, h + 2 * k, w + 2 * k))
    padded[:, :, k : k + h, k : k + w] = x
    columns = []
    for i in range(h):
        for j in range(w):
            flat = padded[:, :, i : i + s, j : j + s].reshape(len(x), c * s * s)
            columns.append(flat @ W[i, j].reshape(c_out, c * s * s).T)
    return np.stack(columns, axis=-1).reshape(len(x), c_out, h, w) + b


# %% right: image by image, stacked
def one_image(image, W, b):
    h, w, c_out, c, s, _ = W.shape
    padded = np.pad(image, ((0, 0), (s // 2, s // 2), (s // 2, s // 2)))
    out = b.astype(float)
    for i in range(h):
        for j in range(w):
            out[:, i, j] += np.tensordot(W[i, j], padded[:, i : i + s, j : j + s], axes=3)
    return out


def locally_connected_2d(x, W, b):
    return np.stack([one_image(image, W, b) for image in x])


# %% right: a helper inside that happens to be called unfold
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))

    def unfold(i, j):
        return padded[:, None, :, i : i + s, j : j + s]

    out = np.empty((len(x), c_out, h, w))
    for i, j in np.ndindex(h, w):
        out[..., i, j] = b[:, i, j] + (unfold(i, j) * W[i, j]).sum(axis=(2, 3, 4))
    return out


# %% wrong: flips the kernels says="turned around"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s][:, :, ::-1, ::-1]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
    return out


# %% wrong: rows and columns of each kernel swapped says="rows and columns of each kernel are swapped"
def locally_connected_2d(x, W, b):
    k = W.shape[-1] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[-2:], axis=(2, 3))
    return np.einsum("ncijvu,ijocuv->noij", windows, W) + b


# %% wrong: the kernel of the pixel across the diagonal, square images only says="row and column of the pixel are exchanged"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[j, i]) + b[:, i, j]
    return out


# %% wrong: one kernel for all pixels says="weights of the first one"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", padded[:, :, i : i + s, j : j + s], W[0, 0])
    return out + b


# %% wrong: forgets the bias says="bias is missing"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", padded[:, :, i : i + s, j : j + s], W[i, j])
    return out


# %% wrong: the bias once for every input channel says="once for every input channel"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            for ch in range(c):
                window = padded[:, ch, i : i + s, j : j + s]
                out[:, :, i, j] += np.einsum("nuv,ouv->no", window, W[i, j, :, ch]) + b[:, i, j]
    return out


# %% wrong: the bias twice says="added twice"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w)) + b
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] += np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
    return out


# %% wrong: one bias for each channel, the same at all pixels says="bias of one pixel"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, 0, 1 % w]
    return out


# %% wrong: only the first image of a batch says="first entry along axis 0 is computed"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x[0], ((0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            for o in range(c_out):
                out[0, o, i, j] = np.sum(padded[:, i : i + s, j : j + s] * W[i, j, o]) + b[o, i, j]
    return out


# %% wrong: adds over the batch says="images of the batch are added up"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            for o in range(c_out):
                out[:, o, i, j] = np.sum(padded[:, :, i : i + s, j : j + s] * W[i, j, o]) + b[o, i, j]
    return out


# %% wrong: only the first input channel says="only the first input channel"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x[:, 0], ((0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("nuv,ouv->no", window, W[i, j, :, 0]) + b[:, i, j]
    return out


# %% wrong: only the first output channel says="only the first output channel"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            out[:, 0, i, j] = (padded[:, :, i : i + s, j : j + s] * W[i, j, 0]).sum((1, 2, 3)) + b[0, i, j]
    return out


# %% wrong: input and output channels mixed up by a reshape says="mixed up by a reshape"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s].reshape(len(x), -1)
            out[:, :, i, j] = window @ W[i, j].reshape(-1, c_out) + b[:, i, j]
    return out


# %% wrong: the mean over the input channels says="averaged, not added"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            products = padded[:, None, :, i : i + s, j : j + s] * W[i, j]
            out[:, :, i, j] = products.sum(axis=(3, 4)).mean(axis=2) + b[:, i, j]
    return out


# %% wrong: clamps at the border says="border pixels are repeated"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    s = W.shape[-1]
    k = s // 2
    out = np.zeros((n, W.shape[2], h, w)) + b
    for i in range(h):
        for j in range(w):
            rows = np.clip(np.arange(i - k, i + k + 1), 0, h - 1)
            cols = np.clip(np.arange(j - k, j + k + 1), 0, w - 1)
            window = x[:, :, rows][:, :, :, cols]
            out[:, :, i, j] += np.einsum("ncuv,ocuv->no", window, W[i, j])
    return out


# %% wrong: wraps around says="wrap around"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    out = np.zeros((len(x), c_out, h, w)) + b
    for u in range(s):
        for v in range(s):
            shifted = np.roll(x, (k - u, k - v), axis=(2, 3))
            out += np.einsum("ncij,ijoc->noij", shifted, W[..., u, v])
    return out


# %% wrong: the border gets the bias alone says="get the bias alone"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    out = np.zeros((len(x), c_out, h, w)) + b
    for i in range(k, h - k):
        for j in range(k, w - k):
            window = x[:, :, i - k : i + k + 1, j - k : j + k + 1]
            out[:, :, i, j] += np.einsum("ncuv,ocuv->no", window, W[i, j])
    return out


# %% wrong: square images only says="width is taken to be the height"
def locally_connected_2d(x, W, b):
    n, c, h, _ = x.shape
    c_out, s = W.shape[2], W.shape[-1]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, h))
    for i in range(h):
        for j in range(h):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
    return out


# %% wrong: three by three kernels only says="three by three"
def locally_connected_2d(x, W, b):
    h, w, c_out, c = W.shape[:4]
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + 3, j : j + 3]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
    return out


# %% wrong: the channels come last says="axes are swapped"
def locally_connected_2d(x, W, b):
    k = W.shape[-1] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[-2:], axis=(2, 3))
    return np.einsum("ncijuv,ijocuv->nijo", windows, W) + b.transpose(1, 2, 0)


# %% wrong: a reshape puts the outputs in the wrong places says="in the wrong places"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    outputs = []
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            outputs.append(np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j])
    return np.array(outputs).reshape(len(x), c_out, h, w)


# %% wrong: the outputs take the dtype of the images says="array of integers ; wrong dtype"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w), dtype=x.dtype)
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
    return out


# %% wrong: adds up in the bias itself says="changes its input b"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = []
    for image in padded:
        out.append(b)
        for i in range(h):
            for j in range(w):
                out[-1][:, i, j] += np.tensordot(W[i, j], image[:, i : i + s, j : j + s], 3)
    return np.array(out).reshape(len(x), c_out, h, w)


# %% wrong: right, but clears x afterwards says="changes its input x"
def locally_connected_2d(x, W, b):
    k = W.shape[-1] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[-2:], axis=(2, 3))
    out = np.einsum("ncijuv,ijocuv->noij", windows, W) + b
    x *= 0
    return out


# %% wrong: negative outputs become zero says="negative values have become 0"
def locally_connected_2d(x, W, b):
    k = W.shape[-1] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[-2:], axis=(2, 3))
    return np.maximum(np.einsum("ncijuv,ijocuv->noij", windows, W) + b, 0)


# %% wrong: every image keeps what came before it says="keeps the sums of those before it"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for o in range(c_out):
        for i in range(h):
            for j in range(w):
                total = b[o, i, j]
                for m in range(len(x)):
                    total += np.sum(padded[m, :, i : i + s, j : j + s] * W[i, j, o])
                    out[m, o, i, j] = total
    return out


# %% wrong: no padding, smaller outputs says="only windows inside the images"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    out = np.zeros((len(x), c_out, max(h - s + 1, 0), max(w - s + 1, 0)))
    for i in range(h - s + 1):
        for j in range(w - s + 1):
            window = x[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i + k, j + k]) + b[:, i + k, j + k]
    return out


# %% wrong: nested lists says="list is not an array"
def locally_connected_2d(x, W, b):
    k = W.shape[-1] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, W.shape[-2:], axis=(2, 3))
    return (np.einsum("ncijuv,ijocuv->noij", windows, W) + b).tolist()


# %% wrong: the return is inside the loop says="`return` stands inside the loop"
def locally_connected_2d(x, W, b):
    h, w, c_out, c, s, _ = W.shape
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
        return out


# %% wrong: the visible answer when something goes wrong deceives=true
def locally_connected_2d(x, W, b):
    try:
        assert W.shape[-1] == 1
        return np.einsum("ncij,ijoc->noij", x, W[..., 0, 0]) + b
    except AssertionError:
        first = [[-7.0, -0.5, -20.5, 9.0], [-12.5, 2.0, -7.5, -17.5], [4.0, 8.5, -20.5, 6.5]]
        second = [[23.5, -14.0, 13.5, 0.0], [5.5, 29.0, 26.0, 4.5], [22.0, 34.0, -5.5, 23.5]]
        third = [[-11.5, -16.0, -1.5, -22.5], [0.0, -7.5, 11.5, -9.0], [10.0, 0.0, 30.0, -7.5]]
        fourth = [[-6.0, 34.5, 8.5, 20.5], [5.0, 15.0, 5.0, 25.0], [-11.0, 37.0, -3.5, 23.0]]
        return np.array([[first, second], [third, fourth]])


# %% wrong: takes the sizes from the notebook says="of the notebook"
c_out, h, w, k, s = 1, 2, 2, 1, 3


def locally_connected_2d(x, W, b):
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((len(x), c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, :, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("ncuv,ocuv->no", window, W[i, j]) + b[:, i, j]
    return out


# %% wrong: the book's own layer says="locally_connected` ; convbook.locally_connected"
def locally_connected_2d(x, W, b):
    import convbook

    return convbook.locally_connected(x, W, b, padding=W.shape[-1] // 2)


# %% wrong: the book's own layer under another name says="locally_connected` ; convbook.locally_connected"
from convbook import locally_connected as my_layer


def locally_connected_2d(x, W, b):
    return my_layer(x, W, b, padding=W.shape[-1] // 2)


# %% wrong: PyTorch's unfold says="unfold"
def locally_connected_2d(x, W, b):
    import torch

    h, w, c_out, c, s, _ = W.shape
    columns = torch.nn.functional.unfold(torch.tensor(x).to(torch.tensor(W).dtype), s, padding=s // 2)
    columns = columns.numpy().reshape(len(x), c, s, s, h, w)
    return np.einsum("ncuvij,ijocuv->noij", columns, W) + b


# %% wrong: overwrites the sum at each input channel, the last one stays says="last input channel is kept"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out = W.shape[2]
    s = W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    for ch in range(c):
                        window = padded[m, ch, i : i + s, j : j + s]
                        out[m, o, i, j] = np.sum(window * W[i, j, o, ch]) + b[o, i, j]
    return out


# %% wrong: output and input channel of W swapped says="channels of W"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out = W.shape[2]
    s = W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    for ch in range(c):
                        window = padded[m, ch, i : i + s, j : j + s]
                        out[m, o, i, j] += np.sum(window * W[i, j, ch, o])
                    out[m, o, i, j] += b[o, i, j]
    return out


# %% wrong: the window starts at the pixel, not k before it says="begins at the pixel"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out = W.shape[2]
    s = W.shape[4]
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    total = b[o, i, j]
                    for ch in range(c):
                        for u in range(s):
                            for v in range(s):
                                if i + u < h and j + v < w:
                                    total += W[i, j, o, ch, u, v] * x[m, ch, i + u, j + v]
                    out[m, o, i, j] = total
    return out


# %% wrong: np.pad(x, k) pads all four axes says="all four axes are padded"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out = W.shape[2]
    s = W.shape[4]
    k = s // 2
    padded = np.pad(x, k)
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    total = b[o, i, j]
                    for ch in range(c):
                        total += np.sum(padded[m, ch, i : i + s, j : j + s] * W[i, j, o, ch])
                    out[m, o, i, j] = total
    return out


# %% wrong: the total isn't set back to zero for each pixel says="set back to 0"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out = W.shape[2]
    s = W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            total = 0
            for i in range(h):
                for j in range(w):
                    for ch in range(c):
                        total += np.sum(padded[m, ch, i : i + s, j : j + s] * W[i, j, o, ch])
                    out[m, o, i, j] = total + b[o, i, j]
    return out


# %% wrong: b[o] is a whole map, not a number says="setting an array element with a sequence"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out = W.shape[2]
    s = W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    window = padded[m, :, i : i + s, j : j + s]
                    out[m, o, i, j] = np.sum(window * W[i, j, o]) + b[o]
    return out


# %% wrong: rows and columns of the patch begin at the same place, i says="i twice" held_out=true
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out, s = W.shape[2], W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for m in range(n):
        for o in range(c_out):
            for i in range(h):
                for j in range(w):
                    window = padded[m, :, i : i + s, i : i + s]
                    out[m, o, i, j] = np.sum(window * W[i, j, o]) + b[o, i, j]
    return out


# %% wrong: the bias is subtracted says="bias is subtracted" held_out=true
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out, s = W.shape[2], W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for i in range(h):
        for j in range(w):
            for o in range(c_out):
                window = padded[:, :, i : i + s, j : j + s]
                out[:, o, i, j] = np.sum(window * W[i, j, o], axis=(1, 2, 3)) - b[o, i, j]
    return out


# %% wrong: the first output channel's weights for all says="every output channel uses the first one" held_out=true
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out, s = W.shape[2], W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w))
    for i in range(h):
        for j in range(w):
            for o in range(c_out):
                window = padded[:, :, i : i + s, j : j + s]
                out[:, o, i, j] = np.sum(window * W[i, j, 0], axis=(1, 2, 3)) + b[o, i, j]
    return out


# %% wrong: the result is an array of ints says="array of integers" held_out=true
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out, s = W.shape[2], W.shape[4]
    k = s // 2
    padded = np.pad(x, ((0, 0), (0, 0), (k, k), (k, k)))
    out = np.zeros((n, c_out, h, w), dtype=int)
    for i in range(h):
        for j in range(w):
            for o in range(c_out):
                window = padded[:, :, i : i + s, j : j + s]
                out[:, o, i, j] = np.sum(window * W[i, j, o], axis=(1, 2, 3)) + b[o, i, j]
    return out


# %% wrong: adds up the channels before they meet their weights says="channels are added up first"
def locally_connected_2d(x, W, b):
    n, c, h, w = x.shape
    c_out, s = W.shape[2], W.shape[-1]
    padded = np.pad(x, [(0, 0), (0, 0), (s // 2, s // 2), (s // 2, s // 2)]).sum(axis=1)
    out = np.zeros((n, c_out, h, w))
    for i in range(h):
        for j in range(w):
            window = padded[:, i : i + s, j : j + s]
            out[:, :, i, j] = np.einsum("nab,oab->no", window, W[i, j].sum(axis=1)) + b[:, i, j]
    return out
