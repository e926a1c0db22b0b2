// One matrix and its switches: dense, banded, Toeplitz. The entries keep their places all along.
import { BookElement, inkOn, make, makeSvg, weightColour } from "./base.js";

const SIZES = {
  "4": ["4 pixels", [1, 4]],
  "8": ["8 pixels", [1, 8]],
  "3×3": ["image 3 × 3", [3, 3]],
  "4×4": ["image 4 × 4", [4, 4]],
};
const LEGEND_LENGTH = 30;
const TERMS = 9;
const SMALLEST_TEXT = 11; // In pixels on the screen; a name that has no room for it is left out.
const minus = (text) => String(text).replaceAll("-", "−");

/** A layer as a matrix, numbered as convbook.parameter_map(…, k=1) does it. A signal is one pixel high. */
class Layer {
  constructor({ height, width, padded, local, shared }) {
    this.image = height > 1;
    const near = [this.image ? 1 : 0, 1];
    const border = padded ? near : [0, 0];
    const reach = local ? near : [height - 1 + border[0], width - 1 + border[1]];
    this.kernelWidth = 2 * reach[1] + 1;
    Object.assign(this, { padded, local, shared });
    this.name = shared ? (local ? "shared" : "shared, not local") : local ? "local" : "dense";
    this.outputs = pixels(height, width, [0, 0]);
    this.inputs = pixels(height, width, border);
    let fresh = 0;
    this.entries = this.outputs.map((output, i) => this.inputs.map((input, j) => {
      const [dy, dx] = [input.y - output.y, input.x - output.x];
      const connected = Math.abs(dy) <= reach[0] && Math.abs(dx) <= reach[1];
      const placeInKernel = (dy + reach[0]) * this.kernelWidth + dx + reach[1];
      const number = !connected ? -1 : shared ? placeInKernel : fresh++;
      return { i, j, dy, dx, number, isInside: input.number > 0 };
    }));
    this.numbers = this.entries.map((row) => row.map((entry) => entry.number));
    const connected = this.entries.flat().filter((entry) => entry.number >= 0);
    this.nonzero = connected.length;
    this.weights = [...new Map(connected.map((entry) => [entry.number, entry])).values()];
    this.weights.sort((a, b) => a.number - b.number);
    this.parameters = this.weights.length;
  }

  /** The name of an entry's weight, as [letter, subscript]. */
  weightName({ i, j, dy, dx, number }) {
    if (!this.shared) {
      const comma = this.inputs.length > 10 ? "," : "";
      return ["w", `${i + 1}${comma}${this.padded && !this.image ? j : j + 1}`];
    }
    if (!this.image) return ["v", minus(dx)];
    return this.parameters > 26 ? ["v", minus(`${dy},${dx}`)] : ["abcdefghijklmnopqrstuvwxyz"[number], ""];
  }

  /** The colour of an entry's weight. From dense to local to shared, the entries that stay keep theirs. */
  weightColour(entry) {
    const isFour = !this.image && this.outputs.length === 4;
    return weightColour(isFour ? this.placeInFour(entry) : this.placeInList(entry));
  }

  /** On four pixels: the place in the dense matrix, in raster order, as in the printed figures.
   *
   * The weights of the border take the colours of the two corners, which are never in its band.
   */
  placeInFour({ i, dx }) {
    if (this.shared) {
      // Of the entries that are made equal, the first: in the first row, or else in the first column.
      const beyond = { "4": 5, "-4": 6 };
      return beyond[dx] ?? (dx >= 0 ? dx : -4 * dx);
    }
    const j = i + dx;
    if (j < 0) return i === 0 ? 3 : 17 + i;
    if (j > 3) return i === 3 ? 12 : 21 + i;
    if (this.padded && Math.abs(dx) === 3) return dx > 0 ? 16 : 17;
    return 4 * i + j;
  }

  /** Elsewhere: the kernel's weights first, each where it first stands, then the band, then the rest. */
  placeInList({ i, j, dy, dx }) {
    this.places ??= this.listPlaces();
    return this.places.get(this.shared ? `${dy},${dx}` : `${i},${j}`);
  }

  listPlaces() {
    const all = this.entries.flat();
    const isNear = ({ dy, dx }) => Math.abs(dy) <= 1 && Math.abs(dx) <= 1;
    const offset = ({ dy, dx }) => `${dy},${dx}`;
    const offsets = new Map();
    for (const entry of [...all.filter(({ isInside }) => isInside), ...all]) {
      if (!offsets.has(offset(entry))) offsets.set(offset(entry), entry);
    }
    const kernel = [...offsets.values()].filter(isNear).sort((a, b) => a.dy - b.dy || a.dx - b.dx);
    const key = this.shared ? offset : ({ i, j }) => `${i},${j}`;
    const others = this.shared ? [...offsets.values()] : all;
    const order = [...kernel, ...others.filter(isNear), ...others];
    return new Map([...new Set(order.map(key))].map((name, place) => [name, place]));
  }

