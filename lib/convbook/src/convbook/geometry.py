"""Output sizes, padding and receptive fields: pure integers, no arrays.

A kernel of `s` by `s` entries lies on an image of `h` by `w` pixels, at as many positions as its
stride, padding and dilation leave.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from convbook.arguments import integer, integers, short_repr, truth

#: Numbers of zeros before and after each axis, or what they follow from.
Padding = int | Sequence[int | Sequence[int]] | Literal["same", "valid"]


def support(s: int, dilation: int = 1) -> int:
    """Pixels from the first to the last that a kernel of `s` entries sees: `1 + (s − 1)·dilation`.

    >>> support(3), support(3, dilation=4)
    (3, 9)
    """
    return 1 + (integer("s", s, 1) - 1) * integer("dilation", dilation, 1)


def same_padding(s: int, dilation: int = 1) -> tuple[int, int]:
    """Zeros before and after a signal so that, at stride 1, it keeps its size.

    Where their number is odd, the one more stands after the signal, as in PyTorch.

    >>> same_padding(3), same_padding(4), same_padding(3, dilation=2)
    ((1, 1), (1, 2), (2, 2))
    """
    zeros = support(s, dilation) - 1
    return zeros // 2, zeros - zeros // 2


def padding_pairs(
    padding: Padding,
    size: Sequence[int],
    stride: Sequence[int] | None = None,
    dilation: Sequence[int] | None = None,
) -> tuple[tuple[int, int], ...]:
    """What stands before and after each axis, for a kernel of this `size`.

    `padding` is a number for every axis, one for each axis, a pair (before, after) for each axis,
    "valid" (nothing) or "same" (the output has the size of the input; stride 1 only).
    Raises ValueError or TypeError for anything else.

    >>> padding_pairs(1, (3, 3)), padding_pairs((1, (0, 2)), (3, 3))
    (((1, 1), (1, 1)), ((1, 1), (0, 2)))
    >>> padding_pairs("same", (3, 4))
    ((1, 1), (1, 2))
    """
    axes = len(size)
    if isinstance(padding, str) and padding not in ("same", "valid"):
        raise ValueError(f"padding must be 'same', 'valid' or numbers; it is {short_repr(padding)}")
    if isinstance(padding, str) and padding == "valid":
        return ((0, 0),) * axes
    if isinstance(padding, str):
        if stride is not None and any(step != 1 for step in stride):
            raise ValueError(f"stride must be 1 for padding 'same'; it is {short_repr(stride)}")
        each = zip(size, dilation or (1,) * axes, strict=True)
        return tuple(same_padding(s, d) for s, d in each)
    return number_pairs("padding", padding, axes)


def number_pairs(
    name: str, value: int | Sequence[int | Sequence[int]], count: int
) -> tuple[tuple[int, int], ...]:
    """`count` pairs (before, after) from a number, a number for each, or a pair for each.

    For one axis a pair may stand alone.

    >>> number_pairs("padding", (1, (0, 2)), 2)
    ((1, 1), (0, 2))
    >>> number_pairs("padding", -1, 2)
    Traceback (most recent call last):
    ...
    ValueError: padding must be one integer of at least 0 or 2 integers or pairs; it is -1
    """
    if type(value) is int and value >= 0:  # what nearly every call comes with
        return ((value, value),) * count
    entries = value.tolist() if hasattr(value, "tolist") else value
    listed = isinstance(entries, Sequence) and not isinstance(entries, str)
    try:
        given = list(entries) if listed else [entries] * count  # type: ignore[arg-type]
        if count == 1 and len(given) == 2:
            given = [given]
        pairs = [integers(name, entry, 2) for entry in given]  # type: ignore[arg-type]
        if len(pairs) != count:
            raise ValueError
    except (TypeError, ValueError) as error:
        expected = "a pair of them" if count == 1 else f"{count} integers or pairs"
        raise type(error)(
            f"{name} must be one integer of at least 0 or {expected}; it is {short_repr(value)}"
        ) from None
    return tuple((before, after) for before, after in pairs)


def output_size(
    n: int,
    s: int,
    padding: int | Sequence[int] | Literal["same", "valid"] = 0,
    stride: int = 1,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Positions at which a kernel of `s` entries fits on `n` pixels with their padding.

    `⌊(n + padding before and after − support) / stride⌋ + 1`. With `ceil_mode` the division is
    rounded up, so that the last window may reach beyond the padded signal, as long as it begins on
    a pixel or in the padding before them: the rule of PyTorch's pooling layers. `padding` is a
    number for both sides, a pair (before, after), "same" or "valid".
    Raises ValueError when the kernel is larger than the padded signal.

    >>> output_size(4, 3), output_size(4, 3, padding=1), output_size(32, 5, padding="same")
    (2, 4, 32)
    >>> output_size(6, 3, stride=2), output_size(6, 3, stride=2, ceil_mode=True)
    (2, 3)
    """
    n, s, stride = integer("n", n), integer("s", s, 1), integer("stride", stride, 1)
    dilation = integer("dilation", dilation, 1)
    ((before, after),) = padding_pairs(padding, (s,), (stride,), (dilation,))
    padded, seen = n + before + after, support(s, dilation)
    ceil_mode = truth("ceil_mode", ceil_mode)
    if not _fits(seen, padded, stride, ceil_mode):
        reach = f"{s}" if dilation == 1 else f"{s} with dilation {dilation}, a support of {seen}"
        raise ValueError(f"s must be at most the padded size {padded}; it is {reach}")
    return _positions(n, seen, (before, after), stride, ceil_mode)


