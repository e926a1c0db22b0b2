# %% right: entry by entry
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    T = np.zeros((n + 2 * padding - s + 1, n), dtype=u.dtype)
    for i in range(T.shape[0]):
        for j in range(n):
            if 0 <= j - i + padding < s:
                T[i, j] = u[j - i + padding]
    return T


# %% right: by index arithmetic
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    offset = np.arange(n) - np.arange(n + 2 * padding - s + 1)[:, None] + padding
    return np.where((offset >= 0) & (offset < s), u[np.clip(offset, 0, s - 1)], 0)


# %% right: a sum of shifted identities
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding - s + 1
    return sum(u[t] * np.eye(rows, n, t - padding) for t in range(s)) + np.zeros((rows, n))


# %% wrong: flips the kernel says="flipped"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n + 2 * padding - s + 1, n + 2 * padding))
    for row in range(len(wide)):
        wide[row, row : row + s] = u[::-1]
    return wide[:, padding : padding + n]


# %% wrong: transposed says="transposed"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n + 2 * padding - s + 1, n + 2 * padding))
    for row in range(len(wide)):
        wide[row, row : row + s] = u
    return wide[:, padding : padding + n].T


# %% wrong: keeps the columns of the padding says="kept its columns"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n + 2 * padding - s + 1, n + 2 * padding))
    for row in range(len(wide)):
        wide[row, row : row + s] = u
    return wide


# %% wrong: ignores the padding says="padding is ignored"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n - s + 1, n))
    for row in range(len(wide)):
        wide[row, row : row + s] = u
    return wide


# %% wrong: pads on one side only says="one side only"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n + padding - s + 1, n + padding))
    for row in range(len(wide)):
        wide[row, row : row + s] = u
    return wide[:, padding:]


# %% wrong: wraps around says="wraps around"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    T = np.zeros((n + 2 * padding - s + 1, n))
    for i in range(len(T)):
        for t in range(s):
            T[i, (i + t - padding) % n] += u[t]
    return T


# %% wrong: a negative index writes at the far side says="negative index counts from the end"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    T = np.zeros((n + 2 * padding - s + 1, n))
    for i in range(len(T)):
        for t in range(s):
            if i + t - padding < n:
                T[i, i + t - padding] = u[t]
    return T


# %% wrong: kernels of three weights only says="three weights"
def toeplitz_1d(u, n, padding=0):
    rows = n + 2 * padding - len(u) + 1
    return u[0] * np.eye(rows, n, -padding) + u[1] * np.eye(rows, n, 1 - padding) + u[2] * np.eye(rows, n, 2 - padding)


# %% wrong: one row too many says="a row too many"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n + 2 * padding - s + 2, n + 2 * padding + 1))
    for row in range(len(wide)):
        wide[row, row : row + s] = u
    return wide[:, padding : padding + n]


# %% wrong: fractions are cut off says="wrong dtype ; array of integers"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    wide = np.zeros((n + 2 * padding - s + 1, n + 2 * padding), dtype=int)
    for row in range(len(wide)):
        wide[row, row : row + s] = u
    return wide[:, padding : padding + n]


# %% wrong: always square says="square whatever the padding"
def toeplitz_1d(u, n, padding=0):
    k = len(u) // 2
    T = np.zeros((n, n))
    for i in range(n):
        for t in range(len(u)):
            if 0 <= i + t - k < n:
                T[i, i + t - k] = u[t]
    return T


# %% wrong: the kernel stays in place says="at the same place"
def toeplitz_1d(u, n, padding=0):
    T = np.zeros((n + 2 * padding - len(u) + 1, n + 2 * padding))
    T[:, : len(u)] = u
    return T[:, padding : padding + n]


# %% wrong: all zeros says="every value is zero"
def toeplitz_1d(u, n, padding=0):
    return np.zeros((n + 2 * padding - len(u) + 1, n))


# %% wrong: uses the course's own matrix says="toeplitz_matrix"
def toeplitz_1d(u, n, padding=0):
    import convbook

    return convbook.toeplitz_matrix(u, n, padding=padding)


# %% wrong: writes the kernel at row i, column i whatever the padding says="starts at column"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    T = np.zeros((n + 2 * padding - s + 1, n))
    for i in range(n + 2 * padding - s + 1):
        T[i, i : i + s] = u
    return T


# %% wrong: i - j for j - i says="row and column are exchanged"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding - s + 1
    T = np.zeros((rows, n))
    for i in range(rows):
        for j in range(n):
            t = i - j + padding
            if t >= 0 and t < s:
                T[i, j] = u[t]
    return T


# %% wrong: counts the padding once says="on one side only"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + padding - s + 1
    T = np.zeros((rows, n))
    for i in range(rows):
        for t in range(s):
            j = i + t - padding
            if 0 <= j < n:
                T[i, j] = u[t]
    return T


# %% wrong: all rows are the same list says="one list used"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding - s + 1
    T = [[0.0] * n] * rows
    for i in range(rows):
        for t in range(s):
            j = i + t - padding
            if 0 <= j < n:
                T[i][j] = u[t]
    return np.array(T)


# %% wrong: the kernel's size is not in the number of rows says="lacks the kernel's size"
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding
    T = np.zeros((rows, n))
    for i in range(rows):
        for t in range(s):
            j = i + t - padding
            if 0 <= j < n:
                T[i, j] = u[t]
    return T


# %% wrong: the padding moves the kernel to the right instead of the left says="to the right" held_out=true
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding - s + 1
    T = np.zeros((rows, n))
    for i in range(rows):
        for t in range(s):
            j = i + t + padding
            if 0 <= j < n:
                T[i, j] = u[t]
    return T


# %% wrong: only the first weight, on the diagonal says="first weight" held_out=true
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding - s + 1
    T = np.zeros((rows, n))
    for i in range(rows):
        if 0 <= i - padding < n:
            T[i, i - padding] = u[0]
    return T


# %% wrong: a column for each row: the matrix is always square says="a column for each row" held_out=true
def toeplitz_1d(u, n, padding=0):
    s = len(u)
    rows = n + 2 * padding - s + 1
    T = np.zeros((rows, rows))
    for i in range(rows):
        for t in range(s):
            j = i + t - padding
            if 0 <= j < rows:
                T[i, j] = u[t]
    return T
