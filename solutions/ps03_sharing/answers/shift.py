# %% right: pad, then cut
def shift(x, dy, dx):
    h, w = x.shape[-2:]
    widths = [(0, 0)] * (x.ndim - 2) + [(abs(dy), abs(dy)), (abs(dx), abs(dx))]
    padded = np.pad(x, widths)
    return padded[..., abs(dy) - dy : abs(dy) - dy + h, abs(dx) - dx : abs(dx) - dx + w]


# %% right: pixel by pixel
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[..., i, j] = x[..., i - dy, j - dx]
    return out


# %% right: roll, then blank what came round
def shift(x, dy, dx):
    out = np.roll(x, (dy, dx), axis=(-2, -1)).copy()
    h, w = x.shape[-2:]
    rows = np.arange(h) - dy
    columns = np.arange(w) - dx
    out[..., (rows < 0) | (rows >= h), :] = 0
    out[..., (columns < 0) | (columns >= w)] = 0
    return out


# %% wrong: rolls around says="comes back on the other"
def shift(x, dy, dx):
    return np.roll(x, (dy, dx), axis=(-2, -1))


# %% wrong: the other way says="moves the other way"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i + dy < h and 0 <= j + dx < w:
                out[..., i, j] = x[..., i + dy, j + dx]
    return out


# %% wrong: rows and columns mixed up says="exchanged"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dx < h and 0 <= j - dy < w:
                out[..., i, j] = x[..., i - dx, j - dy]
    return out


# %% wrong: positive shifts only says="negative shift"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    out[..., dy:, dx:] = x[..., : h - dy, : w - dx]
    return out


# %% wrong: the first two axes says="first two axes move"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if 0 <= i - dy < x.shape[0] and 0 <= j - dx < x.shape[1]:
                out[i, j] = x[i - dy, j - dx]
    return out


# %% wrong: a shift of zero empties the image says="shift of 0"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    if dy > 0:
        out[..., dy:, :] = x[..., :-dy, :]
    elif dy < 0:
        out[..., :dy, :] = x[..., -dy:, :]
    x, out = out, np.zeros_like(x)
    if dx > 0:
        out[..., :, dx:] = x[..., :, :-dx]
    elif dx < 0:
        out[..., :, :dx] = x[..., :, -dx:]
    return out


# %% wrong: whole numbers become floats says="wrong dtype"
def shift(x, dy, dx):
    out = np.zeros(x.shape)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[..., i, j] = x[..., i - dy, j - dx]
    return out


# %% wrong: negative indices come from the far side says="negative index counts from the far side"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if i - dy < h and j - dx < w and dy <= h and dx <= w:
                out[..., i, j] = x[..., (i - dy) % h, (j - dx) % w]
    return out


# %% wrong: square images only says="width is taken to be the height"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h = x.shape[-2]
    for i in range(h):
        for j in range(h):
            if 0 <= i - dy < h and 0 <= j - dx < h:
                out[..., i, j] = x[..., i - dy, j - dx]
    return out


# %% wrong: changes its input says="changes its input x"
def shift(x, dy, dx):
    old = x.copy()
    x[...] = 0
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                x[..., i, j] = old[..., i - dy, j - dx]
    return x


# %% wrong: returns the input says="input comes back"
def shift(x, dy, dx):
    return x.copy()


# %% wrong: the image gets smaller says="gets smaller"
def shift(x, dy, dx):
    h, w = x.shape[-2:]
    return x[..., max(-dy, 0) : h - max(dy, 0), max(-dx, 0) : w - max(dx, 0)]


# %% wrong: repeats the border says="border is repeated"
def shift(x, dy, dx):
    h, w = x.shape[-2:]
    rows = np.clip(np.arange(h) - dy, 0, h - 1)
    columns = np.clip(np.arange(w) - dx, 0, w - 1)
    return x[..., rows[:, None], columns]


# %% wrong: x[:-dy] is empty when dy is 0 says="negative shift ; empty"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    out[..., dy:, dx:] = x[..., :-dy, :-dx]
    return out


# %% wrong: rolls, then blanks the wrong side for negative shifts says="negative shift"
def shift(x, dy, dx):
    out = np.roll(x, (dy, dx), axis=(-2, -1))
    out[..., :dy, :] = 0
    out[..., :, :dx] = 0
    return out


# %% wrong: no upper limit, so a negative shift leaves the image says="out of bounds"
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2], x.shape[-1]
    for i in range(h):
        for j in range(w):
            if i - dy >= 0 and j - dx >= 0:
                out[..., i, j] = x[..., i - dy, j - dx]
    return out


# %% wrong: dx moves the rows and dy the columns says="exchanged"
def shift(x, dy, dx):
    h, w = x.shape[-2:]
    p = max(abs(dy), abs(dx))
    widths = [(0, 0)] * (x.ndim - 2) + [(p, p), (p, p)]
    padded = np.pad(x, widths)
    return padded[..., p - dx : p - dx + h, p - dy : p - dy + w]


# %% wrong: works on a copy, so old pixels stay where zeros belong says="still there"
def shift(x, dy, dx):
    out = x.copy()
    h, w = x.shape[-2], x.shape[-1]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[..., i, j] = x[..., i - dy, j - dx]
    return out


# %% wrong: rows go the other way, columns don't says="rows move the other way" held_out=true
def shift(x, dy, dx):
    out = np.zeros_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i + dy < h and 0 <= j - dx < w:
                out[..., i, j] = x[..., i + dy, j - dx]
    return out


# %% wrong: forgets the channels, two axes only says="too many values to unpack" held_out=true
def shift(x, dy, dx):
    h, w = x.shape
    out = np.zeros((h, w), dtype=x.dtype)
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[i, j] = x[i - dy, j - dx]
    return out


# %% wrong: ones enter, not zeros says="zeros must enter" held_out=true
def shift(x, dy, dx):
    out = np.ones_like(x)
    h, w = x.shape[-2:]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[..., i, j] = x[..., i - dy, j - dx]
    return out


# %% wrong: images of three axes only says="not enough values to unpack"
def shift(x, dy, dx):
    c, h, w = x.shape
    out = np.zeros_like(x)
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[:, i, j] = x[:, i - dy, j - dx]
    return out