def _fits(extent: int, padded: int, stride: int, ceil_mode: bool) -> bool:
    """Whether a window of this extent has a place; with `ceil_mode` it may reach beyond the end.

    As in PyTorch, by less than a stride.
    """
    return extent - padded < (stride if ceil_mode else 1)


def _positions(n: int, extent: int, pair: tuple[int, int], stride: int, ceil_mode: bool) -> int:
    """The positions of a kernel that is known to fit."""
    room = n + sum(pair) - extent
    if not ceil_mode:
        return room // stride + 1
    steps = -(-room // stride)
    # A last window that begins behind the image would see nothing but padding: it is left out.
    return steps + 1 if steps * stride < n + pair[0] else steps


def transposed_size(
    n: int,
    s: int,
    padding: int = 0,
    stride: int = 1,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """Pixels that a transposed convolution makes of `n`: `output_size` undone.

    `(n − 1)·stride − 2·padding + support + output_padding`. Strides above 1 map several sizes to
    one; `output_padding` says which of them is meant.
    Raises ValueError when nothing is left.

    >>> transposed_size(3, 3, padding=1, stride=2), output_size(5, 3, padding=1, stride=2)
    (5, 3)
    """
    n, stride = integer("n", n, 1), integer("stride", stride, 1)
    padding, more = integer("padding", padding), integer("output_padding", output_padding)
    out = (n - 1) * stride - 2 * padding + support(s, dilation) + more
    if out < 1:
        raise ValueError(f"padding must leave at least one pixel; with {padding} it leaves {out}")
    return out


class ConvGeometry(NamedTuple):
    """How a kernel lies on the pixels of an image, axis by axis; made by `conv_geometry`.

    Shapes and sizes are those of the spatial axes alone, without batch and channels.
    """

    kernel_size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]

    @property
    def padded_shape(self) -> tuple[int, ...]:
        """The shape of the image with its padding."""
        return tuple(
            n + before + after
            for n, (before, after) in zip(self.input_shape, self.padding, strict=True)
        )

    @property
    def extent(self) -> tuple[int, ...]:
        """The pixels from the first to the last that a kernel sees: its `support` on each axis."""
        return tuple(1 + (s - 1) * d for s, d in zip(self.kernel_size, self.dilation, strict=True))

    def on_padded(self) -> "ConvGeometry":
        """The same positions on an image that has been padded already."""
        none = ((0, 0),) * len(self.kernel_size)
        return self._replace(input_shape=self.padded_shape, padding=none)

    def taps(self) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
        """Each entry of the kernel with the pixels of the padded image that it sees.

        They are as many as there are positions, so a layer is a sum over taps of whole arrays.

        >>> for tap in conv_geometry("kernel_size", 2, (5,), stride=2).taps():
        ...     print(tap)
        ((0,), (slice(0, 3, 2),))
        ((1,), (slice(1, 4, 2),))
        """
        axes = list(zip(self.dilation, self.output_shape, self.stride, strict=True))
        for tap in itertools.product(*map(range, self.kernel_size)):
            yield (
                tap,
                tuple(
                    slice(t * gap, t * gap + (count - 1) * step + 1, step)
                    for t, (gap, count, step) in zip(tap, axes, strict=True)
                ),
            )


def conv_geometry(
    name: str,
    kernel_size: int | Sequence[int],
    input_shape: tuple[int, ...],
    stride: int | Sequence[int] = 1,
    padding: Padding = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> ConvGeometry:
    """Lay a kernel of this size on an image of `input_shape`; one number serves every axis.

    Raises ValueError, about the argument `name`, unless the kernel fits in the padded image.

    >>> conv_geometry("kernel_size", (3, 2), (5, 4), stride=(2, 1), padding=1).output_shape
    (3, 5)
    """
    axes = len(input_shape)
    kernel_size = integers(name, kernel_size, axes)
    stride = integers("stride", stride, axes, 1)
    dilation = integers("dilation", dilation, axes, 1)
    # An empty kernel is refused below, with a better message than that of its padding.
    least_one = tuple(max(s, 1) for s in kernel_size)
    pairs = padding_pairs(padding, least_one, stride, dilation)
    ceil_mode = truth("ceil_mode", ceil_mode)
    geometry = ConvGeometry(kernel_size, stride, pairs, dilation, input_shape, ())
    extent, padded = geometry.extent, geometry.padded_shape
    axes_fit = (_fits(*axis, ceil_mode) for axis in zip(extent, padded, stride, strict=True))
    if 0 in kernel_size or not all(axes_fit):
        subject = name if name == "kernel_size" else f"the kernel size of {name}"
        dilated = "" if extent == kernel_size else f" with dilation {dilation}"
        raise ValueError(
            f"{subject} must be at least 1 and fit in the padded size {padded}; "
            f"it is {kernel_size}{dilated}"
        )
    output_shape = tuple(
        _positions(*axis, ceil_mode)
        for axis in zip(input_shape, extent, pairs, stride, strict=True)
    )
    return geometry._replace(output_shape=output_shape)


def window_without_pixel(geometry: ConvGeometry) -> tuple[int, int] | None:
    """The first window that sees padding alone, as its axis and its number along it; or None.

    >>> window_without_pixel(conv_geometry("kernel_size", 2, (3,), padding=1))
    >>> window_without_pixel(conv_geometry("kernel_size", 2, (3,), padding=(0, 3)))
    (0, 3)
    """
    axes = zip(*geometry, strict=True)
    for axis, (s, step, (before, _), gap, n, count) in enumerate(axes):
        last_start = (count - 1) * step - before
        if before <= (s - 1) * gap and last_start < n and gap <= n:
            continue  # the outermost windows see a pixel, and no gap is wider than the image
        for window in range(count):
            start = window * step - before
            # From the padding before the image, entries reach it at the remainder of the gap.
            first_inside = start if start >= 0 else start % gap
            if first_inside >= min(n, start + s * gap):
                return axis, window
    return None


class Window(NamedTuple):
    """How one layer of a stack looks at its input along an axis."""

    s: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1


class ReceptiveField(NamedTuple):
    """What the outputs of a stack see of its input along an axis.

    Output `i` sees the `size` pixels that begin at pixel `start + i·jump`, which lies outside of
    the image where it is negative.
    """

    size: int
    jump: int
    start: int


def receptive_fields(stack: Iterable[Sequence[int]]) -> list[ReceptiveField]:
    """The receptive field after each layer of a stack, one layer at a time.

    A layer is a `Window` or a tuple (s, stride, padding, dilation) of which all but s may be left
    out. A layer adds its support, less one, in steps of the jump so far; its stride multiplies the
    jump; its padding moves the start back.
    Source: Araujo, Norris and Sim, *Computing receptive fields of convolutional neural networks*,
    Distill, 2019.

    >>> for field in receptive_fields([(3,), (2, 2), (3, 1, 1)]):
    ...     print(field)
    ReceptiveField(size=3, jump=1, start=0)
    ReceptiveField(size=4, jump=2, start=0)
    ReceptiveField(size=8, jump=2, start=-2)
    """
    fields, size, jump, start = [], 1, 1, 0
    for layer in _windows(stack):
        size += (support(layer.s, layer.dilation) - 1) * jump
        start -= layer.padding * jump
        jump *= layer.stride
        fields.append(ReceptiveField(size, jump, start))
    return fields


def receptive_field(stack: Iterable[Sequence[int]]) -> ReceptiveField:
    """The receptive field of a whole stack, in closed form.

    With the jump before layer l, `Jₗ = ∏ strides of the layers below`: size `1 + Σ (supportₗ −
    1)·Jₗ`, start `−Σ paddingₗ·Jₗ`. An empty stack sees one pixel.

    >>> receptive_field([(3,)] * 5)
    ReceptiveField(size=11, jump=1, start=0)
    """
    layers = _windows(stack)
    jumps = [math.prod(below.stride for below in layers[:place]) for place in range(len(layers))]
    pairs = list(zip(layers, jumps, strict=True))
    return ReceptiveField(
        1 + sum((support(layer.s, layer.dilation) - 1) * jump for layer, jump in pairs),
        math.prod(layer.stride for layer in layers),
        -sum(layer.padding * jump for layer, jump in pairs),
    )


def _windows(stack: Iterable[Sequence[int]]) -> list[Window]:
    windows = []
    for place, layer in enumerate(stack):
        if not isinstance(layer, Sequence) or not 1 <= len(layer) <= 4:
            raise ValueError(
                f"layer {place} of stack must be (s, stride, padding, dilation), of which all but "
                f"s may be left out; it is {short_repr(layer)}"
            )
        names = zip(Window._fields, Window(*layer), (1, 1, 0, 1), strict=True)
        windows.append(
            Window(*(integer(f"{n} of layer {place}", v, least) for n, v, least in names))
        )
    return windows
