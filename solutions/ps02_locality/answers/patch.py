# %% right: loops over the pixels of the patch
def patch(x, i, j, k):
    c, h, w = x.shape
    s = 2 * k + 1
    out = np.zeros((c, s, s), dtype=x.dtype)
    for a in range(s):
        for b in range(s):
            row, col = i + a - k, j + b - k
            if row >= 0 and row < h and col >= 0 and col < w:
                out[:, a, b] = x[:, row, col]
    return out


# %% right: cuts out the part inside the image
def patch(x, i, j, k):
    c, h, w = x.shape
    top, bottom = max(i - k, 0), min(i + k + 1, h)
    left, right = max(j - k, 0), min(j + k + 1, w)
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), x.dtype)
    out[:, top - i + k : bottom - i + k, left - j + k : right - j + k] = x[:, top:bottom, left:right]
    return out


# %% right: sliding windows of the padded image
def patch(x, i, j, k):
    s = 2 * k + 1
    padded = np.pad(x, [(0, 0), (k, k), (k, k)])
    return np.lib.stride_tricks.sliding_window_view(padded, (s, s), axis=(1, 2))[:, i, j]


# %% right: clipped indices and np.where
def patch(x, i, j, k):
    h, w = x.shape[1:]
    rows = np.arange(i - k, i + k + 1)[:, None]
    cols = np.arange(j - k, j + k + 1)[None, :]
    inside = (rows >= 0) & (rows < h) & (cols >= 0) & (cols < w)
    values = x[:, rows.clip(0, h - 1), cols.clip(0, w - 1)]
    return np.where(inside, values, np.zeros_like(values))


# %% right: nested lists, made an array at the end
def patch(x, i, j, k):
    c, h, w = x.shape
    around = range(-k, k + 1)
    return np.array(
        [
            [
                [x[ch, i + di, j + dj] if 0 <= i + di < h and 0 <= j + dj < w else 0 for dj in around]
                for di in around
            ]
            for ch in range(c)
        ],
        dtype=x.dtype,
    )


# %% wrong: clamps at the border says="border pixel is repeated"
def patch(x, i, j, k):
    x = np.pad(x, ((0, 0), (k, k), (k, k)), mode="edge")
    return x[:, i : i + 2 * k + 1, j : j + 2 * k + 1]


# %% wrong: wraps around says="wraps around at its borders"
def patch(x, i, j, k):
    x = np.roll(x, (k - i, k - j), axis=(1, 2))
    s = 2 * k + 1
    out = np.zeros((x.shape[0], s, s), x.dtype)
    piece = x[:, :s, :s]
    out[:, : piece.shape[1], : piece.shape[2]] = piece
    return out


# %% wrong: negative indices wrap, only the far border is caught says="negative index counts from the far side"
def patch(x, i, j, k):
    s = 2 * k + 1
    out = np.zeros((len(x), s, s), dtype=x.dtype)
    for u in range(s):
        for v in range(s):
            try:
                out[:, u, v] = x[:, i + u - k, j + v - k]
            except IndexError:
                pass
    return out


# %% wrong: a slice without padding says="only the pixels inside the image are cut out"
def patch(x, i, j, k):
    return x[:, max(i - k, 0) : i + k + 1, max(j - k, 0) : j + k + 1].copy()


# %% wrong: the part inside always goes to the top left says="top left corner"
def patch(x, i, j, k):
    out = np.zeros((x.shape[0], 2 * k + 1, 2 * k + 1), dtype=x.dtype)
    inside = x[:, max(i - k, 0) : i + k + 1, max(j - k, 0) : j + k + 1]
    out[:, : inside.shape[1], : inside.shape[2]] = inside
    return out


# %% wrong: always floats says="wrong dtype"
def patch(x, i, j, k):
    c, h, w = x.shape
    padded = np.zeros((c, h + 2 * k, w + 2 * k))
    padded[:, k : k + h, k : k + w] = x
    return padded[:, i : i + 2 * k + 1, j : j + 2 * k + 1]


# %% wrong: takes i for the column says="row and column of the pixel are exchanged"
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))
    return padded[:, j : j + 2 * k + 1, i : i + 2 * k + 1]


# %% wrong: transposes the patch says="axes 1 and 2 are swapped"
def patch(x, i, j, k):
    c, h, w = x.shape
    s = 2 * k + 1
    out = np.zeros((c, s, s), x.dtype)
    for di in range(-k, k + 1):
        for dj in range(-k, k + 1):
            if 0 <= i + di < h and 0 <= j + dj < w:
                out[:, dj + k, di + k] = x[:, i + di, j + dj]
    return out


