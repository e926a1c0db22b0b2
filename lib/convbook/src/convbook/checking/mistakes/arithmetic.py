"""Mistakes about sizes, padding, dilation, a layer with all settings, and hand-made filters."""

from collections.abc import Callable
from typing import Any

import numpy as np

from convbook import geometry
from convbook.arrays import Array
from convbook.checking.mistakes.kinds import Mistakes
from convbook.layers.conv import conv2d as convolved
from convbook.windows import pad

# What a student's function takes: one number for rows and columns, or a pair.
Setting = int | tuple[int, int]


def _pair(setting: Setting) -> tuple[int, int]:
    rows, columns = np.broadcast_to(setting, 2).tolist()
    return rows, columns


def output_size(n: int, s: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> Mistakes:
    """Mistakes about the number of places at which a kernel fits."""
    padded, support = n + 2 * padding, geometry.support(s, dilation)

    def places(room: int) -> int:
        return room // stride + 1

    return {
        "the division is rounded up: a place counts only where the whole kernel fits": (
            lambda: -(-(padded - support) // stride) + 1
        ),
        "the division is rounded to the nearest number: round down": (
            lambda: round((padded - support) / stride) + 1
        ),
        "the first place is not counted: after the strides that fit, add 1": (
            lambda: (padded - support) // stride
        ),
        "1 is added before the division by the stride: add it to the result": (
            lambda: (padded - support + 1) // stride
        ),
        "the padding is added once: zeros stand at both ends": (
            lambda: places(n + padding - support)
        ),
        "the padding is ignored": lambda: places(n - support),
        "the padding is subtracted: it makes the signal longer": (
            lambda: places(n - 2 * padding - support)
        ),
        "the stride is ignored": lambda: padded - support + 1,
        "the dilation is ignored": lambda: places(padded - s),
        "the support is taken as s · dilation: behind the last weight there is no hole": (
            lambda: places(padded - s * dilation)
        ),
        "the support is taken as (s − 1) · dilation: the first weight covers a pixel, too": (
            lambda: places(padded - (s - 1) * dilation)
        ),
        "between two weights lie dilation − 1 pixels, not as many as the dilation says": (
            lambda: places(padded - geometry.support(s, dilation + 1))
        ),
        "the dilation is added to s: it multiplies the s − 1 steps between the weights": (
            lambda: places(padded - (s + dilation - 1))
        ),
        "only the support is divided by the stride: parentheses are missing": (
            lambda: padded - support // stride + 1
        ),
        "the kernel's size is ignored": lambda: padded // stride,
        "the kernel's size is ignored: not every pixel can be a first one": (
            lambda: -(-padded // stride)
        ),
    }


def pad2d(x: Array, padding: Setting, value: float = 0.0) -> Mistakes:
    """Mistakes about a frame around images."""
    rows, columns = _pair(padding)
    h, w = x.shape[2:]

    def framed(padding: Any = padding, x: Array = x, value: float = value) -> Array:
        return pad(x, padding, value)

    def nothing_but_value(height: int, width: int) -> Array:
        return pad(x[..., :0, :0], [(0, height), (0, width)], value)

    def in_the_corner() -> Array:
        out = nothing_but_value(h + 2 * rows, w + 2 * columns)
        out[..., :h, :w] = x
        return out

    def first_only() -> Array:
        out = nothing_but_value(h + 2 * rows, w + 2 * columns)
        out[:1, :1] = framed(x=x[:1, :1])
        return out

    def inwards() -> Array:
        out = nothing_but_value(h, w)
        inside = (..., slice(rows, h - rows), slice(columns, w - columns))
        out[inside] = x[inside]
        return out

    def over_the_zeros() -> Array:
        """As when `out[out == 0] = value` fills the frame: pixels that are 0 go with it."""
        return framed(x=np.where(x == 0, x.dtype.type(value), x))

    def first_two_axes() -> Array:
        turned = np.moveaxis(x, (0, 1), (2, 3))
        return np.moveaxis(framed(x=turned), (2, 3), (0, 1))

    return {
        "the pair is taken as (horizontal, vertical); it is (vertical, horizontal)": (
            lambda: framed((columns, rows))
        ),
        "the pair is taken as (before, after), for rows and columns alike": (
            lambda: framed([(rows, columns)] * 2)
        ),
        "the first number of the pair is used for rows and columns": lambda: framed(rows),
        "the second number of the pair is used for rows and columns": lambda: framed(columns),
        "the frame is above and on the left only": lambda: framed([(rows, 0), (columns, 0)]),
        "the frame is below and on the right only": lambda: framed([(0, rows), (0, columns)]),
        "the frame is only above and below": lambda: framed((rows, 0)),
        "the frame is only on the left and on the right": lambda: framed((0, columns)),
        "the padding is shared out between two sides: so much belongs at each end": (
            lambda: framed([(p // 2, p - p // 2) for p in (rows, columns)])
        ),
        "the frame is twice as wide: `padding` is for each side": (
            lambda: framed((2 * rows, 2 * columns))
        ),
        "the images are put into the top left corner": in_the_corner,
        "`value` is ignored: the frame is always zero": lambda: framed(value=0),
        "`value` is added to the pixels, too: `=` writes, `+=` adds": (lambda: framed(x=x + value)),
        "pixels that are 0 get `value`, too: it belongs into the frame only": over_the_zeros,
        "the image is missing: there is nothing but `value`": (
            lambda: nothing_but_value(h + 2 * rows, w + 2 * columns)
        ),
        "only the first image and channel are put into the frame": first_only,
        "the frame lies on the border of the image, which it covers": inwards,
        "the border is repeated outside: `value` belongs there": (
            lambda: pad(x, padding, mode="replicate")
        ),
        "the image is mirrored outside: `value` belongs there": (
            lambda: pad(x, padding, mode="reflect")
        ),
        "the image wraps around: `value` belongs outside": (
            lambda: pad(x, padding, mode="circular")
        ),
        "all four axes get a frame; only rows and columns have one": (
            lambda: pad(x, rows, value, axes=4)
        ),
        "the first two axes get the frame; rows and columns are the last two": first_two_axes,
    }


def same_padding(s: int, dilation: int = 1) -> Mistakes:
    """Mistakes about the padding that keeps a signal's size."""
    (zeros, _), half = geometry.same_padding(s, dilation), s // 2
    return {
        "the dilation is ignored": lambda: half,
        "half of s · dilation is taken: the support is 1 + (s − 1) · dilation": (
            lambda: s * dilation // 2
        ),
        "the zeros of both ends are counted together": lambda: 2 * zeros,
        "s itself is taken: half of it reaches to either side": lambda: s * dilation,
        "it is one too many: before the middle of s weights stand (s − 1) / 2": (
            lambda: (half + 1) * dilation
        ),
        "it is one too few": lambda: zeros - 1,
        "the dilation is added: it multiplies": lambda: half + dilation - 1,
        "the dilation is added: it multiplies (s − 1) / 2": lambda: half + dilation,
        "`s - 1 * …` multiplies first: parentheses are missing": (lambda: s - 1 * dilation // 2),
        "between two weights lie dilation − 1 pixels, not as many as the dilation says": (
            lambda: half * (dilation + 1)
        ),
        "the size of the kernel is ignored: only for s = 3 is it one dilation": lambda: dilation,
    }


def _spread(weight: Array, rows: int, columns: int) -> Array:
    """Kernels with zeros behind every weight, the last ones included."""
    block = np.zeros((rows, columns), weight.dtype)
    block[0, 0] = 1
    return np.kron(weight, block)


def dilate_kernel(weight: Array, dilation: int) -> Mistakes:
    """Mistakes about a kernel with holes."""
    s_h, s_w = weight.shape[2:]
    between = dilation - 1

    def cut(wide: Array, rows: int = dilation, columns: int = dilation) -> Array:
        """What is left without the zeros behind the last weights."""
        return wide[:, :, : 1 + (s_h - 1) * rows, : 1 + (s_w - 1) * columns]

    def holes(rows: int, columns: int) -> Array:
        return cut(_spread(weight, rows, columns), rows, columns)

    def with_holes(kernels: Array) -> Array:
        return cut(_spread(kernels, dilation, dilation))

    def channels_too() -> Array:
        turned = np.moveaxis(with_holes(weight), (0, 1), (2, 3))
        wide = np.moveaxis(_spread(turned, dilation, dilation), (2, 3), (0, 1))
        c_out, c = (1 + (n - 1) * dilation for n in weight.shape[:2])
        return wide[:c_out, :c]

    def repeated() -> Array:
        return np.kron(weight, np.ones((dilation, dilation), weight.dtype))

    def in_the_corner() -> Array:
        out = np.zeros_like(with_holes(weight))
        out[:, :, :s_h, :s_w] = weight
        return out

    def without_the_last() -> Array:
        inside = np.ones((s_h, s_w), weight.dtype)
        inside[-1], inside[:, -1] = 0, 0
        return with_holes(weight * inside)

    def first_only() -> Array:
        out = np.zeros_like(with_holes(weight))
        out[0, 0] = with_holes(weight)[0, 0]
        return out

    return {
        "zeros stand behind the last row and column of weights, too: they stand between": (
            lambda: _spread(weight, dilation, dilation)
        ),
        "zeros stand before the first row and column of weights, too: they stand between": (
            lambda: np.roll(_spread(weight, dilation, dilation), (between, between), (2, 3))
        ),
        "zeros stand around the outside, too: they stand between the weights": (
            lambda: pad(with_holes(weight), between)
        ),
        "zeros stand around the kernel: they stand between its weights": (
            lambda: pad(weight, between)
        ),
        "the weights are repeated: zeros stand between them": repeated,
        "the weights are repeated where zeros belong": lambda: cut(repeated()),
        "dilation − 1 zeros stand between two weights, not as many as the dilation says": (
            lambda: holes(dilation + 1, dilation + 1)
        ),
        "there is always one zero between two weights: there are dilation − 1": (
            lambda: holes(2, 2)
        ),
        "only the columns are dilated": lambda: holes(1, dilation),
        "only the rows are dilated": lambda: holes(dilation, 1),
        "the channels are dilated, too": channels_too,
        "the weights stay together in the top left corner": in_the_corner,
        "the last row and column of weights are left out": without_the_last,
        "only the first kernel's first channel is written": first_only,
        "there are ones in place of the weights": lambda: with_holes(np.ones_like(weight)),
        "rows and columns of each kernel are swapped": (lambda: with_holes(weight).swapaxes(2, 3)),
        "the kernel is flipped: the weights keep their order": (
            lambda: with_holes(weight[..., ::-1, ::-1])
        ),
    }


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    stride: Setting = 1,
    padding: Setting = 0,
    dilation: Setting = 1,
) -> Mistakes:
    """Mistakes about a convolutional layer with all its settings.

    The words say what happens to the settings, not where: that may be in a function of the
    student's which the layer calls, such as `pad2d`.
    """
    strides, paddings, dilations = _pair(stride), _pair(padding), _pair(dilation)
    c_out, c = weight.shape[:2]
    s_h, s_w = weight.shape[2:]
    side = min(s_h, s_w)

    def layer(
        x: Array = x,
        weight: Array = weight,
        bias: Array | None = bias,
        stride: Setting = stride,
        padding: Any = padding,
        dilation: Setting = dilation,
    ) -> Array:
        return convolved(x, weight, bias, stride, padding, dilation)

    def room(axis: int) -> int:
        """Pixels that are left when the kernel stands at its first place."""
        support = geometry.support(weight.shape[2 + axis], dilations[axis])
        pixels: int = x.shape[2 + axis] + 2 * paddings[axis]
        return pixels - support

    def corner(whole: Array, fewer: Setting = 0) -> Array:
        """Of an output as much as there is room for, with so many pixels less."""
        rows, columns = ((room(axis) - _pair(fewer)[axis]) // strides[axis] + 1 for axis in (0, 1))
        return whole[:, :, :rows, :columns]

    def with_bias(out: Array) -> Array:
        added: Array = out + (0 if bias is None else bias[:, None, None])
        return added

    def rounded_up() -> Array:
        more = [(0, int(room(axis) % strides[axis] > 0)) for axis in (0, 1)]
        return with_bias(pad(layer(bias=None), more))

    def rounded_up_beyond() -> Array:
        more = [(p, p + -room(axis) % strides[axis]) for axis, p in enumerate(paddings)]
        return layer(padding=more)

    def rounded_before() -> Array:
        rows, columns = ((room(axis) + 1) // strides[axis] for axis in (0, 1))
        return layer()[:, :, :rows, :columns]

    def last_left_out() -> Array:
        out = layer(bias=None)
        out[..., -1, :], out[..., :, -1] = 0, 0
        return with_bias(out)

    def first_image() -> Array:
        return layer(x=x * (np.arange(len(x)) == 0)[:, None, None, None])

    def last_product() -> Array:
        rows, columns = (s_h - 1) * dilations[0], (s_w - 1) * dilations[1]
        seen = pad(x, padding)[:, -1:, rows:, columns:]
        return layer(x=seen, weight=weight[:, -1:, -1:, -1:], padding=0)

    def bias_along(axis: int) -> Array:
        out = layer(bias=None)
        if bias is None or out.shape[axis] != c_out:
            raise ValueError("then it can't be added")
        added: Array = out + np.expand_dims(bias, tuple(range(axis + 1, 4)))
        return added

    mistakes: dict[str, Callable[[], Any]] = {
        "the kernel is flipped; here it must not be": lambda: layer(weight=weight[..., ::-1, ::-1]),
        "the kernel is flipped from left to right; here it must not be": (
            lambda: layer(weight=weight[..., ::-1])
        ),
        "the kernel is flipped upside down; here it must not be": (
            lambda: layer(weight=weight[..., ::-1, :])
        ),
        "rows and columns of each kernel are swapped": lambda: layer(weight=weight.swapaxes(2, 3)),
        "rows and columns of the output are swapped": lambda: layer().swapaxes(2, 3),
        "the stride is taken as (horizontal, vertical); it is (vertical, horizontal)": (
            lambda: layer(stride=strides[::-1])
        ),
        "the padding is taken as (horizontal, vertical); it is (vertical, horizontal)": (
            lambda: layer(padding=paddings[::-1])
        ),
        "the dilation is taken as (horizontal, vertical); it is (vertical, horizontal)": (
            lambda: layer(dilation=dilations[::-1])
        ),
        "the pair is taken as (before, after), for rows and columns alike": (
            lambda: layer(padding=[paddings, paddings])
        ),
        "the first number of the pair is used for rows and columns: look at the stride": (
            lambda: layer(stride=strides[0])
        ),
        "the first number of the pair is used for rows and columns: look at the padding": (
            lambda: layer(padding=paddings[0])
        ),
        "the first number of the pair is used for rows and columns: look at the dilation": (
            lambda: layer(dilation=dilations[0])
        ),
        "the first number of the pair is used for rows and columns": (
            lambda: layer(stride=strides[0], padding=paddings[0], dilation=dilations[0])
        ),
        "the second number of the pair is used for rows and columns: look at the stride": (
            lambda: layer(stride=strides[1])
        ),
        "the second number of the pair is used for rows and columns: look at the padding": (
            lambda: layer(padding=paddings[1])
        ),
        "the second number of the pair is used for rows and columns: look at the dilation": (
            lambda: layer(dilation=dilations[1])
        ),
        "the second number of the pair is used for rows and columns": (
            lambda: layer(stride=strides[1], padding=paddings[1], dilation=dilations[1])
        ),
        "the stride is ignored": lambda: layer(stride=1),
        "the padding is ignored": lambda: layer(padding=0),
        "the border is repeated outside: zeros belong there": (
            lambda: layer(x=pad(x, padding, mode="replicate"), padding=0)
        ),
        "the dilation is ignored": lambda: layer(dilation=1),
        "the zeros stand above and on the left only": (
            lambda: layer(padding=[(p, 0) for p in paddings])
        ),
        "the zeros stand below and on the right only": (
            lambda: layer(padding=[(0, p) for p in paddings])
        ),
        "the padding is counted once in the size of the output: it stands at both ends": (
            lambda: corner(layer(), fewer=padding)
        ),
        "the window moves by one pixel: the one of output i begins at i · stride": (
            lambda: corner(layer(stride=1))
        ),
        "the kernel lies there without its holes, though the output has the size for them": (
            lambda: corner(layer(dilation=1))
        ),
        "the support is taken as s · dilation: behind the last weight there is no hole": (
            lambda: layer(weight=_spread(weight, *dilations), dilation=1)
        ),
        "stride and dilation are exchanged": lambda: layer(stride=dilation, dilation=stride),
        "the size of the output is rounded up, and what has no whole window stays 0": rounded_up,
        "the size of the output is rounded up: a place counts only where the whole kernel fits": (
            rounded_up_beyond
        ),
        "the last place is left out: 1 is added before the division by the stride": rounded_before,
        "the last row and column of the output are left out": last_left_out,
        "only the first input channel is used": lambda: layer(x=x[:, :1], weight=weight[:, :1]),
        "only the last input channel is kept: `=` overwrites, `+=` adds": (
            lambda: layer(x=x[:, -1:], weight=weight[:, -1:])
        ),
        "only the last product is kept: `=` overwrites, `+=` adds": last_product,
        "the channels are added up first; each has to meet its own weights": (
            lambda: layer(x=x.sum(axis=1, keepdims=True), weight=weight.sum(axis=1, keepdims=True))
        ),
        "the input channels are averaged, not added": lambda: layer(weight=weight / c),
        "input and output channels of the weight are mixed up by a reshape": (
            lambda: layer(weight=weight.reshape(c, c_out, s_h, s_w).swapaxes(0, 1))
        ),
        "every output channel uses the first one's kernels": (
            lambda: layer(weight=np.broadcast_to(weight[:1], weight.shape))
        ),
        "only the first image of the batch is computed": first_image,
        "the kernel is taken to be square: its height and width may differ": (
            lambda: layer(weight=weight[..., :side, :side])
        ),
        "the width is taken to be the height: an image need not be square": (
            lambda: layer(x=x[..., : min(x.shape[2:])])
        ),
    }
    if bias is None:
        precedence = "without a bias 0 comes back: `if … else 0` is about all that stands before it"
        mistakes[precedence] = lambda: 0
    else:
        mistakes |= {
            "the bias is missing": lambda: layer(bias=None),
            "the bias goes along the columns: it belongs to the channels, axis 1": (
                lambda: bias_along(3)
            ),
            "the bias goes along the rows: it belongs to the channels, axis 1": (
                lambda: bias_along(2)
            ),
            "the bias is added twice": lambda: layer(bias=2 * bias),
            "the bias is added once for every input channel": lambda: layer(bias=c * bias),
            "the bias is added once for every weight of the window": (
                lambda: layer(bias=s_h * s_w * c * bias)
            ),
        }
    return mistakes


def filter_bank() -> Mistakes:
    """Mistakes about four hand-made filters: two of Sobel's, the Laplacian, the box."""
    across = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])
    middle = np.outer([0.0, 1.0, 0.0], [0.0, 1.0, 0.0])
    around = np.ones((3, 3)) - middle
    beside = np.outer([0.0, 1.0, 0.0], [1.0, 0.0, 1.0])

    def bank(
        sobel_x: Array = across,
        sobel_y: Array = across.T,
        laplacian: Array = 8 * middle - around,
        box: Any = 1 / 9,
    ) -> Array:
        return np.stack([sobel_x, sobel_y, laplacian, np.ones((3, 3)) * box])[:, None]

    def prewitt() -> Array:
        return bank(np.sign(across), np.sign(across.T))

    return {
        "the box is 0: 1 // 9 is 0, and an array of integers cuts 1 / 9 off to 0": (
            lambda: bank(box=0)
        ),
        "the box is not divided by 9": lambda: bank(box=1),
        "the box is rounded: write 1 / 9": lambda: bank(box=0.11),
        "the box is rounded: 1 / 9 has more digits": lambda: bank(box=0.111),
        "the box is rounded: 1 / 9 has more digits than four": lambda: bank(box=0.1111),
        "sobel_x and sobel_y have changed places": lambda: bank(across.T, across),
        "sobel_y is the same as sobel_x": lambda: bank(sobel_y=across),
        "sobel_x has its signs turned around: −1, −2, −1 stand on the left": (
            lambda: bank(sobel_x=-across)
        ),
        "sobel_y has its signs turned around: −1, −2, −1 stand on top": (
            lambda: bank(sobel_y=-across.T)
        ),
        "both Sobel filters have their signs turned around": lambda: bank(-across, -across.T),
        "in the Sobel filters the row (or column) of the pixel itself counts twice": prewitt,
        "laplacian has its signs turned around: 8 stands in the middle": (
            lambda: bank(laplacian=around - 8 * middle)
        ),
        "laplacian has four neighbours: it compares with all eight": (
            lambda: bank(laplacian=4 * middle - beside - beside.T)
        ),
        "laplacian has four neighbours: it compares with all eight, and 8 stands in the middle": (
            lambda: bank(laplacian=beside + beside.T - 4 * middle)
        ),
        "laplacian has 9 in the middle, which sharpens: its weights add up to 0": (
            lambda: bank(laplacian=9 * middle - around)
        ),
        "the axis of the input channel is missing: it is axis 1, of size 1": lambda: bank()[:, 0],
        "the axis of the input channel comes first: it is axis 1": lambda: bank()[None, :, 0],
        "the axis of the input channel comes last: it is axis 1": lambda: bank()[:, 0, ..., None],
    }