  /** Whether the names of the weights are short enough to be written into the matrix. */
  get isNamed() {
    return this.shared ? !this.image || this.parameters <= 26 : this.inputs.length <= 10;
  }

  describe() {
    const { parameters, nonzero, image } = this;
    const all = this.outputs.length * this.inputs.length;
    const band = image ? "a banded matrix of banded blocks" : "a banded matrix";
    const toeplitz = image
      ? "every block is a Toeplitz matrix, and so is the pattern of blocks: a doubly blocked Toeplitz matrix"
      : "every diagonal is constant: a Toeplitz matrix";
    const [name, text] = {
      "dense": ["Dense", `, a different one for each of the ${all} entries`],
      "local": ["Local", `, a different one for each of the ${nonzero} non-zero entries of ${all}: ${band}`],
      "shared": ["Local and shared", ` for ${nonzero} non-zero entries of ${all}; ${toeplitz}`],
      "shared, not local": ["Shared but not local", `, one for each offset, for all ${all} entries; ${toeplitz}`],
    }[this.name];
    return `${name}${this.padded ? ", zero-padded" : ""}: ${parameters} parameters${text}.`;
  }

  describeRow(i) {
    const read = this.inputs.filter((_, j) => this.numbers[i][j] >= 0);
    const inside = read.filter((pixel) => pixel.number).length;
    const zeros = read.length - inside;
    const n = this.outputs.length;
    const sources = [inside === n ? `all ${n} pixels` : `${inside} of the ${n} pixels`];
    if (zeros) sources.push(`${zeros} ${zeros === 1 ? "zero" : "zeros"} of the padding`);
    return `Output pixel ${i + 1} reads ${sources.join(" and ")}.`;
  }
}

/** The pixels of an image with a border, in raster order; those of the border have no number. */
function pixels(height, width, [above, beside]) {
  const list = [];
  for (let y = -above; y < height + above; y++) {
    for (let x = -beside; x < width + beside; x++) {
      const inside = y >= 0 && y < height && x >= 0 && x < width;
      list.push({ y, x, number: inside ? y * width + x + 1 : 0 });
    }
  }
  return list;
}

/** A square; `write` gives it a name, `fit` writes it if there is room. A `row` makes it clickable. */
function square(kind, x, y, size, row) {
  const gap = size > 30 ? 1.5 : 0.75;
  const box = { x: x + gap, y: y + gap, width: size - 2 * gap, height: size - 2 * gap, rx: size / 12 };
  const text = makeSvg("text", { x: x + size / 2, y: y + size / 2, "text-anchor": "middle" });
  const node = makeSvg("g", { class: kind },
    makeSvg("rect", { ...box, class: "frame" }), makeSvg("rect", { ...box, class: "fill" }), text);
  if (row !== undefined) node.dataset.row = row;
  node.write = (name) => {
    node.name = name;
    return node;
  };
  node.fit = (scale) => {
    const [letter, subscript] = node.name ?? ["", ""];
    const least = SMALLEST_TEXT / scale;
    const font = subscript ? least / 0.75 : least;
    const width = 0.62 * font + 0.58 * 0.75 * font * subscript.length;
    const growth = Math.min((0.9 * size) / width, (0.58 * size) / font);
    text.replaceChildren();
    if (!letter || growth < 1) return;
    text.setAttribute("font-size", (growth * font).toFixed(2));
    text.append(makeSvg("tspan", { class: letter === "0" ? "digit" : "letter", dy: subscript ? "0.2em" : "0.32em" }, letter));
    if (subscript) text.append(makeSvg("tspan", { "font-size": (0.75 * growth * font).toFixed(2), dy: "0.3em" }, subscript));
  };
  return node;
}

const pixelName = (pixel, letter) => (pixel.number ? [letter, String(pixel.number)] : ["0", ""]);

/** The square of a pixel of the input X, or in `row` of the output H. */
function pixelSquare(pixel, x, y, size, row) {
  const node = square(pixel.number ? "pixel" : "pixel border", x, y, size, row);
  return node.write(pixelName(pixel, row === undefined ? "X" : "H"));
}

const named = ([letter, subscript]) => [make("i", {}, letter), ...(subscript ? [make("sub", {}, subscript)] : [])];

/** Give a node the colour of its weight, and what is written on it an ink that reads there. */
function paint(node, colour) {
  node.style.setProperty("--weight", colour);
  node.style.setProperty("--name", inkOn(colour));
}

class MatrixSwitches extends BookElement {
  static label = "One matrix, two switches: from dense to Toeplitz";

