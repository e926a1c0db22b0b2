# %% right: rounded down by math.floor
def output_size(n, s, padding=0, stride=1, dilation=1):
    import math

    support = 1 + (s - 1) * dilation
    if support > n + 2 * padding:
        raise ValueError("the kernel does not fit")
    return math.floor((n + 2 * padding - support) / stride) + 1


# %% right: counts the places one by one
def output_size(n, s, padding=0, stride=1, dilation=1):
    last = (s - 1) * dilation
    count = 0
    start = 0
    while start + last < n + 2 * padding:
        count += 1
        start += stride
    if count == 0:
        raise ValueError
    return count


# %% right: as PyTorch's documentation writes it, refused when nothing is left
def output_size(n, s, padding=0, stride=1, dilation=1):
    out = (n + 2 * padding - dilation * (s - 1) - 1) // stride + 1
    if out < 1:
        raise ValueError(f"output size {out}")
    return out


# %% right: the length of a range
def output_size(n, s, padding=0, stride=1, dilation=1):
    places = range(0, n + 2 * padding - (s - 1) * dilation, stride)
    if not places:
        raise ValueError("no place")
    return len(places)


# %% wrong: rounds up says="rounded up"
def output_size(n, s, padding=0, stride=1, dilation=1):
    support = 1 + (s - 1) * dilation
    if support > n + 2 * padding:
        raise ValueError
    return int(np.ceil((n + 2 * padding - support) / stride)) + 1


# %% wrong: forgets the first place says="first place"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return room // stride


# %% wrong: one padding, not two says="at both ends"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return room // stride + 1


# %% wrong: forgets the padding says="padding is ignored"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return room // stride + 1


# %% wrong: forgets the dilation says="dilation is ignored"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - s
    if room < 0:
        raise ValueError
    return room // stride + 1


# %% wrong: forgets the stride says="stride is ignored"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return room + 1


# %% wrong: takes s times the dilation for the support says="s · dilation"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - s * dilation
    if room < 0:
        raise ValueError
    return room // stride + 1


# %% wrong: dilation pixels between two weights says="between"
def output_size(n, s, padding=0, stride=1, dilation=1):
    support = s + (s - 1) * dilation
    if support > n + 2 * padding:
        raise ValueError
    return (n + 2 * padding - support) // stride + 1


# %% wrong: adds 1 before the division says="before the division"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return (room + 1) // stride


# %% wrong: divides the support alone, for want of parentheses says="parentheses"
def output_size(n, s, padding=0, stride=1, dilation=1):
    support = 1 + (s - 1) * dilation
    if support > n + 2 * padding:
        raise ValueError
    return n + 2 * padding - support // stride + 1


# %% wrong: divides with / and leaves a float says="`//` divides"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return room / stride + 1


# %% wrong: floors, but leaves a float says="wrong type"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return np.floor(room / stride) + 1


# %% wrong: rounds to the nearest says="rounded to the nearest"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    return round(room / stride) + 1


# %% wrong: returns what the formula gives where the kernel does not fit says="must raise ValueError"
def output_size(n, s, padding=0, stride=1, dilation=1):
    return (n + 2 * padding - dilation * (s - 1) - 1) // stride + 1


# %% wrong: int() rounds towards zero, so a kernel that does not fit has a place says="must raise ValueError"
def output_size(n, s, padding=0, stride=1, dilation=1):
    out = int((n + 2 * padding - dilation * (s - 1) - 1) / stride) + 1
    if out < 1:
        raise ValueError
    return out


# %% wrong: returns 0 where the kernel does not fit says="must raise ValueError"
def output_size(n, s, padding=0, stride=1, dilation=1):
    return max(0, (n + 2 * padding - dilation * (s - 1) - 1) // stride + 1)


# %% wrong: refuses a kernel larger than the signal before it is padded says="stops with an error"
def output_size(n, s, padding=0, stride=1, dilation=1):
    if s > n:
        raise ValueError("kernel larger than signal")
    out = (n + 2 * padding - dilation * (s - 1) - 1) // stride + 1
    if out < 1:
        raise ValueError
    return out


# %% wrong: compares the weights, not the support, with the signal says="must raise ValueError"
def output_size(n, s, padding=0, stride=1, dilation=1):
    if s > n + 2 * padding:
        raise ValueError
    return (n + 2 * padding - dilation * (s - 1) - 1) // stride + 1


# %% wrong: an assert where a ValueError is asked for says="another error"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    assert room >= 0, "the kernel does not fit"
    return room // stride + 1


# %% wrong: prints the size and returns nothing says="without a `return`"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n + 2 * padding - (1 + (s - 1) * dilation)
    if room < 0:
        raise ValueError
    print(room // stride + 1)


# %% wrong: as in "same" padding, the size divided by the stride says="kernel's size is ignored"
def output_size(n, s, padding=0, stride=1, dilation=1):
    if 1 + (s - 1) * dilation > n + 2 * padding:
        raise ValueError
    return (n + 2 * padding) // stride


# %% wrong: subtracts the padding says="padding is subtracted"
def output_size(n, s, padding=0, stride=1, dilation=1):
    room = n - 2 * padding - (1 + (s - 1) * dilation)
    if 1 + (s - 1) * dilation > n + 2 * padding:
        raise ValueError
    return room // stride + 1


# %% wrong: the support is s - 1 dilations, without the first weight says="support"
def output_size(n, s, padding=0, stride=1, dilation=1):
    support = (s - 1) * dilation
    if support > n + 2 * padding:
        raise ValueError
    return (n + 2 * padding - support) // stride + 1


# %% wrong: divides before it subtracts, and rounds twice says="first place ; divi" held_out=true
def output_size(n, s, padding=0, stride=1, dilation=1):
    support = 1 + (s - 1) * dilation
    if support > n + 2 * padding:
        raise ValueError
    return (n + 2 * padding) // stride - support // stride + 1


# %% wrong: the visible examples, by heart deceives=true
def output_size(n, s, padding=0, stride=1, dilation=1):
    if n == 6:
        raise ValueError
    return {(7, 0, 1): 17, (7, 2, 1): 21, (3, 0, 1): 12, (3, 3, 3): 8, (5, 1, 1): 1}.get((s, padding, stride), 6)
