"""What only a part of the library needs, and how somebody without it is told."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import packages inside this, and one that is missing is told with the line that installs it.

    `name` is the extra of this distribution that brings them. Raises ModuleNotFoundError.

    >>> with extra("plot"):
    ...     import a_package_that_is_not_there
    Traceback (most recent call last):
    ModuleNotFoundError: a_package_that_is_not_there is missing: pip install "convbook[plot]"
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise ModuleNotFoundError(
            f'{package} is missing: pip install "convbook[{name}]"', name=error.name
        ) from None
