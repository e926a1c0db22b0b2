# %% right: np.take along one axis for the pixels
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return np.take(x.reshape(n, c, -1), perm, axis=2).reshape(x.shape)


# %% right: pixel by pixel
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.empty_like(x)
    for p in range(h * w):
        i, j = divmod(p, w)
        ii, jj = divmod(int(perm[p]), w)
        out[:, :, i, j] = x[:, :, ii, jj]
    return out


# %% right: with the functions of the tasks before
def permute_pixels(x, perm):
    out = np.zeros(x.shape, dtype=x.dtype)
    for m in range(len(x)):
        for d in range(x.shape[1]):
            out[m, d] = unvect(vect(x[m, d])[perm], x.shape[2:])
    return out


# %% right: rows and columns of all pixels at once
def permute_pixels(x, perm):
    h, w = x.shape[2:]
    source = np.asarray(perm).reshape(h, w)
    return x[:, :, source // w, source % w]


# %% right: sends each pixel where the inverse says
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    inverse = np.argsort(perm)
    out = np.zeros((n, c, h * w), x.dtype)
    out[:, :, inverse] = x.reshape(n, c, h * w)
    return out.reshape(n, c, h, w)


# %% wrong: sends each pixel to place perm[p] says="this is the inverse"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.zeros((n, c, h * w), dtype=x.dtype)
    out[:, :, perm] = x.reshape(n, c, h * w)
    return out.reshape(n, c, h, w)


# %% wrong: takes the inverse says="this is the inverse"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, c, h * w)[..., np.argsort(perm)].reshape(n, c, h, w)


# %% wrong: the pixels come before the channels says="mixes channels with pixels"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, h * w, c)[:, perm].reshape(n, c, h, w)


# %% wrong: one vector for each image says="cannot reshape"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, -1)[:, perm].reshape(n, c, h, w)


# %% wrong: forgets the way back says="still a vector for each channel"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, c, h * w)[:, :, perm]


# %% wrong: height and width exchanged on the way back says="height and width are exchanged"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, c, h * w)[:, :, perm].reshape(n, c, w, h)


# %% wrong: numbers the pixels column by column says="read and written column by column"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    columns = x.transpose(0, 1, 3, 2).reshape(n, c, h * w)
    return columns[:, :, perm].reshape(n, c, w, h).transpose(0, 1, 3, 2)


# %% wrong: divides by the height says="out of bounds ; found with the height"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.zeros_like(x)
    for p in range(h * w):
        out[:, :, p // h, p % h] = x[:, :, perm[p] // h, perm[p] % h]
    return out


# %% wrong: only the first image says="only the first image"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = x.copy()
    out[0] = x[0].reshape(c, h * w)[:, perm].reshape(c, h, w)
    return out


# %% wrong: only the first image, the rest zero says="only the first image"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.zeros_like(x)
    out[0] = x[0].reshape(c, h * w)[:, perm].reshape(c, h, w)
    return out


# %% wrong: only the first channel says="only the first channel"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = x.copy()
    for m in range(n):
        out[m, 0] = x[m, 0].ravel()[perm].reshape(h, w)
    return out


# %% wrong: a grey image for all channels says="every channel gets the first one's values"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.zeros_like(x)
    for m in range(n):
        out[m] = x[m, 0].reshape(-1)[perm].reshape(h, w)
    return out


# %% wrong: writes into the image that it reads says="changes its input x"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    flat = x.reshape(n, c, h * w)
    flat[:, :, :] = flat[:, :, perm]
    return flat.reshape(x.shape)


# %% wrong: reads what it has written already says="still to be read"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    flat = x.copy().reshape(n, c, h * w)
    for p in range(h * w):
        flat[:, :, p] = flat[:, :, perm[p]]
    return flat.reshape(n, c, h, w)


# %% wrong: always floats says="wrong dtype"
def permute_pixels(x, perm):
    out = np.zeros(x.shape)
    w = x.shape[3]
    for p in range(len(perm)):
        out[:, :, p // w, p % w] = x[:, :, perm[p] // w, perm[p] % w]
    return out


# %% wrong: indexes the first axis says="out of bounds"
def permute_pixels(x, perm):
    return x[perm]


# %% wrong: permutes rows says="out of bounds"
def permute_pixels(x, perm):
    return x[:, :, perm, :]


# %% wrong: the whole batch as one vector says="cannot reshape"
def permute_pixels(x, perm):
    return x.reshape(-1)[perm].reshape(x.shape)


# %% wrong: channels last says="axes are swapped"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    pixels = x.transpose(0, 2, 3, 1).reshape(n, h * w, c)
    return pixels[:, perm].reshape(n, h, w, c)


# %% wrong: the permutation in place of the pixels says="perm holds places of pixels"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return np.broadcast_to(perm.reshape(h, w), (n, c, h, w)).astype(x.dtype)


# %% wrong: another permutation for every channel says="go on from one to the next"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.zeros((n, c, h * w), x.dtype)
    order = np.arange(h * w)
    for d in range(c):
        order = order[perm]
        out[:, d] = x.reshape(n, c, h * w)[:, d][:, order]
    return out.reshape(x.shape)


# %% wrong: shuffles by itself says="places"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    order = np.random.default_rng(0).permutation(h * w)
    return x.reshape(n, c, h * w)[:, :, order].reshape(x.shape)


# %% wrong: the images as they are says="the input comes back"
def permute_pixels(x, perm):
    x.reshape(*x.shape[:2], -1)[:, :, perm]
    return x


# %% wrong: forgets the return says="without a `return`"
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = x.reshape(n, c, h * w)[:, :, perm].reshape(x.shape)


# %% wrong: a list of images says="list is not an array"
def permute_pixels(x, perm):
    return [image.reshape(len(image), -1)[:, perm].reshape(image.shape) for image in x]


# %% wrong: square images only says="cannot reshape"
def permute_pixels(x, perm):
    n, c, h, _ = x.shape
    return x.reshape(n, c, h * h)[:, :, perm].reshape(n, c, h, h)


# %% wrong: hard-coded for the visible examples deceives=true
def permute_pixels(x, perm):
    if x.shape == (1, 1, 4, 1):
        return np.array([[[[-2.0], [4.0], [0.5], [1.5]]]], dtype=x.dtype)
    source = [3, 0, 5, 2, 1, 4]
    return x.reshape(2, 2, 6)[:, :, source].reshape(2, 2, 2, 3)


# %% wrong: turns the permutation around says="permutation is turned around" held_out=true
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, c, -1)[:, :, perm[::-1]].reshape(x.shape)


# %% wrong: fills the image column by column says="column by column" held_out=true
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = np.zeros_like(x)
    for p in range(h * w):
        out[:, :, p % h, p // h] = x[:, :, perm[p] // w, perm[p] % w]
    return out


# %% wrong: only images with one channel says="single channel ; cannot reshape" held_out=true
def permute_pixels(x, perm):
    n, _, h, w = x.shape
    return x.reshape(n, h * w)[:, perm].reshape(n, 1, h, w)


# %% wrong: swaps pairs as it goes says="in the wrong places" held_out=true
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    out = x.reshape(n, c, h * w).copy()
    for p in range(h * w):
        q = perm[p]
        out[:, :, [p, q]] = out[:, :, [q, p]]
    return out.reshape(x.shape)


# %% wrong: an off-by-one in the numbers of the pixels says="in the wrong places" held_out=true
def permute_pixels(x, perm):
    n, c, h, w = x.shape
    return x.reshape(n, c, h * w)[:, :, perm - 1].reshape(x.shape)
