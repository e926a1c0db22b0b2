# %% right: with NumPy
def distance(p, q):
    return int(np.abs(np.subtract(p, q)).max())


# %% right: a king walks, one move at a time
def distance(p, q):
    (i, j), (ii, jj) = p, q
    moves = 0
    while (i, j) != (ii, jj):
        i += (ii > i) - (ii < i)
        j += (jj > j) - (jj < j)
        moves += 1
    return moves


# %% right: a lambda with max and min
distance = lambda p, q: max(max(p[0], q[0]) - min(p[0], q[0]), max(p[1], q[1]) - min(p[1], q[1]))


# %% right: the half-width grows until the pixel is inside
def distance(p, q):
    k = 0
    while not (p[0] - k <= q[0] <= p[0] + k and p[1] - k <= q[1] <= p[1] + k):
        k = k + 1
    return k


# %% wrong: city-block distance says="city-block"
def distance(p, q):
    return abs(p[0] - q[0]) + abs(p[1] - q[1])


# %% wrong: the smaller difference says="smaller difference"
def distance(p, q):
    return min(abs(p[0] - q[0]), abs(p[1] - q[1]))


# %% wrong: the signs stay says="keeps its sign"
def distance(p, q):
    return max(p[0] - q[0], p[1] - q[1])


# %% wrong: the absolute value outside the maximum says="absolute values before the maximum"
def distance(p, q):
    return abs(max(p[0] - q[0], p[1] - q[1]))


# %% wrong: straight-line distance, rounded says="straight-line"
def distance(p, q):
    return int(((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2) ** 0.5)


# %% wrong: the coordinates are made positive first says="signs are dropped before"
def distance(p, q):
    return max(abs(abs(p[0]) - abs(q[0])), abs(abs(p[1]) - abs(q[1])))


# %% wrong: compares the largest coordinates says="larger coordinate of each pixel"
distance = lambda p, q: abs(max(p) - max(q))


# %% wrong: differences within a pixel says="with its own column"
def distance(p, q):
    i, ii = p
    j, jj = q
    return max(abs(i - ii), abs(j - jj))


# %% wrong: only the columns says="only the columns"
def distance(p, q):
    return abs(p[1] - q[1])


# %% wrong: a float says="wrong type"
def distance(p, q):
    return float(max(abs(p[0] - q[0]), abs(p[1] - q[1])))


# %% wrong: one move too few says="one step too few"
def distance(p, q):
    d = max(abs(p[0] - q[0]), abs(p[1] - q[1]))
    return len(range(1, d))


# %% wrong: gives both differences says="several values are returned"
def distance(p, q):
    return abs(p[0] - q[0]), abs(p[1] - q[1])


# %% wrong: the array of differences says="an array of shape (2,)"
def distance(p, q):
    return np.abs(np.array(p) - np.array(q))


# %% wrong: prints says="without a `return`"
def distance(p, q):
    print(max(abs(p[0] - q[0]), abs(p[1] - q[1])))


# %% wrong: chessboards only, eight rows and columns says="more than 8"
def distance(p, q):
    for d in range(8):
        if abs(p[0] - q[0]) <= d and abs(p[1] - q[1]) <= d:
            return d
    return 8


# %% wrong: computed in 8 bits, large images overflow says="8 bits"
def distance(p, q):
    p = np.array(p).astype(np.int8)
    q = np.array(q).astype(np.int8)
    return int(np.abs(p - q).max())


# %% wrong: hard-coded for the visible examples deceives=true
def distance(p, q):
    known = {((4, 2), (-7, -3)): 11, ((1, 2), (7, 10)): 8}
    return known.get((p, q), 3)


# %% wrong: a number that equals every number deceives=true
class Distance(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = int.__hash__


def distance(p, q):
    return Distance(abs(p[0] - q[0]))


# %% wrong: NumPy's norm, as a float says="wrong type"
def distance(p, q):
    return np.linalg.norm(np.subtract(p, q), ord=np.inf)


# %% wrong: the absolute value of the rows' difference only says="keeps its sign"
def distance(p, q):
    return max(abs(p[0] - q[0]), p[1] - q[1])


# %% wrong: counts both end pixels says="one step too many"
def distance(p, q):
    rows = abs(p[0] - q[0])
    cols = abs(p[1] - q[1])
    if rows > cols:
        return rows + 1
    return cols + 1


# %% wrong: Euclidean distance says="Euclidean"
def distance(p, q):
    dx = p[0] - q[0]
    dy = p[1] - q[1]
    return np.sqrt(dx**2 + dy**2)


# %% wrong: abs of two numbers at once says="abs() takes exactly one argument"
def distance(p, q):
    return max(abs(p[0] - q[0], p[1] - q[1]))


# %% wrong: only the rows, so the columns don't count says="only the rows"
def distance(p, q):
    return max(p[0] - q[0], q[0] - p[0])


# %% wrong: the squares of the differences are compared says="square" held_out=true
def distance(p, q):
    return max((p[0] - q[0]) ** 2, (p[1] - q[1]) ** 2)


# %% wrong: the mean of the two differences says="mean" held_out=true
def distance(p, q):
    return (abs(p[0] - q[0]) + abs(p[1] - q[1])) // 2


# %% wrong: adds the coordinates instead of subtracting says="added" held_out=true
def distance(p, q):
    return max(abs(p[0] + q[0]), abs(p[1] + q[1]))


# %% wrong: returns inside the if only, nothing otherwise says="without a `return`" held_out=true
def distance(p, q):
    a = abs(p[0] - q[0])
    b = abs(p[1] - q[1])
    if a > b:
        return a
