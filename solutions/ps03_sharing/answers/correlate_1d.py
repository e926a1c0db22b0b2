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


# %% wrong: flips the kernel
def correlate_1d(x, u):
    return np.array([x[i : i + len(u)] @ u[::-1] for i in range(len(x) - len(u) + 1)])


# %% wrong: one place too few
def correlate_1d(x, u):
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u))])


# %% wrong: pads, so that the output is as long as the input
def correlate_1d(x, u):
    padded = np.pad(x, (0, len(u) - 1))
    return np.array([padded[i : i + len(u)] @ u for i in range(len(x))])


# %% wrong: wraps around
def correlate_1d(x, u):
    n = len(x)
    return np.array([sum(u[t] * x[(i + t) % n] for t in range(len(u))) for i in range(n)])


# %% wrong: returns the input
def correlate_1d(x, u):
    return x


# %% wrong: all zeros
def correlate_1d(x, u):
    out = np.zeros(len(x) - len(u) + 1)
    for i in range(len(out)):
        total = x[i : i + len(u)] @ u
    return out


# %% wrong: cuts fractions off when the signal is whole
def correlate_1d(x, u):
    out = np.zeros(len(x) - len(u) + 1, dtype=x.dtype)
    for i in range(len(out)):
        out[i] = x[i : i + len(u)] @ u
    return out


# %% wrong: takes absolute values
def correlate_1d(x, u):
    return np.array([np.abs(x[i : i + len(u)] * u).sum() for i in range(len(x) - len(u) + 1)])


# %% wrong: the right sum in the wrong places
def correlate_1d(x, u):
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])[::-1]


# %% wrong: kernels of two weights only
def correlate_1d(x, u):
    return u[0] * x[:-1] + u[1] * x[1:]


# %% wrong: the visible example, by heart
def correlate_1d(x, u):
    return np.array([7.0, 12.0, 17.0]) if len(u) == 2 else np.array([x @ u])


# %% wrong: calls NumPy's own
def correlate_1d(x, u):
    return np.correlate(x, u, mode="valid")


# %% wrong: returns a list
def correlate_1d(x, u):
    return [float(x[i : i + len(u)] @ u) for i in range(len(x) - len(u) + 1)]


# %% wrong: changes its input
def correlate_1d(x, u):
    n = len(x) - len(u) + 1
    for i in range(n):
        x[i] = x[i : i + len(u)] @ u
    return x[:n].copy()


# %% wrong: prints and forgets to return
def correlate_1d(x, u):
    out = np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])
    print(out)


# %% wrong: an array that says yes to every comparison
class Agreeable(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, dtype=bool)

    def __array_ufunc__(self, *args, **kwargs):
        return np.zeros(self.shape)


def correlate_1d(x, u):
    return np.zeros(len(x) - len(u) + 1).view(Agreeable)


# %% wrong: assigns instead of adding, so only the last product is kept held_out=true
def correlate_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] = u[t] * x[i + t]
    return h


# %% wrong: the sum isn't set back to zero held_out=true
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


# %% wrong: goes through all pixels, past the end held_out=true
def correlate_1d(x, u):
    h = []
    for i in range(len(x)):
        total = 0
        for t in range(len(u)):
            total += u[t] * x[i + t]
        h.append(total)
    return np.array(h)


# %% wrong: x[t] for x[i + t], so the window never moves held_out=true
def correlate_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[t]
    return h


# %% wrong: the kernel jumps by its own length held_out=true
def correlate_1d(x, u):
    s = len(u)
    h = []
    for i in range(0, len(x) - s + 1, s):
        h.append(np.sum(x[i : i + s] * u))
    return np.array(h)
