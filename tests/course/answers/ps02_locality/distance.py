# %% right: with NumPy
def distance(p, q):
    return int(np.abs(np.subtract(p, q)).max())


# %% wrong: city-block distance
def distance(p, q):
    return abs(p[0] - q[0]) + abs(p[1] - q[1])
