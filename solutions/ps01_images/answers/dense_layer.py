# %% right: image by image, with the functions of the tasks before
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    c_out = len(b) // (h * w)
    return np.stack([unvect(W @ vect(image) + b, (c_out, h, w)) for image in x])


# %% right: einsum with the axes apart
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    W = W.reshape(-1, h, w, c, h, w)
    b = b.reshape(-1, h, w)
    return np.einsum("oijcuv,ncuv->noij", W, x) + b


# %% right: the images as columns
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    columns = W @ x.reshape(n, -1).T + b[:, None]
    return columns.T.reshape(n, W.shape[0] // (h * w), h, w)


# %% right: all loops written out
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = np.zeros((n, len(b)))
    for m in range(n):
        v = x[m].ravel()
        for o in range(len(b)):
            total = b[o]
            for q in range(len(v)):
                total = total + W[o, q] * v[q]
            out[m, o] = total
    return out.reshape(n, len(b) // (h * w), h, w)


# %% wrong: no bias says="the bias is missing"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (x.reshape(n, -1) @ W.T).reshape(n, -1, h, w)


# %% wrong: W from the wrong side says="multiplied from the wrong side"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (x.reshape(n, -1) @ W + b).reshape(n, -1, h, w)


# %% wrong: the transposed W for each image says="multiplied from the wrong side"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return np.array([(W.T @ image.ravel() + b).reshape(-1, h, w) for image in x])


# %% wrong: W meets the batch unturned says="core dimension ; mismatch"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (W @ x.reshape(n, -1) + b).reshape(n, -1, h, w)


# %% wrong: the channels side by side in the vector says="channels of a pixel stand side by side in the vector"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    v = x.transpose(0, 2, 3, 1).reshape(n, -1)
    return (v @ W.T + b).reshape(n, -1, h, w)


# %% wrong: the answer folded channels last says="folded as (h, w, c_out)"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = x.reshape(n, -1) @ W.T + b
    return out.reshape(n, h, w, -1).transpose(0, 3, 1, 2)


# %% wrong: returns the channels last says="channels last"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (x.reshape(n, -1) @ W.T + b).reshape(n, h, w, -1)


# %% wrong: channels last in and out says="vector and answer have the channels"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = x.transpose(0, 2, 3, 1).reshape(n, -1) @ W.T + b
    return out.reshape(n, h, w, -1).transpose(0, 3, 1, 2)


# %% wrong: the answer stays a vector says="`unvect` is missing"
def dense_layer(x, W, b):
    return x.reshape(len(x), -1) @ W.T + b


# %% wrong: height and width exchanged says="height and width of the answer are exchanged"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (x.reshape(n, -1) @ W.T + b).reshape(n, -1, w, h)


# %% wrong: the answer takes the shape of the input says="cannot reshape"
def dense_layer(x, W, b):
    return (x.reshape(len(x), -1) @ W.T + b).reshape(x.shape)


# %% wrong: ReLU says="an activation (ReLU)"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return np.maximum(x.reshape(n, -1) @ W.T + b, 0).reshape(n, -1, h, w)


# %% wrong: a reshape where a transposition is meant says="a transposition does"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = W @ x.reshape(c * h * w, n) + b[:, None]
    return out.T.reshape(n, -1, h, w)


# %% wrong: the columns are folded without turning them says="turn the matrix before the reshape"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = W @ x.reshape(n, -1).T + b[:, None]
    return out.reshape(n, -1, h, w)


# %% wrong: the whole batch as one vector says="core dimension ; mismatch"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (W @ x.reshape(-1) + b).reshape(n, -1, h, w)


# %% wrong: only the first image says="only the first image is computed"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = np.zeros((n, len(b) // (h * w), h, w))
    out[0] = (W @ x[0].ravel() + b).reshape(-1, h, w)
    return out


# %% wrong: the return stands in the loop says="inside the loop"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    for image in x:
        return (W @ image.ravel() + b).reshape(-1, h, w)


# %% wrong: the first image for all says="gets the answer of the first one"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = np.zeros((n, len(b) // (h * w), h, w))
    for m in range(n):
        out[m] = (W @ x[0].ravel() + b).reshape(-1, h, w)
    return out


# %% wrong: one bias for each channel says="one bias is added for each channel"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = (x.reshape(n, -1) @ W.T).reshape(n, -1, h, w)
    return out + b[: out.shape[1]].reshape(1, -1, 1, 1)


# %% wrong: the bias is added to images of another shape says="could not be broadcast"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = (x.reshape(n, -1) @ W.T).reshape(n, -1, h, w)
    return out + b


# %% wrong: the bias for each channel, with its axes says="could not be broadcast"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = (x.reshape(n, -1) @ W.T).reshape(n, -1, h, w)
    return out + b[None, :, None, None]


# %% wrong: whole numbers in, whole numbers out says="array of integers ; cuts off the fraction"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = np.zeros((n, len(b) // (h * w), h, w), dtype=x.dtype)
    for m in range(n):
        out[m] = (W @ x[m].ravel() + b).reshape(-1, h, w)
    return out


# %% wrong: overwrites the sum says="`=` overwrites"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = np.zeros((n, len(b)))
    for m in range(n):
        for o in range(len(b)):
            for q in range(c * h * w):
                out[m, o] = W[o, q] * x[m].ravel()[q]
    return (out + b).reshape(n, -1, h, w)


# %% wrong: begins each sum with b itself, not with a copy says="changes its input b"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = np.zeros((n, len(b)))
    for m in range(n):
        total = b
        for q, value in enumerate(x[m].ravel()):
            total += W[:, q] * value
        out[m] = total
    return out.reshape(n, -1, h, w)


# %% wrong: gives x another shape in place says="leaves it as it is"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    x.shape = (n, c * h * w)
    return (x @ W.T + b).reshape(n, -1, h, w)


# %% wrong: column-major says="column by column"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = [W @ image.flatten("F") + b for image in x]
    return np.array([v.reshape((-1, h, w), order="F") for v in out])


# %% wrong: forgets the return says="without a `return`"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    H = (x.reshape(n, -1) @ W.T + b).reshape(n, -1, h, w)


# %% wrong: a list of images says="list is not an array"
def dense_layer(x, W, b):
    h, w = x.shape[2:]
    return [(W @ image.ravel() + b).reshape(-1, h, w) for image in x]


# %% wrong: / for // says="cannot be interpreted as an integer"
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (x.reshape(n, -1) @ W.T + b).reshape(n, len(b) / (h * w), h, w)


# %% wrong: the library's layer says="calls `convbook.dense`"
import convbook


def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return convbook.dense(x.reshape(n, -1), W, b).reshape(n, -1, h, w)


# %% wrong: hard-coded for the visible examples deceives=true
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    v = x.reshape(n, -1) if W.shape in [(12, 12), (9, 6)] else np.zeros((n, W.shape[1]))
    return (v @ W.T + b).reshape(n, -1, h, w)


# %% wrong: np.dot with all axes says="not aligned" held_out=true
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return np.dot(W, x) + b


# %% wrong: each channel has a layer of its own says="mismatch" held_out=true
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    out = [sum(W @ x[m, d].ravel() for d in range(c)) + b for m in range(n)]
    return np.array(out).reshape(n, -1, h, w)


# %% wrong: the weights only where input and output are the same pixel says="other pixels" held_out=true
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    if W.shape[0] == W.shape[1]:
        W = W * np.eye(len(W))
    return (x.reshape(n, -1) @ W.T + b).reshape(n, -1, h, w)


# %% wrong: the bias is multiplied says="bias is multiplied" held_out=true
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    return (x.reshape(n, -1) @ W.T * b).reshape(n, -1, h, w)


# %% wrong: the images add up from one to the next says="from one" held_out=true
def dense_layer(x, W, b):
    n, c, h, w = x.shape
    v = np.zeros(len(b))
    out = []
    for image in x:
        v += W @ image.ravel() + b
        out.append(v.copy().reshape(-1, h, w))
    return np.array(out)