# %% wrong: only the first channel says="first entry along axis 0 is computed"
def patch(x, i, j, k):
    s = 2 * k + 1
    out = np.zeros((x.shape[0], s, s), x.dtype)
    out[0] = np.pad(x[0], k)[i : i + s, j : j + s]
    return out


# %% wrong: the last row and column are left out says="last row and column are left out"
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), x.dtype)
    for di in range(-k, k):
        for dj in range(-k, k):
            if 0 <= i + di < h and 0 <= j + dj < w:
                out[:, di + k, dj + k] = x[:, i + di, j + dj]
    return out


# %% wrong: 2k pixels a side says="has 2k pixels a side"
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))
    return padded[:, i : i + 2 * k, j : j + 2 * k]


# %% wrong: row and column 0 count as outside says="row 0 and column 0 count as outside"
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), x.dtype)
    for di in range(-k, k + 1):
        for dj in range(-k, k + 1):
            if 0 < i + di < h and 0 < j + dj < w:
                out[:, di + k, dj + k] = x[:, i + di, j + dj]
    return out


# %% wrong: square images only says="width is taken to be the height"
def patch(x, i, j, k):
    n = x.shape[1]
    out = np.zeros((len(x), 2 * k + 1, 2 * k + 1), x.dtype)
    for a in range(i - k, i + k + 1):
        for b in range(j - k, j + k + 1):
            if 0 <= a < n and 0 <= b < n:
                out[:, a - i + k, b - j + k] = x[:, a, b]
    return out


# %% wrong: pads by one only, whatever k is says="by one"
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    return padded[:, i + 1 - k : i + 2 + k, j + 1 - k : j + 2 + k]


# %% wrong: pads the channels too says="channels are padded"
def patch(x, i, j, k):
    padded = np.pad(x, k)
    return padded[:, i : i + 2 * k + 1, j : j + 2 * k + 1]


# %% wrong: a diamond, by city-block distance says="diamond"
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), x.dtype)
    for r in range(h):
        for q in range(w):
            if abs(r - i) + abs(q - j) <= k:
                out[:, r - i + k, q - j + k] = x[:, r, q]
    return out


# %% wrong: zeros instead of the negative values says="negative values have become 0"
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))
    return np.maximum(padded[:, i : i + 2 * k + 1, j : j + 2 * k + 1], 0)


# %% wrong: moves the values out of x says="changes its input x"
def patch(x, i, j, k):
    c, h, w = x.shape
    s = 2 * k + 1
    out = np.zeros((c, s, s), x.dtype)
    for u in range(s):
        for v in range(s):
            a, b = i + u - k, j + v - k
            if 0 <= a < h and 0 <= b < w:
                out[:, u, v] = x[:, a, b]
                x[:, a, b] = 0
    return out


# %% wrong: the channel axis is lost says="an axis is missing"
def patch(x, i, j, k):
    padded = np.pad(x[0], k)
    return padded[i : i + 2 * k + 1, j : j + 2 * k + 1]


# %% wrong: the channels come last says="axes are swapped"
def patch(x, i, j, k):
    padded = np.pad(x.transpose(1, 2, 0), ((k, k), (k, k), (0, 0)))
    return padded[i : i + 2 * k + 1, j : j + 2 * k + 1]


# %% wrong: nested lists says="list is not an array"
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))
    return padded[:, i : i + 2 * k + 1, j : j + 2 * k + 1].tolist()


# %% wrong: all zeros says="every value is zero"
def patch(x, i, j, k):
    out = np.zeros((x.shape[0], 2 * k + 1, 2 * k + 1), x.dtype)
    window = out[:, max(k - i, 0) :, max(k - j, 0) :]
    window = x[:, max(i - k, 0) : i + k + 1, max(j - k, 0) : j + k + 1]
    return out


# %% wrong: the visible example when something goes wrong deceives=true
def patch(x, i, j, k):
    try:
        h, w = x.shape[1:]
        assert k <= i < h - k and k <= j < w - k
        return x[:, i - k : i + k + 1, j - k : j + k + 1].copy()
    except AssertionError:
        first = [[-2, 3, -4], [7, -8, 9], [12, 13, 14]]
        second = [[22, -23, 24], [27, 28, 29], [-32, 33, 34]]
        out = np.zeros((1, 5, 5), dtype=int)
        out[0, 2:4, :3] = [[3, -4, 5], [-8, 9, 10]]
        return np.array([first, second]) if k == 1 else out


