# %% right: every number to its pixel, in loops
def col2im(cols, shape, size, stride=1, padding=0):
    h, w = shape
    if isinstance(size, int):
        size = (size, size)
    s_h, s_w = size
    n = cols.shape[0]
    c = cols.shape[1] // (s_h * s_w)
    h_out = (h + 2 * padding - s_h) // stride + 1
    w_out = (w + 2 * padding - s_w) // stride + 1
    out = np.zeros((n, c, h, w))
    for m in range(n):
        for d in range(c):
            for t in range(s_h):
                for u in range(s_w):
                    for i in range(h_out):
                        for j in range(w_out):
                            row, column = i * stride + t - padding, j * stride + u - padding
                            if 0 <= row < h and 0 <= column < w:
                                out[m, d, row, column] += cols[m, (d * s_h + t) * s_w + u, i * w_out + j]
    return out


# %% right: one strided slice for each pixel of the window
def col2im(cols, shape, size, stride=1, padding=0):
    h, w = shape
    s_h, s_w = size if isinstance(size, tuple) else (size, size)
    tall, wide = h + 2 * padding, w + 2 * padding
    h_out, w_out = (tall - s_h) // stride + 1, (wide - s_w) // stride + 1
    parts = cols.reshape(cols.shape[0], -1, s_h, s_w, h_out, w_out)
    out = np.zeros((parts.shape[0], parts.shape[1], tall, wide), dtype=cols.dtype)
    for t in range(s_h):
        for u in range(s_w):
            out[:, :, t : t + stride * h_out : stride, u : u + stride * w_out : stride] += parts[:, :, t, u]
    return out[:, :, padding : padding + h, padding : padding + w]


# %% right: np.add.at with the places of all numbers
def col2im(cols, shape, size, stride=1, padding=0):
    h, w = shape
    s_h, s_w = (size, size) if np.ndim(size) == 0 else size
    h_out = (h + 2 * padding - s_h) // stride + 1
    w_out = (w + 2 * padding - s_w) // stride + 1
    parts = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    rows = np.arange(s_h)[:, None, None, None] + stride * np.arange(h_out)[:, None]
    columns = np.arange(s_w)[:, None, None] + stride * np.arange(w_out)
    out = np.zeros((*parts.shape[:2], h + 2 * padding, w + 2 * padding))
    np.add.at(out, (slice(None), slice(None), rows, columns), parts)
    return out[:, :, padding : padding + h, padding : padding + w]


# %% right: the transpose of im2col as a matrix
def col2im(cols, shape, size, stride=1, padding=0):
    h, w = shape
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * padding - s_h) // stride + 1, (w + 2 * padding - s_w) // stride + 1
    numbers = np.full((h + 2 * padding, w + 2 * padding), -1)
    numbers[padding : padding + h, padding : padding + w] = np.arange(h * w).reshape(h, w)
    taken = np.zeros((s_h * s_w * h_out * w_out, h * w))
    for row, (t, u, i, j) in enumerate(np.ndindex(s_h, s_w, h_out, w_out)):
        pixel = numbers[i * stride + t, j * stride + u]
        if pixel >= 0:
            taken[row, pixel] = 1
    return (cols.reshape(len(cols), -1, len(taken)) @ taken).reshape(len(cols), -1, h, w)


