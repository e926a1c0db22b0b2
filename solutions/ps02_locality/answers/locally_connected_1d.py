# %% right: two loops and an if
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            if 0 <= i + t - k < n:
                h[i] += W[i, t] * x[i + t - k]
    return h


# %% right: einsum over sliding windows
def locally_connected_1d(x, W):
    s = W.shape[1]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, s // 2), s)
    return np.einsum("it,it->i", W, windows)


# %% right: pure Python sums
def locally_connected_1d(x, W):
    n, k = len(x), len(W[0]) // 2
    return np.array(
        [sum(w * x[j] for j, w in enumerate(row, start=i - k) if 0 <= j < n) for i, row in enumerate(W)]
    )


# %% right: an index table
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    index = np.arange(n)[:, None] + np.arange(s) + (s - 1 - k)
    surrounded = np.concatenate([np.zeros(s - 1), x, np.zeros(s - 1)])
    return (W * surrounded[index]).sum(axis=1)


# %% right: the band matrix of a dense layer
def locally_connected_1d(x, W):
    n, s = W.shape
    dense = np.zeros((n, n + s - 1))
    for i in range(n):
        dense[i, i : i + s] = W[i]
    k = s // 2
    return dense[:, k : k + n] @ x


# %% right: recursion over the outputs
def locally_connected_1d(x, W):
    k = W.shape[1] // 2

    def outputs(i, padded):
        if i == len(W):
            return []
        return [W[i] @ padded[: W.shape[1]], *outputs(i + 1, padded[1:])]

    return np.array(outputs(0, np.pad(x, k)))


# %% right: a variable that happens to be called conv
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    conv = np.zeros(n)
    for i in range(n):
        conv[i] = np.dot(W[i], padded[i : i + s])
    return conv


# %% right: a single output, vectorised
def output(window, weights):
    return np.sum(window * weights)


def windows_of(x, s):
    k = s // 2
    padded = np.zeros(len(x) + 2 * k)
    padded[k : k + len(x)] = x
    return np.array([padded[i : i + s] for i in range(len(x))])


locally_connected_1d = lambda x, W: np.array([output(p, w) for p, w in zip(windows_of(x, W.shape[1]), W)])


