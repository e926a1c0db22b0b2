// Arrays as NumPy keeps them: lengths and strides over one line of memory, counted in numbers.

/** The strides of an array of these lengths that lies in memory in row-major order. */
function rowMajor(lengths) {
  return lengths.map((_, axis) => lengths.slice(axis + 1).reduce((product, length) => product * length, 1));
}

/** An array whose axes have names of one letter: `new Strided({ h: 4, w: 5, c: 3 })`.
 *
 * No method copies; each makes another view of the same memory.
 */
export class Strided {
  constructor(shape, strides, start = 0) {
    this.axes = Object.keys(shape).join("");
    this.shape = shape;
    this.lengths = Object.values(shape);
    this.strides = strides ?? rowMajor(this.lengths);
    this.start = start;
  }

  get size() {
    return this.lengths.reduce((product, length) => product * length, 1);
  }

  length(axis) {
    return this.shape[axis];
  }

  stride(axis) {
    return this.strides[this.axes.indexOf(axis)];
  }

  /** The same memory with other axes, given as [name, length, stride]. */
  view(axes, start = this.start) {
    const shape = Object.fromEntries(axes.map(([axis, length]) => [axis, length]));
    return new Strided(shape, axes.map(([, , stride]) => stride), start);
  }

  entries() {
    return [...this.axes].map((axis) => [axis, this.length(axis), this.stride(axis)]);
  }

  /** `count` indices of an axis from `first` on, `step` apart. */
  slice(axis, first, count, step = 1) {
    const axes = this.entries().map(([name, length, stride]) => (
      name === axis ? [name, count, step * stride] : [name, length, stride]));
    return this.view(axes, this.start + first * this.stride(axis));
  }

  /** One index of an axis, which is gone then. */
  pick(axis, index) {
    return this.view(this.entries().filter(([name]) => name !== axis), this.start + index * this.stride(axis));
  }

  transpose(axes) {
    return this.view([...axes].map((axis) => [axis, this.length(axis), this.stride(axis)]));
  }

  /** Axes that follow each other as one, called `name`; null where no single stride leads through them. */
  merge(axes, name) {
    const entries = this.entries();
    const first = entries.findIndex(([axis]) => axes.includes(axis));
    const merged = entries.slice(first, first + axes.length);
    const isOne = merged.every(([, , stride], n) => (
      n === merged.length - 1 || stride === merged[n + 1][1] * merged[n + 1][2]));
    if (!isOne) return null;
    const length = merged.reduce((product, [, own]) => product * own, 1);
    const stride = merged.at(-1)[2];
    return this.view([...entries.slice(0, first), [name, length, stride], ...entries.slice(first + axes.length)]);
  }

  offset(index) {
    return index.reduce((sum, i, axis) => sum + i * this.strides[axis], this.start);
  }

  /** The index of the n-th entry in raster order. */
  unravel(n) {
    return rowMajor(this.lengths).map((step, axis) => Math.floor(n / step) % this.lengths[axis]);
  }

  /** The offsets of all entries, in raster order. */
  offsets() {
    return Array.from({ length: this.size }, (_, n) => this.offset(this.unravel(n)));
  }
}
