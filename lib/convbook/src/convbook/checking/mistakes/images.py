"""Mistakes about images as blocks of numbers, and the dense layer that reads them as vectors."""

from itertools import accumulate
from math import prod
from operator import mul

import numpy as np

from convbook.arrays import Array
from convbook.checking.mistakes.kinds import Mistakes
from convbook.costs import dense_parameters as weights_of_dense
from convbook.layers.dense import dense

Shape = tuple[int, ...]


def _with_axes(x: Array, axes: int) -> Array:
    """`x` itself, if it has so many axes; else its mistake can't be made."""
    if x.ndim < axes:
        raise ValueError(f"takes {axes} axes; there are {x.ndim}")
    return x


def vect(x: Array) -> Mistakes:
    """Mistakes about the vector of an array."""

    def images() -> Array:
        return _with_axes(x, 3)

    def matrix() -> Array:
        return _with_axes(x, 2)

    def never_advanced() -> Array:
        # Each row is written over the one before it.
        out = np.zeros(x.size, x.dtype)
        out[: x.shape[-1]] = matrix().reshape(-1, x.shape[-1])[-1]
        return out

    def without_last() -> Array:
        out = x.flatten()
        out[-1] = 0
        return out

    return {
        "the first index runs fastest (column-major order); the last one should": (
            lambda: x.flatten("F")
        ),
        "the numbers come in the order in which they lie in memory; their indices count": (
            lambda: x.flatten("K")
        ),
        "the channels of a pixel come side by side; channel after channel is asked for": (
            lambda: np.moveaxis(images(), -3, -1).flatten()
        ),
        "columns are read from top to bottom; rows come first": (
            lambda: matrix().swapaxes(-1, -2).flatten()
        ),
        "the first two axes are exchanged": lambda: matrix().swapaxes(0, 1).flatten(),
        "there is a vector for each entry along the first axis; all numbers go into one": (
            lambda: matrix().reshape(len(x), -1)
        ),
        "there is a column for each entry along the last axis; all numbers go into one vector": (
            lambda: matrix().reshape(-1, x.shape[-1])
        ),
        "only the first two axes are joined": lambda: np.concatenate([*images()]),
        "a column (m, 1) is not a vector (m,)": lambda: x.reshape(-1, 1),
        "a row (1, m) is not a vector (m,)": lambda: x.reshape(1, -1),
        "only the first entry along the first axis is used": lambda: matrix()[0].flatten(),
        "only the last entry along the first axis is used": lambda: matrix()[-1].flatten(),
        "the numbers are sorted": lambda: np.sort(x, axis=None),
        "a number that comes twice is kept once: np.unique also sorts": lambda: np.unique(x),
        "each row is written over the one before: does the place in the vector start anew?": (
            never_advanced
        ),
        "the last number is left out: a range leaves out its end": lambda: x.flatten()[:-1],
        "the last number is never written": without_last,
        "fractions are cut off": lambda: np.trunc(x).flatten(),
    }


