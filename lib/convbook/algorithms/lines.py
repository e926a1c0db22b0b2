"""Channels laid out as lines, in which every shift of a channel is a view."""

import math
from collections.abc import Iterator
from itertools import product

from convbook.algorithms.blocks import AnyArray, Shape
from convbook.arrays import array_module
from convbook.geometry import Fit


class Lines:
    """How padded channels are laid out in lines, so that a shift is a place to start from.

    At stride t, pixels t apart are neighbours: each remainder (a phase) has a line of its own. A
    row is as long as the output's and as much more as the kernel reaches; those extra places of
    the output hold nothing of use.
    """

    def __init__(self, lay: Fit) -> None:
        self.lay = lay
        self.count = lay.positions[0]
        reach = tuple((span - 1) // s for span, s in zip(lay.spans, lay.stride, strict=True))
        self.sizes = tuple(m + r for m, r in zip(lay.positions, reach, strict=True))
        self.row = self.sizes[1:]
        self.steps = tuple(math.prod(self.sizes[k + 1 :]) for k in range(len(lay.size)))
        beyond = sum(r * s for r, s in zip(reach[1:], self.steps[1:], strict=True))
        self.length = math.prod(self.sizes) + beyond
        remainders = (
            sorted({o * d % step for o in range(s)})
            for s, d, step in zip(lay.size, lay.dilation, lay.stride, strict=True)
        )
        self.phases = list(product(*remainders))

    def of(self, x: AnyArray) -> AnyArray:
        """Lay out (channels, …): (channels, phases, length)."""
        lines = array_module(x).zeros((len(x), len(self.phases), self.length), x.dtype)
        inside = lines[..., : math.prod(self.sizes)].reshape(*lines.shape[:2], *self.sizes)
        for number, phase in enumerate(self.phases):
            to, come = [], []
            for axis, remainder in enumerate(phase):
                step, before = self.lay.stride[axis], self.lay.pairs[axis][0]
                n = x.shape[1 + axis]
                first = max(-((remainder - before) // step), 0)
                last = min(-((remainder - before - n) // step), self.sizes[axis])
                start = remainder + step * first - before
                to.append(slice(first, max(first, last)))
                come.append(slice(start, start + step * max(last - first, 0), step))
            inside[(slice(None), number, *to)] = x[(slice(None), *come)]
        return lines

    def start(self, offset: Shape) -> tuple[int, int]:
        """The phase that the weight at `offset` meets, and where in its line the output begins."""
        meets = [o * d for o, d in zip(offset, self.lay.dilation, strict=True)]
        strides = self.lay.stride
        phase = tuple(m % step for m, step in zip(meets, strides, strict=True))
        shifts = (m // step for m, step in zip(meets, strides, strict=True))
        return self.phases.index(phase), sum(
            shift * step for shift, step in zip(shifts, self.steps, strict=True)
        )

    def products(self, lines: AnyArray, kernels: AnyArray) -> AnyArray:
        """Sum the shifted lines, times (channels, m, kernel): (channels, m, length of output)."""
        xp = array_module(lines)
        long = self.count * self.steps[0]
        total = None
        for taps in self._rows():
            phase, start = self.start(taps[0])
            step = self.start(taps[1])[1] - start if len(taps) > 1 else 0
            channel, _, pixel = lines.strides
            shifted = xp.lib.stride_tricks.as_strided(
                lines[:, phase, start:],
                (len(taps), len(lines), long),
                (step * pixel, channel, pixel),
            )
            weights = xp.stack([kernels[(..., *tap)] for tap in taps])
            # einsum multiplies and adds in one pass over the output, which ufuncs can't.
            added = xp.einsum("kcp,kcm->cmp", shifted, weights)
            total = added if total is None else xp.add(total, added, out=total)
        return total

    def _rows(self) -> Iterator[list[Shape]]:
        """The weights in lists of those whose shifts are equally far apart along the first axis."""
        step, dilation = self.lay.stride[0], self.lay.dilation[0]
        apart = step // math.gcd(step, dilation)
        if self.steps[0] == 1:  # in one dimension, shifts by less than a row: one by one
            apart = self.lay.size[0]
        for rest in product(*map(range, self.lay.size[1:])):
            for first in range(min(apart, self.lay.size[0])):
                yield [(o, *rest) for o in range(first, self.lay.size[0], apart)]
