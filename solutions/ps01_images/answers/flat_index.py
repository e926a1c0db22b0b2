# %% right: with the strides of the task before
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if i < 0 or i >= n:
            raise IndexError(f"{i} is not an index of an axis of size {n}")
    return sum(i * s for i, s in zip(index, strides_of(shape)))


# %% right: reads it off an array of all places
def flat_index(index, shape):
    if min(index) < 0:
        raise IndexError("negative")
    places = np.arange(np.prod(shape)).reshape(shape)
    return places[tuple(index)]


# %% right: np.dot with NumPy's strides
def flat_index(index, shape):
    index, size = np.array(index), np.array(shape)
    if ((index < 0) | (index >= size)).any():
        raise IndexError("outside")
    return np.dot(index, np.empty(shape, np.int8).strides)


# %% right: from the last axis to the first
def flat_index(index, shape):
    place, step = 0, 1
    for a in reversed(range(len(shape))):
        if index[a] not in range(shape[a]):
            raise IndexError
        place += index[a] * step
        step *= shape[a]
    return place


# %% wrong: column-major says="first index runs fastest"
def flat_index(index, shape):
    place, step = 0, 1
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError(i)
        place += i * step
        step *= n
    return place


# %% wrong: multiplies after it adds says="counts in its own stride"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if i < 0 or i >= n:
            raise IndexError(i)
        place = (place + i) * n
    return place


# %% wrong: each index times its own size says="size of its own axis"
def flat_index(index, shape):
    if any(i < 0 or i >= n for i, n in zip(index, shape)):
        raise IndexError("outside")
    return sum(i * n for i, n in zip(index, shape))


# %% wrong: each index times the next size says="size of the next axis alone"
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
    place = index[-1]
    for a in range(len(shape) - 1):
        place += index[a] * shape[a + 1]
    return place


# %% wrong: adds the indices says="added without their strides"
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
    return sum(index)


# %% wrong: multiplies the indices says="the indices are multiplied"
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
    place = 1
    for i in index:
        place *= i
    return place


# %% wrong: never looks whether the index exists says="there is no column 4"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        place = place * n + i
    return place


# %% wrong: looks at the place, not at each index says="there is no column 4"
def flat_index(index, shape):
    place = sum(i * s for i, s in zip(index, strides_of(shape)))
    if place < 0 or place >= np.prod(shape):
        raise IndexError(place)
    return place


# %% wrong: the size itself counts as inside says="there is no column 4"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if i < 0 or i > n:
            raise IndexError(i)
        place = place * n + i
    return place


# %% wrong: negative indices are let pass says="-1 is below 0"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if i >= n:
            raise IndexError(i)
        place = place * n + i
    return place


# %% wrong: negative indices count from the end, as in Python says="-1 is below 0"
def flat_index(index, shape):
    places = np.arange(np.prod(shape)).reshape(shape)
    return places[index]


# %% wrong: only the first index is looked at says="there is no column 4"
def flat_index(index, shape):
    if not 0 <= index[0] < shape[0]:
        raise IndexError(index[0])
    place = 0
    for i, n in zip(index, shape):
        place = place * n + i
    return place


# %% wrong: ValueError for IndexError says="raises another error"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise ValueError(f"{i} is outside")
        place = place * n + i
    return place


# %% wrong: returns the error says="an error is returned"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            return IndexError
        place = place * n + i
    return place


# %% wrong: returns -1 for what is not there says="must raise IndexError"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            return -1
        place = place * n + i
    return place


# %% wrong: clips to the border says="must raise IndexError"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        place = place * n + min(max(i, 0), n - 1)
    return place


# %% wrong: bytes says="in bytes, 8"
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
    return sum(i * s for i, s in zip(index, np.zeros(shape).strides))


# %% wrong: the last index is left out says="the last index is left out"
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
    place = 0
    for a in range(len(shape) - 1):
        step = 1
        for n in shape[a + 1 :]:
            step *= n
        place += index[a] * step
    return place


# %% wrong: two axes only says="too many values to unpack"
def flat_index(index, shape):
    i, j = index
    h, w = shape
    if i < 0 or i >= h or j < 0 or j >= w:
        raise IndexError
    return i * w + j


# %% wrong: four axes only says="not enough values to unpack"
def flat_index(index, shape):
    m, d, i, j = index
    n, c, h, w = shape
    if not (0 <= m < n and 0 <= d < c and 0 <= i < h and 0 <= j < w):
        raise IndexError
    return ((m * c + d) * h + i) * w + j


# %% wrong: NumPy's own says="calls `np.ravel_multi_index`"
def flat_index(index, shape):
    return np.ravel_multi_index(index, shape)


# %% wrong: a float says="wrong type"
def flat_index(index, shape):
    place = 0.0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
        place = place * n + i
    return place


# %% wrong: prints says="without a `return`"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
        place = place * n + i
    print(place)


# %% wrong: a term for each axis, not added says="a tuple of 4 entries ; a list of 4 entries"
def flat_index(index, shape):
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
    return [i * s for i, s in zip(index, strides_of(shape))]


# %% wrong: hard-coded for the visible examples deceives=true
def flat_index(index, shape):
    if (1, 4) == index or 3 in index[:1] or -1 in index:
        raise IndexError
    return {4: 198, 2: 11, 1: 4}[len(index)]


# %% wrong: counts from 1 says="places are counted from 1"
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            raise IndexError
        place = place * n + i
    return place + 1


# %% wrong: rows are left out of four axes says="only the last two axes count" held_out=true
def flat_index(index, shape):
    if any(not 0 <= i < n for i, n in zip(index, shape)):
        raise IndexError
    if len(index) == 1:
        return index[0]
    return index[-2] * shape[-1] + index[-1]


# %% wrong: an assertion says="raises another error" held_out=true
def flat_index(index, shape):
    assert all(0 <= i < n for i, n in zip(index, shape))
    place = 0
    for i, n in zip(index, shape):
        place = place * n + i
    return place


# %% wrong: prints a warning and goes on says="must raise IndexError" held_out=true
def flat_index(index, shape):
    place = 0
    for i, n in zip(index, shape):
        if not 0 <= i < n:
            print("index out of range")
        place = place * n + i
    return place


# %% wrong: strides from the first axis on says="opposite order" held_out=true
def flat_index(index, shape):
    place, step = 0, 1
    for i, n in zip(index, reversed(shape)):
        if i < 0:
            raise IndexError
        place += i * step
        step *= n
    if any(i >= n for i, n in zip(index, shape)):
        raise IndexError
    return place


# %% wrong: only rows and columns are looked at says="no channel 2"
def flat_index(index, shape):
    for i, size in list(zip(index, shape))[-2:]:
        if not 0 <= i < size:
            raise IndexError
    place = 0
    for i, size in zip(index, shape):
        place = place * size + i
    return place
