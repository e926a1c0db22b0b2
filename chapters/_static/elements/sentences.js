// What the convolution explorer says: what its windows read, or why there is nothing to be drawn.
import { AXES, LARGEST, support } from "./windows.js";

export const pair = (numbers) => numbers.join(" × ");
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** "rows 1 to 3", or with gaps "rows 1, 3 and 5". */
function listed(name, numbers) {
  if (numbers.length === 1) return `${name} ${numbers[0]}`;
  const last = numbers.at(-1);
  const isRun = numbers.length > 2 && last - numbers[0] === numbers.length - 1;
  return `${name}s ${isRun ? `${numbers[0]} to ${last}` : `${numbers.slice(0, -1).join(", ")} and ${last}`}`;
}

/** Why an axis can't be drawn; null if it can. */
function problemOf(axis, given) {
  const { n, s, stride, dilation, more, output } = axis;
  const padding = axis.padding[0] + axis.padding[1];
  if (given.padding === "same" && stride !== 1) {
    return `padding “same” keeps the size of the input, which takes stride 1; the stride is ${stride}.`;
  }
  if (given.transposed && more > 0 && more >= Math.max(stride, dilation)) {
    return `output padding must be less than the stride (${stride}) or the dilation (${dilation}); it is ${more}.`;
  }
  if (given.transposed && output < 1) {
    return `the padding cuts off more than there is: it takes ${padding} of ${count(output + padding, "pixel", "pixels")}.`;
  }
  if (output < 1) {
    const spans = dilation === 1 || s === 1 ? `it spans ${count(s, "pixel", "pixels")}`
      : `with dilation ${dilation} its ${s} entries span ${support(s, dilation)} pixels`;
    return `the kernel doesn’t fit: ${spans}, and the input with its padding has ${n + padding}.`;
  }
  const squares = Math.max(axis.before + axis.pixels + axis.after, output);
  return squares > LARGEST ? `the picture would have ${squares} pixels; up to ${LARGEST} are drawn.` : null;
}

/** Why a case can't be drawn, in a sentence about both axes or in one for each; null if it can. */
export function problemsOf(axes, given) {
  const problems = axes.map((axis) => problemOf(axis, given));
  if (problems[0] && problems[0] === problems[1]) return capital(problems[0]);
  const found = problems.map((problem, axis) => problem && `In ${AXES[axis]}, ${problem}`).filter(Boolean);
  return found.length ? found.join(" ") : null;
}

/** What the window `at` reads, which a move changes; then sizes and how many pixels no window reads. */
export function describe({ axes, at, unread, isScattered }) {
  const [rows, columns] = axes.map((axis, n) => axis.pixelsOf(at[n]).map((place) => place + 1));
  const pixels = rows.length * columns.length;
  const others = axes[0].s * axes[1].s - pixels;
  const where = pixels ? `${count(pixels, "pixel", "pixels")} (${listed("row", rows)}, ${listed("column", columns)})` : "no pixel";
  const here = `row ${at[0] + 1}, column ${at[1] + 1}`;
  const sizes = `Input ${pair(axes.map(({ n }) => n))}, output ${pair(axes.map(({ output }) => output))}.`;
  if (isScattered) {
    const total = axes[0].output * axes[1].output;
    const cut = others ? `; ${count(others, "product is", "products are")} cut off` : "";
    const missed = unread ? `${unread} of the ${total} pixels of the output ${unread === 1 ? "is hatched: no window adds to it" : "are hatched: no window adds to them"}.`
      : "Every pixel of the output is added to by some window.";
    return `Input pixel at ${here} adds to ${where}${cut}. ${sizes} ${missed}`;
  }
  const total = axes[0].n * axes[1].n;
  const zeros = others ? ` and ${count(others, "zero", "zeros")}` : "";
  const missed = unread ? `${unread} of the ${total} pixels ${unread === 1 ? "is hatched: no window reads it" : "are hatched: no window reads them"}.`
    : "Every pixel is read by some window.";
  return `Output at ${here}: the window reads ${where}${zeros}. ${sizes} ${missed}`;
}
