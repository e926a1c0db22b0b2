"""Mistakes about the way back through a layer, and about slopes measured from outside."""

from collections.abc import Callable
from typing import Any

import numpy as np

from convbook.arrays import Array
from convbook.checking.mistakes.kinds import Mistakes
from convbook.geometry import output_size
from convbook.layers.conv import conv2d, conv_backward
from convbook.layers.pool import max_pool_backward
from convbook.windows import fold, pad, sliding_windows

#: `grad_x`, `grad_weight` and `grad_bias`.
Gradients = tuple[Any, Any, Any]


def numerical_gradient(f: Callable[[Array], Any], x: Array, eps: float = 1e-4) -> Mistakes:
    """Mistakes about a gradient by central differences."""
    places = list(np.ndindex(x.shape))

    def moved(place: Any, step: float) -> Array:
        out = x.astype(np.float64)
        out[place] += step
        return out

    def slopes(before: float, after: float, divisor: float) -> Array:
        """(f moved by `after` − f moved by `before`) / divisor, at every place."""
        rises = [f(moved(place, after)) - f(moved(place, before)) for place in places]
        return np.array(rises, dtype=float).reshape(x.shape) / divisor

    def second_divided() -> Array:
        """As by `f(up) - f(down) / (2 * eps)`."""
        values = [f(moved(place, eps)) - f(moved(place, -eps)) / (2 * eps) for place in places]
        return np.array(values, dtype=float).reshape(x.shape)

    def not_put_back(left_at: float) -> Array:
        walked, out = x.astype(np.float64), np.zeros(x.shape)
        for place in places:
            start = walked[place]
            walked[place] = start + eps
            up = f(walked.copy())
            walked[place] = start - eps
            out[place] = (up - f(walked.copy())) / (2 * eps)
            walked[place] = start + left_at
        return out

    def moved_by_one_step_down() -> Array:
        """As when `x[i] -= eps` follows `x[i] += eps`: the lower point is x itself."""
        return slopes(0, eps, 2 * eps)

    def from_zero() -> Array:
        out = np.zeros(x.shape)
        for place in places:
            step = np.zeros(x.shape)
            step[place] = eps
            out[place] = (f(step) - f(-step)) / (2 * eps)
        return out

    def all_at_once() -> Any:
        wide = x.astype(np.float64)
        return (f(wide + eps) - f(wide - eps)) / (2 * eps)

    def relative() -> Array:
        out = np.zeros(x.shape)
        for place in places:
            step = eps * float(x[place])
            if step == 0:
                raise ValueError("a step of nothing")
            out[place] = (f(moved(place, step)) - f(moved(place, -step))) / (2 * step)
        return out

    def one_row_at_a_time() -> Array:
        if x.ndim < 2:
            return slopes(-eps, eps, 2 * eps)
        out = np.zeros(x.shape)
        for row in range(len(x)):
            out[row] = (f(moved(row, eps)) - f(moved(row, -eps))) / (2 * eps)
        return out

    def cut_to_integers() -> Array:
        exact = slopes(-eps, eps, 2 * eps)
        return np.trunc(exact) if x.dtype.kind in "biu" else exact

    return {
        "the step goes to one side only, up: f(x) is taken where f(x − eps) belongs": (
            lambda: slopes(0, eps, eps)
        ),
        "the step goes to one side only, down: f(x) is taken where f(x + eps) belongs": (
            lambda: slopes(-eps, 0, eps)
        ),
        "f(x) is taken where f(x − eps) belongs: has x only been put back?": moved_by_one_step_down,
        "the difference is divided by eps: the two points are 2 · eps apart": (
            lambda: slopes(-eps, eps, eps)
        ),
        "only f(x − eps) is divided by 2 · eps: the difference needs brackets": second_divided,
        "the difference is not divided by 2 · eps": lambda: slopes(-eps, eps, 1),
        "the difference is divided by 2, and not by eps": lambda: slopes(-eps, eps, 2),
        "`/ 2 * eps` divides by 2 and multiplies by eps: 2 * eps needs brackets": (
            lambda: slopes(-eps, eps, 2) * eps
        ),
        "eps is halved before the step, not the distance divided by": (
            lambda: slopes(-eps / 2, eps / 2, 2 * eps)
        ),
        "the steps are eps / 2 to either side: each is eps": (
            lambda: slopes(-eps / 2, eps / 2, eps)
        ),
        "eps is ignored: a step of its own stands in the code": (
            lambda: slopes(-1e-4, 1e-4, 2e-4) if eps != 1e-4 else slopes(-eps, eps, 2 * eps)
        ),
        "eps is ignored: a very small step of its own stands in the code": (
            lambda: slopes(-1e-6, 1e-6, 2e-6)
        ),
        "eps is ignored: another step of its own stands in the code": (
            lambda: slopes(-1e-5, 1e-5, 2e-5)
        ),
        "the sign is turned around: f(x + eps) comes first": lambda: slopes(eps, -eps, 2 * eps),
        "an entry is not put back before the next one is moved: it stays at x − eps": (
            lambda: not_put_back(-eps)
        ),
        "an entry is not put back before the next one is moved: it stays at x + eps": (
            lambda: not_put_back(eps)
        ),
        "the steps start at zero, not at x": from_zero,
        "all entries are moved at once; the gradient moves one at a time": (
            lambda: np.full(x.shape, all_at_once())
        ),
        "a whole row is moved at once; the gradient moves one entry at a time": one_row_at_a_time,
        "the gradient comes as one row of numbers: give it the shape of x": (
            lambda: slopes(-eps, eps, 2 * eps).ravel()
        ),
        "the step is eps · x, not eps": relative,
        "the gradient is stored in an array of integers, which cuts off its fraction": (
            cut_to_integers
        ),
        "every value is zero: is the result written to, or are both points two names of one "
        "array, which a copy() would tell apart?": (lambda: np.zeros(x.shape)),
        "the absolute value is taken: a slope has a sign": (
            lambda: abs(slopes(-eps, eps, 2 * eps))
        ),
    }


