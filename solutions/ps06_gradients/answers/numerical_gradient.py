# %% right: one working copy, put back after each step
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(np.float64)
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept = x[place]
        x[place] = kept + eps
        up = f(x)
        x[place] = kept - eps
        down = f(x)
        x[place] = kept
        out[place] = (up - down) / (2 * eps)
    return out


# %% right: an array of steps that is zero but for one entry
def numerical_gradient(f, x, eps=1e-4):
    slopes = []
    for i in range(x.size):
        step = np.zeros(x.size)
        step[i] = eps
        step = step.reshape(x.shape)
        slopes.append((f(x + step) - f(x - step)) / (2 * eps))
    return np.array(slopes, dtype=float).reshape(x.shape)


# %% right: a flat copy that gets its shape back for f
def numerical_gradient(f, x, eps=1e-4):
    flat = np.array(x, dtype=np.float64).reshape(-1)
    out = np.empty(flat.size)
    for i in range(flat.size):
        both = []
        for sign in (1, -1):
            moved = flat.copy()
            moved[i] += sign * eps
            both.append(float(f(moved.reshape(x.shape))))
        out[i] = (both[0] - both[1]) / eps / 2
    return out.reshape(x.shape)


# %% right: nditer, as in a well-known course
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    grad = np.zeros(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        ix = it.multi_index
        old = x[ix]
        x[ix] = old + eps
        fp = f(x.copy())
        x[ix] = old - eps
        fm = f(x.copy())
        x[ix] = old
        grad[ix] = (fp - fm) / (2 * eps)
        it.iternext()
    return grad


# %% wrong: one-sided, forward difference says="to one side only, up"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    base = f(x)
    for place in np.ndindex(x.shape):
        moved = x.copy()
        moved[place] += eps
        out[place] = (f(moved) - base) / eps
    return out


# %% wrong: one-sided, backward difference says="to one side only, down"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        moved = x.copy()
        moved[place] -= eps
        out[place] = (f(x) - f(moved)) / eps
    return out


# %% wrong: divides by eps, not by 2 eps says="2 · eps apart"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / eps
    return out


# %% wrong: brackets around 2 * eps are missing says="needs brackets"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / 2 * eps
    return out


# %% wrong: does not divide at all says="not divided by 2 · eps"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = f(up) - f(down)
    return out


# %% wrong: divides by 2, forgets eps says="divided by 2, and not by eps"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / 2
    return out


# %% wrong: a step of its own says="eps is ignored"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    h = 1e-5
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        out[place] = (f(up) - f(down)) / (2 * h)
    return out


# %% wrong: minus eps first says="sign is turned around"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(down) - f(up)) / (2 * eps)
    return out


# %% wrong: an entry stays at x - eps says="stays at x − eps"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        up = f(x)
        x[place] -= 2 * eps
        down = f(x)
        out[place] = (up - down) / (2 * eps)
    return out


# %% wrong: an entry stays at x + eps says="stays at x + eps" held_out=true
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] -= eps
        down = f(x)
        x[place] += 2 * eps
        up = f(x)
        out[place] = (up - down) / (2 * eps)
    return out


# %% wrong: goes back to x, not to x - eps says="has x only been put back"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        up = f(x)
        x[place] -= eps
        down = f(x)
        out[place] = (up - down) / (2 * eps)
    return out


# %% wrong: integers stay integers in the copy says="takes a float64 array"
def numerical_gradient(f, x, eps=1e-4):
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: the gradient of integers is stored in integers says="array of integers"
def numerical_gradient(f, x, eps=1e-4):
    out = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: moves the caller's x and leaves it so says="changes its input x"
def numerical_gradient(f, x, eps=1e-4):
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        up = f(x)
        x[place] -= 2 * eps
        down = f(x)
        out[place] = (up - down) / (2 * eps)
    return out


# %% wrong: puts the caller's x back, but works on integers says="takes a float64 array"
def numerical_gradient(f, x, eps=1e-4):
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        old = x[place]
        x[place] = old + eps
        up = f(x)
        x[place] = old - eps
        down = f(x)
        x[place] = old
        out[place] = (up - down) / (2 * eps)
    return out


# %% wrong: a second name, not a copy says="two names of one"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up = x
        down = x
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: all entries at once says="array of shape"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    return (f(x + eps) - f(x - eps)) / (2 * eps)


# %% wrong: all entries at once, copied into every place says="all entries are moved at once"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        out[place] = (f(x + eps) - f(x - eps)) / (2 * eps)
    return out


# %% wrong: a row at a time says="a whole row is moved at once"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        out[i] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: hands f a flat array says="takes a float64 array of shape"
def numerical_gradient(f, x, eps=1e-4):
    flat = x.astype(float).ravel()
    out = np.zeros(x.size)
    for i in range(x.size):
        up, down = flat.copy(), flat.copy()
        up[i] += eps
        down[i] -= eps
        out[i] = (f(up) - f(down)) / (2 * eps)
    return out.reshape(x.shape)


# %% wrong: returns a flat array says="give it the shape of x"
def numerical_gradient(f, x, eps=1e-4):
    flat = x.astype(float).ravel()
    out = np.zeros(x.size)
    for i in range(x.size):
        up, down = flat.copy(), flat.copy()
        up[i] += eps
        down[i] -= eps
        out[i] = (f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * eps)
    return out


# %% wrong: two axes only says="not enough values to unpack"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    rows, columns = x.shape
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            up, down = x.copy(), x.copy()
            up[i, j] += eps
            down[i, j] -= eps
            out[i, j] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: hands f one entry, as if f worked entry by entry says="takes a float64 array of shape"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        out[place] = (f(x[place] + eps) - f(x[place] - eps)) / (2 * eps)
    return out


# %% wrong: steps that start at zero says="start at zero"
def numerical_gradient(f, x, eps=1e-4):
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = eps
        out[place] = (f(step) - f(-step)) / (2 * eps)
    return out


# %% wrong: the return stands inside the loop says="one place ; only the first ; inside the loop" held_out=true
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
        return out


# %% wrong: half a step to either side, divided by 2 eps says="halved before the step" held_out=true
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps / 2
        down[place] -= eps / 2
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: half a step to either side, divided by eps says="each is eps"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps / 2
        down[place] -= eps / 2
        out[place] = (f(up) - f(down)) / eps
    return out


# %% wrong: a step that grows with the entry says="eps · x"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        h = eps * x[place]
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        out[place] = (f(up) - f(down)) / (2 * h)
    return out


# %% wrong: works in the dtype of x, single precision says="takes a float64 array ; float32"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float) if x.dtype.kind in "iu" else x.copy()
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: everything in float32 says="takes a float64 array"
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(np.float32)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = (f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: the absolute value, as of an error says="absolute value ; have lost their sign" held_out=true
def numerical_gradient(f, x, eps=1e-4):
    x = x.astype(float)
    out = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        out[place] = abs(f(up) - f(down)) / (2 * eps)
    return out


# %% wrong: brackets forgotten around the difference says="needs brackets"
def numerical_gradient(f, x, eps=1e-4):
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = f(up) - f(down) / (2 * eps)
    return gradient


# %% wrong: moves the entries of x itself and moves them back says="changes its input"
def numerical_gradient(f, x, eps=1e-4):
    if x.dtype != np.float64:
        x = x.astype(np.float64)
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        up = f(x)
        x[place] -= 2 * eps
        gradient[place] = (up - f(x)) / (2 * eps)
        x[place] += eps
    return gradient
