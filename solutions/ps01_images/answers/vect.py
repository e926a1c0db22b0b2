# %% right: ravel
def vect(x):
    return np.ravel(x)


# %% right: flatten, which copies
def vect(x):
    return x.flatten()


# %% right: one number after the other
def vect(x):
    out = np.empty(x.size, dtype=x.dtype)
    for place, index in enumerate(np.ndindex(x.shape)):
        out[place] = x[index]
    return out


# %% right: axis by axis
def vect(x):
    if x.ndim == 0:
        return np.array([x])
    if x.ndim == 1:
        return x
    return np.concatenate([vect(each) for each in x])


# %% right: a list of all numbers, with their dtype
def vect(x):
    numbers = []

    def collect(part):
        if isinstance(part, list):
            for each in part:
                collect(each)
        else:
            numbers.append(part)

    collect(x.tolist())
    return np.array(numbers, dtype=x.dtype)


# %% wrong: column-major says="first index runs fastest"
def vect(x):
    return x.flatten(order="F")


# %% wrong: transposes first says="first index runs fastest"
def vect(x):
    return x.T.reshape(-1)


# %% wrong: the order in memory says="lie in memory"
def vect(x):
    return np.ravel(x, order="K")


# %% wrong: Fortran's order for arrays that are stored so says="lie in memory"
def vect(x):
    return x.reshape(-1, order="A")


# %% wrong: keeps the batch axis says="a vector for each entry along the first axis"
def vect(x):
    return x.reshape(x.shape[0], -1)


# %% wrong: a column says="a column (m, 1)"
def vect(x):
    return x.reshape(-1, 1)


# %% wrong: a row of a matrix says="a row (1, m)"
def vect(x):
    return x.reshape(1, -1)


# %% wrong: the channels go last says="channels of a pixel come side by side"
def vect(x):
    if x.ndim == 4:
        x = x.transpose(0, 2, 3, 1)
    return x.reshape(-1)


# %% wrong: swaps rows and columns says="columns are read from top to bottom"
def vect(x):
    if x.ndim > 1:
        x = x.swapaxes(-1, -2)
    return x.ravel()


# %% wrong: opens one axis only says="only the first two axes are joined"
def vect(x):
    return np.concatenate(list(x))


# %% wrong: two loops, as for a matrix says="only the first two axes are joined"
def vect(x):
    return np.array([value for row in x for value in row], dtype=x.dtype)


# %% wrong: unpacks four axes says="not enough values to unpack"
def vect(x):
    n, c, h, w = x.shape
    out = np.zeros(n * c * h * w, dtype=x.dtype)
    p = 0
    for m in range(n):
        for z in range(c):
            for i in range(h):
                for j in range(w):
                    out[p] = x[m, z, i, j]
                    p += 1
    return out


# %% wrong: a list says="list is not an array"
def vect(x):
    return x.ravel().tolist()


# %% wrong: hands back the iterator says="goes through an array, but is none"
def vect(x):
    return x.flat


# %% wrong: always floats says="wrong dtype"
def vect(x):
    out = np.zeros(x.size)
    for place, value in enumerate(x.flat):
        out[place] = value
    return out


# %% wrong: np.append makes floats of everything says="wrong dtype"
def vect(x):
    out = np.array([])
    for value in x.ravel():
        out = np.append(out, value)
    return out


# %% wrong: whole numbers only says="fractions are cut off"
def vect(x):
    out = np.zeros(x.size, dtype=int)
    out[:] = x.ravel()
    return out


# %% wrong: gives x itself another shape says="leaves it as it is"
def vect(x):
    x.resize(x.size, refcheck=False)
    return x


# %% wrong: forgets the return says="without a `return`"
def vect(x):
    v = x.reshape(-1)


# %% wrong: prints says="without a `return`"
def vect(x):
    print(x.reshape(-1))


# %% wrong: forgets to call flatten says="its () missing"
def vect(x):
    return x.flatten


# %% wrong: reshape is not in place says="the input comes back as it is"
def vect(x):
    x.reshape(-1)
    return x


# %% wrong: the first image only says="only the first entry along the first axis"
def vect(x):
    return x[0].ravel()


# %% wrong: the place starts anew in each row says="each row is written over the one before"
def vect(x):
    out = np.zeros(x.size, dtype=x.dtype)
    rows = x.reshape(-1, x.shape[-1]) if x.ndim else x.reshape(1, 1)
    for row in rows:
        place = 0
        for value in row:
            out[place] = value
            place += 1
    return out


# %% wrong: the range ends one too early says="the last number is never written"
def vect(x):
    out = np.zeros(x.size, dtype=x.dtype)
    for place in range(x.size - 1):
        out[place] = x.ravel()[place]
    return out


# %% wrong: unique is not ravel says="kept once"
def vect(x):
    return np.unique(x)


# %% wrong: by the size of the example says="cannot reshape"
def vect(x):
    return x.reshape(24)


# %% wrong: hard-coded for the visible examples deceives=true
def vect(x):
    if x.ndim == 0:
        return np.array([-2.5])
    if x.dtype == np.float32:
        return np.array([1.5, -2.0, 0.5, 3.0, 4.0, -1.0], dtype=np.float32)
    return np.array([5, -8, 2, 7, 1, -9, 0, 6, 3, -4, 11, 12, -3, 10, 4, 8, -2, 13, 14, 9, -6, 1, 15, -7])


# %% wrong: an array that equals every array deceives=true
class Vector(np.ndarray):
    def __eq__(self, other):
        return np.ones(np.shape(other), dtype=bool)


def vect(x):
    return np.zeros(x.size, x.dtype).view(Vector)


# %% wrong: squeezes says="input comes back" held_out=true
def vect(x):
    return np.squeeze(x)


# %% wrong: one vector for each channel says="in another shape"
def vect(x):
    return x.reshape(*x.shape[:2], -1)


# %% wrong: hstack joins one axis only says="in another shape"
def vect(x):
    return np.hstack(x)


# %% wrong: rounds to single precision on the way says="single precision" held_out=true
def vect(x):
    out = np.zeros(x.size, dtype=np.float32)
    out[:] = x.reshape(-1)
    return out.astype(x.dtype)


# %% wrong: numbers of images and channels only, then rows says="cannot reshape" held_out=true
def vect(x):
    h = w = x.shape[-1]
    return x.reshape(x.shape[0] * x.shape[1] * h * w)
