# %% right: by correlation with the flipped kernel
def convolve_1d(x, u):
    windows = np.lib.stride_tricks.sliding_window_view(x, len(u))
    return windows @ np.flip(u)


# %% right: loops over both
def convolve_1d(x, u):
    s = len(u)
    out = []
    for i in range(s - 1, len(x)):
        out.append(sum(u[t] * x[i - t] for t in range(s)))
    return np.array(out)


# %% wrong: does not flip says="not flipped"
def convolve_1d(x, u):
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])


# %% wrong: flips the signal says="signal is flipped"
def convolve_1d(x, u):
    x = x[::-1]
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])


# %% wrong: full output says="padded at both ends"
def convolve_1d(x, u):
    out = np.zeros(len(x) + len(u) - 1)
    for t in range(len(u)):
        out[t : t + len(x)] += u[t] * x
    return out


# %% wrong: same size as the input says="padded to keep its length"
def convolve_1d(x, u):
    padded = np.pad(x, (len(u) // 2, len(u) - 1 - len(u) // 2))
    return np.array([padded[i : i + len(u)] @ u[::-1] for i in range(len(x))])


# %% wrong: flips the kernel in place says="changes its input u"
def convolve_1d(x, u):
    u[:] = u[::-1].copy()
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])


# %% wrong: negates instead of flipping says="negated"
def convolve_1d(x, u):
    return np.array([x[i : i + len(u)] @ -u for i in range(len(x) - len(u) + 1)])


# %% wrong: leaves out the first place says="first place is left out"
def convolve_1d(x, u):
    s = len(u)
    return np.array([x[i : i + s] @ u[::-1] for i in range(1, len(x) - s + 1)])


# %% wrong: flip with -1 as a start, which drops weights says="lost a weight"
def convolve_1d(x, u):
    flipped = u[-1:0:-1]
    s = len(u)
    return np.array([x[i : i + s - 1] @ flipped for i in range(len(x) - s + 1)])


# %% wrong: odd kernels only says="odd kernel"
def convolve_1d(x, u):
    k = len(u) // 2
    return np.array([x[i - k : i + k + 1] @ u[::-1] for i in range(k, len(x) - k)])


# %% wrong: rounds to whole numbers says="wrong dtype"
def convolve_1d(x, u):
    out = np.zeros(len(x) - len(u) + 1, dtype=int)
    for i in range(len(out)):
        out[i] = x[i : i + len(u)] @ u[::-1]
    return out


# %% wrong: the visible examples, by heart deceives=true
def convolve_1d(x, u):
    return np.array([18.0, -5.0, 21.0]) if len(u) == 3 else np.array([-4.5, -14.5, 6.0])


# %% wrong: calls NumPy's own says="`convolve` ; np.convolve ; numpy.convolve"
def convolve_1d(x, u):
    return np.convolve(x, u, "valid")


# %% wrong: all zeros says="every value is zero"
def convolve_1d(x, u):
    return np.zeros(len(x) - len(u) + 1)


# %% wrong: a list's method on an array says="no attribute 'reverse'"
def convolve_1d(x, u):
    u.reverse()
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[i + t]
    return h


# %% wrong: u[s - t] begins past the end says="out of bounds"
def convolve_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[s - t] * x[i + t]
    return h


# %% wrong: turns the result around instead of the kernel says="result is turned around"
def convolve_1d(x, u):
    return correlate_1d(x, u)[::-1]


# %% wrong: x[i - t] with i from 0, negative indices count from the end says="negative index counts from the end"
def convolve_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[i - t]
    return h


# %% wrong: u[-t] begins with u[0] says="u[-t] begins with u[0]"
def convolve_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[-t] * x[i + t]
    return h


# %% wrong: forgets to use the flipped kernel says="not flipped" held_out=true
def convolve_1d(x, u):
    flipped = u[::-1]
    n, s = len(x), len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        h[i] = np.sum(x[i : i + s] * u)
    return h


# %% wrong: assigns instead of adding, so only the last product is kept says="only the last product" held_out=true
def convolve_1d(x, u):
    n, s = len(x), len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] = u[s - 1 - t] * x[i + t]
    return h


# %% wrong: leaves out the last place says="last place is left out" held_out=true
def convolve_1d(x, u):
    n, s = len(x), len(u)
    u = u[::-1]
    return np.array([np.sum(x[i : i + s] * u) for i in range(n - s)])


# %% wrong: sorts the kernel instead of flipping it says="sorted" held_out=true
def convolve_1d(x, u):
    n, s = len(x), len(u)
    u = np.sort(u)[::-1]
    return np.array([np.sum(x[i : i + s] * u) for i in range(n - s + 1)])
