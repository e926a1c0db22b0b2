# %% right: pixel by pixel
def pad2d(x, padding, value=0.0):
    if isinstance(padding, tuple):
        top, left = padding
    else:
        top = left = padding
    n, c, h, w = x.shape
    out = np.empty((n, c, h + 2 * top, w + 2 * left), dtype=x.dtype)
    for i in range(h + 2 * top):
        for j in range(w + 2 * left):
            if top <= i < top + h and left <= j < left + w:
                out[:, :, i, j] = x[:, :, i - top, j - left]
            else:
                out[:, :, i, j] = value
    return out


# %% right: strips of the frame, joined
def pad2d(x, padding, value=0.0):
    p, q = np.broadcast_to(padding, 2)
    n, c, h, w = x.shape
    side = np.full((n, c, h, q), value, dtype=x.dtype)
    wide = np.concatenate([side, x, side], axis=3)
    strip = np.full((n, c, p, w + 2 * q), value, dtype=x.dtype)
    return np.concatenate([strip, wide, strip], axis=2)


# %% right: zeros, filled, with the end of the slice taken from the shape
def pad2d(x, padding, value=0.0):
    try:
        a, b = padding
    except TypeError:
        a = b = padding
    H, W = x.shape[2] + 2 * a, x.shape[3] + 2 * b
    out = np.zeros((x.shape[0], x.shape[1], H, W), dtype=x.dtype)
    out[:] = value
    out[..., a : H - a, b : W - b] = x
    return out


# %% wrong: the pair is taken as (horizontal, vertical) says="(vertical, horizontal)"
def pad2d(x, padding, value=0.0):
    pw, ph = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: knows a number only says="error"
def pad2d(x, padding, value=0.0):
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * padding, w + 2 * padding), value, dtype=x.dtype)
    out[:, :, padding : padding + h, padding : padding + w] = x
    return out


# %% wrong: knows a pair only says="error"
def pad2d(x, padding, value=0.0):
    ph, pw = padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: the frame is on one side only, above and left says="above and on the left only"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + ph, w + pw), value, dtype=x.dtype)
    out[:, :, ph:, pw:] = x
    return out


# %% wrong: the frame is on one side only, below and right says="below and on the right only"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + ph, w + pw), value, dtype=x.dtype)
    out[:, :, :h, :w] = x
    return out


# %% wrong: the image stays in the corner of the larger array says="top left corner"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[:, :, :h, :w] = x
    return out


# %% wrong: the frame is always zero says="is ignored: the frame"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.zeros((n, c, h + 2 * ph, w + 2 * pw), dtype=x.dtype)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: whole numbers become floats says="wrong dtype"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: adds the value to zeros, which become floats says="wrong dtype"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.zeros((n, c, h + 2 * ph, w + 2 * pw), dtype=x.dtype) + value
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: a slice to -p, which is empty where p is 0 says="could not broadcast"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[:, :, ph:-ph, pw:-pw] = x
    return out


# %% wrong: np.pad with a number for all axes says="np.pad`"
def pad2d(x, padding, value=0.0):
    return np.pad(x, padding, constant_values=value)


# %% wrong: np.pad, used rightly says="np.pad`"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    return np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=value)


# %% wrong: the first number of the pair on all sides says="first number of the pair"
def pad2d(x, padding, value=0.0):
    p = padding if isinstance(padding, int) else padding[0]
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * p, w + 2 * p), value, dtype=x.dtype)
    out[:, :, p : p + h, p : p + w] = x
    return out


# %% wrong: the pair is taken as (before, after) says="(before, after)"
def pad2d(x, padding, value=0.0):
    before, after = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + before + after, w + before + after), value, dtype=x.dtype)
    out[:, :, before : before + h, before : before + w] = x
    return out


# %% wrong: adds the image onto the value says="added to the pixels"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[:, :, ph : ph + h, pw : pw + w] += x
    return out


# %% wrong: only the first image and channel says="first image"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[0, 0, ph : ph + h, pw : pw + w] = x[0, 0]
    return out


# %% wrong: writes the frame onto the image itself says="changes its input"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    x[:, :, :ph] = value
    x[:, :, x.shape[2] - ph :] = value
    x[..., :pw] = value
    x[..., x.shape[3] - pw :] = value
    return x


# %% wrong: repeats the border says="border is repeated"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    rows = np.clip(np.arange(-ph, h + ph), 0, h - 1)
    columns = np.clip(np.arange(-pw, w + pw), 0, w - 1)
    return x[:, :, rows][:, :, :, columns]


# %% wrong: the padding is shared out between the two sides says="at each end"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.full((n, c, h + ph, w + pw), value, dtype=x.dtype)
    out[:, :, ph // 2 : ph // 2 + h, pw // 2 : pw // 2 + w] = x
    return out


# %% wrong: takes images for square says="could not broadcast ; square"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, _ = x.shape
    out = np.full((n, c, h + 2 * ph, h + 2 * pw), value, dtype=x.dtype)
    out[:, :, ph : ph + h, pw : pw + h] = x
    return out


# %% wrong: only rows are padded says="only above and below"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    strip = np.full((n, c, ph, w), value, dtype=x.dtype)
    return np.concatenate([strip, x, strip], axis=2)


# %% wrong: multiplies ones by the value, so that the dtype goes says="wrong dtype" held_out=true
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.ones((n, c, h + 2 * ph, w + 2 * pw), dtype=x.dtype) * value
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: makes the frame, and forgets the image says="image is missing"
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    return np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)


# %% wrong: asks whether the value is truthy, and lets x pass where the padding is 0 says="missing ; input comes back" held_out=true
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    if not ph or not pw:
        return x.copy()
    n, c, h, w = x.shape
    out = np.full((n, c, h + 2 * ph, w + 2 * pw), value, dtype=x.dtype)
    out[:, :, ph : ph + h, pw : pw + w] = x
    return out


# %% wrong: the frame below is missing says="below ; too short" held_out=true
def pad2d(x, padding, value=0.0):
    ph, pw = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    side = np.full((n, c, h, pw), value, dtype=x.dtype)
    wide = np.concatenate([side, x, side], axis=3)
    strip = np.full((n, c, ph, w + 2 * pw), value, dtype=x.dtype)
    return np.concatenate([strip, wide], axis=2)


# %% wrong: writes value wherever there is a 0 says="pixels that are 0"
def pad2d(x, padding, value=0.0):
    p, q = (padding, padding) if isinstance(padding, int) else padding
    n, c, h, w = x.shape
    out = np.zeros((n, c, h + 2 * p, w + 2 * q), dtype=x.dtype)
    out[:, :, p : p + h, q : q + w] = x
    out[out == 0] = value
    return out
