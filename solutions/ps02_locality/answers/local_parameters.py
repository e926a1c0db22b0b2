# %% right: np.prod of the shape of the weights
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return int(np.prod((h, w, c_out, c, s, s)))


# %% right: math.prod
import math


def local_parameters(h, w, c, c_out, k):
    return math.prod([h, w, c, c_out, 2 * k + 1, 2 * k + 1])


# %% right: counted by adding
def local_parameters(h, w, c, c_out, k):
    side = len(range(-k, k + 1))
    per_pixel = 0
    for _ in range(c_out):
        for _ in range(c):
            per_pixel += side * side
    total = 0
    for _ in range(h):
        total += w * per_pixel
    return total


# %% right: the size of an array that holds one number
def local_parameters(h, w, c, c_out, k):
    return np.broadcast_to(0.0, (h, w, c_out, c, 2 * k + 1, 2 * k + 1)).size


# %% right: the square written out
def local_parameters(h, w, c, c_out, k):
    pixels = h * w
    pairs = c * c_out
    return pixels * pairs * (4 * k**2 + 4 * k + 1)


# %% wrong: k for the size of the kernel says="k is used as the kernel size"
def local_parameters(h, w, c, c_out, k):
    return h * w * c * c_out * k * k


# %% wrong: s instead of s times s says="s · s weights, not s"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return h * w * c * c_out * s


# %% wrong: with the biases says="biases are counted"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return h * w * (s * s * c + 1) * c_out


# %% wrong: a dense layer says="dense layer"
def local_parameters(h, w, c, c_out, k):
    return (h * w * c) * (h * w * c_out)


# %% wrong: a convolution says="weights of a convolution"
def local_parameters(h, w, c, c_out, k):
    return (2 * k + 1) ** 2 * c * c_out


# %% wrong: forgets the output channels says="output channels are forgotten"
def local_parameters(h, w, c, c_out, k):
    return h * w * (2 * k + 1) ** 2 * c


# %% wrong: adds the channels says="channels are added"
def local_parameters(h, w, c, c_out, k):
    return h * w * (2 * k + 1) ** 2 * (c + c_out)


# %% wrong: without parentheses around s says="needs parentheses"
def local_parameters(h, w, c, c_out, k):
    return h * w * c * c_out * 2 * k + 1**2


# %% wrong: only weights that fall inside the image says="only the weights that meet a pixel"
def local_parameters(h, w, c, c_out, k):
    rows = sum(min(i + k, h - 1) - max(i - k, 0) + 1 for i in range(h))
    cols = sum(min(j + k, w - 1) - max(j - k, 0) + 1 for j in range(w))
    return rows * cols * c * c_out


# %% wrong: only pixels with a whole patch says="only pixels with a whole patch"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return (h - s + 1) * (w - s + 1) * s * s * c * c_out


# %% wrong: square images only says="width is taken to be the height"
def local_parameters(h, w, c, c_out, k):
    return h**2 * (2 * k + 1) ** 2 * c * c_out


# %% wrong: kernels of three by three unless k is 0 says="k is ignored"
def local_parameters(h, w, c, c_out, k):
    s = 3 if k else 1
    return h * w * c * c_out * s * s


# %% wrong: a float says="wrong type"
def local_parameters(h, w, c, c_out, k):
    return h * w * c * c_out * np.power(2.0 * k + 1, 2)


# %% wrong: 32 bits overflow says="32 bits"
def local_parameters(h, w, c, c_out, k):
    return np.prod(np.array([h, w, c, c_out, 2 * k + 1, 2 * k + 1], dtype=np.int32), dtype=np.int32)


# %% wrong: text with the thousands apart says="(str)"
def local_parameters(h, w, c, c_out, k):
    return f"{h * w * (2 * k + 1) ** 2 * c * c_out:,}"


# %% wrong: prints says="without a `return`"
def local_parameters(h, w, c, c_out, k):
    print("weights:", h * w * (2 * k + 1) ** 2 * c * c_out)


# %% wrong: the shape of the weights, not their number says="a tuple of 6 entries"
def local_parameters(h, w, c, c_out, k):
    return (h, w, c_out, c, 2 * k + 1, 2 * k + 1)


# %% wrong: hard-coded for the visible examples deceives=true
def local_parameters(h, w, c, c_out, k):
    return 3600 if k == 1 else 1800


# %% wrong: a number that equals every number deceives=true
class Count(int):
    def __eq__(self, other):
        return True

    def __rsub__(self, other):
        return 0

    def __sub__(self, other):
        return 0

    __hash__ = int.__hash__


def local_parameters(h, w, c, c_out, k):
    return Count(h * w)


# %% wrong: s is 2k says="taken as 2k"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k
    return h * w * s * s * c * c_out


# %% wrong: the square is on the 1 only says="s · s weights, not s"
def local_parameters(h, w, c, c_out, k):
    return h * w * c * c_out * (2 * k + 1**2)


# %% wrong: adds height and width says="height and width are added"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return (h + w) * s**2 * c * c_out


# %% wrong: the input channels are added, not multiplied says="input channels are added"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return h * w * c_out * (s * s + c)


# %% wrong: no input channels says="input channels are forgotten"
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    pixels = h * w
    return pixels * s * s * c_out


# %% wrong: no pixels at all, only one side of the image says="width is forgotten" held_out=true
def local_parameters(h, w, c, c_out, k):
    return h * (2 * k + 1) ** 2 * c * c_out


# %% wrong: the size of the kernel is k + 1 says="k + 1" held_out=true
def local_parameters(h, w, c, c_out, k):
    s = k + 1
    return h * w * s * s * c * c_out


# %% wrong: adds one bias for each channel says="biases are counted" held_out=true
def local_parameters(h, w, c, c_out, k):
    s = 2 * k + 1
    return h * w * s * s * c * c_out + c_out


# %% wrong: ^ for the power says="^" held_out=true
def local_parameters(h, w, c, c_out, k):
    return h * w * c * c_out * (2 * k + 1) ^ 2