  build() {
    this.local = this.addSwitch("Local: keep neighbours only");
    this.shared = this.addSwitch("Shared: one weight for each offset");
    this.padded = this.addSwitch("Zero-padding");
    this.size = this.addChoice("Size", Object.entries(SIZES).map(([key, [text]]) => [key, text]));
    this.output = this.addRange("Output pixel", { min: 1, max: 4, value: 2 });
    this.trail = make("ol", { class: "trail", "aria-label": "Number of parameters" });
    this.board = make("div", { class: "board" });
    this.legend = make("div", { class: "weights" });
    this.formula = make("p", { class: "formula" });
    this.stage.append(this.trail, this.board, this.formula);
    new ResizeObserver(() => this.fitNames()).observe(this.stage);
    // The mouse shows the row that it is over; a click chooses it, as the slider does.
    const rowOf = (event) => event.target.closest("[data-row]")?.dataset.row ?? this.output.value - 1;
    this.board.addEventListener("pointerover", (event) => this.drawRow(Number(rowOf(event))));
    this.board.addEventListener("pointerleave", () => this.drawRow(this.output.value - 1));
    this.board.addEventListener("click", (event) => {
      this.output.value = Number(rowOf(event)) + 1;
      this.output.dispatchEvent(new Event("input"));
    });
  }

  draw() {
    const [height, width] = SIZES[this.size.value][1];
    const layer = (local, shared) => new Layer({ height, width, padded: this.padded.checked, local, shared });
    const [local, shared] = [this.local.checked, this.shared.checked];
    this.layer = layer(local, shared);
    this.drawTrail([
      ["Dense", layer(false, false)],
      shared && !local ? ["Shared", this.layer] : ["Local", layer(true, false)],
      ["Local and shared", layer(true, true)],
    ]);
    // The squares stay while the matrix keeps its size, so that they can fade from layer to layer.
    const arrangement = [height, width, this.padded.checked].join();
    if (arrangement !== this.arrangement) {
      this.arrangement = arrangement;
      this.arrange(width);
    }
    this.drawWeights();
    this.fitNames();
    this.drawRow(this.output.value - 1);
    this.say(`${this.layer.describe()} ${this.layer.describeRow(this.output.value - 1)}`);
    const { name, outputs, inputs, parameters, nonzero, numbers } = this.layer;
    this.value = { layer: name, rows: outputs.length, columns: inputs.length, parameters, nonzero, numbers };
  }

  /** The road from dense to shared: the number of parameters at each stop. */
  drawTrail(stops) {
    this.trail.replaceChildren(...stops.map(([title, stop]) => make(
      "li", stop.name === this.layer.name ? { "aria-current": "true" } : {},
      make("span", {}, title), make("strong", {}, String(stop.parameters)), make("span", {}, "parameters"))));
  }

  /** Write the names of all squares as large as they can be read; again when the width changes. */
  fitNames() {
    for (const svg of this.board.querySelectorAll("svg")) {
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width || 1;
      for (const caption of svg.querySelectorAll(".caption")) {
        caption.setAttribute("font-size", Math.max(18, SMALLEST_TEXT / scale).toFixed(2));
      }
      for (const node of svg.querySelectorAll("g")) node.fit?.(scale);
    }
  }

  /** Lay out the matrix, its input above, its output beside it; and both as images, if they are. */
  arrange(width) {
    const { inputs, outputs, image, padded } = this.layer;
    const cell = Math.min(52, Math.floor(620 / (inputs.length + 2.6)));
    const [left, top] = [Math.max(0.7 * cell, 22), 1.35 * cell];
    const [right, bottom] = [left + inputs.length * cell, top + outputs.length * cell];
    const answer = right + 0.9 * cell;
    const [across, down] = [(padded ? width + 2 : width) * cell, width * cell];
    const atColumn = (j) => left + j * cell;
    const atRow = (i) => top + i * cell;
    this.entries = outputs.map((_, i) => inputs.map((_, j) => square("entry", atColumn(j), atRow(i), cell, i)));
    this.read = inputs.map((pixel, j) => [pixelSquare(pixel, atColumn(j), 0, cell)]);
    this.answers = outputs.map((pixel, i) => [pixelSquare(pixel, answer, atRow(i), cell, i)]);
    const [tip, shaft] = [0.14 * cell, `M${right + 0.2 * cell} ${top + cell / 2} h${0.5 * cell}`];
    const arrow = `${shaft} m${-tip} ${-tip} l${tip} ${tip} l${-tip} ${tip}`;
    this.row = makeSvg("g", { class: "chosen" },
      makeSvg("rect", { x: left - 1, y: top - 1, width: right - left + 2, height: cell + 2, rx: cell / 10 }),
      makeSvg("path", { d: arrow }));
    this.cell = cell;
    const blocks = [];
    for (let y = top; image && y < bottom - 1; y += down) {
      for (let x = left; x < right - 1; x += across) {
        blocks.push(makeSvg("rect", { class: "block", x, y, width: across, height: down }));
      }
    }
    const captions = [["X", left / 2 - 2, 0.6 * cell], ["W", left / 2 - 2, (top + bottom) / 2 + 6],
      ["H", answer + cell / 2, 0.6 * cell]].map(([text, x, y]) => (
      makeSvg("text", { class: "caption", x, y, "text-anchor": "middle" }, text)));
    const size = `${outputs.length} rows and ${inputs.length} columns`;
    const matrix = makeSvg("svg", {
      class: "matrix", role: "img",
      viewBox: `0 -3 ${answer + cell + 3} ${bottom + 7}`, width: answer + cell + 3,
      "aria-label": `Matrix W of ${size}, the input X above it, the output H to its right`,
    }, ...this.entries.flat(), ...blocks, ...this.read.flat(), ...this.answers.flat(), this.row, ...captions);
    const weights = make("figure", { "aria-hidden": "true" }, make("figcaption", {}, "Weights"), this.legend);
    if (image) {
      const [x, y] = [this.picture("Input", inputs, this.read), this.picture("Output", outputs, this.answers, true)];
      this.board.replaceChildren(make("div", { class: "pictures" }, x, weights, y), matrix);
    } else {
      this.board.replaceChildren(matrix, weights);
    }
    this.output.max = outputs.length;
    this.output.nextElementSibling.value = this.output.value;
  }

