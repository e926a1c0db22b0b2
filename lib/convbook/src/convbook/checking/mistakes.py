"""What students get wrong, operation by operation: each mistake in words, and what comes of it.

A function here takes the arguments of the operation that it is named after and returns its usual
mistakes: from the words for one to a function that computes the answer that it leads to. `check`
takes such a function as its `causes`, in visible and in hidden tests alike.

Answers are wrong ones. Where a right one is needed on the way it comes from the library's public
functions, which the assignments refuse, so that nothing here can be handed in.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from convbook.arrays import Array
from convbook.costs import locally_connected_parameters
from convbook.layers.conv import conv1d, conv2d
from convbook.layers.local import locally_connected
from convbook.toeplitz import toeplitz_matrix
from convbook.windows import pad, sliding_windows

#: The words for each mistake, and what the answer is then. An answer that can't be computed for
#: the arguments at hand raises ValueError.
Mistakes = Mapping[str, Callable[[], Any]]


def distance(p: tuple[int, int], q: tuple[int, int]) -> Mistakes:
    """Mistakes about the max-distance of two pixels."""
    (i, j), (ii, jj) = p, q
    rows, columns = abs(i - ii), abs(j - jj)
    straight = math.hypot(rows, columns)
    return {
        "the differences are added: that is the city-block distance": lambda: rows + columns,
        "the smaller difference is taken, not the larger": lambda: min(rows, columns),
        "only the rows are compared": lambda: rows,
        "only the columns are compared": lambda: columns,
        "a difference keeps its sign: take its absolute value": lambda: max(i - ii, j - jj),
        # The same mistake, by a student who subtracts in the other order.
        "a difference keeps its sign: take the absolute value of each": lambda: max(ii - i, jj - j),
        "a difference keeps its sign: take absolute values before the maximum": (
            lambda: abs(max(i - ii, j - jj))
        ),
        "a difference keeps its sign: that of the columns": lambda: max(rows, j - jj),
        "a difference keeps its sign: that of the rows": lambda: max(i - ii, columns),
        "the straight-line (Euclidean) distance is computed": lambda: straight,
        "the straight-line (Euclidean) distance is computed, and rounded": lambda: int(straight),
        "the signs are dropped before subtracting, not after": (
            lambda: max(abs(abs(i) - abs(ii)), abs(abs(j) - abs(jj)))
        ),
        "coordinates are added, not subtracted": lambda: max(abs(i + ii), abs(j + jj)),
        "the row of a pixel is compared with its own column, not with the other pixel's row": (
            lambda: max(abs(i - j), abs(ii - jj))
        ),
        "the larger coordinate of each pixel is chosen before subtracting": (
            lambda: abs(max(p) - max(q))
        ),
        "one step too few is counted": lambda: max(rows, columns) - 1,
        "one step too many is counted": lambda: max(rows, columns) + 1,
    }


def patch(x: Array, i: int, j: int, k: int) -> Mistakes:
    """Mistakes about the patch around a pixel of an image (c, h, w)."""
    _, h, w = x.shape
    rows, columns = np.arange(i - k, i + k + 1), np.arange(j - k, j + k + 1)

    def at(rows: Array, columns: Array, outside: Any = False) -> Array:
        """The pixels at these places, zero where `outside`."""
        return np.where(outside, np.zeros_like(x[:1, :1, :1]), x[:, rows[:, None], columns])

    def wrapped() -> Array:
        return at(rows % h, columns % w)

    def wrapped_before() -> Array:
        beyond = (rows >= h)[:, None] | (columns >= w)
        return at(rows % h, columns % w, beyond)

    def without(lost_row: int, lost_column: int) -> Array:
        beyond_rows = (rows < 0) | (rows >= h) | (rows == lost_row)
        beyond_columns = (columns < 0) | (columns >= w) | (columns == lost_column)
        return at(rows % h, columns % w, beyond_rows[:, None] | beyond_columns)

    def cut() -> Array:
        return x[:, max(i - k, 0) : i + k + 1, max(j - k, 0) : j + k + 1]

    def at_the_corner() -> Array:
        out = np.zeros_like(wrapped())
        out[:, : cut().shape[1], : cut().shape[2]] = cut()
        return out

    def exchanged() -> Array:
        turned = x.swapaxes(1, 2)
        inside_rows, inside_columns = (rows >= 0) & (rows < w), (columns >= 0) & (columns < h)
        inside = inside_rows[:, None] & inside_columns
        return np.where(inside, turned[:, (rows % w)[:, None], columns % h], 0).swapaxes(1, 2)

    def diamond() -> Array:
        far = abs(rows - i)[:, None] + abs(columns - j) > k
        return np.where(far, 0, without(h, w))

    def mirrored(places: Array, size: int) -> Array:
        return size - 1 - abs(size - 1 - abs(places))

    def moved_twice() -> Array:
        padded = pad(x, k)
        moved: Array = padded[:, (rows % (h + 2 * k))[:, None], columns % (w + 2 * k)]
        return moved

    return {
        "the border pixel is repeated outside the image; zeros belong there": (
            lambda: at(rows.clip(0, h - 1), columns.clip(0, w - 1))
        ),
        "the image wraps around at its borders; zeros belong outside": wrapped,
        "a negative index counts from the far side, so the image wraps around": wrapped_before,
        "only the pixels inside the image are cut out; zeros belong around them": cut,
        "the pixels inside the image are put into the patch's top left corner": at_the_corner,
        "row and column of the pixel are exchanged: i is the row": exchanged,
        "the patch is a diamond, as by the city-block distance": diamond,
        "row 0 and column 0 count as outside": lambda: without(0, 0),
        "the image's last row and column count as outside": lambda: without(h - 1, w - 1),
        "the patch ends too early: its last row and column are left out": (
            lambda: without(i + k, j + k)
        ),
        "the patch has 2k pixels a side, not 2k + 1": lambda: without(h, w)[:, :-1, :-1],
        "the image is mirrored at its border; zeros belong outside": (
            lambda: at(mirrored(rows, h), mirrored(columns, w))
        ),
        "k is subtracted though padding has already moved the pixel by k": moved_twice,
        "the width is taken to be the height: an image need not be square": (
            lambda: np.where((columns >= h)[None, None], 0, without(h, w))
        ),
    }


def local_mask(n: int, k: int) -> Mistakes:
    """Mistakes about the mask of a local layer."""
    offset = np.subtract.outer(np.arange(n), np.arange(n))
    far = abs(offset)

    def whole_patches() -> Array:
        rows = np.arange(n)[:, None]
        return (far <= k) & (rows >= k) & (rows < n - k)

    def negative_start() -> Array:
        mask = np.zeros((n, n), dtype=bool)
        for row in range(n):
            mask[row, row - k : row + k + 1] = True
        return mask

    def negative_index() -> Array:
        mask: Array = (far <= k) | (offset <= k - n)
        return mask

    return {
        "an entry at distance exactly k belongs to the band": lambda: far < k,
        "the band is one too wide: at most k, not k + 1": lambda: far <= k + 1,
        "what is right of the diagonal is missing: are negative differences lost?": (
            lambda: (offset >= 0) & (far <= k)
        ),
        "what is left of the diagonal is missing: are negative differences lost?": (
            lambda: (offset <= 0) & (far <= k)
        ),
        "a difference keeps its sign, so everything right of the band is kept": lambda: offset <= k,
        "a difference keeps its sign, so everything left of the band is kept": lambda: -offset <= k,
        "True stands outside the band, not inside": lambda: far > k,
        "the band goes along the other diagonal": lambda: (far <= k)[::-1],
        "the band wraps around at the ends": lambda: (far <= k) | (far >= n - k),
        "a negative index counts from the end, so the first rows wrap around": negative_index,
        "a slice with a negative start is empty: the first rows stay False": negative_start,
        "outputs near the ends have part of a patch, and see that part": whole_patches,
        "k is ignored: the band has three diagonals": lambda: far <= 1,
        "k is halved: the band reaches k to either side": lambda: far <= k // 2,
        "only the diagonals at distance exactly k are kept, with the main one": (
            lambda: (far == 0) | (far == k)
        ),
        "everything is True: is one list used for all rows, or are whole rows filled?": (
            lambda: np.ones((n, n), dtype=bool)
        ),
        "the band is 2k + 1 wide on either side; it is so wide in all": lambda: far <= 2 * k + 1,
        "the band is 2k wide on either side": lambda: far <= 2 * k,
        "each row's band begins at the diagonal; it begins k before it": (
            lambda: (offset <= 0) & (offset >= -2 * k)
        ),
        "only entries at distance exactly k are kept": lambda: far == k,
        "the band ends one too early on its right: a range leaves out its end": (
            lambda: (offset <= k) & (offset > -k)
        ),
        "the band begins one too late on its left": lambda: (offset < k) & (offset >= -k),
        "row 0 and column 0 are left out: counting begins at 0": (
            lambda: (far <= k) & (np.minimum.outer(np.arange(n), np.arange(n)) > 0)
        ),
    }


def locally_connected_1d(x: Array, W: Array) -> Mistakes:
    """Mistakes about a locally-connected layer on a signal."""
    n, s = W.shape
    k = s // 2

    def layer(x: Array, W: Array, before: int = 0, after: int = 0) -> Array:
        padded = pad(x, [(before, after)], axes=1)
        outputs: Array = locally_connected(padded[None, None], W[:, None, None])[0, 0]
        return outputs

    def same(W: Array) -> Array:
        return layer(x, W, k, k)

    def surrounded(mode: Any) -> Array:
        return layer(pad(x, k, axes=1, mode=mode), W)

    def windows() -> Array:
        return sliding_windows(pad(x, k, axes=1), (s,))

    def negative_index() -> Array:
        return layer(np.concatenate([x[n - k :], x]), W, 0, k)

    def by_input_pixel() -> Array:
        out = np.zeros(n + 2 * k)
        for t in range(s):
            out[t : t + n] += W[:, t] * x
        return out[k : k + n]

    def border_zero() -> Array:
        inside = np.arange(n)
        return np.where((inside >= k) & (inside < n - k), same(W), 0)

    def without_weight(t: int) -> Array:
        fewer = W.copy()
        fewer[:, t] = 0
        return same(fewer)

    def without_pixel(i: int) -> Array:
        darker = x.copy()
        darker[i] = 0
        return layer(darker, W, k, k)

    def last_product() -> Array:
        last = np.minimum(np.arange(n) + k, n - 1)
        product: Array = W[np.arange(n), last - np.arange(n) + k] * x[last]
        return product

    def fed_back() -> Array:
        fed = x.astype(float)
        for i in range(n):
            fed[i] = layer(fed, W, k, k)[i]
        return fed

    return {
        "the weights of each output are turned around": lambda: same(W[:, ::-1]),
        "every output uses the weights of the first one": (
            lambda: same(np.broadcast_to(W[:1], W.shape))
        ),
        "the weights go with the input pixel, not with the output": by_input_pixel,
        "rows and columns of W are mixed up": lambda: same(W.reshape(s, n).T),
        "the signal wraps around at its ends; zeros belong outside": lambda: surrounded("circular"),
        "a negative index counts from the end, so the signal wraps around": negative_index,
        "the border pixel is repeated outside; zeros belong there": lambda: surrounded("replicate"),
        "outputs whose patch reaches beyond the signal stay zero": border_zero,
        "only windows inside the signal are used: zeros belong around it": (
            lambda: layer(x, W[: n - s + 1])
        ),
        "the patch begins at the pixel; it begins k before it": lambda: layer(x, W, 0, s - 1),
        "the patch ends at the pixel; it ends k after it": lambda: layer(x, W, s - 1, 0),
        "no zeros are put around the signal, and the last outputs stay 0": (
            lambda: np.append(layer(x, W[: n - s + 1]), np.zeros(s - 1))
        ),
        "only the last product is kept: `=` overwrites, `+=` adds": last_product,
        "the last weight of each row is left out": lambda: without_weight(-1),
        "the first weight of each row is left out": lambda: without_weight(0),
        "the last pixel counts as outside": lambda: without_pixel(-1),
        "the first pixel counts as outside": lambda: without_pixel(0),
        "the products are averaged, not added": lambda: same(W) / s,
        "s zeros are put at each end; k belong there": (
            lambda: layer(pad(x, s, axes=1)[: n + 2 * k], W)
        ),
        "the `return` stands inside the loop: only the first output is computed": (
            lambda: same(W) * (np.arange(n) == 0)
        ),
        "the products are added over the outputs, not over the weights": (
            lambda: (W * windows()).sum(axis=0)
        ),
        "each row of weights meets all windows, not its own alone": (
            lambda: (W @ windows().T).sum(axis=1)
        ),
        "an output is written where the next output still reads the signal": fed_back,
        "the weights are cut to whole numbers": lambda: same(np.trunc(W)),
    }


def locally_connected_2d(x: Array, W: Array, b: Array) -> Mistakes:
    """Mistakes about a locally-connected layer on images."""
    h, w, c_out, c, s, _ = W.shape
    k = s // 2

    def same(W: Array, b: Any = b, x: Array = x) -> Array:
        return locally_connected(x, W, b, padding=k)

    def surrounded(mode: Any) -> Array:
        return locally_connected(pad(x, k, mode=mode), W, b)

    def border_zero(bias: Any = b) -> Array:
        rows, columns = np.arange(h)[:, None], np.arange(w)
        inside = (rows >= k) & (rows < h - k) & (columns >= k) & (columns < w - k)
        return np.where(inside, same(W), bias) * np.ones((len(x), 1, 1, 1))

    def begins_at_the_pixel() -> Array:
        return locally_connected(pad(x, [(0, 2 * k), (0, 2 * k)]), W, b)

    def inside() -> Array:
        return locally_connected(x, W[k : h - k, k : w - k], b[:, k : h - k, k : w - k])

    def padded_all() -> Array:
        padded = np.pad(x, k)[: len(x), :c, :]
        return locally_connected(padded, W, b)

    def reshaped() -> Array:
        mixed = W.reshape(h, w, c * s * s, c_out).swapaxes(-1, -2).reshape(W.shape)
        return same(mixed)

    return {
        "the bias is missing": lambda: same(W, None),
        "the bias is added twice": lambda: same(W, 2 * b),
        "the bias is added once for every input channel": lambda: same(W, c * b),
        "the bias is added once for every weight": lambda: same(W, c * s * s * b),
        "the bias of the first pixel is used for all": (
            lambda: same(W, np.broadcast_to(b[:, :1, :1], b.shape))
        ),
        "the weights of each pixel are turned around": lambda: same(W[..., ::-1, ::-1]),
        "rows and columns of each kernel are swapped": lambda: same(W.swapaxes(-1, -2)),
        "every pixel uses the weights of the first one": (
            lambda: same(np.broadcast_to(W[:1, :1], W.shape))
        ),
        "row and column of the pixel are exchanged: its weights are W[i, j]": (
            lambda: same(W.swapaxes(0, 1))
        ),
        "only the first input channel is used": lambda: same(W[:, :, :, :1], x=x[:, :1]),
        "the input channels are averaged, not added": lambda: same(W / c),
        "the mean of each patch is taken, not the sum": lambda: same(W / (s * s)),
        "the mean of all products is taken, not their sum": lambda: same(W / (c * s * s)),
        "the channels are added up first; each has to meet its own weights": (
            lambda: same(W.sum(axis=3, keepdims=True), x=x.sum(axis=1, keepdims=True))
        ),
        "the weights of all output channels are added up; each has its own": (
            lambda: same(np.broadcast_to(W.sum(axis=2, keepdims=True), W.shape))
        ),
        "s zeros are put on each side; k belong there": (
            lambda: locally_connected(pad(x, s)[..., : h + 2 * k, : w + 2 * k], W, b)
        ),
        "only the first output channel is computed": (
            lambda: same(W) * (np.arange(c_out) == 0)[:, None, None]
        ),
        "every output channel uses the first one's weights": (
            lambda: same(np.broadcast_to(W[:, :, :1], W.shape))
        ),
        "input and output channels of W are mixed up by a reshape": reshaped,
        "the images of the batch are added up; each has outputs of its own": (
            lambda: np.broadcast_to(same(W, x=x.sum(axis=0, keepdims=True)), (len(x), c_out, h, w))
        ),
        "each image keeps the sums of those before it": (lambda: same(W, x=x.cumsum(axis=0))),
        "only the last input channel is kept: `=` overwrites, `+=` adds": (
            lambda: same(W[:, :, :, -1:], x=x[:, -1:])
        ),
        "all four axes are padded; only rows and columns have a border": padded_all,
        "the images wrap around; zeros belong outside them": lambda: surrounded("circular"),
        "the border pixels are repeated outside; zeros belong there": (
            lambda: surrounded("replicate")
        ),
        "outputs whose patch reaches beyond the image get the bias alone": border_zero,
        "outputs whose patch reaches beyond the image stay zero": lambda: border_zero(0),
        "only windows inside the images are used: zeros belong around them": inside,
        "the patch begins at the pixel; it begins k above and left of it": begins_at_the_pixel,
        "the width is taken to be the height: an image need not be square": (
            lambda: same(W)[..., : min(h, w)]
        ),
        "the `return` stands inside the loop: only the first row is computed": (
            lambda: same(W) * (np.arange(h) == 0)[:, None]
        ),
    }


def local_parameters(h: int, w: int, c: int, c_out: int, k: int) -> Mistakes:
    """Mistakes about the number of weights of a locally-connected layer."""
    s = 2 * k + 1

    def weights(h: int = h, w: int = w, c: int = c, c_out: int = c_out, s: int = s) -> int:
        return locally_connected_parameters(h, w, c, c_out, s)

    def inside_the_image() -> int:
        rows = sum(min(i + k, h - 1) - max(i - k, 0) + 1 for i in range(h))
        columns = sum(min(j + k, w - 1) - max(j - k, 0) + 1 for j in range(w))
        return rows * columns * c * c_out

    return {
        "k is used as the kernel size; that is s = 2k + 1": lambda: weights(s=1) * k * k,
        "a kernel has s · s weights, not s": lambda: weights(s=1) * s,
        "the kernel size is taken as 2k; it is 2k + 1": lambda: weights(s=1) * (2 * k) ** 2,
        "height and width are added; there are h · w pixels": lambda: weights(h=h + w, w=1),
        "the input channels are added; every one of them has a kernel": (
            lambda: h * w * c_out * (s * s + c)
        ),
        "the biases are counted too": lambda: weights() + h * w * c_out,
        "these are the weights of a dense layer, which sees all pixels": (
            lambda: (h * w) ** 2 * c * c_out
        ),
        "these are the weights of a convolution, which shares them: every pixel has its own": (
            lambda: weights(h=1, w=1)
        ),
        "the output channels are forgotten": lambda: weights(c_out=1),
        "the input channels are forgotten": lambda: weights(c=1),
        "both kinds of channels are forgotten": lambda: weights(c=1, c_out=1),
        "the channels are added; every pair of them has a kernel": (
            lambda: weights(c=1, c_out=c + c_out)
        ),
        "2 * k + 1 needs parentheses": lambda: weights(s=1) * 2 * k + 1,
        "only the weights that meet a pixel are counted; those over the border count too": (
            inside_the_image
        ),
        "only pixels with a whole patch are counted; those at the border have weights too": (
            lambda: max(h - 2 * k, 0) * max(w - 2 * k, 0) * s * s * c * c_out
        ),
        "the width is taken to be the height: an image need not be square": lambda: weights(w=h),
        "the height is taken to be the width: an image need not be square": lambda: weights(h=w),
        "k is ignored: the kernel has 3 by 3 weights only for k = 1": lambda: weights(s=3),
    }


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
    if bias is not None:
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
