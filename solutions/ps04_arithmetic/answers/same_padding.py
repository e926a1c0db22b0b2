# %% right: half of what the support has too much
def same_padding(s, dilation=1):
    if s % 2 != 1:
        raise ValueError("the kernel size must be odd")
    support = 1 + (s - 1) * dilation
    return (support - 1) // 2


# %% right: tries one after the other
def same_padding(s, dilation=1):
    if s in range(0, s + 1, 2):
        raise ValueError
    p = 0
    while 100 + 2 * p - (s - 1) * dilation < 100:
        p += 1
    return p


# %% right: the half-width k, dilated
def same_padding(s, dilation=1):
    k, even = divmod(s - 1, 2)
    if even:
        raise ValueError(f"there is no k with 2k + 1 = {s}")
    return k * dilation


# %% wrong: forgets the dilation says="dilation is ignored"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return s // 2


# %% wrong: takes half of s times the dilation says="s · dilation"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return s * dilation // 2


# %% wrong: the zeros of both ends together says="both ends"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return (s - 1) * dilation


# %% wrong: gives a number for even s says="must raise ValueError"
def same_padding(s, dilation=1):
    return (s - 1) * dilation // 2


# %% wrong: divides with / says="wrong type"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return dilation * (s - 1) / 2


# %% wrong: asks the support, not s, whether it is odd says="must raise ValueError"
def same_padding(s, dilation=1):
    support = 1 + (s - 1) * dilation
    if support % 2 == 0:
        raise ValueError
    return support // 2


# %% wrong: refuses an even dilation too says="stops with an error"
def same_padding(s, dilation=1):
    if s % 2 == 0 or dilation % 2 == 0:
        raise ValueError("no padding keeps the size")
    return (s - 1) * dilation // 2


# %% wrong: refuses odd s, not even s says="stops with an error"
def same_padding(s, dilation=1):
    if s % 2:
        raise ValueError
    return (s - 1) * dilation // 2


# %% wrong: returns None for even s says="must raise ValueError"
def same_padding(s, dilation=1):
    if s % 2 == 1:
        return (s - 1) * dilation // 2
    return None


# %% wrong: returns the error, and does not raise it says="must raise ValueError"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        return ValueError("s must be odd")
    return (s - 1) * dilation // 2


# %% wrong: an assert where a ValueError is asked for says="another error"
def same_padding(s, dilation=1):
    assert s % 2 == 1, "s must be odd"
    return (s - 1) * dilation // 2


# %% wrong: a pair, for before and after says="several values are returned"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    p = (s - 1) * dilation // 2
    return p, p


# %% wrong: one too many: s + 1, halved says="one too many"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return (s + 1) // 2 * dilation


# %% wrong: the dilation is added, not multiplied says="dilation is added"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return s // 2 + dilation - 1


# %% wrong: without parentheses says="parentheses"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return s - 1 * dilation // 2


# %% wrong: takes s itself for half of it says="s · dilation ; s itself"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return s * dilation


# %% wrong: always one says="one"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    return dilation


# %% wrong: prints a warning for even s, and goes on says="must raise ValueError" held_out=true
def same_padding(s, dilation=1):
    if s % 2 == 0:
        print("ValueError: s must be odd")
    return (s - 1) // 2 * dilation


# %% wrong: holes of dilation pixels says="between two weights"
def same_padding(s, dilation=1):
    if s % 2 == 0:
        raise ValueError
    support = s + (s - 1) * dilation
    return support // 2


# %% wrong: the visible examples, by heart deceives=true
def same_padding(s, dilation=1):
    if s in (4, 6):
        raise ValueError
    return {7: 3, 5: 6, 3: 2}.get(s, 1)
