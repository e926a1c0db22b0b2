// The size of an output as a formula, with letters or with numbers, for the eye and for a screen reader.
import { make } from "./base.js";
import { minus } from "./pictures.js";

/** A text whose letters are variables. */
const italic = (text) => text.split(/([a-z])/).map((part) => (/[a-z]/.test(part) ? make("i", {}, part) : part));

/** A text that stands in one line. */
const plain = (text) => ({ nodes: [make("span", {}, ...italic(text))], words: text });

/** ⌊above / below⌋ + 1; fonts rarely have such brackets as high as a fraction, so they are drawn. */
function floored(before, above, below) {
  const fraction = make("span", { class: "fraction" }, ...[above, below].map((part) => make("span", {}, ...italic(part))));
  const nodes = [make("span", {}, before, make("span", { class: "floor" }, fraction), " + 1")];
  const inBrackets = above.includes(" ") ? `(${above})` : above;
  return { nodes, words: `${before}the floor of ${inBrackets} / ${below}, + 1` };
}

function result(number) {
  return { nodes: [make("span", {}, "= ", make("strong", {}, String(number)))], words: `= ${number}` };
}

/** One formula of parts that may stand in several lines. */
const formula = (...parts) => make("span", { role: "math", "aria-label": parts.map(({ words }) => words).join(" ") },
  ...parts.flatMap(({ nodes }) => nodes));

/** The size of the output in letters. */
export function inLetters(isTransposed) {
  if (isTransposed) return formula(plain("(n − 1)t + d(s − 1) + 1"), plain("− 2p + o"));
  return formula(floored("", "n + 2p − d(s − 1) − 1", "t"));
}

/** The same for the numbers of an axis, and what they come to. */
export function inNumbers({ n, s, stride, dilation, padding: [before, after], more, output }, isTransposed) {
  const around = before === after ? `2·${before}` : `(${before} + ${after})`;
  const reach = `${dilation}·(${s} − 1)`;
  if (isTransposed) {
    return formula(plain(`(${n} − 1)·${stride} + ${reach} + 1`), plain(`− ${around} + ${more}`), result(output));
  }
  const room = minus(n + before + after - dilation * (s - 1) - 1);
  return formula(floored("", `${n} + ${around} − ${reach} − 1`, String(stride)), floored("= ", room, String(stride)), result(output));
}
