// Where the windows of a layer lie and what they read, one axis at a time, as convbook.geometry has it.

export const AXES = ["height", "width"];
export const LARGEST = 40; // Squares a side that can be drawn.

/** Pixels from the first to the last that a kernel of `s` entries sees. */
export const support = (s, dilation) => 1 + (s - 1) * dilation;

/** Zeros before and after: for a number, or for "valid", "same", "full". */
export function paddingPair(padding, s, dilation) {
  if (typeof padding === "number") return [padding, padding];
  const zeros = { valid: 0, same: support(s, dilation) - 1, full: 2 * (support(s, dilation) - 1) }[padding];
  return [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
}

/** Positions at which the kernel fits; 0 and less where it does not. */
export function outputSize(n, s, [before, after], stride, dilation) {
  return Math.floor((n + before + after - support(s, dilation)) / stride) + 1;
}

/** Pixels that a transposed convolution makes of `n`; 0 and less where nothing is left. */
export function transposedSize(n, s, [before, after], stride, dilation, more) {
  return (n - 1) * stride - before - after + support(s, dilation) + more;
}

/** One axis of what is drawn: a board of pixels, what surrounds them, and the windows on it.
 *
 * Pixels of the board count from 0; `before` and `after` say how many cells surround them. Window i
 * begins at pixel i · step − offset. A board on which zeros are inserted has a pixel of the input at
 * every `spacing`-th place.
 */
class Axis {
  constructor(numbers, { pixels, before, after, windows, step, offset, spacing = 1 }) {
    Object.assign(this, numbers, { pixels, before, after, windows, step, offset, spacing });
  }

  /** The places that window `i` reads, in the order of the kernel's entries. */
  taps(i) {
    return Array.from({ length: this.s }, (_, a) => i * this.step - this.offset + a * this.dilation);
  }

  /** Whether a place holds a pixel: neither padding nor an inserted zero. */
  isPixel(place) {
    return place >= 0 && place < this.pixels && place % this.spacing === 0;
  }

  /** The pixels of the input, or of a transposed layer's output, that window `i` meets. */
  pixelsOf(i) {
    return this.taps(i).filter((place) => this.isPixel(place)).map((place) => place / this.spacing);
  }

  /** The places that some window reads. */
  get read() {
    const windows = Array.from({ length: this.windows }, (_, i) => this.taps(i));
    return new Set(windows.flat());
  }
}

/** A convolution: its windows lie on the padded input. */
export function convolution({ n, s, stride, dilation, padding: [before, after] }) {
  const windows = outputSize(n, s, [before, after], stride, dilation);
  return new Axis({ n, s, stride, dilation, padding: [before, after], output: windows },
    { pixels: n, before, after, windows, step: stride, offset: before });
}

/** A transposed convolution: every input pixel has a window on the output, in which it adds.
 *  Padding is what is cut off the output. */
export function transposedPatches({ n, s, stride, dilation, padding: [before, after], more }) {
  const output = transposedSize(n, s, [before, after], stride, dilation, more);
  return new Axis({ n, s, stride, dilation, padding: [before, after], more, output },
    { pixels: output, before, after: Math.max(0, after - more), windows: n, step: stride, offset: before });
}

/** The same layer as a convolution with stride 1 and the flipped kernel, on the input with zeros
 *  inserted between its pixels. */
export function transposedZeros({ n, s, stride, dilation, padding: [before, after], more }) {
  const output = transposedSize(n, s, [before, after], stride, dilation, more);
  const margin = support(s, dilation) - 1;
  return new Axis({ n, s, stride, dilation, padding: [before, after], more, output }, {
    pixels: (n - 1) * stride + 1, before: Math.max(0, margin - before), after: Math.max(0, margin - after + more),
    windows: output, step: 1, offset: margin - before, spacing: stride,
  });
}

/** The two axes of a case (`cases.js`). */
export function axesOf(given) {
  return AXES.map((_, axis) => {
    const [n, s, stride, dilation, more] = ["size", "kernel", "stride", "dilation", "output_padding"]
      .map((name) => given[name][axis]);
    const amount = Array.isArray(given.padding) ? given.padding[axis] : given.padding;
    const numbers = { n, s, stride, dilation, padding: paddingPair(amount, s, dilation), more };
    if (!given.transposed) return convolution(numbers);
    return given.view === "zeros" ? transposedZeros(numbers) : transposedPatches(numbers);
  });
}

/** The case that leads back: from the output of a convolution to its input, and the other way. */
export function transposeOf(given) {
  const axes = axesOf(given);
  const turned = { ...given, transposed: !given.transposed, output_padding: [0, 0] };
  turned.padding = axes.map(({ padding }) => padding[0]);
  if (axes.some(({ output }) => output < 1)) return turned;
  turned.size = axes.map(({ output }) => output);
  if (turned.transposed) {
    // The pixels behind the last window: a smaller input would have given the same output.
    turned.output_padding = axes.map(({ n, s, stride, dilation, padding }) => (
      (n + padding[0] + padding[1] - support(s, dilation)) % stride));
  }
  return turned;
}
