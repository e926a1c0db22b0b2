# %% right: all numbers written out
def filter_bank():
    sobel_x = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    sobel_y = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    laplacian = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    box = [[1 / 9] * 3] * 3
    return np.array([[sobel_x], [sobel_y], [laplacian], [box]])


# %% right: filled one by one
def filter_bank():
    bank = np.zeros((4, 1, 3, 3))
    bank[0, 0] = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    bank[1, 0] = bank[0, 0].T
    bank[2] = -1
    bank[2, 0, 1, 1] = 8
    bank[3] += 1 / 9
    return bank


# %% right: in single precision, by formulas
def filter_bank():
    i, j = np.indices((3, 3)) - 1
    laplacian = 9 * ((i == 0) & (j == 0)) - 1
    filters = [j * (2 - i * i), i * (2 - j * j), laplacian, np.ones((3, 3)) / 9]
    return np.array(filters, dtype=np.float32).reshape(4, 1, 3, 3)


# %% wrong: the box in whole numbers, 1 // 9 says="1 // 9"
def filter_bank():
    sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    laplacian = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
    box = np.ones((3, 3), dtype=int) // 9
    return np.stack([sobel_x, sobel_x.T, laplacian, box])[:, None]


# %% wrong: an array of integers, which cuts the box off says="integers"
def filter_bank():
    bank = np.zeros((4, 1, 3, 3), dtype=int)
    bank[0, 0] = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    bank[1, 0] = bank[0, 0].T
    bank[2] = -1
    bank[2, 0, 1, 1] = 8
    bank[3] = 1 / 9
    return bank


# %% wrong: the box is not divided says="divided by 9"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3))])[:, None]


# %% wrong: sobel_x and sobel_y change places says="sobel_x and sobel_y"
def filter_bank():
    sobel_x = np.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: sobel_x with the sign of a mathematical convolution says="sobel_x has its signs"
def filter_bank():
    sobel_x = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    sobel_y = np.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_y, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: both Sobel filters with their signs turned around says="both Sobel filters have their signs"
def filter_bank():
    sobel_x = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: sobel_y by a rotation, whose sign is the other one says="sobel_y has its signs"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, np.rot90(sobel_x), laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: the Laplacian with its signs turned around says="laplacian has its signs"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[1.0, 1.0, 1.0], [1.0, -8.0, 1.0], [1.0, 1.0, 1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: the Laplacian of four neighbours says="four neighbours"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[0.0, -1.0, 0.0], [-1.0, 4.0, -1.0], [0.0, -1.0, 0.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: the axis of the input channel is missing says="input channel is missing"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])


# %% wrong: the axis of the input channel comes first says="axes are swapped ; comes first"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[None]


# %% wrong: the axis of the input channel comes last says="comes last"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[..., None]


# %% wrong: four arrays in a tuple says="several values"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    box = np.ones((3, 3)) / 9
    return sobel_x, sobel_x.T, laplacian, box


# %% wrong: a list, not an array says="a list is not an array"
def filter_bank():
    sobel_x = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    sobel_y = [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]
    laplacian = [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]
    box = [[1 / 9] * 3] * 3
    return [[sobel_x], [sobel_y], [laplacian], [box]]


# %% wrong: Prewitt's filters, without the twos says="counts twice"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: 9 in the middle of the Laplacian, which sharpens says="9 in the middle"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 9.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: the box rounded to two places says="rounded"
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.full((3, 3), 0.11)])[:, None]


# %% wrong: sobel_y is missing, and the box comes twice says="sobel_y" held_out=true
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    box = np.ones((3, 3)) / 9
    return np.stack([sobel_x, laplacian, box, box])[:, None]


# %% wrong: the Sobel filters are divided by 8 says="divided by 8" held_out=true
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, laplacian, np.ones((3, 3)) / 9])[:, None]


# %% wrong: the box has no weight in the middle says="box" held_out=true
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    box = np.full((3, 3), 1 / 8)
    box[1, 1] = 0
    return np.stack([sobel_x, sobel_x.T, laplacian, box])[:, None]


# %% wrong: in another order says="wrong places ; order" held_out=true
def filter_bank():
    sobel_x = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    laplacian = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
    return np.stack([sobel_x, sobel_x.T, np.ones((3, 3)) / 9, laplacian])[:, None]
