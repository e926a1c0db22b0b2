# %% right: TODO: how it differs from the solution
def vect(x):
    return x + x


# %% wrong: TODO 1: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 2: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 3: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 4: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 5: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 6: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 7: the mistake, as a student would make it says="TODO"
def vect(x):
    ...


# %% wrong: TODO 8: the mistake, as a student would make it says="TODO"
def vect(x):
    ...

