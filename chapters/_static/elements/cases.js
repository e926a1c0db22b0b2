// A case of the convolution explorer in words: as attributes of its tag, as the end of an address.

/** The settings that are numbers, one for each axis: what a reader calls them, and their limits. */
export const SETTINGS = {
  size: { label: "Input", letter: "n", least: 1, most: 32, usual: 5 },
  kernel: { label: "Kernel", letter: "s", least: 1, most: 11, usual: 3 },
  stride: { label: "Stride", letter: "t", least: 1, most: 8, usual: 1 },
  padding: { label: "Padding", letter: "p", least: 0, most: 10, usual: 0 },
  dilation: { label: "Dilation", letter: "d", least: 1, most: 8, usual: 1 },
  output_padding: { label: "Output padding", letter: "o", least: 0, most: 7, usual: 0 },
};
export const PADDINGS = ["valid", "same", "full"];
const VIEWS = ["patches", "zeros"];
const SWITCHES = ["transposed", "numbers"];
export const WORDS = [...Object.keys(SETTINGS), ...SWITCHES, "view", "at"];

/** Read a case from [name, text] pairs; what can't be read is named in `complaints` and left usual. */
export function readCase(pairs) {
  const found = usualCase();
  const complaints = [];
  for (const [name, text] of pairs) {
    const given = text === "" ? name : `${name}=${text}`;
    const expect = (what) => complaints.push(`“${given}”: ${what}.`);
    if (name in SETTINGS) {
      const { least, most } = SETTINGS[name];
      const numbers = pairOf(text);
      const isWithin = numbers?.every((number) => number >= least && number <= most);
      const isWord = name === "padding" && PADDINGS.includes(text);
      if (isWithin || isWord) found[name] = isWord ? text : numbers;
      else {
        const words = name === "padding" ? `, or ${PADDINGS.join(", ")}` : "";
        expect(`${name} takes whole numbers from ${least} to ${most}, one for both axes or two as in 3x5${words}`);
      }
    } else if (SWITCHES.includes(name)) {
      if (["", name, "true"].includes(text)) found[name] = true;
      else expect(`${name} takes no value`);
    } else if (name === "view") {
      if (VIEWS.includes(text)) found.view = text;
      else expect(`view is ${VIEWS.join(" or ")}`);
    } else if (name === "at") {
      const numbers = pairOf(text);
      if (numbers?.every((number) => number >= 1)) found.at = numbers.map((number) => number - 1);
      else expect("at takes a row and a column, counted from 1, as in 2,3");
    } else {
      expect(`there is no setting “${name}”, there are ${WORDS.join(", ")}`);
    }
  }
  if (found.transposed && PADDINGS.includes(found.padding)) {
    complaints.push(`“padding=${found.padding}”: a transposed convolution takes its padding in numbers.`);
    found.padding = [0, 0];
  }
  return { found, complaints };
}

/** The case of which nothing is said. */
export function usualCase() {
  const numbers = Object.entries(SETTINGS).map(([name, { usual }]) => [name, [usual, usual]]);
  return { ...Object.fromEntries(numbers), transposed: false, numbers: false, view: "patches", at: [0, 0] };
}

/** "3" and "3x5" as two numbers; null for anything else. */
function pairOf(text) {
  const match = /^(\d{1,3})(?:[x×,](\d{1,3}))?$/.exec(text);
  return match && [Number(match[1]), Number(match[2] ?? match[1])];
}

/** A case as the end of an address, without what is usual; `readCase` reads it. */
export function writeCase(given) {
  const usual = usualCase();
  const differs = (name) => String(given[name]) !== String(usual[name]);
  const isSaid = (name) => {
    if (name === "output_padding" && !given.transposed) return false;
    return name === "size" || name === "kernel" || differs(name); // A case of which nothing is said reads badly.
  };
  const words = Object.keys(SETTINGS).filter(isSaid)
    .map((name) => `${name}=${Array.isArray(given[name]) ? writePair(given[name]) : given[name]}`);
  if (given.transposed) words.push("transposed");
  if (given.transposed && differs("view")) words.push(`view=${given.view}`);
  if (given.numbers) words.push("numbers");
  if (differs("at")) words.push(`at=${given.at.map((index) => index + 1).join(",")}`);
  return words.join("&");
}

const writePair = ([height, width]) => (height === width ? `${height}` : `${height}x${width}`);
