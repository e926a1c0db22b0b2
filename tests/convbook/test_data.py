"""The data are what their descriptions say, and fresh each time."""

import re
from typing import Any

import numpy as np
import pytest

from convbook.data import PHOTOGRAPHS, digits, photograph


def test_digits():
    x, y = digits()
    assert (x.shape, x.dtype) == ((1797, 1, 8, 8), np.float32)
    assert (y.shape, y.dtype) == ((1797,), np.int64)
    assert np.unique(y).tolist() == list(range(10))
    assert np.unique(x * 16).tolist() == list(range(17))
    first, again = digits()[0], digits()[0]
    first[:] = 0
    assert again.any()


SHAPES = {
    "astronaut": (512, 512),
    "camera": (512, 512),
    "chelsea": (300, 451),
    "china": (427, 640),
    "coffee": (400, 600),
    "flower": (427, 640),
    "motorcycle": (500, 741),
    "rocket": (427, 640),
}


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_photographs(name: str):
    colour, grey = photograph(name), photograph(name, grey=True)
    assert colour.shape == (3, *SHAPES[name])
    assert grey.shape == (1, *SHAPES[name])
    for image in (colour, grey):
        assert image.dtype == np.float64
        assert 0 <= image.min() < 0.1
        assert 0.7 < image.max() <= 1
        assert image.flags.c_contiguous
        assert image.flags.writeable
    red, green, blue = colour
    np.testing.assert_allclose(grey[0], 0.2125 * red + 0.7154 * green + 0.0721 * blue, atol=1e-12)


def test_a_grey_photograph_keeps_its_values():
    import skimage.data

    expected = skimage.data.camera() / 255
    np.testing.assert_array_equal(photograph("camera", grey=True)[0], expected)
    np.testing.assert_array_equal(photograph("camera"), np.stack([expected] * 3))


@pytest.mark.parametrize("name", ["dog", "", None, ["chelsea"], "__class__"])
def test_an_unknown_photograph(name: Any):
    known = "astronaut, camera, chelsea, china, coffee, flower, motorcycle, rocket"
    message = re.escape(f"name must be one of {known}; it is {name!r}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        photograph(name)


def test_grey_is_true_or_false():
    with pytest.raises(TypeError, match=r"^grey must be True or False; it is 1$"):
        photograph("camera", grey=1)  # type: ignore[arg-type]