def unvect(v: Array, shape: Shape) -> Mistakes:
    """Mistakes about the array of a vector."""
    size = prod(shape)

    def filled() -> Array:
        return v[:size].reshape(shape)

    def with_axes(axes: int) -> Array:
        return _with_axes(filled(), axes)

    def channels_last() -> Array:
        *before, c, h, w = with_axes(3).shape
        return np.moveaxis(v.reshape(*before, h, w, c), -1, -3)

    def columns_first() -> Array:
        *before, h, w = with_axes(2).shape
        return v.reshape(*before, w, h).swapaxes(-1, -2)

    return {
        "the array is filled with the first index running fastest (column-major order)": (
            lambda: v.reshape(shape, order="F")
        ),
        "the sizes are taken in the opposite order": lambda: v.reshape(shape[::-1]),
        "the channels are filled side by side; channel after channel is asked for": channels_last,
        "each image is filled column by column; rows come first": columns_first,
        "height and width are exchanged": (
            lambda: v.reshape(*with_axes(2).shape[:-2], shape[-1], shape[-2])
        ),
        "only the first two axes are made; the rest stays one row": (
            lambda: v.reshape(*with_axes(3).shape[:2], -1)
        ),
        "the first axis is made, the rest stays one row": (
            lambda: v.reshape(len(with_axes(2)), -1)
        ),
        "every entry along the first axis gets the first numbers": (
            lambda: np.resize(v[: size // shape[0]], shape)
        ),
        "the vector is filled in from its end": lambda: v[::-1].reshape(shape),
        "every place gets the first number": lambda: np.full_like(filled(), v[0]),
        "the last number is never written": lambda: np.append(v[:-1], 0).reshape(shape),
        "fractions are cut off": lambda: np.trunc(v).reshape(shape),
        "the vector comes back as it is": lambda: v,
    }


def strides_of(shape: Shape) -> Mistakes:
    """Mistakes about the strides of an array."""
    axes = range(len(shape))
    strides = tuple(prod(shape[a + 1 :]) for a in axes)
    up_to = tuple(accumulate(shape, mul))

    return {
        "they are in column-major order, in which the first index runs fastest": (
            lambda: (1, *up_to[:-1])
        ),
        "the strides are right, but in the opposite order": lambda: strides[::-1],
        "the size of an axis counts in its own stride; only those behind it do": (
            lambda: tuple(prod(shape[a:]) for a in axes)
        ),
        "the sizes before an axis, and its own, are multiplied; those behind it count": (
            lambda: up_to
        ),
        "only the next axis counts; all behind it do": lambda: (*shape[1:], 1),
        "the sizes behind an axis are added; multiply them": (
            lambda: (*(sum(shape[a + 1 :]) for a in axes[:-1]), 1)
        ),
        "the sizes behind an axis are added, which gives 0 for the last; multiply them": (
            lambda: tuple(sum(shape[a + 1 :]) for a in axes)
        ),
        "the shape comes back as it is": lambda: shape,
        "the shape comes back turned around": lambda: shape[::-1],
        "they are in bytes, 8 for each element; elements are asked for": (
            lambda: tuple(8 * stride for stride in strides)
        ),
        "they are in bytes, 4 for each element; elements are asked for": (
            lambda: tuple(4 * stride for stride in strides)
        ),
        "the stride of the last axis is missing": lambda: strides[:-1],
        "the stride of the last axis is 1, not 0": lambda: (*strides[:-1], 0),
        "the stride of the last axis is 1, whatever its size": lambda: (*strides[:-1], shape[-1]),
        "an axis of size 1 has a stride too, as any other": (
            lambda: tuple(s * (n > 1) for s, n in zip(strides, shape, strict=True))
        ),
        "the number of all elements stands before the strides": lambda: (prod(shape), *strides),
        "the number of all elements is divided by the size of each axis": (
            lambda: tuple(prod(shape) // n for n in shape)
        ),
        "every axis has the stride of the first": lambda: (strides[0],) * len(shape),
        "every axis has the stride 1": lambda: (1,) * len(shape),
        "the size of an axis counts in its own stride, and the last size in none": (
            lambda: tuple(prod(shape[a:-1]) for a in axes)
        ),
    }


def flat_index(index: Shape, shape: Shape) -> Mistakes:
    """Mistakes about the place of a number in the vector of its array."""
    strides = tuple(prod(shape[a + 1 :]) for a in range(len(shape)))
    column_major = (1, *accumulate(shape[:-1], mul))

    def added(factors: Shape, places: Shape = index) -> int:
        # Like a student's `zip`: what has no partner is left out.
        return sum(i * factor for i, factor in zip(places, factors, strict=False))

    def scaled_late() -> int:
        place = 0
        for i, size in zip(index, shape, strict=True):
            place = (place + i) * size
        return place

    def own_size_only() -> int:
        place = 0
        for i, size in zip(index, shape, strict=True):
            place = i * size + place
        return place

    return {
        "the first index runs fastest (column-major order); the last one should": (
            lambda: added(column_major)
        ),
        "the indices are added without their strides": lambda: sum(index),
        "the indices are multiplied": lambda: prod(index),
        "each index is multiplied by the size of its own axis; its stride is the product of the "
        "sizes behind it": own_size_only,
        "each index is multiplied by the size of the next axis alone; all sizes behind it count": (
            lambda: added((*shape[1:], 1))
        ),
        "the size of an axis counts in its own stride; only those behind it do": scaled_late,
        "the strides are taken in the opposite order to the indices": lambda: added(strides[::-1]),
        "the last index is left out": lambda: added(strides[:-1]),
        "the first index is left out": lambda: added(strides[1:], index[1:]),
        "the offset is in bytes, 8 for each element; elements are asked for": (
            lambda: 8 * added(strides)
        ),
        "the offset is in bytes, 4 for each element; elements are asked for": (
            lambda: 4 * added(strides)
        ),
        "places are counted from 1; the first one is 0": lambda: added(strides) + 1,
        "indices are counted from 1; the first one is 0": (
            lambda: added(strides, tuple(i - 1 for i in index))
        ),
        "one place too few is counted": lambda: added(strides) - 1,
        "only the last two axes count: the first ones have strides too": (
            lambda: added(strides[-2:], index[-2:])
        ),
        "the place is counted from the end": lambda: prod(shape) - 1 - added(strides),
    }


def permute_pixels(x: Array, perm: Array) -> Mistakes:
    """Mistakes about putting the pixels of images into another order."""
    n, c, h, w = x.shape
    places = np.asarray(perm)
    rows = x.reshape(n, c, h * w)

    def folded(vectors: Array) -> Array:
        return vectors.reshape(x.shape)

    def inverse() -> Array:
        return folded(rows[:, :, np.argsort(places)])

    def pixels_mixed_with_channels() -> Array:
        # The pixels' vectors of all channels, one after the other, as one that is too short.
        mixed = x.reshape(n, h * w, c)[:, places]
        return folded(mixed)

    def column_by_column() -> Array:
        turned = x.swapaxes(2, 3).reshape(n, c, h * w)[:, :, places]
        return turned.reshape(n, c, w, h).swapaxes(2, 3)

    def numbered_by_column() -> Array:
        return x[:, :, places % h, places // h].reshape(x.shape)

    def divided_by_height() -> Array:
        if places.max() // h >= h or w < h:
            raise ValueError("leads out of the image")
        return folded(x[:, :, places // h, places % h])

    def one_image_only(first: int) -> Array:
        out = np.zeros_like(x) if first else x.copy()
        out[:1] = folded(rows[:, :, places])[:1]
        return out

    def one_channel_only(filled: bool) -> Array:
        out = np.zeros_like(x) if filled else x.copy()
        out[:, :1] = folded(rows[:, :, places])[:, :1]
        return out

    def written_while_read() -> Array:
        out = rows.copy()
        for p, source in enumerate(places):
            out[:, :, p] = out[:, :, source]
        return folded(out)

    def channels_of_the_first() -> Array:
        return np.broadcast_to(folded(rows[:, :, places])[:, :1], x.shape)

    def images_of_the_first() -> Array:
        return np.broadcast_to(folded(rows[:, :, places])[:1], x.shape)

    return {
        "each pixel is sent to place perm[p]; it comes from there (this is the inverse)": inverse,
        "the pixels are permuted twice": lambda: folded(rows[:, :, places[places]]),
        "the answer is still a vector for each channel: rows and columns are missing": (
            lambda: rows[:, :, places]
        ),
        "height and width are exchanged": lambda: rows[:, :, places].reshape(n, c, w, h),
        "the image is filled column by column; rows come first": (
            lambda: rows[:, :, places].reshape(n, c, w, h).swapaxes(2, 3)
        ),
        "the pixels are numbered column by column; rows come first": numbered_by_column,
        "the pixels are read and written column by column; rows come first": column_by_column,
        "row and column are found with the height; row p // w and column p % w": divided_by_height,
        "the shape (n, h * w, c) mixes channels with pixels; channels come before them": (
            pixels_mixed_with_channels
        ),
        "only the first image is permuted": lambda: one_image_only(0),
        "only the first image is computed": lambda: one_image_only(1),
        "only the first channel is permuted": lambda: one_channel_only(False),
        "only the first channel is computed": lambda: one_channel_only(True),
        "every channel gets the first one's values": channels_of_the_first,
        "every image gets the first one's values": images_of_the_first,
        "pixels are written where others are still to be read: work on a new array": (
            written_while_read
        ),
        "perm holds places of pixels, not their values": (
            lambda: np.broadcast_to(places.reshape(h, w), x.shape)
        ),
        "the permutation is turned around": lambda: folded(rows[:, :, places[::-1]]),
        "the pixels are sorted by their values": lambda: folded(np.sort(rows, axis=2)),
        "the order of the images is permuted with that of the pixels": (
            lambda: folded(rows[::-1][:, :, places])
        ),
    }


def dense_parameters(h: int, w: int, c: int, c_out: int) -> Mistakes:
    """Mistakes about the number of weights of a dense layer between images."""

    def weights(h: int = h, w: int = w, c: int = c, c_out: int = c_out) -> int:
        return weights_of_dense(h, w, c, c_out)

    def overflowed() -> int:
        return (weights() + 2**31) % 2**32 - 2**31

    def as_float() -> int:
        return int(float(weights()))

    return {
        "the result is too large for NumPy's whole numbers of 32 bits: Python's own, multiplied "
        "with *, have no limit": overflowed,
        "a float is in the calculation, which holds no more than 16 digits: float(), 2.0, `/`": (
            as_float
        ),
        "`^` is no power in Python: `**` is": lambda: (h * w) ^ (2 * c * c_out),
        "`^` is no power in Python: write `**`": lambda: (c * c_out * h * w) ^ 2,
        "the pixels are counted once; they come in and go out: (h · w)²": lambda: h * w * c * c_out,
        "the biases are counted too": lambda: weights() + h * w * c_out,
        "the biases are counted too, one for each output channel": lambda: weights() + c_out,
        "the output channels are forgotten": lambda: weights(c_out=1),
        "the input channels are forgotten": lambda: weights(c=1),
        "both kinds of channels are forgotten": lambda: weights(c=1, c_out=1),
        "the input channels are counted twice; once come the output channels": (
            lambda: weights(c_out=c)
        ),
        "the output channels are counted twice; once come the input channels": (
            lambda: weights(c=c_out)
        ),
        "the channels are squared like the pixels": lambda: weights() * c * c_out,
        "the channels are added; every pair of them has weights": (
            lambda: weights(c=1, c_out=c + c_out)
        ),
        "inputs and outputs are added; every pair of them has a weight": (
            lambda: h * w * c + h * w * c_out
        ),
        "height and width are added; there are h · w pixels": lambda: weights(h=h + w, w=1),
        "the width is taken to be the height: an image need not be square": lambda: weights(w=h),
        "the height is taken to be the width: an image need not be square": lambda: weights(h=w),
        "the numbers that go in are counted, not the weights": lambda: h * w * c,
        "the numbers that come out are counted, not the weights": lambda: h * w * c_out,
        "only the height is squared: the pixels are h · w": lambda: h**2 * w * c * c_out,
        "only the width is squared: the pixels are h · w": lambda: h * w**2 * c * c_out,
        "the bytes are counted, 4 for each weight": lambda: 4 * weights(),
        "the bytes are counted, 8 for each weight": lambda: 8 * weights(),
    }


def dense_layer(x: Array, W: Array, b: Array) -> Mistakes:
    """Mistakes about a dense layer between images."""
    n, c, h, w = x.shape
    c_out = len(b) // (h * w)

    def layer(x: Array = x, W: Array = W, b: Array | float = b) -> Array:
        """The vectors of the answers, one an image."""
        found: Array = dense(x.reshape(n, -1), W) + b
        return found

    def folded(vectors: Array) -> Array:
        return vectors.reshape(n, c_out, h, w)

    def channels_last(x: Array) -> Array:
        return np.moveaxis(x, 1, -1)

    def answer_channels_last(vectors: Array) -> Array:
        return np.moveaxis(vectors.reshape(n, h, w, c_out), -1, 1)

    def turned() -> Array:
        if W.shape[0] != W.shape[1]:
            raise ValueError("only a square W can be multiplied from the other side")
        return folded(layer(W=W.T))

    def first_image(others: str) -> Array:
        out = np.zeros_like(folded(layer())) if others == "zero" else folded(layer()).copy()
        out[:] = folded(layer())[:1] if others == "the same" else out
        out[0] = folded(layer())[0]
        return out

    def images_as_columns() -> Array:
        # A reshape where a transposition is meant.
        return folded(dense(x.reshape(-1, n).T, W) + b)

    def answers_not_turned() -> Array:
        return folded(np.ascontiguousarray(layer().T))

    def bias_of_a_channel() -> Array:
        return folded(layer(b=0)) + b[:c_out, None, None]

    def column_major() -> Array:
        vectors = np.stack([image.flatten("F") for image in x])
        answers = dense(vectors, W) + b
        return np.stack([each.reshape((c_out, h, w), order="F") for each in answers])

    return {
        "the bias is missing": lambda: folded(layer(b=0)),
        "the bias is added twice": lambda: folded(layer(b=2 * b)),
        "the bias is subtracted": lambda: folded(layer(b=-b)),
        "one bias is added for each channel; every output number has its own": bias_of_a_channel,
        "every output number gets the first bias": lambda: folded(layer(b=float(b[0]))),
        "W is multiplied from the wrong side: row o of W belongs to output o": turned,
        "an activation (ReLU) is applied; this layer has none": (
            lambda: folded(np.maximum(layer(), 0))
        ),
        "the channels of a pixel stand side by side in the vector; channel after channel is asked "
        "for": lambda: folded(layer(channels_last(x))),
        "the answer is folded as (h, w, c_out); the channels come first": (
            lambda: answer_channels_last(layer())
        ),
        "the answer has its channels last; they come before rows and columns": (
            lambda: layer().reshape(n, h, w, c_out)
        ),
        "the answer's axes are moved behind the batch, channels last": (
            lambda: channels_last(folded(layer()))
        ),
        "vector and answer have the channels of a pixel side by side; channel after channel is "
        "asked for": lambda: answer_channels_last(layer(channels_last(x))),
        "rows and columns of the images are exchanged": (lambda: folded(layer(x.swapaxes(2, 3)))),
        "rows and columns of the answer are exchanged": (
            lambda: layer().reshape(n, c_out, w, h).swapaxes(2, 3)
        ),
        "height and width of the answer are exchanged": lambda: layer().reshape(n, c_out, w, h),
        "images and answers are read column by column; rows come first": column_major,
        "the answer is still a vector for each image: `unvect` is missing": layer,
        "reshape(…, n) doesn't make the images columns; a transposition does": images_as_columns,
        "the answers of the images are mixed: turn the matrix before the reshape": (
            answers_not_turned
        ),
        "only the first image is computed; the others are zero": lambda: first_image("zero"),
        "the `return` stands inside the loop: only the first image is answered": (
            lambda: folded(layer())[0]
        ),
        "every image gets the answer of the first one": lambda: first_image("the same"),
        "the images are added up before the layer": (
            lambda: folded(layer(np.broadcast_to(x.sum(axis=0), x.shape)))
        ),
        "the mean is taken, not the sum": lambda: folded(layer(b=0) / (c * h * w) + b),
        "the weights are cut to whole numbers": lambda: folded(layer(W=np.trunc(W))),
        "only the first input channel is used": (
            lambda: folded(layer(x * (np.arange(c) == 0)[:, None, None]))
        ),
        "the bias is added before the weights are applied": (
            lambda: folded(layer(x + b.reshape(1, c_out, h, w), b=0))
        ),
        "only the last product is kept: `=` overwrites, `+=` adds": (
            lambda: folded(x.reshape(n, -1)[:, -1:] * W[:, -1] + b)
        ),
        "the columns of W are turned around": lambda: folded(layer(W=W[:, ::-1])),
    }