def col2im(
    cols: Array,
    shape: tuple[int, int],
    size: int | tuple[int, int],
    stride: int = 1,
    padding: int = 0,
) -> Mistakes:
    """Mistakes about adding the columns of im2col up where they came from."""
    (h, w), p = shape, padding
    s_h, s_w = (size, size) if isinstance(size, int) else size
    h_out, w_out = output_size(h, s_h, p, stride), output_size(w, s_w, p, stride)
    n, c = len(cols), cols.shape[1] // (s_h * s_w)

    def summed(cols: Array = cols) -> Array:
        return fold(cols, shape, (s_h, s_w), stride=stride, padding=padding)

    def with_padding(columns: Array = cols) -> Array:
        """The sum before the padding is cut off."""
        return fold(columns, (h + 2 * p, w + 2 * p), (s_h, s_w), stride=stride)

    def by_axes() -> Array:
        """The columns with all their axes: (n, c, s_h, s_w, h_out, w_out)."""
        return cols.reshape(n, c, s_h, s_w, h_out, w_out)

    def inside(image: Array) -> Array:
        """What is left when the padding is cut off."""
        return image[..., p : p + h, p : p + w]

    def written(order: int, axes: Array) -> Array:
        """Each window over the one before; backwards, the first one stays."""
        image = np.zeros((n, c, h + 2 * p, w + 2 * p))
        places = list(np.ndindex(h_out, w_out))[::order]
        for i, j in places:
            rows, columns = slice(i * stride, i * stride + s_h), slice(j * stride, j * stride + s_w)
            image[:, :, rows, columns] = axes[..., i, j]
        return inside(image)

    def counts() -> Array:
        return summed(np.ones_like(cols))

    def averaged() -> Array:
        return summed() / np.maximum(counts(), 1)

    def side_by_side() -> Array:
        """The stride forgotten: every window one pixel after the one before."""
        image = np.zeros((n, c, h + 2 * p, w + 2 * p))
        for i, j in np.ndindex(h_out, w_out):
            image[:, :, i : i + s_h, j : j + s_w] += by_axes()[..., i, j]
        return inside(image)

    def stepped_by_size() -> Array:
        image = np.zeros((n, c, h_out * s_h + h + 2 * p, w_out * s_w + w + 2 * p))
        for i, j in np.ndindex(h_out, w_out):
            top, left = i * s_h, j * s_w
            image[:, :, top : top + s_h, left : left + s_w] += by_axes()[..., i, j]
        return inside(image)

    def without(*several: Any) -> Array:
        fewer = by_axes().copy()
        for places in several:
            fewer[places] = 0
        return summed(fewer.reshape(cols.shape))

    def first_place_alone() -> Array:
        alone = np.zeros_like(by_axes())
        alone[..., 0, 0] = by_axes()[..., 0, 0]
        return summed(alone.reshape(cols.shape))

    def channels_last() -> Array:
        turned = cols.reshape(n, s_h, s_w, c, -1).transpose(0, 3, 1, 2, 4)
        return summed(turned.reshape(cols.shape))

    def columns_first() -> Array:
        """The windows counted column by column."""
        turned = cols.reshape(n, -1, w_out, h_out).swapaxes(2, 3)
        return summed(turned.reshape(cols.shape))

    def by_height() -> Array:
        rows, columns = np.indices((h_out, w_out))
        place = (rows * h_out + columns).ravel()
        if place.max(initial=0) >= h_out * w_out:
            raise ValueError("there is no such column")
        return summed(cols[:, :, place])

    def too_few_places(cut: int) -> Array:
        """What a reshape to −1 channels makes of it, cut on every side."""
        down, right = (h - s_h) // stride + 1, (w - s_w) // stride + 1
        windows = cols.reshape(n, -1, s_h, s_w, down, right)
        channels = windows.shape[1]
        image = fold(windows.reshape(n, -1, down * right), (h, w), (s_h, s_w), stride=stride)
        inside: Array = image.reshape(n, channels, h, w)[:, :, cut : h - cut, cut : w - cut]
        return inside

    def window_columns_first() -> Array:
        turned = cols.reshape(n, c, s_w, s_h, -1).swapaxes(2, 3)
        return summed(turned.reshape(cols.shape))

    def exchanged_size() -> Array:
        return fold(cols, shape, (s_w, s_h), stride=stride, padding=padding)

    def flipped() -> Array:
        return summed(by_axes()[:, :, ::-1, ::-1].reshape(cols.shape))

    def images_mixed() -> Array:
        return summed(cols.reshape(cols.shape[1], n, -1).swapaxes(0, 1))

    def cut_at_one_end() -> Array:
        return with_padding()[:, :, :h, :w]

    first_image = (np.arange(n) == 0)[:, None, None, None]
    first_channel = (np.arange(c) == 0)[:, None, None]
    return {
        "only the last window that covers a pixel is kept: `=` overwrites, `+=` adds": (
            lambda: written(1, by_axes())
        ),
        "only the first window that covers a pixel is kept: what meets must add "
        "up; `a[i] += b` adds once where i holds a place twice": (lambda: written(-1, by_axes())),
        "the mean of what meets at a pixel is taken: it must add up": averaged,
        "the padding is still there: cut it off at the end": with_padding,
        "the padding is cut off at the bottom and the right only": cut_at_one_end,
        "the padding is cut off at the top and the left only": (
            lambda: with_padding()[:, :, p:, p:]
        ),
        "the padding is cut off twice": lambda: summed()[:, :, p : h - p, p : w - p],
        "the stride is forgotten: window i begins at row i · stride": side_by_side,
        "the windows lie a window apart: they lie `stride` pixels apart": stepped_by_size,
        "the last place is left out along each axis: look at the number of places": (
            lambda: without((..., -1, slice(None)), (..., -1))
        ),
        "the last row of places is left out: a range leaves out its end": (
            lambda: without((..., -1, slice(None)))
        ),
        "the last column of places is left out: a range leaves out its end": (
            lambda: without((..., -1))
        ),
        "only the first place is filled: is a `return` inside the loop?": (first_place_alone),
        "a row of cols is read as row, column, channel of a window: channels come first": (
            channels_last
        ),
        "the places are counted column by column: they come in raster order": columns_first,
        "place (i, j) is in column i · w_out + j, not i · h_out + j": by_height,
        "the number of places is counted without the padding": lambda: too_few_places(0),
        "the number of places is counted without the padding: shape is that of x alone": (
            lambda: too_few_places(p)
        ),
        "a window's pixels are counted column by column: they come row by row": (
            window_columns_first
        ),
        "height and width of the window are exchanged": exchanged_size,
        "the windows are flipped": flipped,
        "rows and columns of each window are swapped": (
            lambda: (
                summed(by_axes().swapaxes(2, 3).reshape(cols.shape))
                if s_h == s_w
                else exchanged_size()
            )
        ),
        "images and channels are mixed up by a reshape": images_mixed,
        "only the first image is computed": lambda: summed() * first_image,
        "only the first channel is computed": lambda: summed() * first_channel,
        "the channels are added up: each has pixels of its own": (
            lambda: summed().sum(axis=1, keepdims=True)
        ),
        "rows and columns of the image are swapped": lambda: summed().swapaxes(2, 3),
        "the values are cut to whole numbers": lambda: summed(np.trunc(cols)),
    }