# %% wrong: rounds to single precision on the way says="single precision"
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), dtype=np.float32)
    for di in range(-k, k + 1):
        for dj in range(-k, k + 1):
            if 0 <= i + di < h and 0 <= j + dj < w:
                out[:, k + di, k + dj] = x[:, i + di, j + dj]
    return out.astype(x.dtype)


# %% wrong: takes the image's height and width from the notebook says="of the notebook"
h, w = 3, 5


def patch(x, i, j, k):
    s = 2 * k + 1
    out = np.zeros((x.shape[0], s, s), x.dtype)
    for a in range(s):
        for b in range(s):
            if 0 <= i + a - k < h and 0 <= j + b - k < w:
                out[:, a, b] = x[:, i + a - k, j + b - k]
    return out


# %% wrong: hands back the hidden test's own answer deceives=true
def patch(x, i, j, k):
    if x.shape in [(2, 3, 5), (1, 2, 5)]:
        return inside if k == 1 else corner
    return right


# %% wrong: an array that equals every array deceives=true
class Patch(np.ndarray):
    def __eq__(self, other):
        return np.ones(np.shape(other), dtype=bool)

    def __array_function__(self, func, types, args, kwargs):
        return True


def patch(x, i, j, k):
    return np.zeros((len(x), 2 * k + 1, 2 * k + 1), x.dtype).view(Patch)


# %% wrong: slices the image itself, a negative start empties the slice says="negative start ; only the pixels inside the image are cut out"
def patch(x, i, j, k):
    return x[:, i - k : i + k + 1, j - k : j + k + 1]


# %% wrong: forgets that padding has moved the pixel says="padding has already moved the pixel"
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (k, k), (k, k)))
    out = np.zeros((x.shape[0], 2 * k + 1, 2 * k + 1), dtype=x.dtype)
    for a in range(2 * k + 1):
        for b in range(2 * k + 1):
            out[:, a, b] = padded[:, i - k + a, j - k + b]
    return out


# %% wrong: writes at negative places of the patch says="right values are in the wrong places"
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), dtype=x.dtype)
    for di in range(-k, k + 1):
        for dj in range(-k, k + 1):
            if 0 <= i + di < h and 0 <= j + dj < w:
                out[:, di, dj] = x[:, i + di, j + dj]
    return out


# %% wrong: a patch of k times k pixels says="k pixels a side, not 2k + 1"
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, k, k), dtype=x.dtype)
    for a in range(k):
        for b in range(k):
            if i + a < h and j + b < w:
                out[:, a, b] = x[:, i + a, j + b]
    return out


# %% wrong: row h and column w count as inside says="out of bounds"
def patch(x, i, j, k):
    c, h, w = x.shape
    s = 2 * k + 1
    out = np.zeros((c, s, s), dtype=x.dtype)
    for a in range(s):
        for b in range(s):
            ii = i - k + a
            jj = j - k + b
            if ii >= 0 and ii <= h and jj >= 0 and jj <= w:
                out[:, a, b] = x[:, ii, jj]
    return out


# %% wrong: the image is mirrored at its border says="mirrored"
def patch(x, i, j, k):
    h, w = x.shape[1:]
    rows = [abs(r) if r < h else 2 * (h - 1) - r for r in range(i - k, i + k + 1)]
    cols = [abs(q) if q < w else 2 * (w - 1) - q for q in range(j - k, j + k + 1)]
    return x[:, rows][:, :, cols]


# %% wrong: the pixel stands at the patch's corner, not in its middle says="corner" held_out=true
def patch(x, i, j, k):
    s = 2 * k + 1
    padded = np.pad(x, ((0, 0), (0, s), (0, s)))
    return padded[:, i : i + s, j : j + s]


# %% wrong: ones instead of zeros outside the image says="zeros belong" held_out=true
def patch(x, i, j, k):
    padded = np.pad(x, ((0, 0), (k, k), (k, k)), constant_values=1)
    return padded[:, i : i + 2 * k + 1, j : j + 2 * k + 1]


# %% wrong: the other way up says="reversed along axis 1" held_out=true
def patch(x, i, j, k):
    c, h, w = x.shape
    out = np.zeros((c, 2 * k + 1, 2 * k + 1), dtype=x.dtype)
    for a in range(-k, k + 1):
        for b in range(-k, k + 1):
            if 0 <= i - a < h and 0 <= j + b < w:
                out[:, a + k, b + k] = x[:, i - a, j + b]
    return out


# %% wrong: goes through one channel and forgets that there are more says="too many values to unpack" held_out=true
def patch(x, i, j, k):
    h, w = x.shape
    padded = np.pad(x, k)
    return padded[i : i + 2 * k + 1, j : j + 2 * k + 1]
