"""Mistakes about one kernel for all places, its matrix, shifts and equivariance."""

from collections.abc import Callable
from typing import Any

import numpy as np

from convbook.arrays import Array
from convbook.checking.mistakes.kinds import Mistakes
from convbook.layers.conv import conv1d, conv2d
from convbook.toeplitz import toeplitz_matrix
from convbook.windows import pad


def _correlation(x: Array, u: Array) -> Array:
    outputs: Array = conv1d(x[None, None], u[None, None])[0, 0]
    return outputs


def correlate_1d(x: Array, u: Array) -> Mistakes:
    """Mistakes about the cross-correlation of a signal with a kernel."""
    s = len(u)
    return {
        "the kernel is flipped: that is a convolution in the strict sense": (
            lambda: _correlation(x, u[::-1])
        ),
        **_about_windows(x, u),
        "the kernel is not used: these are sums of the window": (
            lambda: _correlation(x, np.ones_like(u))
        ),
        "absolute values are added": lambda: _correlation(abs(x), abs(u)),
        "x[i - t] is taken, not x[i + t]: a negative index counts from the end": (
            lambda: _correlation(np.roll(x, s - 1), u[::-1])
        ),
        "the products are averaged, not added": lambda: _correlation(x, u) / s,
        "the signal wraps around; only places count where the kernel fits whole": (
            lambda: _correlation(np.concatenate([x, x[: s - 1]]), u)
        ),
    }


def convolve_1d(x: Array, u: Array) -> Mistakes:
    """Mistakes about the convolution, in the strict sense, of a signal with a kernel."""

    n, s = len(x), len(u)

    def fewer() -> Array:
        shorter = u.copy()
        shorter[0] = 0
        return _correlation(x, shorter[::-1])

    return {
        "the kernel is not flipped: that is a cross-correlation": lambda: _correlation(x, u),
        "the result is turned around, not the kernel; so it is when both are flipped": (
            lambda: _correlation(x, u)[::-1]
        ),
        "x[i - t] is taken from i = 0 on: a negative index counts from the end": (
            lambda: _correlation(np.concatenate([x[n - s + 1 :], x[: n - s + 1]]), u[::-1])
        ),
        "u[-t] begins with u[0]: the last weight is u[-1]": (
            lambda: _correlation(x, np.roll(u[::-1], 1))
        ),
        "the signal is flipped, not the kernel": lambda: _correlation(x[::-1], u),
        "the kernel is negated, not flipped": lambda: _correlation(x, -u),
        "the flipped kernel has lost a weight: u[::-1] keeps all": fewer,
        **_about_windows(x, u[::-1]),
    }