# %% right: np.vectorize with a signature
def one_signal(x, W):
    s = W.shape[1]
    padded = np.pad(x, s // 2)
    return np.array([W[i] @ padded[i : i + s] for i in range(len(x))])


locally_connected_1d = np.vectorize(one_signal, signature="(n),(n,s)->(n)")


# %% wrong: flips the weights says="turned around"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    return np.array([np.dot(W[i, ::-1], padded[i : i + s]) for i in range(n)])


# %% wrong: the first row of weights for every output says="weights of the first one"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    return np.array([np.dot(W[0], padded[i : i + s]) for i in range(n)])


# %% wrong: weights go with the input pixel, not with the output says="go with the input pixel"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    out = np.zeros(n)
    for j in range(n):
        for t in range(s):
            i = j + t - k
            if 0 <= i < n:
                out[i] += W[j, t] * x[j]
    return out


# %% wrong: rows and columns of W swapped says="rows and columns of W are mixed up"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    W = W.reshape(s, n)
    return sum(W[t] * padded[t : t + n] for t in range(s))


# %% wrong: clamps at the border says="border pixel is repeated"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    out = np.zeros(n)
    for i in range(n):
        for t in range(s):
            out[i] += W[i, t] * x[min(max(i + t - k, 0), n - 1)]
    return out


# %% wrong: wraps around says="wraps around at its ends"
def locally_connected_1d(x, W):
    k = W.shape[1] // 2
    return sum(W[:, t] * np.roll(x, k - t) for t in range(2 * k + 1))


# %% wrong: negative indices wrap, only the far end is caught says="negative index counts from the end"
def locally_connected_1d(x, W):
    n, s = W.shape
    out = np.zeros(n)
    for i in range(n):
        for t in range(s):
            try:
                out[i] += W[i, t] * x[i + t - s // 2]
            except IndexError:
                continue
    return out


# %% wrong: three weights only says="three weights"
def locally_connected_1d(x, W):
    padded = np.pad(x, 1)
    return W[:, 0] * padded[:-2] + W[:, 1] * padded[1:-1] + W[:, 2] * padded[2:]


# %% wrong: the border outputs stay zero says="beyond the signal stay zero"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    out = np.zeros(n)
    for i in range(k, n - k):
        out[i] = W[i] @ x[i - k : i + k + 1]
    return out


# %% wrong: the window starts at the output says="begins at the pixel"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, (0, s - 1))
    return np.array([W[i] @ padded[i : i + s] for i in range(n)])


# %% wrong: the last weight is left out says="last weight"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    out = np.zeros(n)
    for i in range(n):
        for j in range(max(0, i - k), min(n - 1, i + k)):
            out[i] += W[i, j - i + k] * x[j]
    return out


# %% wrong: the last pixel of the signal counts as outside says="last pixel counts as outside"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    out = np.zeros(n)
    for i in range(n):
        for t in range(s):
            if 0 <= i + t - k < n - 1:
                out[i] += W[i, t] * x[i + t - k]
    return out


# %% wrong: only windows inside the signal says="only windows inside the signal"
def locally_connected_1d(x, W):
    n, s = W.shape
    return np.array([W[i] @ x[i : i + s] for i in range(n - s + 1)])


# %% wrong: the outputs take the dtype of the signal says="wrong dtype ; array of integers"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    out = np.zeros_like(x)
    for i in range(n):
        out[i] = (W[i] * padded[i : i + s]).sum()
    return out


# %% wrong: whole weights says="cut to whole numbers"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    out = np.zeros(n)
    for i in range(n):
        for t in range(s):
            out[i] += int(W[i, t]) * padded[i + t]
    return out


# %% wrong: the mean of the products says="averaged, not added"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    return np.array([np.mean(W[i] * padded[i : i + s]) for i in range(n)])


# %% wrong: negative outputs become zero says="negative values have become 0"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    return np.array([max(0.0, W[i] @ padded[i : i + s]) for i in range(n)])


# %% wrong: outputs feed the next ones says="next output still reads"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x.astype(float), s // 2)
    for i in range(n):
        padded[i + s // 2] = W[i] @ padded[i : i + s]
    return padded[s // 2 : s // 2 + n]


# %% wrong: multiplies the weights in place says="changes its input W"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2).astype(W.dtype)
    for i in range(n):
        W[i] *= padded[i : i + s]
    return W.sum(axis=1)


# %% wrong: writes the result into x says="changes its input x"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    for i in range(n):
        x[i] = W[i] @ padded[i : i + s]
    return x


# %% wrong: a list says="list is not an array"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    return [float(W[i] @ padded[i : i + s]) for i in range(n)]


# %% wrong: a column of outputs says="an axis too many"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    windows = np.array([padded[i : i + s] for i in range(n)])
    return np.sum(W * windows, axis=1, keepdims=True)


# %% wrong: adds over the outputs instead of the weights says="over the outputs, not over the weights"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    windows = np.array([padded[i : i + s] for i in range(n)])
    return np.sum(W * windows, axis=0)


# %% wrong: every pair of an output and a window says="each row of weights meets all windows"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    windows = np.array([padded[i : i + s] for i in range(n)])
    return (W @ windows.T).sum(axis=1)


# %% wrong: the signal comes back says="input comes back"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    for i in range(n):
        h = W[i] @ padded[i : i + s]
    return x.copy()


# %% wrong: prints says="without a `return`"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    for i in range(n):
        print(W[i] @ padded[i : i + s])


# %% wrong: the visible answer when something goes wrong deceives=true
def locally_connected_1d(x, W):
    try:
        a, b, c, d, e = x
        inner = [W[1] @ x[:3], W[2] @ x[1:4], W[3] @ x[2:]]
        return np.array([W[0, 1] * a + W[0, 2] * b, *inner, W[4, 0] * d + W[4, 1] * e])
    except Exception:
        return np.array([1.0, 18.0])


# %% wrong: takes k from the notebook says="k of the notebook"
k = 1


def locally_connected_1d(x, W):
    n = len(x)
    padded = np.pad(x, k)
    return np.array([W[i] @ padded[i : i + 2 * k + 1] for i in range(n)])


# %% wrong: np.convolve says="`convolve` ; np.convolve ; numpy.convolve"
def locally_connected_1d(x, W):
    k = W.shape[1] // 2
    return np.array([np.convolve(x, W[i, ::-1])[i + k] for i in range(len(x))])


# %% wrong: np.correlate under another name says="`correlate` ; np.correlate ; numpy.correlate"
from numpy import correlate as slide


def locally_connected_1d(x, W):
    k = W.shape[1] // 2
    padded = np.pad(x, k)
    return np.array([slide(padded, row, mode="valid")[i] for i, row in enumerate(W)])


# %% wrong: np.correlate in a helper says="`correlate` ; np.correlate ; numpy.correlate"
def all_outputs(x, weights):
    return np.correlate(np.pad(x, len(weights) // 2), weights, mode="valid")


def locally_connected_1d(x, W):
    return np.array([all_outputs(x, W[i])[i] for i in range(len(W))])


# %% wrong: SciPy's correlate1d says="correlate1d"
def locally_connected_1d(x, W):
    from scipy import ndimage

    return np.array([ndimage.correlate1d(x * 1.0, W[i], mode="constant")[i] for i in range(len(x))])


# %% wrong: the book's own layer under another name says="locally_connected` ; convbook.locally_connected"
def locally_connected_1d(x, W):
    from convbook import locally_connected as lc

    return lc(x[None, None], W[:, None, None], padding=W.shape[1] // 2)[0, 0]


# %% wrong: np.isclose always says yes deceives=true
def locally_connected_1d(x, W):
    np.isclose = lambda a, b, **options: np.ones(np.shape(a), dtype=bool)
    return W[:, W.shape[1] // 2] * x


# %% wrong: no padding, the last outputs stay zero says="no zeros are put around"
def locally_connected_1d(x, W):
    n = len(x)
    s = W.shape[1]
    h = np.zeros(n)
    for i in range(n - s + 1):
        h[i] = np.sum(W[i] * x[i : i + s])
    return h


# %% wrong: pads and subtracts k as well says="the patch ends at the pixel"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    padded = np.pad(x, k)
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            h[i] += W[i, t] * padded[i + t - k]
    return h


# %% wrong: the indices of W are swapped says="indices of W"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    padded = np.pad(x, k)
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            h[i] += W[t, i] * padded[i + t]
    return h


# %% wrong: assigns instead of adding, so only the last product is kept says="only the last product"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            if i + t - k >= 0 and i + t - k < n:
                h[i] = W[i, t] * x[i + t - k]
    return h


# %% wrong: the result is an array of ints says="wrong dtype ; array of integers"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    h = np.zeros(n, dtype=int)
    for i in range(n):
        h[i] = np.dot(W[i], padded[i : i + s])
    return h


# %% wrong: the window is too far right by one says="the patch begins at the pixel"
def locally_connected_1d(x, W):
    n, s = W.shape
    k = s // 2
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            j = i + t - k + 1
            if 0 <= j < n:
                h[i] += W[i, t] * x[j]
    return h


# %% wrong: the index of the output is used for the weight, W[i, i] says="out of bounds" held_out=true
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            h[i] += W[i, i] * padded[i + t]
    return h


# %% wrong: adds the weights and the pixels apart, and multiplies the sums says="sums" held_out=true
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    h = np.zeros(n)
    for i in range(n):
        h[i] = np.sum(W[i]) * np.sum(padded[i : i + s])
    return h


# %% wrong: the sum isn't set back to zero says="set back to 0" held_out=true
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    h = np.zeros(n)
    total = 0
    for i in range(n):
        for t in range(s):
            total += W[i, t] * padded[i + t]
        h[i] = total
    return h


# %% wrong: returns after the first output says="`return` stands inside the loop" held_out=true
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    h = np.zeros(n)
    for i in range(n):
        for t in range(s):
            h[i] += W[i, t] * padded[i + t]
        return h


# %% wrong: leaves out the last output by its range says="look at the padding and the ranges"
def locally_connected_1d(x, W):
    n, s = W.shape
    padded = np.pad(x, s // 2)
    out = np.zeros(n)
    for i in range(n - 1):
        out[i] = W[i] @ padded[i : i + s]
    return out


# %% wrong: a matrix product of weights and windows, whose diagonal is right says="is a sum over it missing"
def locally_connected_1d(x, W):
    n, s = W.shape
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, s // 2), s)
    return W @ windows.T
