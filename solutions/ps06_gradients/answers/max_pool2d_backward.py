# %% right: four loops, the first maximum by comparison
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    n, c, h_out, w_out = grad_out.shape
    for b in range(n):
        for ch in range(c):
            for i in range(h_out):
                for j in range(w_out):
                    best = None
                    for a in range(size):
                        for e in range(size):
                            value = x[b, ch, i * size + a, j * size + e]
                            if best is None or value > best:
                                best, where = value, (i * size + a, j * size + e)
                    out[b, ch, where[0], where[1]] += grad_out[b, ch, i, j]
    return out


# %% right: a reshape into windows and argmax
def max_pool2d_backward(grad_out, x, size):
    n, c, h_out, w_out = grad_out.shape
    cut = x[:, :, : h_out * size, : w_out * size]
    windows = cut.reshape(n, c, h_out, size, w_out, size).swapaxes(3, 4).reshape(n, c, h_out, w_out, -1)
    chosen = np.arange(size * size) == windows.argmax(axis=-1)[..., None]
    spread = (chosen * grad_out[..., None]).reshape(n, c, h_out, w_out, size, size).swapaxes(3, 4)
    out = np.zeros(x.shape, dtype=np.result_type(grad_out, np.float32))
    out[:, :, : h_out * size, : w_out * size] = spread.reshape(cut.shape)
    return out


# %% right: unravel_index in each window
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros_like(x, dtype=grad_out.dtype)
    for place in np.ndindex(grad_out.shape):
        b, ch, i, j = place
        rows = slice(i * size, (i + 1) * size)
        columns = slice(j * size, (j + 1) * size)
        window = x[b, ch, rows, columns]
        where = np.unravel_index(np.argmax(window), window.shape)
        out[b, ch, rows, columns][where] = grad_out[place]
    return out


# %% wrong: ties to all says="all take the gradient"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        rows, columns = slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size)
        window = x[b, ch, rows, columns]
        out[b, ch, rows, columns] += (window == window.max()) * grad_out[b, ch, i, j]
    return out


# %% wrong: ties share the gradient says="takes a share of the gradient"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        rows, columns = slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size)
        mask = x[b, ch, rows, columns] == x[b, ch, rows, columns].max()
        out[b, ch, rows, columns] += mask * grad_out[b, ch, i, j] / mask.sum()
    return out


# %% wrong: ties to the last says="the last takes the gradient"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        best = -np.inf
        for a in range(size):
            for e in range(size):
                if x[b, ch, i * size + a, j * size + e] >= best:
                    best = x[b, ch, i * size + a, j * size + e]
                    row, column = i * size + a, j * size + e
        out[b, ch, row, column] = grad_out[b, ch, i, j]
    return out


# %% wrong: the first maximum column by column says="go row by row"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        best = -np.inf
        for e in range(size):
            for a in range(size):
                if x[b, ch, i * size + a, j * size + e] > best:
                    best = x[b, ch, i * size + a, j * size + e]
                    row, column = i * size + a, j * size + e
        out[b, ch, row, column] = grad_out[b, ch, i, j]
    return out


# %% wrong: row and column within the window exchanged says="row and column within the window"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        column, row = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: forgets where the window is says="beginning of its window"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, row, column] += grad_out[b, ch, i, j]
    return out


# %% wrong: the largest so far begins at 0, and nothing is found says="from 0 on: in a negative"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        best, where = 0, None
        for a in range(size):
            for e in range(size):
                if x[b, ch, i * size + a, j * size + e] > best:
                    best = x[b, ch, i * size + a, j * size + e]
                    where = (b, ch, i * size + a, j * size + e)
        if where is not None:
            out[where] += grad_out[b, ch, i, j]
    return out


# %% wrong: the largest so far begins at 0, with a place says="from 0 on: a negative window keeps"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        best, row, column = 0, i * size, j * size
        for a in range(size):
            for e in range(size):
                if x[b, ch, i * size + a, j * size + e] > best:
                    best = x[b, ch, i * size + a, j * size + e]
                    row, column = i * size + a, j * size + e
        out[b, ch, row, column] += grad_out[b, ch, i, j]
    return out