def conv2d_backward(grad_out: Array, x: Array, weight: Array, padding: int = 0) -> Mistakes:
    """Mistakes about the gradients of a convolutional layer."""
    n, c_out, h_out, w_out = grad_out.shape
    (h, w), (_, c, s_h, s_w), p = x.shape[2:], weight.shape, padding

    def right(grad_out: Array = grad_out, x: Array = x, weight: Array = weight) -> Gradients:
        gradients = conv_backward(grad_out, x, weight, padding=padding)
        return gradients.x, gradients.weight, gradients.bias

    def other_x(grad_x: Any) -> Gradients:
        return grad_x, *right()[1:]

    def other_weight(grad_weight: Any) -> Gradients:
        grad_x, _, grad_bias = right()
        return grad_x, grad_weight, grad_bias

    def other_bias(grad_bias: Any) -> Gradients:
        return *right()[:2], grad_bias

    def other_both(other: Gradients) -> Gradients:
        """Another gradient of weight and bias."""
        return right()[0], other[1], other[2]

    def to_x(kernels: Array) -> Array:
        """`grad_out`, surrounded by zeros, correlated with `kernels` (c, c_out, s_h, s_w)."""
        return conv2d(pad(grad_out, (s_h - 1, s_w - 1)), kernels)

    def cut(padded: Array) -> Array:
        return padded[:, :, p : p + h, p : p + w]

    def with_padding() -> Array:
        return to_x(weight.swapaxes(0, 1)[..., ::-1, ::-1])

    def other_size(kernels: Array) -> Array:
        return cut(to_x(kernels))

    def overwritten(over_channels: bool) -> Gradients:
        """As with `=` in the loops, which over output channels too keep the last one."""
        kept = slice(None) if over_channels else slice(-1, None)
        padded = pad(x, p)
        grad_x = np.zeros(padded.shape)
        for i, j in np.ndindex(h_out, w_out):
            added = np.tensordot(grad_out[:, kept, i, j], weight[kept], 1)
            grad_x[:, :, i : i + s_h, j : j + s_w] = added
        images = slice(None) if over_channels else slice(-1, None)
        last = padded[images, :, h_out - 1 : h_out - 1 + s_h, w_out - 1 : w_out - 1 + s_w]
        grad_weight = np.tensordot(grad_out[images, :, -1, -1].T, last, 1)
        return cut(grad_x), grad_weight, right()[2]

    def of_image(place: int) -> Gradients:
        image = (np.arange(n) == place % n)[:, None, None, None]
        return right(grad_out * image)

    def unpadded_weight() -> Array:
        """Windows of x without its padding meet the outputs that it has them for."""
        windows = sliding_windows(x, (s_h, s_w))
        rows, columns = windows.shape[2:4]
        met = grad_out[:, :, :rows, :columns]
        gradient: Array = np.einsum("noij,ncijab->ocab", met, windows)
        return gradient

    def without_last() -> Array:
        fewer = grad_out.copy()
        fewer[..., -1, :] = 0
        fewer[..., :, -1] = 0
        return fewer

    def pixels_spread() -> Array:
        """Each output's gradient times its window, back where the window was."""
        padded = pad(x, p)
        spread = np.zeros(padded.shape)
        for i, j in np.ndindex(h_out, w_out):
            window = ..., slice(i, i + s_h), slice(j, j + s_w)
            total = grad_out[:, :, i, j].sum(axis=1)[:, None, None, None]
            spread[window] += total * padded[window]
        return spread

    def summed_over(*axes: int) -> Any:
        return grad_out.sum(axis=axes)

    places = h_out * w_out
    return {
        "the kernel is not flipped in grad_x: to slide it over grad_out, turn rows and columns": (
            lambda: other_x(other_size(weight.swapaxes(0, 1)))
        ),
        "the kernel is flipped in one direction only in grad_x: turn its rows too": (
            lambda: other_x(other_size(weight.swapaxes(0, 1)[..., ::-1]))
        ),
        "the kernel is flipped in one direction only in grad_x: turn its columns too": (
            lambda: other_x(other_size(weight.swapaxes(0, 1)[..., ::-1, :]))
        ),
        "input and output channels of the weight are not exchanged in grad_x": (
            lambda: other_x(other_size(weight[..., ::-1, ::-1]))
        ),
        "the kernel is not flipped in grad_x: nor are its channels exchanged": (
            lambda: other_x(other_size(weight))
        ),
        "input and output channels of the weight are not exchanged in grad_x: it is no reshape": (
            lambda: other_x(other_size(weight.reshape(c, c_out, s_h, s_w)[..., ::-1, ::-1]))
        ),
        "rows and columns of each kernel are swapped in grad_x; flip both instead": (
            lambda: other_x(conv_backward(grad_out, x, weight.swapaxes(2, 3), padding=p).x)
        ),
        "grad_x still has the padding: cut it off": lambda: other_x(with_padding()),
        "the padding is cut off grad_x at the bottom and the right only": (
            lambda: other_x(with_padding()[:, :, :h, :w])
        ),
        "the padding is cut off grad_x at the top and the left only": (
            lambda: other_x(with_padding()[:, :, p:, p:])
        ),
        "grad_out is not surrounded by zeros in grad_x: s − 1 of them belong on every side": (
            lambda: other_x(conv2d(grad_out, weight.swapaxes(0, 1)[..., ::-1, ::-1]))
        ),
        "only what comes last is kept in grad_x: `=` overwrites, `+=` adds": (
            lambda: other_x(overwritten(over_channels=True)[0])
        ),
        "only what comes last is kept in grad_x: in the loops, `=` overwrites and `+=` adds": (
            lambda: other_x(overwritten(over_channels=False)[0])
        ),
        "only what comes last is kept in grad_weight: `=` overwrites, `+=` adds": (
            lambda: other_weight(overwritten(over_channels=True)[1])
        ),
        "only what comes last is kept in grad_weight: in loops, `=` overwrites and `+=` adds": (
            lambda: other_weight(overwritten(over_channels=False)[1])
        ),
        "grad_weight is flipped": lambda: other_weight(right()[1][..., ::-1, ::-1]),
        "rows and columns of grad_weight are swapped": (
            lambda: other_weight(right()[1].swapaxes(2, 3))
        ),
        "input and output channels of grad_weight are exchanged": (
            lambda: other_weight(right()[1].swapaxes(0, 1))
        ),
        "grad_weight sees x without its padding": lambda: other_weight(
            conv2d(x.swapaxes(0, 1), grad_out.swapaxes(0, 1)).swapaxes(0, 1)
        ),
        "grad_weight sees windows of x without its padding": (
            lambda: other_weight(unpadded_weight())
        ),
        "only the first image counts in grad_weight: add over the batch": (
            lambda: other_weight(of_image(0)[1])
        ),
        "only the first image counts in grad_weight: in grad_bias too, add over the batch": (
            lambda: other_both(of_image(0))
        ),
        "only the first image is computed": lambda: of_image(0),
        "only the last image counts in grad_weight: `=` overwrites, `+=` adds": (
            lambda: other_weight(of_image(-1)[1])
        ),
        "the gradients of the batch are averaged: grad_weight adds up": (
            lambda: other_weight(right()[1] / n)
        ),
        "the gradients of the batch are averaged: grad_weight and grad_bias add up": (
            lambda: other_both(right(grad_out / n))
        ),
        "the gradients of the batch are averaged: all of them add up": lambda: right(grad_out / n),
        "grad_weight is averaged over the places: it adds up": (
            lambda: other_weight(right()[1] / places)
        ),
        "grad_weight is averaged over the places: over images, too, it adds up": (
            lambda: other_weight(right()[1] / (n * places))
        ),
        "grad_bias is averaged over the batch: it adds up": (lambda: other_bias(right()[2] / n)),
        "the mean is taken in grad_bias; it adds up": (
            lambda: other_bias(right()[2] / (n * places))
        ),
        "grad_bias is added over places only: add over the images too": (
            lambda: other_bias(summed_over(2, 3))
        ),
        "grad_bias is added over images only: add over the places too": (
            lambda: other_bias(summed_over(0))
        ),
        "grad_bias has a number for each image: each output channel has one bias": (
            lambda: other_bias(summed_over(1, 2, 3))
        ),
        "grad_bias is added over the wrong axes: of (n, c_out, h_out, w_out) c_out stays": (
            lambda: other_bias(summed_over(0, 1, 2))
        ),
        "grad_bias is one number: each output channel has a bias of its own": (
            lambda: other_bias(grad_out.sum())
        ),
        "grad_bias is the sum over everything: each output channel has a bias of its own": (
            lambda: other_bias(np.full(c_out, grad_out.sum()))
        ),
        "grad_bias has kept the axes it was summed over": (
            lambda: other_bias(right()[2].reshape(1, c_out, 1, 1))
        ),
        "only what comes last is kept in grad_bias: `=` overwrites, `+=` adds": (
            lambda: other_bias(grad_out[-1, :, -1, -1])
        ),
        "grad_bias counts the outputs: add up grad_out there": (
            lambda: other_bias(np.full(c_out, n * places))
        ),
        "grad_out is not used: all outputs count alike": lambda: right(np.ones_like(grad_out)),
        "grad_out is not used in grad_x": (lambda: other_x(right(np.ones_like(grad_out))[0])),
        "grad_out is not used in grad_weight": (
            lambda: other_weight(right(np.ones_like(grad_out))[1])
        ),
        "the last row and column of grad_out are left out: a range leaves out its end": (
            lambda: right(without_last())
        ),
        "the last image is left out: a range leaves out its end": (
            lambda: right(grad_out * (np.arange(n) < n - 1)[:, None, None, None])
        ),
        "pixel and weight are exchanged: a pixel gets grad_out · weight": (
            lambda: other_x(cut(pixels_spread()))
        ),
        "the three gradients come in another order: grad_x is the first": (
            lambda: (right()[1], right()[0], right()[2])
        ),
        "the three gradients come in another order: the first is grad_x, the last grad_bias": (
            lambda: right()[::-1]
        ),
        "the three gradients come in another order: grad_weight is the second": (
            lambda: (right()[0], right()[2], right()[1])
        ),
        "the three gradients come in another order: the first is grad_x": (
            lambda: (right()[1], right()[2], right()[0])
        ),
        "every input channel gets the gradient of the first one": (
            lambda: other_x(np.broadcast_to(right()[0][:, :1], x.shape))
        ),
        "only the first output channel counts in grad_x: add over all of them": (
            lambda: other_x(right(grad_out[:, :1], x, weight[:1])[0])
        ),
        "only the last output channel counts in grad_x: `=` overwrites, `+=` adds": (
            lambda: other_x(right(grad_out[:, -1:], x, weight[-1:])[0])
        ),
        "the output channels are added up before they meet the kernels": lambda: right(
            np.broadcast_to(grad_out.sum(axis=1, keepdims=True), grad_out.shape)
        ),
        "grad_weight adds up the output channels: each has kernels of its own": (
            lambda: other_weight(np.broadcast_to(right()[1].sum(axis=0), weight.shape))
        ),
        "grad_weight adds up the input channels: each has kernels of its own": lambda: other_weight(
            np.broadcast_to(right()[1].sum(axis=1, keepdims=True), weight.shape)
        ),
        "the values of grad_x are stored in an array of integers, which cuts off fractions": (
            lambda: other_x(np.trunc(right()[0]))
        ),
    }


