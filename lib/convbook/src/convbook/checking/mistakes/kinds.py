"""What an operation's mistakes are to those who describe them and to those who ask for them."""

from collections.abc import Callable, Mapping
from typing import Any

#: The words for each mistake, and what the answer is then. An answer that can't be computed for
#: the arguments at hand raises ValueError.
Mistakes = Mapping[str, Callable[[], Any]]
