"""Small real images that come with scikit-learn and scikit-image: nothing is downloaded."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from convbook.arguments import short_repr, truth
from convbook.extras import extra

#: Photographs that `photograph` knows, with what each shows.
PHOTOGRAPHS = {
    "astronaut": "portrait of an astronaut in front of a flag and a model shuttle",
    "camera": "man at a camera on a tripod, tall buildings behind him",
    "chelsea": "tabby cat's face from close by",
    "china": "Buddhist temple in front of trees, under a clear sky",
    "coffee": "cup of coffee on a wooden table",
    "flower": "pink dahlia in front of dark leaves",
    "motorcycle": "motorcycle in a garage",
    "rocket": "rocket on its launch pad before dawn",
}


def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """1797 handwritten digits: images (1797, 1, 8, 8) in [0, 1] and labels (1797,) from 0 to 9.

    Source: the UCI optical recognition of handwritten digits set, as shipped by scikit-learn.

    >>> x, y = digits()
    >>> x.shape, float(x.min()), float(x.max()), y[:5]
    ((1797, 1, 8, 8), 0.0, 1.0, array([0, 1, 2, 3, 4]))
    """
    with extra("data"):
        from sklearn.datasets import load_digits

    bunch: Any = load_digits()
    return (bunch.images[:, None] / 16).astype(np.float32), bunch.target.astype(np.int64)


def photograph(name: str = "chelsea", grey: bool = False) -> NDArray[np.float64]:
    """A photograph as (3, h, w), or (1, h, w) when `grey`, with values in [0, 1].

    Source: the images that ship with scikit-image and scikit-learn. Raises ValueError for a name
    not in `PHOTOGRAPHS`.

    >>> photograph("chelsea").shape, photograph("camera").shape
    ((3, 300, 451), (3, 512, 512))
    """
    if not isinstance(name, str) or name not in PHOTOGRAPHS:
        raise ValueError(f"name must be one of {', '.join(PHOTOGRAPHS)}; it is {short_repr(name)}")
    grey = truth("grey", grey)
    image: NDArray[np.float64] = _pixels(name) / 255.0
    if image.ndim == 2:
        return np.stack([image] * (1 if grey else 3))
    image = np.ascontiguousarray(np.moveaxis(image, -1, 0))
    # The luminance weights of ITU-R BT.709, as scikit-image's rgb2gray.
    return np.tensordot([[0.2125, 0.7154, 0.0721]], image, axes=1) if grey else image


def _pixels(name: str) -> Any:
    """A photograph as its package hands it over: (h, w) or (h, w, 3), from 0 to 255."""
    with extra("data"):
        import skimage.data

        if name in ("china", "flower"):
            from sklearn.datasets import load_sample_image

            return load_sample_image(f"{name}.jpg")
    images: Any = skimage.data
    # Of the pair for stereo vision the left one.
    return images.stereo_motorcycle()[0] if name == "motorcycle" else getattr(images, name)()
