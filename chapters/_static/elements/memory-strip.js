// <memory-strip>: a small image and its numbers in memory; what a slice, a transpose or a reshape reads of them.
import { BookElement, inkOn, make } from "./base.js";
import { STEPS, minus } from "./pictures.js";
import { Strided } from "./strided.js";

// A boat on the sea below a low sun: red, green and blue of 4 rows of 5 pixels.
const IMAGE = [
  [[88, 140, 214], [112, 160, 222], [140, 180, 230], [164, 196, 234], [186, 210, 238]],
  [[170, 180, 214], [255, 208, 66], [214, 196, 190], [224, 204, 196], [206, 208, 220]],
  [[238, 150, 84], [246, 178, 92], [232, 160, 104], [190, 44, 36], [184, 140, 132]],
  [[24, 84, 130], [40, 100, 142], [30, 90, 136], [92, 36, 48], [16, 70, 118]],
];
const [ROWS, COLUMNS, CHANNELS] = [4, 5, 3];
const MEMORY_ACROSS = 20; // Squares in a line of memory, on a wide screen …
const LIST_ACROSS = 10; // … and of a result that has no rows of its own.
const COLOURS = ["red", "green", "blue"];
const LAYOUTS = {
  last: ["channels last, (4, 5, 3)", "hwc"],
  first: ["channels first, (3, 4, 5)", "chw"],
};
const FULL = { h: ROWS, w: COLUMNS, c: CHANNELS };
const INDEX = { h: "i", w: "j", c: "d", p: "p", n: "n" };
const AXIS = { h: "row", w: "column", c: "channel", p: "pixel", n: "number" };

/** What an operation is called, its code in either layout, and the view of the image that it gives.
 *
 * Where `view` gives null NumPy copies: `copy` is the new array, `reads` the view whose numbers are
 * copied in this order, and `why` says why.
 */
const OPERATIONS = {
  all: {
    name: "the whole image", code: { last: "x", first: "x" },
    view: (x) => x,
  },
  slice: {
    name: "slice", code: { last: "x[1:3, 2:]", first: "x[:, 1:3, 2:]" },
    view: (x) => x.slice("h", 1, 2).slice("w", 2, 3),
  },
  step: {
    name: "slice with a step", code: { last: "x[::2, ::2]", first: "x[:, ::2, ::2]" },
    view: (x) => x.slice("h", 0, 2, 2).slice("w", 0, 3, 2),
  },
  flip: {
    name: "flip", code: { last: "x[:, ::-1]", first: "x[:, :, ::-1]" },
    view: (x) => x.slice("w", COLUMNS - 1, COLUMNS, -1),
  },
  channel: {
    name: "one channel", code: { last: "x[:, :, 1]", first: "x[1]" },
    view: (x) => x.pick("c", 1),
  },
  transpose: {
    name: "transpose", code: { last: "x.transpose(1, 0, 2)", first: "x.transpose(0, 2, 1)" },
    view: transposed,
  },
  move: {
    name: "move the channels", code: { last: "x.transpose(2, 0, 1)", first: "x.transpose(1, 2, 0)" },
    view: moved,
  },
  vect: {
    name: "reshape to a vector", code: { last: "x.reshape(-1)", first: "x.reshape(-1)" },
    view: (x) => x.merge(x.axes, "n"),
  },
  pixels: {
    name: "reshape to a list of pixels", code: { last: "x.reshape(20, 3)", first: "x.reshape(3, 20)" },
    view: (x) => x.merge("hw", "p"),
  },
  "move-pixels": {
    name: "reshape what was moved",
    code: { last: "x.transpose(2, 0, 1).reshape(3, 20)", first: "x.transpose(1, 2, 0).reshape(20, 3)" },
    view: (x) => moved(x).merge("hw", "p"),
  },
  "transpose-vect": {
    name: "reshape what was transposed",
    code: { last: "x.transpose(1, 0, 2).reshape(-1)", first: "x.transpose(0, 2, 1).reshape(-1)" },
    view: (x) => transposed(x).merge(x.axes, "n"),
    copy: (x) => new Strided({ n: x.size }),
    reads: transposed,
    why: (offsets) => {
      const steps = offsets.slice(1).map((offset, n) => offset - offsets[n]);
      const odd = steps.findIndex((step) => step !== steps[0]);
      return `A vector has a single stride, but these offsets, ${offsets.slice(0, odd + 2).join(", ")}, …, `
        + `go up by ${steps[0]} and then by ${minus(steps[odd])}: no single stride reads them in this order.`;
    },
  },
  list: {
    name: "index by a list", code: { last: "x[[2, 0]]", first: "x[[2, 0]]" },
    view: () => null,
    copy: (x) => new Strided({ ...x.shape, [x.axes[0]]: 2 }),
    reads: (x) => x.slice(x.axes[0], 2, 2, -2),
    why: () => "A list may ask for any indices in any order, for which there is no stride in general: NumPy always copies.",
  },
};

