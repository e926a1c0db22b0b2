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


# %% wrong: does not flip
def convolve_1d(x, u):
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])


# %% wrong: flips the signal
def convolve_1d(x, u):
    x = x[::-1]
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])


# %% wrong: full output
def convolve_1d(x, u):
    out = np.zeros(len(x) + len(u) - 1)
    for t in range(len(u)):
        out[t : t + len(x)] += u[t] * x
    return out


# %% wrong: same size as the input
def convolve_1d(x, u):
    padded = np.pad(x, (len(u) // 2, len(u) - 1 - len(u) // 2))
    return np.array([padded[i : i + len(u)] @ u[::-1] for i in range(len(x))])


# %% wrong: flips the kernel in place
def convolve_1d(x, u):
    u[:] = u[::-1].copy()
    return np.array([x[i : i + len(u)] @ u for i in range(len(x) - len(u) + 1)])


# %% wrong: negates instead of flipping
def convolve_1d(x, u):
    return np.array([x[i : i + len(u)] @ -u for i in range(len(x) - len(u) + 1)])


# %% wrong: leaves out the first place
def convolve_1d(x, u):
    s = len(u)
    return np.array([x[i : i + s] @ u[::-1] for i in range(1, len(x) - s + 1)])


# %% wrong: flip with -1 as a start, which drops weights
def convolve_1d(x, u):
    flipped = u[-1:0:-1]
    s = len(u)
    return np.array([x[i : i + s - 1] @ flipped for i in range(len(x) - s + 1)])


# %% wrong: odd kernels only
def convolve_1d(x, u):
    k = len(u) // 2
    return np.array([x[i - k : i + k + 1] @ u[::-1] for i in range(k, len(x) - k)])


# %% wrong: rounds to whole numbers
def convolve_1d(x, u):
    out = np.zeros(len(x) - len(u) + 1, dtype=int)
    for i in range(len(out)):
        out[i] = x[i : i + len(u)] @ u[::-1]
    return out


# %% wrong: the visible examples, by heart
def convolve_1d(x, u):
    return np.array([8.0, 13.0, 18.0]) if len(u) == 2 else np.array([1.0, 2.0])


# %% wrong: calls NumPy's own
def convolve_1d(x, u):
    return np.convolve(x, u, "valid")


# %% wrong: all zeros
def convolve_1d(x, u):
    return np.zeros(len(x) - len(u) + 1)


# %% wrong: a list's method on an array held_out=true
def convolve_1d(x, u):
    u.reverse()
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[i + t]
    return h


# %% wrong: u[s - t] begins past the end held_out=true
def convolve_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[s - t] * x[i + t]
    return h


# %% wrong: turns the result around instead of the kernel held_out=true
def convolve_1d(x, u):
    return correlate_1d(x, u)[::-1]


# %% wrong: x[i - t] with i from 0, negative indices count from the end held_out=true
def convolve_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[t] * x[i - t]
    return h


# %% wrong: u[-t] begins with u[0] held_out=true
def convolve_1d(x, u):
    n = len(x)
    s = len(u)
    h = np.zeros(n - s + 1)
    for i in range(n - s + 1):
        for t in range(s):
            h[i] += u[-t] * x[i + t]
    return h
