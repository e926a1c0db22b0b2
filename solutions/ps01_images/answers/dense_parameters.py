# %% right: the square of the pixels
def dense_parameters(h, w, c, c_out):
    return (h * w) ** 2 * c * c_out


# %% right: math.prod
import math


def dense_parameters(h, w, c, c_out):
    return math.prod([h, w, c, h, w, c_out])


# %% right: rows times columns of W, as 64-bit whole numbers
def dense_parameters(h, w, c, c_out):
    rows, columns = h * w * c_out, h * w * c
    return np.prod([rows, columns], dtype=np.int64)


# %% right: counted by adding
def dense_parameters(h, w, c, c_out):
    inputs = h * w * c
    total = 0
    for _ in range(c_out):
        total += inputs * h * w
    return total


# %% wrong: the pixels only once says="the pixels are counted once"
def dense_parameters(h, w, c, c_out):
    return h * w * c * c_out


# %% wrong: with the biases says="biases are counted"
def dense_parameters(h, w, c, c_out):
    return (h * w * c + 1) * h * w * c_out


# %% wrong: 32 bits says="32 bits"
def dense_parameters(h, w, c, c_out):
    return np.prod(np.array([h, w, c, h, w, c_out], dtype=np.int32), dtype=np.int32)


# %% wrong: forgets the output channels says="output channels are forgotten"
def dense_parameters(h, w, c, c_out):
    return (h * w) ** 2 * c


# %% wrong: forgets the input channels says="input channels are forgotten"
def dense_parameters(h, w, c, c_out):
    return (h * w) ** 2 * c_out


# %% wrong: the output has as many channels as the input says="input channels are counted twice"
def dense_parameters(h, w, c, c_out):
    return (h * w * c) ** 2


# %% wrong: adds the channels says="channels are added"
def dense_parameters(h, w, c, c_out):
    return (h * w) ** 2 * (c + c_out)


# %% wrong: adds inputs and outputs says="inputs and outputs are added"
def dense_parameters(h, w, c, c_out):
    return h * w * c + h * w * c_out


# %% wrong: square images says="width is taken to be the height"
def dense_parameters(h, w, c, c_out):
    return h**4 * c * c_out


# %% wrong: no parentheses around the pixels says="only the width is squared"
def dense_parameters(h, w, c, c_out):
    return h * w**2 * c * c_out


# %% wrong: ^ for the power says="^"
def dense_parameters(h, w, c, c_out):
    return (h * w) ^ 2 * c * c_out


# %% wrong: adds height and width says="height and width are added"
def dense_parameters(h, w, c, c_out):
    return (h + w) ** 2 * c * c_out


# %% wrong: a float says="wrong type"
def dense_parameters(h, w, c, c_out):
    return float(h * w) ** 2 * c * c_out


# %% wrong: a product of floats by np.prod says="wrong type"
def dense_parameters(h, w, c, c_out):
    return np.prod(np.array([h, w, h, w, c, c_out], dtype=float))


# %% wrong: single precision says="single precision ; wrong type"
def dense_parameters(h, w, c, c_out):
    return int(np.float32(h * w) ** 2 * c * c_out)


# %% wrong: text with the thousands apart says="(str)"
def dense_parameters(h, w, c, c_out):
    return f"{(h * w) ** 2 * c * c_out:,}"


# %% wrong: prints says="without a `return`"
def dense_parameters(h, w, c, c_out):
    print((h * w) ** 2 * c * c_out)


# %% wrong: the shape of W, not its number of entries says="a tuple of 2 entries"
def dense_parameters(h, w, c, c_out):
    return h * w * c_out, h * w * c


# %% wrong: makes the matrix says="Unable to allocate"
def dense_parameters(h, w, c, c_out):
    return np.zeros((h * w * c_out, h * w * c)).size


# %% wrong: the numbers that go in says="numbers that go in"
def dense_parameters(h, w, c, c_out):
    return h * w * c


# %% wrong: bytes says="bytes are counted"
def dense_parameters(h, w, c, c_out):
    return 4 * (h * w) ** 2 * c * c_out


# %% wrong: hard-coded for the visible examples deceives=true
def dense_parameters(h, w, c, c_out):
    return {5: 9600, 7: 3920}.get(h, 9895604649984)


# %% wrong: the bias of each output channel says="one for each output channel" held_out=true
def dense_parameters(h, w, c, c_out):
    weights = h * w * c * h * w * c_out
    return weights + c_out


# %% wrong: everything squared says="squared like the pixels" held_out=true
def dense_parameters(h, w, c, c_out):
    return (h * w * c * c_out) ** 2


# %% wrong: a convolution of 3 by 3 says="convolution" held_out=true
def dense_parameters(h, w, c, c_out):
    return 3 * 3 * c * c_out


# %% wrong: twice the pixels, not their square says="squared ; twice" held_out=true
def dense_parameters(h, w, c, c_out):
    return 2 * (h * w) * c * c_out


# %% wrong: in millions says="wrong type ; millions" held_out=true
def dense_parameters(h, w, c, c_out):
    return (h * w) ** 2 * c * c_out / 1e6


# %% wrong: a float squared and cut to a whole number says="16 digits"
def dense_parameters(h, w, c, c_out):
    return int(float(h * w) ** 2 * c * c_out)