def max_pool2d_backward(grad_out: Array, x: Array, size: int) -> Mistakes:
    """Mistakes about the gradient of max pooling."""
    h_out, w_out = grad_out.shape[2:]
    inside = slice(None), slice(None), slice(h_out * size), slice(w_out * size)

    def in_windows(pixels: Array) -> Array:
        """Windows of pixels: (n, c, h_out, w_out, size · size)."""
        cut = pixels[inside].reshape(*x.shape[:2], h_out, size, w_out, size)
        return cut.swapaxes(3, 4).reshape(*grad_out.shape, size * size)

    def from_windows(windows: Array) -> Array:
        out = np.zeros(x.shape)
        cut = windows.reshape(*grad_out.shape, size, size).swapaxes(3, 4)
        out[inside] = cut.reshape(*x.shape[:2], h_out * size, w_out * size)
        return out

    windows = in_windows(x)
    # Each output: its image, its channel, its row and its column.
    outputs = list(np.ndindex(grad_out.shape))

    def to(places: Array, grads: Array = grad_out) -> Array:
        """Each gradient to one place of its window."""
        chosen = np.arange(size * size) == places[..., None]
        return from_windows(chosen * grads[..., None])

    def right(grads: Array = grad_out) -> Array:
        return max_pool_backward(grads, x, size)

    def largest() -> Array:
        chosen: Array = windows == windows.max(axis=-1, keepdims=True)
        return chosen

    def ties_to_all() -> Array:
        return from_windows(largest() * grad_out[..., None])

    def shared() -> Array:
        return from_windows(largest() * (grad_out / largest().sum(axis=-1))[..., None])

    def last() -> Array:
        return to(size * size - 1 - windows[..., ::-1].argmax(axis=-1))

    def each_larger_than_before() -> Array:
        """As when the gradient is written inside the search, at each number that leads."""
        before = np.maximum.accumulate(windows, axis=-1)[..., :-1]
        first = np.ones((*grad_out.shape, 1), dtype=bool)
        leads = np.concatenate([first, windows[..., 1:] > before], axis=-1)
        return from_windows(leads * grad_out[..., None])

    def without_last_row() -> Array:
        return to(windows[..., : size * size - size].argmax(axis=-1))

    def by_columns() -> Array:
        turned = windows.reshape(*grad_out.shape, size, size).swapaxes(-1, -2)
        place = turned.reshape(windows.shape).argmax(axis=-1)
        return to(place % size * size + place // size)

    def exchanged() -> Array:
        place = windows.argmax(axis=-1)
        return to(place % size * size + place // size)

    def without_offset() -> Array:
        out = np.zeros(x.shape)
        for m, d, i, j in outputs:
            row, column = divmod(int(windows[m, d, i, j].argmax()), size)
            out[m, d, row, column] += grad_out[m, d, i, j]
        return out

    def by_image_width() -> Array:
        out = np.zeros(x.shape)
        for m, d, i, j in outputs:
            row, column = divmod(int(windows[m, d, i, j].argmax()), x.shape[3])
            row, column = i * size + row, j * size + column
            if column >= x.shape[3]:
                raise ValueError("beyond the image")
            out[m, d, row, column] = grad_out[m, d, i, j]
        return out

    def of_size_two() -> Array:
        if size == 2:
            return right()
        if min(np.subtract(x.shape[2:], np.multiply(2, grad_out.shape[2:]))) < 0:
            raise ValueError("beyond the image")
        out = np.zeros(x.shape)
        for m, d, i, j in outputs:
            window = x[m, d, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            row, column = divmod(int(window.argmax()), 2)
            out[m, d, 2 * i + row, 2 * j + column] += grad_out[m, d, i, j]
        return out

    def from_zero() -> Array:
        """The largest so far begins at 0, so in a window without larger ones none is found."""
        return right(grad_out) * (x > 0)

    def zero_at_the_corner() -> Array:
        return to(np.where(windows.max(axis=-1) > 0, windows.argmax(axis=-1), 0))

    def anywhere(all_of_them: bool) -> Array:
        """Searched for in the whole channel, where it may stand outside its window as well."""
        out = np.zeros(x.shape)
        for m, d, i, j in outputs:
            found = np.argwhere(x[m, d] == windows[m, d, i, j].max())
            for row, column in found if all_of_them else found[:1]:
                out[m, d, row, column] += grad_out[m, d, i, j]
        return out

    def overlapping() -> Array:
        out = np.zeros(x.shape)
        for m, d, i, j in outputs:
            window = x[m, d, i : i + size, j : j + size]
            row, column = divmod(int(window.argmax()), size)
            out[m, d, i + row, j + column] += grad_out[m, d, i, j]
        return out

    def repeated() -> Array:
        return from_windows(np.repeat(grad_out[..., None], size * size, axis=-1))

    first_image = (np.arange(len(x)) == 0)[:, None, None, None]
    first_channel = (np.arange(x.shape[1]) == 0)[:, None, None]
    return {
        "of several largest, all take the gradient; only the first does": ties_to_all,
        "of several largest, each takes a share of the gradient; the first takes all": shared,
        "of several largest, the last takes the gradient; the first does": last,
        "of several largest, the first column by column takes the gradient; go row by row": (
            by_columns
        ),
        "every number larger than those before it takes the gradient; only the largest does": (
            each_larger_than_before
        ),
        "the last row of each window is left out: a range leaves out its end": without_last_row,
        "row and column within the window are exchanged": exchanged,
        "the gradient goes to the smallest pixel of the window": (
            lambda: to(windows.argmin(axis=-1))
        ),
        "the pixel with the largest absolute value takes the gradient": (
            lambda: to(abs(windows).argmax(axis=-1))
        ),
        "the gradient goes to the window's top left pixel": (
            lambda: to(np.zeros(grad_out.shape, dtype=int))
        ),
        "every pixel of a window takes the gradient; only its largest does": repeated,
        "every pixel of a window takes a share, as in mean pooling; its largest takes all": (
            lambda: repeated() / size**2
        ),
        "grad_out is not used: 1 goes to every largest pixel": (
            lambda: right(np.ones_like(grad_out))
        ),
        "grad_out is not used: the largest value itself is written": (
            lambda: right(windows.max(axis=-1))
        ),
        "grad_out is not used: 1 goes to all largest pixels of a window": (
            lambda: from_windows(largest())
        ),
        "the gradient is multiplied by the largest value": (
            lambda: right(grad_out * windows.max(axis=-1))
        ),
        "the largest value is searched for from 0 on: in a negative window none is found": (
            from_zero
        ),
        "the largest value is searched for from 0 on: a negative window keeps its first place": (
            zero_at_the_corner
        ),
        "the largest value is searched for in the whole image, not in its window": (
            lambda: anywhere(all_of_them=False)
        ),
        "all pixels of the image that equal a window's largest take its gradient": (
            lambda: anywhere(all_of_them=True)
        ),
        "the windows are one pixel apart; they lie side by side": overlapping,
        "the place is counted from the beginning of its window: add where the window begins": (
            without_offset
        ),
        "the size is taken to be 2": of_size_two,
        "the place is divided by the width of the image, not of its window": by_image_width,
        "rows and columns that belong to no window are missing: their gradient is 0": (
            lambda: right()[inside]
        ),
        "only the first image is computed": lambda: right() * first_image,
        "only the first channel is computed": lambda: right() * first_channel,
        "rows and columns of the image are swapped": lambda: right().swapaxes(2, 3),
        "the gradients are stored in an array of integers, which cuts off their fraction": (
            lambda: np.trunc(right())
        ),
    }
