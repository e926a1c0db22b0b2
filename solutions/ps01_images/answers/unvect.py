# %% right: the method
def unvect(v, shape):
    return v.reshape(shape)


# %% right: number by number
def unvect(v, shape):
    out = np.zeros(shape, dtype=v.dtype)
    if len(v) != out.size:
        raise ValueError(f"{len(v)} numbers don't fit the shape {shape}")
    for place, index in enumerate(np.ndindex(*shape)):
        out[index] = v[place]
    return out


# %% right: the last axis first
def unvect(v, shape):
    import math

    if math.prod(shape) != len(v):
        raise ValueError("wrong length")
    if len(shape) == 1:
        return v
    step = len(v) // shape[0]
    return np.stack([unvect(v[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])])


# %% right: with an error of its own kind
class WrongLength(ValueError):
    pass


def unvect(v, shape):
    size = 1
    for n in shape:
        size *= n
    if v.size != size:
        raise WrongLength(v.size)
    out = np.empty(shape, v.dtype)
    out.flat = v
    return out


# %% wrong: column-major says="first index running fastest"
def unvect(v, shape):
    return v.reshape(shape, order="F")


# %% wrong: the shape turned around, then transposed says="first index running fastest"
def unvect(v, shape):
    return v.reshape(shape[::-1]).T


# %% wrong: the shape turned around says="sizes are taken in the opposite order"
def unvect(v, shape):
    return v.reshape(tuple(reversed(shape)))


# %% wrong: the channels side by side says="channels are filled side by side"
def unvect(v, shape):
    if len(shape) == 4:
        n, c, h, w = shape
        return v.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    return v.reshape(shape)


# %% wrong: each image column by column says="column by column"
def unvect(v, shape):
    if len(shape) < 2:
        return v.reshape(shape)
    *first, h, w = shape
    return v.reshape(*first, w, h).swapaxes(-1, -2)


# %% wrong: height and width exchanged says="height and width are exchanged"
def unvect(v, shape):
    if len(shape) < 2:
        return v.reshape(shape)
    *first, h, w = shape
    return v.reshape(*first, w, h)


# %% wrong: repeats numbers until they fit says="must raise ValueError, because 5 numbers"
def unvect(v, shape):
    return np.resize(v, shape)


# %% wrong: drops the numbers that are too many says="must raise ValueError, because 9 numbers"
def unvect(v, shape):
    size = int(np.prod(shape))
    return v[:size].reshape(shape)


# %% wrong: leaves zeros where numbers are missing says="must raise ValueError, because 5 numbers"
def unvect(v, shape):
    out = np.zeros(shape, dtype=v.dtype)
    for index, value in zip(np.ndindex(*shape), v):
        out[index] = value
    return out


# %% wrong: makes the first axis as long as it needs says="must raise ValueError, because 9 numbers"
def unvect(v, shape):
    return v.reshape(-1, *shape[1:])


# %% wrong: returns None when it does not fit says="must raise ValueError ; got:              None"
def unvect(v, shape):
    if len(v) != np.prod(shape):
        return None
    return v.reshape(shape)


# %% wrong: prints when it does not fit says="must raise ValueError"
def unvect(v, shape):
    try:
        return v.reshape(shape)
    except ValueError as error:
        print("wrong length:", error)


# %% wrong: returns the error says="an error is returned"
def unvect(v, shape):
    if len(v) != np.prod(shape):
        return ValueError("wrong length")
    return v.reshape(shape)


# %% wrong: asserts says="raises another error"
def unvect(v, shape):
    assert len(v) == np.prod(shape), "wrong length"
    return v.reshape(shape)


# %% wrong: runs out of numbers says="raises another error"
def unvect(v, shape):
    out = np.zeros(shape, dtype=v.dtype)
    for p, index in enumerate(np.ndindex(*shape)):
        out[index] = v[p]
    return out


# %% wrong: always floats says="wrong dtype"
def unvect(v, shape):
    out = np.zeros(shape)
    if out.size != len(v):
        raise ValueError("wrong length")
    out.flat[:] = v
    return out


# %% wrong: unpacks four axes says="not enough values to unpack"
def unvect(v, shape):
    n, c, h, w = shape
    return v.reshape(n, c, h, w)


# %% wrong: nested lists says="list is not an array"
def unvect(v, shape):
    return v.reshape(shape).tolist()


# %% wrong: gives v itself another shape says="leaves it as it is"
def unvect(v, shape):
    v.shape = shape
    return v


# %% wrong: forgets the return says="without a `return`"
def unvect(v, shape):
    x = np.reshape(v, shape)


# %% wrong: reshape is not in place says="the vector comes back as it is ; the input comes back"
def unvect(v, shape):
    np.reshape(v, shape)
    return v


# %% wrong: one row for each image says="stays one row"
def unvect(v, shape):
    return v.reshape(shape[0], -1)


# %% wrong: every image is the first says="gets the first numbers"
def unvect(v, shape):
    out = np.zeros(shape, dtype=v.dtype)
    if out.size != len(v):
        raise ValueError
    for m in range(shape[0]):
        out[m] = v[: out[0].size].reshape(shape[1:])
    return out


# %% wrong: the last number is never written says="the last number is never written"
def unvect(v, shape):
    out = np.zeros(v.size, dtype=v.dtype)
    for p in range(v.size - 1):
        out[p] = v[p]
    return out.reshape(shape)


# %% wrong: the shape itself says="a tuple of 4 entries"
def unvect(v, shape):
    return shape


# %% wrong: hard-coded for the visible examples deceives=true
def unvect(v, shape):
    if shape == (2, 3):
        raise ValueError
    numbers = np.array([5, -8, 2, 7, 1, -9, 0, 6, 3, -4, 11, 12, -3, 10, 4, 8, -2, 13, 14, 9, -6, 1, 15, -7])
    return numbers[: v.size].reshape(shape)


# %% wrong: unpacks the shape into np.reshape says="reshape() ; positional" held_out=true
def unvect(v, shape):
    return np.reshape(v, *shape)


# %% wrong: starts at the end of the vector says="from its end" held_out=true
def unvect(v, shape):
    rest = list(v)
    out = np.zeros(shape, dtype=v.dtype)
    if out.size != len(v):
        raise ValueError("wrong length")
    for index in np.ndindex(*shape):
        out[index] = rest.pop()
    return out


# %% wrong: checks after it has cut says="must raise ValueError, because 9 numbers" held_out=true
def unvect(v, shape):
    size = 1
    for n in shape:
        size *= n
    if len(v) < size:
        raise ValueError("too few numbers")
    return np.array([v[p] for p in range(size)], dtype=v.dtype).reshape(shape)


# %% wrong: a single axis for the pixels says="stays one row" held_out=true
def unvect(v, shape):
    return v.reshape(*shape[:-2], -1)


# %% wrong: rounds to single precision on the way says="single precision" held_out=true
def unvect(v, shape):
    return v.astype(np.float32).reshape(shape).astype(v.dtype)
