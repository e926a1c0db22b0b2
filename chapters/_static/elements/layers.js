// The layers of the book for a picture of one channel, with 3 × 3 kernels, as convbook computes them.

/** A picture of numbers: its pixels stand in raster order. */
export class Picture {
  constructor(height, width, pixels = new Float64Array(height * width)) {
    Object.assign(this, { height, width, pixels });
  }

  static ofRows(rows) {
    return new Picture(rows.length, rows[0].length, Float64Array.from(rows.flat()));
  }

  /** The rows as lists of numbers. */
  get rows() {
    const row = (i) => Array.from(this.pixels.subarray(i * this.width, (i + 1) * this.width));
    return Array.from({ length: this.height }, (_, i) => row(i));
  }

  /** The nine numbers of which (top, left) is the first; zeros beyond the border. */
  patch(top, left) {
    return OFFSETS.map(([dy, dx]) => {
      const [y, x] = [top + dy, left + dx];
      const isInside = y >= 0 && y < this.height && x >= 0 && x < this.width;
      return isInside ? this.pixels[y * this.width + x] : 0;
    });
  }

  /** The picture moved `dy` down and `dx` to the right; zeros enter. */
  shifted(dy, dx) {
    const moved = new Picture(this.height, this.width);
    for (let y = Math.max(0, dy); y < this.height + Math.min(0, dy); y++) {
      for (let x = Math.max(0, dx); x < this.width + Math.min(0, dx); x++) {
        moved.pixels[y * this.width + x] = this.pixels[(y - dy) * this.width + x - dx];
      }
    }
    return moved;
  }

  minus(other) {
    return new Picture(this.height, this.width, this.pixels.map((value, p) => value - other.pixels[p]));
  }

  /** The largest absolute value that is `margin` pixels and more from the border. */
  largest(margin = 0) {
    let largest = 0;
    for (let y = margin; y < this.height - margin; y++) {
      for (let x = margin; x < this.width - margin; x++) {
        largest = Math.max(largest, Math.abs(this.pixels[y * this.width + x]));
      }
    }
    return largest;
  }
}

const OFFSETS = [0, 1, 2].flatMap((dy) => [0, 1, 2].map((dx) => [dy, dx]));

/** The sum of nine products. */
export const weigh = (patch, kernel) => patch.reduce((sum, value, n) => sum + value * kernel[n], 0);

/** A locally-connected layer: output p has the nine weights `kernels[p]`. */
export function locallyConnected(picture, kernels, padding) {
  return slide(picture, (p) => kernels[p], padding);
}

/** A convolutional layer: all outputs have the same nine weights, which are not flipped. */
export function convolve(picture, kernel, padding) {
  return slide(picture, () => kernel, padding);
}

function slide(picture, kernelOf, padding) {
  const output = new Picture(picture.height + 2 * padding - 2, picture.width + 2 * padding - 2);
  for (let p = 0; p < output.pixels.length; p++) {
    const [i, j] = [Math.floor(p / output.width), p % output.width];
    output.pixels[p] = weigh(picture.patch(i - padding, j - padding), kernelOf(p));
  }
  return output;
}

/** A dense layer to a picture of the same size: row p of the matrix has the weights of output p. */
export function dense(picture, weights) {
  const { height, width, pixels } = picture;
  const output = new Picture(height, width);
  for (let p = 0; p < pixels.length; p++) {
    let sum = 0;
    for (let q = 0; q < pixels.length; q++) sum += weights[p * pixels.length + q] * pixels[q];
    output.pixels[p] = sum;
  }
  return output;
}

/** The mulberry32 generator: `draw(n)` is an integer from 0 to n − 1. */
export function generator(seed) {
  return (n) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

/** Finds where it gets brighter to the right: Sobel's kernel. */
export const SOBEL_X = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
