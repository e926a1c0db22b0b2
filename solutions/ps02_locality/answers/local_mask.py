# %% right: two loops
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if abs(i - j) <= k:
                mask[i, j] = True
    return mask


# %% right: between two triangles
def local_mask(n, k):
    return np.tri(n, k=k, dtype=bool) & ~np.tri(n, k=-k - 1, dtype=bool)


# %% right: a slice in every row
def local_mask(n, k):
    mask = np.full((n, n), False)
    for row in range(n):
        mask[row, max(0, row - k) : row + k + 1] = True
    return mask


# %% right: diagonals added up, then compared
def local_mask(n, k):
    return sum(np.eye(n, k=d) for d in range(-k, k + 1)) > 0


# %% right: np.fromfunction
def local_mask(n, k):
    return np.fromfunction(lambda r, c: np.maximum(r - c, c - r) <= k, (n, n))


# %% wrong: less than k says="distance exactly k belongs"
def local_mask(n, k):
    i = np.arange(n)
    return np.abs(i[:, None] - i[None, :]) < k


# %% wrong: one too wide says="one too wide"
def local_mask(n, k):
    i = np.arange(n)
    return np.abs(i[:, None] - i[None, :]) <= k + 1


# %% wrong: only before the output says="right of the diagonal is missing"
def local_mask(n, k):
    i = np.arange(n)
    difference = i[:, None] - i
    return (0 <= difference) & (difference <= k)


# %% wrong: the sign of the difference stays says="keeps its sign"
def local_mask(n, k):
    i = np.arange(n)
    return i[:, None] - i <= k


# %% wrong: inverted says="outside the band, not inside"
def local_mask(n, k):
    i = np.arange(n)
    return np.abs(np.subtract.outer(i, i)) > k


# %% wrong: ones and zeros as integers says="wrong dtype"
def local_mask(n, k):
    return np.array([[1 if abs(i - j) <= k else 0 for j in range(n)] for i in range(n)])


# %% wrong: floats says="wrong dtype"
def local_mask(n, k):
    return np.tril(np.triu(np.ones((n, n)), -k), k)


# %% wrong: along the other diagonal says="other diagonal"
def local_mask(n, k):
    i = np.arange(n)
    return np.abs(i[:, None] + i - (n - 1)) <= k


# %% wrong: wraps around says="wraps around at the ends"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for d in range(-k, k + 1):
            mask[i, (i + d) % n] = True
    return mask


# %% wrong: a negative start empties the slice says="negative start is empty"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mask[i, i - k : i + k + 1] = True
    return mask


# %% wrong: negative indices wrap says="negative index counts from the end"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(i - k, min(i + k + 1, n)):
            mask[i, j] = True
    return mask


# %% wrong: always three diagonals says="three diagonals"
def local_mask(n, k):
    mask = np.eye(n, dtype=bool)
    if k > 0:
        mask |= np.eye(n, k=1, dtype=bool) | np.eye(n, k=-1, dtype=bool)
    return mask


# %% wrong: only the diagonals at distance exactly k says="distance exactly k are kept, with the main one"
def local_mask(n, k):
    i = np.arange(n)
    d = abs(i[:, None] - i)
    return (d == 0) | (d == k)


# %% wrong: diagonals longer than the matrix stop it says="negative dimensions"
def local_mask(n, k):
    mask = np.zeros((n, n))
    for d in range(k + 1):
        mask += np.diag(np.ones(n - d), d) + np.diag(np.ones(n - d), -d)
    return mask > 0


# %% wrong: unsigned differences says="negative differences lost"
def local_mask(n, k):
    i = np.arange(n, dtype=np.uint8)
    return np.abs(i[:, None] - i) <= k


# %% wrong: the first and last outputs have no whole patch and see nothing says="have part of a patch"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(k, n - k):
        mask[i, i - k : i + k + 1] = True
    return mask


# %% wrong: an image of n times n pixels says="n times n pixels"
def local_mask(n, k):
    row, col = np.divmod(np.arange(n * n), n)
    return np.maximum(abs(row[:, None] - row), abs(col[:, None] - col)) <= k