# %% wrong: pixels that belong to no window are missing says="belong to no window are missing"
def max_pool2d_backward(grad_out, x, size):
    n, c, h_out, w_out = grad_out.shape
    out = np.zeros((n, c, h_out * size, w_out * size))
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: reshapes the whole image, which must divide says="cannot reshape"
def max_pool2d_backward(grad_out, x, size):
    n, c, h, w = x.shape
    windows = x.reshape(n, c, h // size, size, w // size, size).swapaxes(3, 4)
    windows = windows.reshape(n, c, h // size, w // size, size * size)
    chosen = np.arange(size * size) == windows.argmax(axis=-1)[..., None]
    spread = (chosen * grad_out[..., None]).reshape(n, c, h // size, w // size, size, size)
    return spread.swapaxes(3, 4).reshape(x.shape)


# %% wrong: goes through all rows of x, and off the end of grad_out says="out of bounds"
def max_pool2d_backward(grad_out, x, size):
    n, c, h, w = x.shape
    out = np.zeros(x.shape)
    for b in range(n):
        for ch in range(c):
            for i in range(0, h, size):
                for j in range(0, w, size):
                    window = x[b, ch, i : i + size, j : j + size]
                    row, column = np.unravel_index(np.argmax(window), window.shape)
                    out[b, ch, i + row, j + column] = grad_out[b, ch, i // size, j // size]
    return out


# %% wrong: the smallest pixel says="smallest pixel"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmin(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: the largest absolute value says="largest absolute value"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = np.abs(x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size])
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: every pixel of the window takes it says="every pixel of a window takes the gradient"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        out[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size] = grad_out[b, ch, i, j]
    return out


# %% wrong: as in mean pooling says="as in mean pooling"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        out[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size] = grad_out[b, ch, i, j] / size**2
    return out


# %% wrong: a mask of ones says="1 goes to every largest"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = 1
    return out


# %% wrong: the maximum itself times the gradient says="multiplied by the largest value"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j] * window.max()
    return out


# %% wrong: the place of the maximum is looked up in the whole image says="in the whole image"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = np.argwhere(x[b, ch] == window.max())[0]
        out[b, ch, row, column] += grad_out[b, ch, i, j]
    return out


# %% wrong: every equal pixel of the image says="all pixels of the image that equal"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        out[b, ch] += (x[b, ch] == window.max()) * grad_out[b, ch, i, j]
    return out


# %% wrong: windows one pixel apart says="one pixel apart"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i : i + size, j : j + size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i + row, j + column] += grad_out[b, ch, i, j]
    return out


# %% wrong: the first image only says="only the first image"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for ch, i, j in np.ndindex(grad_out.shape[1:]):
        window = x[0, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[0, ch, i * size + row, j * size + column] = grad_out[0, ch, i, j]
    return out


# %% wrong: the first channel only says="only the first channel"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    n, _, h_out, w_out = grad_out.shape
    for b in range(n):
        for i in range(h_out):
            for j in range(w_out):
                window = x[b, 0, i * size : (i + 1) * size, j * size : (j + 1) * size]
                row, column = divmod(np.argmax(window), size)
                out[b, 0, i * size + row, j * size + column] = grad_out[b, 0, i, j]
    return out


# %% wrong: gradients in the dtype of x says="array of integers"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros_like(x)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: windows of two by two, whatever the size says="size is taken to be 2"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        row, column = divmod(np.argmax(window), 2)
        out[b, ch, 2 * i + row, 2 * j + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: divides the place by the image's width says="by the width of the image"
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), x.shape[3])
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: works on x itself says="changes its input x" held_out=true
def max_pool2d_backward(grad_out, x, size):
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        window[...] = 0
        window[row, column] = grad_out[b, ch, i, j]
    return x


# %% wrong: old pixels stay where zeros belong says="still there ; pixels of x remain" held_out=true
def max_pool2d_backward(grad_out, x, size):
    out = x.astype(float)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = out[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        window[...] = 0
        window[row, column] = grad_out[b, ch, i, j]
    return out


# %% wrong: the first window of each row only, a return too early says="`return` stands inside the loop ; inside the loop" held_out=true
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    for b, ch, i, j in np.ndindex(grad_out.shape):
        window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(np.argmax(window), size)
        out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
        return out


# %% wrong: rows and columns of the windows exchanged says="rows and columns ; out of bounds" held_out=true
def max_pool2d_backward(grad_out, x, size):
    out = np.zeros(x.shape)
    n, c, h_out, w_out = grad_out.shape
    for b in range(n):
        for ch in range(c):
            for i in range(w_out):
                for j in range(h_out):
                    window = x[b, ch, i * size : (i + 1) * size, j * size : (j + 1) * size]
                    row, column = divmod(np.argmax(window), size)
                    out[b, ch, i * size + row, j * size + column] = grad_out[b, ch, i, j]
    return out


# %% wrong: a ready-made way back says="max_pool"
def max_pool2d_backward(grad_out, x, size):
    import convbook

    return convbook.max_pool_backward(grad_out, x, size)


# %% wrong: writes the largest value, not its gradient says="largest value itself"
def max_pool2d_backward(grad_out, x, size):
    grad_x = np.zeros(x.shape)
    for m, d, i, j in np.ndindex(grad_out.shape):
        window = x[m, d, i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = divmod(int(np.argmax(window)), size)
        grad_x[m, d, i * size + row, j * size + column] = window.max()
    return grad_x