  /** The same pixels where they are in the image; joined to `squares`, which light up with them. */
  picture(title, pixels, squares, isOutput = false) {
    const cell = 26;
    const [first, last] = [pixels[0], pixels.at(-1)];
    pixels.forEach((pixel, n) => {
      const [x, y] = [(pixel.x - first.x) * cell, (pixel.y - first.y) * cell];
      squares[n].push(pixelSquare(pixel, x, y, cell, isOutput ? n : undefined));
    });
    const [width, height] = [(last.x - first.x + 1) * cell, (last.y - first.y + 1) * cell];
    const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, width, "aria-hidden": "true" });
    svg.append(...squares.map((nodes) => nodes.at(-1)));
    return make("figure", {}, make("figcaption", {}, title), svg);
  }

  /** Colour the matrix and the legend by weight. */
  drawWeights() {
    const { layer } = this;
    for (const entry of layer.entries.flat()) {
      const node = this.entries[entry.i][entry.j];
      const connected = entry.number >= 0;
      node.classList.toggle("connected", connected);
      if (connected) paint(node, layer.weightColour(entry));
      const zero = layer.inputs.length <= 6 ? "0" : "";
      node.write(connected && layer.isNamed ? layer.weightName(entry) : [connected ? "" : zero, ""]);
    }
    // Beside an image stands its kernel, or else a sample of small nameless squares.
    const isKernel = layer.image && layer.shared && layer.isNamed;
    const hasNames = isKernel || (layer.isNamed && !layer.image);
    const shown = layer.weights.slice(0, LEGEND_LENGTH).map((entry) => this.chip(entry, hasNames));
    this.legend.replaceChildren(...shown, layer.parameters > LEGEND_LENGTH ? "…" : "");
    this.legend.classList.toggle("nameless", !hasNames);
    this.legend.style.setProperty("--across", isKernel ? layer.kernelWidth : hasNames ? "auto-fit" : 5);
  }

  chip(entry, isNamed = true) {
    const chip = make("span", { class: "weight" }, ...(isNamed ? named(this.layer.weightName(entry)) : []));
    paint(chip, this.layer.weightColour(entry));
    return chip;
  }

  /** Show which pixels row `i` reads, and the sum that it makes of them. */
  drawRow(i) {
    const { layer } = this;
    this.row.setAttribute("transform", `translate(0 ${i * this.cell})`);
    const light = (nodes, isLit) => nodes.forEach((node) => node.classList.toggle("lit", isLit));
    this.read.forEach((nodes, j) => light(nodes, layer.numbers[i][j] >= 0));
    this.answers.forEach((nodes, n) => light(nodes, n === i));
    const terms = layer.entries[i].filter((entry) => entry.number >= 0).map((entry) => {
      const pixel = layer.inputs[entry.j];
      const factor = pixel.number ? named(pixelName(pixel, "X")) : ["· 0"];
      return make("span", { class: "term" }, this.chip(entry), " ", ...factor);
    });
    if (terms.length > TERMS) terms.splice(TERMS - 2, terms.length - TERMS + 1, "…");
    const sum = terms.flatMap((term, n) => (n ? [" + ", term] : [term]));
    this.formula.replaceChildren(...named(["H", String(i + 1)]), " = ", ...sum);
  }
}
customElements.define("matrix-switches", MatrixSwitches);
