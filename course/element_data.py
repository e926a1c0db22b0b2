"""Make the data of the interactive elements: modules that a build writes beside their own.

An element imports `photographs.js` as if it lay in `chapters/_static/elements`. It is made from
`convbook.data` for each book, so that no numbers are kept by hand in a module.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from convbook.data import photograph

# Both eyes and the nose: what is left of a face when few pixels are left.
FACE = (slice(36, 292), slice(112, 368))


def cat(side: int) -> NDArray[np.int64]:
    """The cat's face as (side, side) whole grey levels from 0 to 255; `side` divides 256.

    >>> cat(64).shape, int(cat(64).min()), int(cat(64).max())
    ((64, 64), 0, 255)
    """
    face = photograph("chelsea", grey=True)[0][FACE]
    block = len(face) // side
    small = face.reshape(side, block, side, block).mean(axis=(1, 3))
    # All greys from black to white are used: an element shows them small and beside text.
    stretched = (small - small.min()) / (small.max() - small.min())
    return np.rint(255 * stretched).astype(np.int64)


def photographs() -> dict[str, list[list[int]]]:
    """The pictures that elements show, by name: rows of grey levels."""
    return {"cat64": cat(64).tolist(), "cat32": cat(32).tolist()}


#: What a module of that name exports.
MODULES = {"photographs": photographs}


def write_modules(folder: Path) -> None:
    """Write every module into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MODULES.items():
        text = json.dumps(make(), separators=(",", ":"))
        (folder / f"{name}.js").write_text(f"export default {text};\n", "utf-8")
