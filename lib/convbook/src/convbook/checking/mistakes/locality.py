"""Mistakes about pixels that are near, and layers that see only those."""

import math
from typing import Any

import numpy as np

from convbook.arrays import Array
from convbook.checking.mistakes.kinds import Mistakes
from convbook.costs import locally_connected_parameters
from convbook.layers.local import locally_connected
from convbook.windows import pad, sliding_windows


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
