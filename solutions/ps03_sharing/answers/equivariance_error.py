# %% right: with the student's own shift
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    inside = difference[..., m : h - m, m : w - m] if 2 * m < min(h, w) else np.zeros(0)
    if inside.size == 0:
        raise ValueError("nothing is left")
    return float(inside.max())


# %% right: pixel by pixel, without shifting the output
def equivariance_error(f, x, dy, dx, margin=0):
    before, after = f(shift(x, dy, dx)), f(x)
    h, w = after.shape[-2:]
    m = max(abs(dy), abs(dx)) + margin
    worst = None
    for i in range(m, h - m):
        for j in range(m, w - m):
            here = np.abs(before[..., i, j] - after[..., i - dy, j - dx]).max()
            worst = here if worst is None else max(worst, here)
    if worst is None:
        raise ValueError("the frame covers the whole output")
    return worst


# %% wrong: no frame says="frame is not left out"
def equivariance_error(f, x, dy, dx, margin=0):
    return np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx)).max()


# %% wrong: a frame of 0 leaves nothing says="frame of 0"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    inside = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))[..., m:-m, m:-m]
    if inside.size == 0:
        raise ValueError("nothing is left")
    return inside.max()


# %% wrong: never raises says="must raise ValueError"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    return difference[..., m : h - m, m : w - m].max(initial=0)


# %% wrong: the mean says="mean is taken"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].mean()


# %% wrong: no absolute value says="absolute value is missing"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = f(shift(x, dy, dx)) - shift(f(x), dy, dx)
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: ignores the margin says="margin is forgotten"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx))
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: the margin only says="only the margin"
def equivariance_error(f, x, dy, dx, margin=0):
    m = margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: the sum of the shifts as the frame says="|dy| + |dx|"
def equivariance_error(f, x, dy, dx, margin=0):
    m = abs(dy) + abs(dx) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: a negative shift makes the frame smaller says="keeps its sign in the frame"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(dy, dx, 0) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: a frame of its own for rows and columns says="frames of their own"
def equivariance_error(f, x, dy, dx, margin=0):
    a, b = abs(dy) + margin, abs(dx) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * a or w <= 2 * b:
        raise ValueError("nothing is left")
    return difference[..., a : h - a, b : w - b].max()


# %% wrong: frame of the input's size, not of the output's says="size of x, not of f(x)"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = x.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: rolls, so that pixels come round says="comes back on the other"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    moved = lambda a: np.roll(a, (dy, dx), axis=(-2, -1))
    difference = np.abs(f(moved(x)) - moved(f(x)))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: tests invariance says="invariance"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = np.abs(f(shift(x, dy, dx)) - f(x))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()


# %% wrong: always zero says="every answer"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    if 2 * m >= min(x.shape[-2:]):
        raise ValueError("nothing is left")
    return 0.0


# %% wrong: the first image only says="only the first image"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference.reshape(-1, h, w)[0, m : h - m, m : w - m].max()


# %% wrong: compares the two maxima says="two largest values"
def equivariance_error(f, x, dy, dx, margin=0):
    a = f(shift(x, dy, dx))
    b = shift(f(x), dy, dx)
    m = max(abs(dy), abs(dx)) + margin
    h, w = a.shape[-2], a.shape[-1]
    a = a[..., m : h - m, m : w - m]
    b = b[..., m : h - m, m : w - m]
    if a.size == 0:
        raise ValueError("nothing left")
    return abs(a.max() - b.max())


# %% wrong: the absolute value of the larger shift only says="keeps its sign in the frame"
def equivariance_error(f, x, dy, dx, margin=0):
    m = abs(max(dy, dx)) + margin
    diff = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = diff.shape[-2:]
    diff = diff[..., m : h - m, m : w - m]
    if diff.size == 0:
        raise ValueError("nothing left")
    return diff.max()


# %% wrong: cuts the frame off the first two axes says="first two axes"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    diff = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    diff = diff[m : len(diff) - m, m : diff.shape[1] - m]
    if diff.size == 0:
        raise ValueError("nothing left")
    return diff.max()


# %% wrong: squares the differences says="squared"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    diff = (f(shift(x, dy, dx)) - shift(f(x), dy, dx)) ** 2
    h, w = diff.shape[-2:]
    diff = diff[..., m : h - m, m : w - m]
    if diff.size == 0:
        raise ValueError("nothing left")
    return diff.max()


# %% wrong: shifts by dx rows and dy columns says="exchanged"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    diff = np.abs(f(shift(x, dx, dy)) - shift(f(x), dx, dy))
    h, w = diff.shape[-2:]
    diff = diff[..., m : h - m, m : w - m]
    if diff.size == 0:
        raise ValueError("nothing left")
    return diff.max()


# %% wrong: asserts where it must raise ValueError says="must raise ValueError"
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    diff = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = diff.shape[-2:]
    assert h > 2 * m and w > 2 * m
    return diff[..., m : h - m, m : w - m].max()


# %% wrong: shifts the image, but not the output of f, back and forth says="shifted twice" held_out=true
def equivariance_error(f, x, dy, dx, margin=0):
    a = shift(f(shift(x, dy, dx)), dy, dx)
    b = shift(f(x), dy, dx)
    m = max(abs(dy), abs(dx)) + margin
    d = np.abs(a - b)
    h, w = d.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing left")
    return d[..., m : h - m, m : w - m].max()


# %% wrong: the smallest difference says="smallest" held_out=true
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    d = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = d.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing left")
    return d[..., m : h - m, m : w - m].min()


# %% wrong: the sum of all differences says="sum is taken ; differences are added up" held_out=true
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    d = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = d.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing left")
    return d[..., m : h - m, m : w - m].sum()


# %% wrong: the frame is cut off on one side only says="on one side only ; at the top and the left only" held_out=true
def equivariance_error(f, x, dy, dx, margin=0):
    m = max(abs(dy), abs(dx)) + margin
    d = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    h, w = d.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing left")
    return d[..., m:, m:].max()


# %% wrong: a frame that is one too wide says="one row and column too wide"
def equivariance_error(f, x, dy, dx, margin=0):
    difference = np.abs(f(shift(x, dy, dx)) - shift(f(x), dy, dx))
    m = max(abs(dy), abs(dx)) + margin + 1
    h, w = difference.shape[-2:]
    if h <= 2 * m or w <= 2 * m:
        raise ValueError("nothing is left")
    return difference[..., m : h - m, m : w - m].max()