def _about_windows(x: Array, u: Array) -> Mistakes:
    """Mistakes about the places at which a kernel stands."""
    s = len(u)

    def padded(before: int, after: int) -> Array:
        return _correlation(pad(x, [(before, after)], axes=1), u)

    return {
        "the last place is left out: there are n − s + 1": lambda: padded(0, 0)[:-1],
        "the first place is left out: there are n − s + 1": lambda: padded(0, 0)[1:],
        "the last place is left at zero": lambda: np.append(padded(0, 0)[:-1], 0),
        "the signal is padded at its end; only places count where the kernel fits whole": (
            lambda: padded(0, s - 1)
        ),
        "the signal is padded to keep its length; only places count where the kernel fits whole": (
            lambda: padded(s // 2, s - 1 - s // 2)
        ),
        "the signal is padded at both ends; only places count where the kernel fits whole": (
            lambda: padded(s - 1, s - 1)
        ),
        "only the last product is kept: `=` overwrites, `+=` adds": (lambda: u[-1] * x[s - 1 :]),
        "the window never moves: every place uses the first pixels": (
            lambda: np.repeat(padded(0, 0)[:1], len(x) - s + 1)
        ),
        "the kernel jumps by its own length; it moves by one pixel": lambda: padded(0, 0)[::s],
        "only the first two weights are used": lambda: _correlation(x, u[:2]),
    }


def toeplitz_1d(u: Array, n: int, padding: int = 0) -> Mistakes:
    """Mistakes about the matrix of a cross-correlation."""
    s = len(u)
    rows = n + 2 * padding - s + 1
    row, column = np.indices((rows, n))

    def matrix(u: Array = u, padding: int = padding) -> Array:
        return toeplitz_matrix(u, n, padding=padding)

    def wrapped() -> Array:
        out = np.zeros((rows, n))
        for t in range(s):
            np.add.at(out, (row[:, 0], (row[:, 0] + t - padding) % n), u[t])
        return out

    def negative_index() -> Array:
        t = column - n + padding - row
        return np.where((t >= 0) & (t < s), u[t.clip(0, s - 1)], matrix())

    def exchanged() -> Array:
        t = row - column + padding
        return np.where((t >= 0) & (t < s), u[t.clip(0, s - 1)], 0)

    def too_many_rows() -> Array:
        return toeplitz_matrix(u, n + s - 1 + 2 * padding)[:, padding : padding + n]

    def same_list() -> Array:
        # The last row that writes into a column leaves its weight there.
        t = np.maximum(0, np.arange(n) + padding - rows + 1)
        return np.broadcast_to(np.where(t < s, u[t.clip(0, s - 1)], 0), (rows, n))

    def with_padding() -> Array:
        return toeplitz_matrix(u, n + 2 * padding)

    return {
        "the kernel is flipped in every row": lambda: matrix(u[::-1]),
        "the matrix is transposed": lambda: matrix().T,
        "the padding has kept its columns: T acts on the signal without its zeros": with_padding,
        "the padding is ignored": lambda: matrix(padding=0),
        "the padding is added on one side only": (
            lambda: toeplitz_matrix(u, n + padding)[:, padding:]
        ),
        "the padding is added at one side only": lambda: toeplitz_matrix(u, n + padding)[:, :n],
        "every row holds the kernel `padding` columns too far to the right": (
            lambda: with_padding()[:, :n]
        ),
        "every row holds the kernel `padding` columns too far to the left": (
            lambda: with_padding()[:, 2 * padding :]
        ),
        "the kernel wraps around at the ends of a row": wrapped,
        "a negative index counts from the end, so weights stand at the far side": negative_index,
        "there is a row too many: the kernel must fit whole": (
            lambda: toeplitz_matrix(u, n + 2 * padding + 1)[:, padding : padding + n]
        ),
        "the matrix is square whatever the padding": lambda: matrix(padding=s // 2),
        "row and column are exchanged: the weight at row i, column j is u[j − i + padding]": (
            exchanged
        ),
        "the number of rows lacks the kernel's size: n + 2 · padding − s + 1": too_many_rows,
        "all rows are the same: is one list used for all of them?": same_list,
        "every row holds the kernel at the same place": (
            lambda: np.broadcast_to(matrix()[:1], (rows, n))
        ),
    }


def conv2d_loops(x: Array, weight: Array, bias: Array | None = None) -> Mistakes:
    """Mistakes about a convolutional layer on images."""
    _, c, h, w = x.shape
    _, _, s_h, s_w = weight.shape

    def last_left_out() -> Array:
        found = conv2d(x, weight)
        found[..., -1, :] = 0
        found[..., :, -1] = 0
        return found if bias is None else found + bias[:, None, None]

    def first_image() -> Array:
        return conv2d(x * (np.arange(len(x)) == 0)[:, None, None, None], weight, bias)

    def padded_to_size() -> Array:
        top, left = s_h // 2, s_w // 2
        return conv2d(pad(x, [(top, s_h - 1 - top), (left, s_w - 1 - left)]), weight, bias)

    def last_product() -> Array:
        return conv2d(x[:, -1:, s_h - 1 :, s_w - 1 :], weight[:, -1:, -1:, -1:], bias)

    def padded_before() -> Array:
        top, left = (s_h - 1) // 2, (s_w - 1) // 2
        return conv2d(pad(x, [(top, s_h - 1 - top), (left, s_w - 1 - left)]), weight, bias)

    def reshaped() -> Array:
        mixed = weight.reshape(c, len(weight), s_h, s_w).swapaxes(0, 1)
        return conv2d(x, mixed, bias)

    side = min(s_h, s_w)
    mistakes: dict[str, Callable[[], Any]] = {
        "the kernel is flipped; here it must not be": (
            lambda: conv2d(x, weight[..., ::-1, ::-1], bias)
        ),
        "rows and columns of each kernel are swapped": (
            lambda: conv2d(x, weight.swapaxes(2, 3), bias)
        ),
        "only the first input channel is used": lambda: conv2d(x[:, :1], weight[:, :1], bias),
        "only the first image of the batch is computed": first_image,
        "every output channel uses the first one's kernels": (
            lambda: conv2d(x, np.broadcast_to(weight[:1], weight.shape), bias)
        ),
        "rows and columns of the output are swapped": (
            lambda: conv2d(x, weight, bias).swapaxes(2, 3)
        ),
        "the width is taken to be the height: an image need not be square": (
            lambda: conv2d(x[..., : min(h, w)], weight, bias)
        ),
        "the last row and column of the output are left out": last_left_out,
        "the images are padded to keep their size; the kernel must fit whole": padded_to_size,
        "the images are padded to keep their size; each kernel must fit whole": padded_before,
        "the kernel is taken to be square: its height and width may differ": (
            lambda: conv2d(x, weight[..., :side, :side], bias)
        ),
        "the channels are added up first; each has to meet its own weights": (
            lambda: conv2d(x.sum(axis=1, keepdims=True), weight.sum(axis=1, keepdims=True), bias)
        ),
        "only the last input channel is kept: `=` overwrites, `+=` adds": (
            lambda: conv2d(x[:, -1:], weight[:, -1:], bias)
        ),
        "input and output channels of the weight are mixed up by a reshape": reshaped,
        "only the last product is kept: `=` overwrites, `+=` adds": last_product,
        "the images are padded; only places count where the kernel fits whole": (
            lambda: conv2d(x, weight, bias, padding=(s_h // 2, s_w // 2))
        ),
    }
    if bias is None:
        precedence = "without a bias 0 comes back: `if … else 0` is about all that stands before it"
        mistakes[precedence] = lambda: 0
    else:
        mistakes |= {
            "the bias is missing": lambda: conv2d(x, weight),
            "the bias is added twice": lambda: conv2d(x, weight, 2 * bias),
            "the bias is added once for every input channel": lambda: conv2d(x, weight, c * bias),
            "the bias is added once for every weight of the window": (
                lambda: conv2d(x, weight, s_h * s_w * c * bias)
            ),
        }
    return mistakes


def _moved(x: Array, dy: int, dx: int) -> Array:
    """A shifted image, by a convolution whose kernel has a single one in it."""
    delta = np.zeros((1, 1, 2 * abs(dy) + 1, 2 * abs(dx) + 1), x.dtype)
    delta[0, 0, abs(dy) - dy, abs(dx) - dx] = 1
    images = conv2d(x.reshape(-1, 1, *x.shape[-2:]), delta, padding=(abs(dy), abs(dx)))
    return images.reshape(x.shape)


def shift(x: Array, dy: int, dx: int) -> Mistakes:
    """Mistakes about a shift of images by dy rows and dx columns."""
    h, w = x.shape[-2:]
    rows, columns = np.arange(h) - dy, np.arange(w) - dx

    def wrapped_before() -> Array:
        inside = ((rows < h)[:, None] & (columns < w)).astype(x.dtype)
        moved: Array = np.roll(x, (dy, dx), (-2, -1)) * inside
        return moved

    def smaller() -> Array:
        return _moved(x, dy, dx)[..., max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)]

    def kept() -> Array:
        inside = ((rows >= 0) & (rows < h))[:, None] & (columns >= 0) & (columns < w)
        return np.where(inside, _moved(x, dy, dx), x)

    def blanked() -> Array:
        rolled = np.roll(x, (dy, dx), (-2, -1))
        rolled[..., :dy, :] = 0
        rolled[..., :, :dx] = 0
        return rolled

    return {
        "what leaves on one side comes back on the other; zeros must enter": (
            lambda: np.roll(x, (dy, dx), (-2, -1))
        ),
        "a negative index counts from the far side, where zeros must enter": wrapped_before,
        "the image moves the other way": lambda: _moved(x, -dy, -dx),
        "dy and dx are exchanged: dy moves rows, dx columns": lambda: _moved(x, dx, dy),
        "only the rows move": lambda: _moved(x, dy, 0),
        "only the columns move": lambda: _moved(x, 0, dx),
        "the border is repeated where zeros must enter": (
            lambda: x[..., rows.clip(0, h - 1)[:, None], columns.clip(0, w - 1)]
        ),
        "what has left is still there: zeros must enter in its place": kept,
        "a negative shift is treated like a positive one: it needs slices of its own": blanked,
        "the first two axes move; rows and columns are the last two": (
            lambda: np.moveaxis(_moved(np.moveaxis(x, (0, 1), (-2, -1)), dy, dx), (-2, -1), (0, 1))
        ),
        "the image gets smaller: zeros must enter": smaller,
        "a shift of 0 moves nothing: the image stays": (
            lambda: np.zeros_like(x) if dy == 0 or dx == 0 else _moved(x, dy, dx)
        ),
        "the width is taken to be the height: an image need not be square": (
            lambda: _moved(x, dy, dx) * (np.arange(w) < h)
        ),
    }


def equivariance_error(
    f: Callable[[Array], Array], x: Array, dy: int, dx: int, margin: int = 0
) -> Mistakes:
    """Mistakes about the measure of how far `f` is from commuting with a shift."""
    reach = max(abs(dy), abs(dx))

    def inside(difference: Array, rows: int, columns: int) -> Array:
        h, w = difference.shape[-2:]
        return difference[..., rows : h - rows, columns : w - columns]

    def difference(dy: int = dy, dx: int = dx) -> Array:
        return f(_moved(x, dy, dx)) - _moved(f(x), dy, dx)

    def worst(frame: int, other: int | None = None) -> Any:
        return abs(inside(difference(), frame, frame if other is None else other)).max()

    def framed(values: Array) -> Array:
        return inside(values, reach + margin, reach + margin)

    def largest_values() -> Any:
        return abs(framed(f(_moved(x, dy, dx))).max() - framed(_moved(f(x), dy, dx)).max())

    def rolled() -> Any:
        before = f(np.roll(x, (dy, dx), (-2, -1)))
        return abs(framed(before - np.roll(f(x), (dy, dx), (-2, -1)))).max()

    return {
        "the frame is not left out": lambda: worst(0),
        "the margin is forgotten": lambda: worst(reach),
        "only the margin is left out, not the shift": lambda: worst(margin),
        "a shift keeps its sign in the frame: take its absolute value": (
            lambda: worst(max(dy, dx, 0) + margin)
        ),
        "the frame is |dy| + |dx| wide; the larger of the two is enough": (
            lambda: worst(abs(dy) + abs(dx) + margin)
        ),
        "rows and columns have frames of their own; the frame is as wide on every side": (
            lambda: worst(abs(dy) + margin, abs(dx) + margin)
        ),
        "the frame is one row and column too wide": lambda: worst(reach + margin + 1),
        "the frame is left out at the top and the left only": (
            lambda: abs(difference()[..., reach + margin :, reach + margin :]).max()
        ),
        "the differences are added up; take the largest": (lambda: abs(framed(difference())).sum()),
        "the mean is taken, not the largest difference": lambda: abs(framed(difference())).mean(),
        "the absolute value is missing": lambda: framed(difference()).max(),
        "the image moves the other way": lambda: abs(framed(difference(-dy, -dx))).max(),
        "dy and dx are exchanged": lambda: abs(framed(difference(dx, dy))).max(),
        "what leaves on one side comes back on the other; zeros must enter": rolled,
        "f(x) is not shifted: that measures invariance": (
            lambda: abs(framed(f(_moved(x, dy, dx)) - f(x))).max()
        ),
        "the two largest values are compared, not the values one by one": largest_values,
        "the differences are squared; take their absolute values": (
            lambda: (framed(difference()) ** 2).max()
        ),
        "a shift keeps its sign in the frame: take the absolute value of each": (
            lambda: worst(abs(max(dy, dx)) + margin)
        ),
        "only the first image and channel are compared": (
            lambda: abs(framed(difference())[(0,) * (difference().ndim - 2)]).max()
        ),
        "the frame's place is taken from the size of x, not of f(x)": (
            lambda: abs(
                difference()[
                    ...,
                    reach + margin : x.shape[-2] - reach - margin,
                    reach + margin : x.shape[-1] - reach - margin,
                ]
            ).max()
        ),
    }