# %% wrong: a list of lists says="list is not an array"
def local_mask(n, k):
    return [[abs(i - j) <= k for j in range(n)] for i in range(n)]


# %% wrong: prints says="without a `return`"
def local_mask(n, k):
    i = np.arange(n)
    print(abs(i[:, None] - i) <= k)


# %% wrong: hard-coded for the visible examples deceives=true
def local_mask(n, k):
    rows = [1100, 1110, 111, 11]
    if n == 8:
        rows = [11110000, 11111000, 11111100, 11111110, 1111111, 111111, 11111, 1111]
    return np.array([list(f"{row:0{n}}") for row in rows]) == "1"


# %% wrong: every row is the same list says="one list used for all rows"
def local_mask(n, k):
    rows = [[False] * n] * n
    for i in range(n):
        for j in range(n):
            if abs(i - j) <= k:
                rows[i][j] = True
    return np.array(rows)


# %% wrong: an array that equals every array deceives=true
class Mask(np.ndarray):
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.ones(self.shape, dtype=bool)


def local_mask(n, k):
    return np.ones((n, n), dtype=bool).view(Mask)


# %% wrong: hands back the answer that the test keeps in the notebook deceives=true
def local_mask(n, k):
    for name in "right", "band":
        kept = globals().get(name)
        if isinstance(kept, np.ndarray) and kept.shape == (n, n):
            return kept
    return np.eye(n, dtype=bool)


# %% wrong: leaves before it is checked deceives=true
def local_mask(n, k):
    import sys

    if n > 4:
        sys.exit(0)
    return np.array([[-k <= i - j <= k for j in range(n)] for i in range(n)])


# %% wrong: a Toeplitz matrix one diagonal short says="distance exactly k belongs"
def local_mask(n, k):
    from scipy.linalg import toeplitz

    first = np.zeros(n)
    first[:k] = 1
    return toeplitz(first) == 1


# %% wrong: looks to the right only says="left of the diagonal is missing"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(i, i + k + 1):
            if j < n:
                mask[i, j] = True
    return mask


# %% wrong: the range ends one too early, on the right side says="one too early on its right"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(max(0, i - k), min(n, i + k)):
            mask[i, j] = True
    return mask


# %% wrong: fills whole rows says="whole rows filled"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mask[max(0, i - k) : i + k + 1] = True
    return mask


# %% wrong: counts from 1, so the first row and column stay False says="counting begins at 0"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(1, n):
        for j in range(1, n):
            if abs(i - j) <= k:
                mask[i, j] = True
    return mask


# %% wrong: np.zeros without dtype, floats come says="wrong dtype"
def local_mask(n, k):
    mask = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if abs(i - j) <= k:
                mask[i, j] = True
    return mask


# %% wrong: only entries at distance exactly k says="only entries at distance exactly k"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if abs(i - j) == k:
                mask[i, j] = True
    return mask


# %% wrong: the last row and column stay False says="last row and column" held_out=true
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n - 1):
        for j in range(n - 1):
            if abs(i - j) <= k:
                mask[i, j] = True
    return mask


# %% wrong: only the diagonal says="only the diagonal is" held_out=true
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mask[i, i] = True
    return mask


# %% wrong: returns after the first row says="`return` stands inside the loop" held_out=true
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            mask[i, j] = abs(i - j) <= k
        return mask


# %% wrong: a band of k entries in all, not k on each side says="halved" held_out=true
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        for j in range(n):
            if abs(i - j) <= k // 2:
                mask[i, j] = True
    return mask


# %% wrong: the size of the patch in place of k says="2k + 1 wide on either side"
def local_mask(n, k):
    i = np.arange(n)
    return np.abs(i[:, None] - i) <= 2 * k + 1


# %% wrong: each row begins at the diagonal says="begins at the diagonal"
def local_mask(n, k):
    mask = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mask[i, i : i + 2 * k + 1] = True
    return mask
