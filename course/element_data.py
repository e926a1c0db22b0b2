"""Make the data of the interactive elements: modules that a build writes beside their own.

An element imports `photographs.js` as if it lay in `chapters/_static/elements`. It is made from
`convbook.data` for each book, so that no numbers are kept by hand in a module.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convbook.data import photograph

# The part of each photograph that elements show: its first row and column, and its side. Of the cat
# both eyes and the nose, which is what is left of a face when few pixels are left.
PARTS = {
    "chelsea": (36, 112, 256),
    "astronaut": (0, 96, 256),
    "camera": (40, 110, 256),
    "china": (64, 120, 256),
    "coffee": (40, 160, 320),
    "flower": (60, 160, 320),
    "motorcycle": (120, 200, 320),
    "rocket": (40, 200, 320),
}


def grey_levels(name: str, side: int) -> NDArray[np.int64]:
    """Part of a photograph as (side, side) whole grey levels from 0 to 255; `side` is 32 or 64.

    >>> grey_levels("rocket", 64).shape
    (64, 64)
    """
    top, left, size = PARTS[name]
    part = photograph(name, grey=True)[0][top : top + size, left : left + size]
    block = size // side
    small = part.reshape(side, block, side, block).mean(axis=(1, 3))
    # All greys from black to white are used: an element shows them small and beside text.
    stretched = (small - small.min()) / (small.max() - small.min())
    return np.rint(255 * stretched).astype(np.int64)


def cat(side: int) -> NDArray[np.int64]:
    """The cat's face.

    >>> cat(64).shape, int(cat(64).min()), int(cat(64).max())
    ((64, 64), 0, 255)
    """
    return grey_levels("chelsea", side)


def photographs() -> dict[str, list[list[int]]]:
    """The pictures that elements show, by name: rows of grey levels."""
    return {"cat64": cat(64).tolist(), "cat32": cat(32).tolist()}


def eight_photographs() -> dict[str, list[list[int]]]:
    """All photographs, for the elements that offer a choice."""
    return {name: grey_levels(name, 64).tolist() for name in PARTS}


#: What a module of that name exports.
MODULES = {"photographs": photographs, "eight_photographs": eight_photographs}


def write_modules(folder: Path) -> None:
    """Write every module into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MODULES.items():
        text = json.dumps(make(), separators=(",", ":"))
        (folder / f"{name}.js").write_text(f"export default {text};\n", "utf-8")
