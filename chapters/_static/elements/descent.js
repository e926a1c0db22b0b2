// Gradient descent on the nine weights of a kernel, as the chapter on filters computes it.
import { Picture, convolve } from "./layers.js";

/** The picture with mean 0 and spread 1; a flat one becomes 1 everywhere. */
export function standardised(picture) {
  const { height, width, pixels } = picture;
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const variance = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length;
  const scaled = variance > 1e-12 ? (value) => (value - mean) / Math.sqrt(variance) : () => 1;
  return new Picture(height, width, pixels.map(scaled));
}

/** How far a kernel's answers are from those to be reached, the mean square of that, and its gradient. */
export function examine(picture, kernel, target) {
  const answers = convolve(picture, kernel, 0);
  const errors = answers.minus(target);
  const count = errors.pixels.length;
  const loss = errors.pixels.reduce((sum, error) => sum + error * error, 0) / count;
  // Each weight's share: the errors times the pixels under that weight.
  const gradient = Array.from({ length: 9 }, (_, n) => {
    const [dy, dx] = [Math.floor(n / 3), n % 3];
    let sum = 0;
    for (let i = 0; i < errors.height; i++) {
      for (let j = 0; j < errors.width; j++) {
        sum += errors.pixels[i * errors.width + j] * picture.pixels[(i + dy) * picture.width + j + dx];
      }
    }
    return (2 * sum) / count;
  });
  return { answers, loss, gradient };
}

/** The matrix of the patches' second moments, nine rows. */
export function moments(picture) {
  const [height, width] = [picture.height - 2, picture.width - 2];
  const sums = Array.from({ length: 9 }, () => Array(9).fill(0));
  for (let p = 0; p < height * width; p++) {
    const patch = picture.patch(Math.floor(p / width), p % width);
    for (let a = 0; a < 9; a++) {
      for (let b = 0; b < 9; b++) sums[a][b] += (patch[a] * patch[b]) / (height * width);
    }
  }
  return sums;
}

/** The eigenvalues of a symmetric matrix, the largest first, by Jacobi's rotations. */
export function eigenvalues(matrix) {
  const a = matrix.map((row) => [...row]);
  const size = a.length;
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (a[p][q] === 0) continue;
        // The rotation in the plane of p and q after which a[p][q] is 0.
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const row of a) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
        for (let n = 0; n < size; n++) {
          [a[p][n], a[q][n]] = [c * a[p][n] - s * a[q][n], s * a[p][n] + c * a[q][n]];
        }
      }
    }
  }
  return a.map((row, n) => row[n]).sort((first, second) => second - first);
}

/** Numbers of mean 0 and spread 1 that look drawn at random, `draw(n)` being a `generator`. */
export function normal(draw, count) {
  const uniform = () => (draw(2 ** 30) + 1) / 2 ** 30;
  return Float64Array.from({ length: count }, () => (
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())));
}
