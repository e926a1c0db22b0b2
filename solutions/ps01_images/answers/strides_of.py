# %% right: products of the sizes behind
import math


def strides_of(shape):
    return tuple(math.prod(shape[a + 1 :]) for a in range(len(shape)))


# %% right: a list of NumPy's whole numbers
def strides_of(shape):
    behind = np.array([1, *shape[:0:-1]])
    return list(np.cumprod(behind)[::-1])


# %% right: NumPy's own, which are in bytes
def strides_of(shape):
    return np.empty(shape, dtype=np.int8).strides


# %% right: in bytes, divided by the size of an element
def strides_of(shape):
    x = np.zeros(shape)
    return tuple(s // x.itemsize for s in x.strides)


# %% right: by recursion
def strides_of(shape):
    if len(shape) == 1:
        return (1,)
    rest = strides_of(shape[1:])
    return (rest[0] * shape[1],) + rest


# %% wrong: column-major says="column-major order"
def strides_of(shape):
    strides = [1]
    for n in shape[:-1]:
        strides.append(strides[-1] * n)
    return tuple(strides)


# %% wrong: the sizes before the axis says="column-major order"
import math


def strides_of(shape):
    return tuple(math.prod(shape[:a]) for a in range(len(shape)))


# %% wrong: forgets to turn the list around says="in the opposite order"
def strides_of(shape):
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= n
    return tuple(strides)


# %% wrong: multiplies before it notes says="counts in its own stride"
def strides_of(shape):
    strides, step = [], 1
    for n in reversed(shape):
        step *= n
        strides.append(step)
    return tuple(reversed(strides))


# %% wrong: the running product of the shape says="and its own, are multiplied"
def strides_of(shape):
    return tuple(int(n) for n in np.cumprod(shape))


# %% wrong: bytes says="in bytes, 8"
def strides_of(shape):
    return np.zeros(shape).strides


# %% wrong: only the next axis says="only the next axis counts"
def strides_of(shape):
    return shape[1:] + (1,)


# %% wrong: adds the sizes says="are added"
def strides_of(shape):
    return tuple(sum(shape[a + 1 :]) for a in range(len(shape)))


# %% wrong: adds the sizes, and knows that the last is 1 says="are added"
def strides_of(shape):
    strides = []
    for a in range(len(shape) - 1):
        strides.append(sum(shape[a + 1 :]))
    strides.append(1)
    return tuple(strides)


# %% wrong: the last stride is missing says="stride of the last axis is missing"
def strides_of(shape):
    strides = []
    for a in range(len(shape) - 1):
        step = 1
        for n in shape[a + 1 :]:
            step *= n
        strides.append(step)
    return tuple(strides)


# %% wrong: the last stride is 0 says="is 1, not 0"
def strides_of(shape):
    strides = [0] * len(shape)
    step = 1
    for a in range(len(shape) - 2, -1, -1):
        step *= shape[a + 1]
        strides[a] = step
    return tuple(strides)


# %% wrong: axes of size 1 have no stride says="an axis of size 1 has a stride too"
def strides_of(shape):
    strides, step = [], 1
    for n in reversed(shape):
        strides.insert(0, step if n > 1 else 0)
        step *= n
    return tuple(strides)


# %% wrong: images of four axes only says="not enough values to unpack"
def strides_of(shape):
    n, c, h, w = shape
    return (c * h * w, h * w, w, 1)


# %% wrong: three axes only says="too many values to unpack"
def strides_of(shape):
    h, w, c = shape
    return (w * c, c, 1)


# %% wrong: floats from a division says="a float is in the calculation"
def strides_of(shape):
    size = 1
    for n in shape:
        size *= n
    strides = []
    for n in shape:
        size = size / n
        strides.append(size)
    return tuple(strides)


# %% wrong: an array says="an array is not a tuple"
def strides_of(shape):
    strides = np.ones(len(shape), dtype=int)
    for a in range(len(shape) - 1, 0, -1):
        strides[a - 1] = strides[a] * shape[a]
    return strides


# %% wrong: a generator says="one by one"
import math


def strides_of(shape):
    return (math.prod(shape[a + 1 :]) for a in range(len(shape)))


# %% wrong: reversed without a list around it says="one by one"
def strides_of(shape):
    strides = [1]
    for n in shape[:0:-1]:
        strides.append(strides[-1] * n)
    return reversed(strides)


# %% wrong: turns the list around in place, which gives None says="the None of a call"
def strides_of(shape):
    strides = [1]
    for n in shape[:0:-1]:
        strides.append(strides[-1] * n)
    return strides.reverse()


# %% wrong: prints says="without a `return`"
def strides_of(shape):
    strides = [1]
    for n in shape[:0:-1]:
        strides.insert(0, strides[0] * n)
    print(tuple(strides))


# %% wrong: the whole size divided by each axis says="is divided by the size of each axis"
def strides_of(shape):
    size = int(np.prod(shape))
    return tuple(size // n for n in shape)


# %% wrong: the return stands in the loop says="a tuple of 4 entries"
def strides_of(shape):
    strides, step = [], 1
    for n in reversed(shape):
        strides.insert(0, step)
        step *= n
        return tuple(strides)


# %% wrong: one number for the whole array says="a tuple of 4 entries"
def strides_of(shape):
    step = 1
    for n in shape[1:]:
        step *= n
    return step


# %% wrong: hard-coded for the visible examples deceives=true
def strides_of(shape):
    return {4: (105, 35, 5, 1), 1: (1,), 3: (4, 4, 1)}[len(shape)]


# %% wrong: the shape says="the shape comes back"
def strides_of(shape):
    return shape


# %% wrong: bytes of single precision says="in bytes, 4" held_out=true
def strides_of(shape):
    return np.ones(shape, dtype="float32").strides


# %% wrong: the size of everything stands first says="number of all elements stands before" held_out=true
def strides_of(shape):
    strides = [1]
    for n in reversed(shape):
        strides.insert(0, strides[0] * n)
    return tuple(strides)


# %% wrong: a dictionary by axis says="a tuple of 4 entries" held_out=true
def strides_of(shape):
    strides, step = {}, 1
    for a in range(len(shape) - 1, -1, -1):
        strides[a] = step
        step *= shape[a]
    return strides


# %% wrong: the stride of an axis is the next size times the one after says="next two axes" held_out=true
def strides_of(shape):
    longer = tuple(shape) + (1, 1)
    return tuple(longer[a + 1] * longer[a + 2] for a in range(len(shape)))


# %% wrong: the last axis counts twice says="counts in its own stride" held_out=true
def strides_of(shape):
    strides = [shape[-1]]
    for n in shape[-2::-1]:
        strides.insert(0, strides[0] * n)
    return tuple(strides)