# %% wrong: assigns instead of adding says="`=` overwrites"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] = windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: fancy indexing, which adds one number a pixel says="adds once"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    t, u, i, j = np.indices((s_h, s_w, h_out, w_out)).reshape(4, -1)
    image = np.zeros((len(cols), cols.shape[1] // (s_h * s_w), h + 2 * p, w + 2 * p))
    image[:, :, i * stride + t, j * stride + u] += cols.reshape(*image.shape[:2], -1)
    return image[:, :, p : p + h, p : p + w]


# %% wrong: the mean where windows overlap says="mean of what meets"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    count = np.zeros((h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
            count[i * stride : i * stride + s_h, j * stride : j * stride + s_w] += 1
    image = image / np.maximum(count, 1)
    return image[:, :, p : p + h, p : p + w]


# %% wrong: the padding stays says="padding is still there"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image


# %% wrong: cuts the padding off at one end only says="at the bottom and the right only"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, :h, :w]


# %% wrong: p to minus p is empty without padding says="array is empty"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p:-p, p:-p]


# %% wrong: the image has no room for its padding says="without the padding"
def col2im(cols, shape, size, stride=1, padding=0):
    h, w = shape
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h - s_h) // stride + 1, (w - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h, w))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image


# %% wrong: the stride is forgotten in the places says="stride is forgotten"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i : i + s_h, j : j + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: the stride is forgotten in the number of places says="cannot reshape"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = h + 2 * p - s_h + 1, w + 2 * p - s_w + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: rounds the number of places up says="cannot reshape ; out of bounds"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = -(-(h + 2 * p - s_h) // stride) + 1, -(-(w + 2 * p - s_w) // stride) + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: windows a window apart says="a window apart ; broadcast"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * s_h : (i + 1) * s_h, j * s_w : (j + 1) * s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: the last row and column of places left out says="last place is left out"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out - 1):
        for j in range(w_out - 1):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: channels last in a column says="channels come first"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), s_h, s_w, -1, h_out, w_out).transpose(0, 3, 1, 2, 4, 5)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: places column by column says="places are counted column by column"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    image = np.zeros((len(cols), cols.shape[1] // (s_h * s_w), h + 2 * p, w + 2 * p))
    place = 0
    for j in range(w_out):
        for i in range(h_out):
            window = cols[:, :, place].reshape(len(cols), -1, s_h, s_w)
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += window
            place += 1
    return image[:, :, p : p + h, p : p + w]


# %% wrong: column number with the height says="i · w_out ; out of bounds"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    image = np.zeros((len(cols), cols.shape[1] // (s_h * s_w), h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            window = cols[:, :, i * h_out + j].reshape(len(cols), -1, s_h, s_w)
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += window
    return image[:, :, p : p + h, p : p + w]


# %% wrong: a window column by column says="pixels are counted column by column ; exchanged"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_w, s_h, h_out, w_out).swapaxes(2, 3)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: flipped windows, as in a convolution says="windows are flipped"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)[:, :, ::-1, ::-1]
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: the pair read as width and height says="exchanged ; cannot reshape"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_w, s_h = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: size is a number only says="tuple"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p, s = shape, padding, size
    h_out, w_out = (h + 2 * p - s) // stride + 1, (w + 2 * p - s) // stride + 1
    windows = cols.reshape(len(cols), -1, s, s, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s, j * stride : j * stride + s] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: size is a pair only says="'int' object is not subscriptable ; cannot unpack non-iterable int"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p, (s_h, s_w) = shape, padding, size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: whole numbers only says="array of integers ; cast"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p), dtype=int)
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: one channel, one image says="an axis is missing ; cannot reshape"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    image = np.zeros((h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            window = cols[0, : s_h * s_w, i * w_out + j].reshape(s_h, s_w)
            image[i * stride : i * stride + s_h, j * stride : j * stride + s_w] += window
    return image[p : p + h, p : p + w]


# %% wrong: the first image only says="only the first image"
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    image = np.zeros((len(cols), cols.shape[1] // (s_h * s_w), h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            window = cols[0, :, i * w_out + j].reshape(-1, s_h, s_w)
            image[0, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += window
    return image[:, :, p : p + h, p : p + w]


# %% wrong: only the first channel says="only the first channel" held_out=true
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    image = np.zeros((len(cols), cols.shape[1] // (s_h * s_w), h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            window = cols[:, : s_h * s_w, i * w_out + j].reshape(-1, s_h, s_w)
            image[:, 0, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += window
    return image[:, :, p : p + h, p : p + w]


# %% wrong: the return stands inside the loop says="inside the loop" held_out=true
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
            return image[:, :, p : p + h, p : p + w]


# %% wrong: the shape taken to be the padded image's says="without the padding"
def col2im(cols, shape, size, stride=1, padding=0):
    h, w = shape
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h - s_h) // stride + 1, (w - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h, w))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, padding : h - padding, padding : w - padding]


# %% wrong: shape with all four axes says="too many values to unpack ; not enough values to unpack" held_out=true
def col2im(cols, shape, size, stride=1, padding=0):
    n, c, h, w = shape
    p = padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(n, c, s_h, s_w, h_out, w_out)
    image = np.zeros((n, c, h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, i * stride : i * stride + s_h, j * stride : j * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: rows i and columns j exchanged in the image says="swapped ; could not be broadcast" held_out=true
def col2im(cols, shape, size, stride=1, padding=0):
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = (h + 2 * p - s_h) // stride + 1, (w + 2 * p - s_w) // stride + 1
    windows = cols.reshape(len(cols), -1, s_h, s_w, h_out, w_out)
    image = np.zeros((*windows.shape[:2], h + 2 * p, w + 2 * p))
    for i in range(h_out):
        for j in range(w_out):
            image[:, :, j * stride : j * stride + s_h, i * stride : i * stride + s_w] += windows[..., i, j]
    return image[:, :, p : p + h, p : p + w]


# %% wrong: a ready-made fold says="fold`"
def col2im(cols, shape, size, stride=1, padding=0):
    from convbook import fold

    return fold(cols, shape, size, stride=stride, padding=padding)
