# %% right: sum of shifted products
def correlate_1d(x, u):
    n = len(x) - len(u) + 1
    return sum(u[t] * x[t : t + n] for t in range(len(u)))


# %% right: a view of all windows
def correlate_1d(x, u):
    windows = np.lib.stride_tricks.sliding_window_view(x, len(u))
    return np.einsum("is,s->i", windows, u)


# %% right: two plain loops
def correlate_1d(x, u):
    out = np.empty(len(x) - len(u) + 1)
    for i in range(len(out)):
        total = 0.0
        for t in range(len(u)):
            total += u[t] * x[i + t]
        out[i] = total
    return out


# %% wrong: flips the kernel says="kernel is flipped"
def correlate_1d(x, u):
    return np.array([x[i : i + len(u)] @ u[::-1] for i in range(len(x) - len(u) + 1)])


# %% wrong: one place too few says="last place is left out"
def correlate_1d(x, u):
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u))])


# %% wrong: pads, so that the output is as long as the input says="padded at its end"
def correlate_1d(x, u):
    padded = np.pad(x, (0, len(u) - 1))
    return np.array([padded[i : i + len(u)] @ u for i in range(len(x))])


# %% wrong: wraps around says="wraps around"
def correlate_1d(x, u):
    n = len(x)
    return np.array([sum(u[t] * x[(i + t) % n] for t in range(len(u))) for i in range(n)])


# %% wrong: returns the input says="input comes back"
def correlate_1d(x, u):
    return x


# %% wrong: all zeros says="every value is zero"
def correlate_1d(x, u):
    out = np.zeros(len(x) - len(u) + 1)
    for i in range(len(out)):
        total = x[i : i + len(u)] @ u
    return out


# %% wrong: cuts fractions off when the signal is whole says="array of integers"
def correlate_1d(x, u):
    out = np.zeros(len(x) - len(u) + 1, dtype=x.dtype)
    for i in range(len(out)):
        out[i] = x[i : i + len(u)] @ u
    return out


# %% wrong: takes absolute values says="absolute values"
def correlate_1d(x, u):
    return np.array([np.abs(x[i : i + len(u)] * u).sum() for i in range(len(x) - len(u) + 1)])


# %% wrong: the right sum in the wrong places says="reversed"
def correlate_1d(x, u):
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])[::-1]


# %% wrong: kernels of two weights only says="first two weights"
def correlate_1d(x, u):
    return u[0] * x[:-1] + u[1] * x[1:]


# %% wrong: the visible example, by heart deceives=true
def correlate_1d(x, u):
    return np.array([19.0, -3.0, 22.0]) if len(u) == 3 else np.array([-12.0, 5.5, -16.5])


# %% wrong: calls NumPy's own says="`correlate` ; np.correlate ; numpy.correlate"
def correlate_1d(x, u):
    return np.correlate(x, u, mode="valid")


# %% wrong: returns a list says="list is not an array"
def correlate_1d(x, u):
    return [float(x[i : i + len(u)] @ u) for i in range(len(x) - len(u) + 1)]


# %% wrong: changes its input says="changes its input x"
def correlate_1d(x, u):
    n = len(x) - len(u) + 1
    for i in range(n):
        x[i] = x[i : i + len(u)] @ u
    return x[:n].copy()


# %% wrong: prints and forgets to return says="without a `return`"
def correlate_1d(x, u):
    out = np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])
    print(out)


# %% wrong: an array that says yes to every comparison deceives=true
class Agreeable(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __array_ufunc__(self, *args, **kwargs):
        return np.zeros(self.shape)


def correlate_1d(x, u):
    return np.zeros(len(x) - len(u) + 1).view(Agreeable)


# %% wrong: assigns instead of adding, so only the last product is kept says="only the last product"
def correlate_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] = u[t] * x[i + t]
    return h


# %% wrong: the sum isn't set back to zero says="set back to 0"
def correlate_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    total = 0
    for i in range(n - s + 1):
        for t in range(s):
            total += u[t] * x[i + t]
        h[i] = total
    return h


# %% wrong: goes through all pixels, past the end says="out of bounds"
def correlate_1d(x, u):
    h = []
    for i in range(len(x)):
        total = 0
        for t in range(len(u)):
            total += u[t] * x[i + t]
        h.append(total)
    return np.array(h)


# %% wrong: x[t] for x[i + t], so the window never moves says="window never moves"
def correlate_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[t]
    return h


# %% wrong: the kernel jumps by its own length says="jumps by its own length"
def correlate_1d(x, u):
    s = len(u)
    h = []
    for i in range(0, len(x) - s + 1, s):
        h.append(np.sum(x[i : i + s] * u))
    return np.array(h)


# %% wrong: returns after the first place says="`return` stands inside the loop" held_out=true
def correlate_1d(x, u):
    n, s = len(x), len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[i + t]
        return h


# %% wrong: x[i] for x[i + t] says="x[i]" held_out=true
def correlate_1d(x, u):
    n, s = len(x), len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[i]
    return h


# %% wrong: the mean instead of the sum says="mean ; averaged" held_out=true
def correlate_1d(x, u):
    n, s = len(x), len(u)
    return np.array([np.mean(x[i : i + s] * u) for i in range(n - s + 1)])


# %% wrong: the last weight is left out says="last weight" held_out=true
def correlate_1d(x, u):
    n, s = len(x), len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s - 1):
            h[i] += u[t] * x[i + t]
    return h