function moved(x) {
  return x.transpose(x.axes === "hwc" ? "chw" : "hwc");
}

function transposed(x) {
  return x.transpose(x.axes === "hwc" ? "whc" : "cwh");
}

const tuple = (numbers) => `(${numbers.map(minus).join(", ")}${numbers.length === 1 ? "," : ""})`;
const hex = (channels) => `#${channels.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
const list = (items) => (items.length < 2 ? items.join() : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`);

class MemoryStrip extends BookElement {
  static label = "Memory strip: a small image, its numbers in memory, and what an operation reads of them";

  build() {
    this.allowAttributes("operations");
    const known = this.wordsOf("operations", Object.keys(OPERATIONS), Object.keys(OPERATIONS));
    this.layout = this.addChoice("Layout", Object.entries(LAYOUTS).map(([key, [text]]) => [key, text]));
    this.operation = this.addChoice("z =", known.map((key) => [key, OPERATIONS[key].name]));
    this.operation.parentElement.hidden = known.length === 1;
    this.channel = this.addChoice("Channel", COLOURS.map((name, d) => [d, `${d}, ${name}`]),
      (d) => { this.chosen[2] = Number(d); });
    this.order = this.addRange("Reading order", { min: 0, max: ROWS * COLUMNS * CHANNELS - 1, value: 0 },
      (n) => { this.chosen = this.placeOf(this.read[n]); });
    this.chosen = [1, 1, 0]; // Row, column and channel in the image.

    this.source = new Board("x");
    this.result = new Board("z");
    this.memory = new Board("memory");
    this.copy = new Board("memory");
    this.facts = make("dl", { class: "facts" });
    this.about = make("p", { class: "about", "aria-live": "polite" });
    this.formula = make("p", { class: "formula" });
    this.result.squares.setAttribute("role", "application");
    this.result.squares.setAttribute("tabindex", 0);
    // Their numbers alone say little: the words below say what is chosen, and the slider reaches all.
    for (const board of [this.source, this.memory, this.copy]) board.squares.setAttribute("aria-hidden", "true");
    this.stage.append(
      make("div", { class: "arrays" }, this.source.figure, this.result.figure, this.facts),
      this.memory.figure, this.copy.figure, this.formula, this.about);
    this.stage.addEventListener("click", (event) => {
      const square = event.target.closest("[data-offset]");
      if (square) this.choose(Number(square.dataset.offset));
    });
    this.result.squares.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // The page stays where it is.
      this.move(...step);
    });
  }

  /** Row, column and channel of the number at an offset of x's memory. */
  placeOf(offset) {
    const index = this.x.unravel(offset); // The image itself lies in row-major order.
    return [..."hwc"].map((axis) => index[this.x.axes.indexOf(axis)]);
  }

  offsetOf([i, j, d]) {
    const place = { h: i, w: j, c: d };
    return this.x.offset([...this.x.axes].map((axis) => place[axis]));
  }

  /** Choose the number at an offset, if z reads it. */
  choose(offset) {
    if (!this.read.includes(offset)) return;
    this.chosen = this.placeOf(offset);
    this.draw();
  }

  /** Go so many squares down and to the right in z as it is drawn. */
  move(down, right) {
    const { squares, across } = this.result;
    const offsets = [...squares.children].map((square) => Number(square.dataset.offset));
    const at = offsets.indexOf(this.offsetOf(this.chosen));
    const column = (at % across) + right;
    const next = at + down * across + right;
    if (column < 0 || column >= across || next < 0 || next >= offsets.length) return;
    this.choose(offsets[next]);
  }

  draw() {
    const operation = OPERATIONS[this.operation.value];
    const layout = this.layout.value;
    this.x = new Strided(Object.fromEntries([...LAYOUTS[layout][1]].map((axis) => [axis, FULL[axis]])));
    const view = operation.view(this.x);
    this.isCopy = view === null;
    this.z = view ?? operation.copy(this.x);
    this.read = (view ?? operation.reads(this.x)).offsets();
    this.chosen = this.nearest(this.chosen);

    const offset = this.offsetOf(this.chosen);
    const n = this.read.indexOf(offset);
    const index = this.z.unravel(n);
    const [i, j] = this.chosen;
    const ofPixel = COLOURS.map((_, d) => this.offsetOf([i, j, d]));
    const isWhole = this.operation.value === "all";
    this.value = {
      layout,
      operation: this.operation.value,
      code: operation.code[layout],
      kind: isWhole ? "same" : this.isCopy ? "copy" : "view",
      shape: this.z.lengths,
      strides: this.z.strides,
      start: this.z.start,
      offsets: this.read, // In x's memory, in the order in which z has them.
      numbers: this.read.map((cell) => this.numberAt(cell)),
      index,
      offset, // In x's memory …
      own: this.z.offset(index), // … and in the memory of z, which is another if z is a copy.
      pixel: ofPixel.filter((cell) => this.read.includes(cell)),
    };
    this.channel.value = this.chosen[2];
    this.order.max = this.read.length - 1;
    this.order.value = n;
    this.order.nextElementSibling.textContent = n;
    this.drawBoards();
    this.drawFormula();
    this.drawFacts();
    this.describe(operation);
  }

  /** What the result is called: the image, if it is all of it. */
  get name() {
    return this.value.kind === "same" ? "x" : "z";
  }

  /** Of what z reads, the place nearest to one in the image: in the same pixel if there is one. */
  nearest([i, j, d]) {
    const distance = ([row, column, channel]) => (
      CHANNELS * (Math.abs(row - i) + Math.abs(column - j)) + Math.abs(channel - d));
    const places = this.read.map((offset) => this.placeOf(offset));
    return places.reduce((best, place) => (distance(place) < distance(best) ? place : best));
  }

  numberAt(offset) {
    const [i, j, d] = this.placeOf(offset);
    return IMAGE[i][j][d];
  }

  /** The colour of a number alone: so much red, green or blue. */
  colourOf(offset) {
    const channel = this.placeOf(offset)[2];
    return hex(COLOURS.map((_, d) => (d === channel ? this.numberAt(offset) : 0)));
  }

  drawBoards() {
    const { value, x, z } = this;
    const isList = z.axes === "n";
    this.source.figure.hidden = value.kind === "same";
    this.source.draw(`x, shape ${tuple(x.lengths)}`, COLUMNS, this.pixelsOf(x.offsets()));

    const lastOfImage = z.axes.replace("c", "").at(-1);
    const across = "hw".includes(lastOfImage) ? z.length(lastOfImage) : LIST_ACROSS;
    const squares = isList ? this.cells(value.offsets) : this.pixelsOf(value.offsets);
    this.result.draw(`${this.name}, shape ${tuple(z.lengths)}`, across, squares);
    const what = this.name === "x" ? "Image x" : "Result z";
    const label = `${what}: the arrow keys choose ${isList ? "a number" : "a pixel"}`;
    this.result.squares.setAttribute("aria-label", label);

    this.memory.draw("Memory of x: one number after the other, with its offset", MEMORY_ACROSS, this.cells(x.offsets()));
    this.copy.figure.hidden = !this.isCopy;
    if (this.isCopy) {
      this.copy.draw("Memory of z, a copy: in each place, the offset in x that it was copied from",
        MEMORY_ACROSS, this.cells(value.offsets));
    }
  }

  /** A square for each number of x's memory at these offsets. */
  cells(offsets) {
    const { value } = this;
    return offsets.map((offset) => {
      const isOfPixel = value.pixel.includes(offset);
      return {
        offset,
        colour: this.read.includes(offset) ? this.colourOf(offset) : "",
        mark: offset === value.offset ? "chosen" : isOfPixel ? "same" : "",
      };
    });
  }

  /** A square for each pixel that has numbers at these offsets, in the order of their first ones. */
  pixelsOf(offsets) {
    const pixels = new Map();
    for (const offset of offsets) {
      const place = this.placeOf(offset).slice(0, 2).join();
      pixels.set(place, [...(pixels.get(place) ?? []), offset]);
    }
    return [...pixels.values()].map((numbers) => {
      const ofChannel = numbers.find((offset) => this.placeOf(offset)[2] === this.chosen[2]);
      const light = [0, 0, 0];
      for (const offset of numbers) light[this.placeOf(offset)[2]] = this.numberAt(offset);
      return {
        offset: ofChannel ?? numbers[0],
        colour: numbers.some((offset) => this.read.includes(offset)) ? hex(light) : "",
        mark: numbers.includes(this.value.offset) ? "chosen" : "",
      };
    });
  }

  /** The sum of the definition, in letters and in numbers. */
  drawFormula() {
    const { index, strides, start, own, offset } = this.value;
    const letters = [...this.z.axes].flatMap((axis) => (
      [` + ${INDEX[axis]} `, make("i", {}, "σ"), make("sub", {}, axis)]));
    const terms = strides.map((stride, axis) => `${index[axis]} · ${stride < 0 ? `(${minus(stride)})` : stride}`);
    this.formula.replaceChildren(
      make("code", {}, `${this.name}[${index.join(", ")}]`), " lies at ",
      make("span", {}, make("i", {}, "o"), ...letters), " = ",
      make("span", {}, `${[start, ...terms].join(" + ")} = `, make("strong", {}, String(own))),
      this.isCopy ? ` of its own memory, copied from offset ${offset} of x’s` : "");
  }

  drawFacts() {
    const { kind, code, shape, strides, start } = this.value;
    const facts = {
      [this.name]: kind === "same" ? `${ROWS} rows, ${COLUMNS} columns` : code,
      "shape": tuple(shape),
      "strides": tuple(strides),
      "first number at": String(start),
      "memory": { same: "x’s own", view: "x’s: a view", copy: "its own: a copy" }[kind],
    };
    this.facts.replaceChildren(...Object.entries(facts).map(([term, text]) => (
      make("div", {}, make("dt", {}, term), make("dd", {}, text)))));
  }

  /** The result in words, which change with the operation, and the chosen number in others. */
  describe(operation) {
    const { kind, code, shape, strides, offsets, index, offset, own, pixel } = this.value;
    const axes = [...this.z.axes].map((axis) => AXIS[axis]);
    const hasAxes = axes.length === 1 ? "one axis" : `the axes ${list(axes.map((axis) => `${axis}s`))}`;
    const result = `${hasAxes}, shape ${tuple(shape)} and strides ${tuple(strides)}`;
    const count = offsets.length === this.x.size ? `all ${this.x.size}` : `${offsets.length} of the ${this.x.size}`;
    const about = {
      same: `x has ${result}.`,
      view: `z = ${code} has ${result}. It is a view: it reads ${count} numbers where they are.`,
      copy: `z = ${code} has ${result}. It is a copy, with ${offsets.length} numbers of its own.`,
    }[kind] + (this.isCopy ? ` ${operation.why(offsets)}` : "");
    // What stays as it is isn't read aloud again.
    if (this.about.textContent !== about) this.about.textContent = about;

    const [i, j, d] = this.chosen;
    const place = axes.map((axis, n) => `${axis} ${index[n]}`).join(", ").replace(/^./, (letter) => letter.toUpperCase());
    const ofImage = kind === "same" ? "" : ` (row ${i}, column ${j} of x)`;
    const where = this.isCopy ? `offset ${own} of z’s memory, copied from offset ${offset} of x’s` : `offset ${offset}`;
    const others = pixel.length === 1 ? ""
      : ` The pixel’s ${pixel.length} numbers ${this.isCopy ? "come from" : "lie at"} ${list(pixel)}.`;
    this.say(`${place} of ${this.name}${ofImage}: ${COLOURS[d]} ${this.numberAt(offset)}, at ${where}.${others}`);
  }
}

/** A figure of squares in lines: each names an offset, and has perhaps a colour and a mark. */
class Board {
  constructor(kind) {
    this.caption = make("figcaption");
    this.squares = make("div", { class: "squares" });
    this.figure = make("figure", { class: kind }, this.caption, this.squares);
  }

  draw(caption, across, squares) {
    this.across = across;
    this.caption.textContent = caption;
    this.squares.style.setProperty("--across", across);
    while (this.squares.children.length > squares.length) this.squares.lastChild.remove();
    while (this.squares.children.length < squares.length) this.squares.append(make("span"));
    squares.forEach(({ offset, colour, mark }, n) => {
      const square = this.squares.children[n];
      square.className = `${colour ? "read" : "unread"} ${mark}`.trim();
      square.dataset.offset = offset;
      square.textContent = offset;
      square.style.backgroundColor = colour;
      square.style.color = colour ? inkOn(colour) : "";
    });
  }
}

customElements.define("memory-strip", MemoryStrip);
