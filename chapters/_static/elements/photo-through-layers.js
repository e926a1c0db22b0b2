// One photograph through a dense, a locally-connected and a convolutional layer: what each output weighs,
// what comes out, and what it costs.
import { BOOK_COLOURS, BookElement, bytes, group, make, makeSvg } from "./base.js";
import { Picture, SOBEL_X, convolve, dense, generator, locallyConnected } from "./layers.js";
import photographs from "./photographs.js";
import { PixelView, brightest, clamp, minus, shade } from "./pictures.js";

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const LARGEST_WEIGHT = 3;
const FIRST_OUTPUT = [9, 9]; // In the eye.
const BOX = Array(9).fill(1 / 9);
const JOBS = { edges: "All find edges", more: "Each its own job", random: "Random weights" };
const LAYERS = {
  dense: ["Dense", "each output weighs all pixels"],
  local: ["Locally connected", "each output weighs its neighbours"],
  convolutional: ["Convolutional", "… and all with the same weights"],
};
const [POSITIVE, NEGATIVE] = BOOK_COLOURS.map((hex) => [1, 3, 5].map((n) => parseInt(hex.slice(n, n + 2), 16)));
// What it says, the side of the image and its channels, in and out.
const SIZES = {
  32: ["32 × 32, grey", 32, 1],
  256: ["256 × 256, colour", 256, 3],
  1024: ["1024 × 1024, colour", 1024, 3],
};

/** The matrix of a dense layer that does what a locally-connected one does: zeros beyond the patches. */
function matrixOf(kernels) {
  const weights = new Float64Array(PIXELS * PIXELS);
  for (let p = 0; p < PIXELS; p++) {
    neighbours(p).forEach((q, n) => { if (q >= 0) weights[p * PIXELS + q] = kernels[p][n]; });
  }
  return weights;
}

/** The nine pixels of the patch around pixel p, −1 for those beyond the border. */
function neighbours(p) {
  const [row, column] = [Math.floor(p / SIDE), p % SIDE];
  return [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => {
    const [y, x] = [row + dy, column + dx];
    return y >= 0 && y < SIDE && x >= 0 && x < SIDE ? y * SIDE + x : -1;
  }));
}

/** Weights for each layer: one matrix, a kernel for each pixel, one kernel. */
function weightsFor(job, seed) {
  const forEach = (make) => Array.from({ length: PIXELS }, (_, p) => make(p));
  if (job === "edges") {
    const local = forEach(() => SOBEL_X);
    return { dense: matrixOf(local), local, convolutional: SOBEL_X };
  }
  if (job === "more") {
    const upsideDown = new Float64Array(PIXELS * PIXELS);
    for (let p = 0; p < PIXELS; p++) upsideDown[p * PIXELS + (SIDE - 1 - Math.floor(p / SIDE)) * SIDE + (p % SIDE)] = 1;
    const local = forEach((p) => (p % SIDE < SIDE / 2 ? BOX : SOBEL_X));
    return { dense: upsideDown, local, convolutional: SOBEL_X };
  }
  const draw = generator(seed);
  const weight = () => draw(2 * LARGEST_WEIGHT + 1) - LARGEST_WEIGHT;
  const kernel = () => Array.from({ length: 9 }, weight);
  const convolutional = kernel();
  return { dense: Float64Array.from({ length: PIXELS * PIXELS }, weight), local: forEach(kernel), convolutional };
}

const countsOf = (side, channels) => {
  const [pixels, pairs] = [BigInt(side) ** 2n, BigInt(channels) ** 2n];
  return { dense: pixels ** 2n * pairs, local: pixels * 9n * pairs, convolutional: 9n * pairs };
};

/** The weights with which a layer's output p looks at all pixels; null where it looks at none. */
function looks(layer, weights, p) {
  if (layer === "dense") return weights.subarray(p * PIXELS, (p + 1) * PIXELS);
  const seen = Array(PIXELS).fill(null);
  const kernel = layer === "local" ? weights[p] : weights;
  neighbours(p).forEach((q, n) => { if (q >= 0) seen[q] = kernel[n]; });
  return seen;
}

class PhotoThroughLayers extends BookElement {
  static label = "One photograph through three layers";

  build() {
    this.allowAttributes();
    this.picture = Picture.ofRows(photographs.cat32);
    this.seed = 1;
    this.buildControls();
    this.columns = Object.keys(LAYERS).map((layer) => this.buildColumn(layer));
    this.stage.append(make("div", { class: "layers" }, ...this.columns.map((column) => column.node)));
    this.stage.append(make("p", { class: "scale" },
      "Point at an output, or press the arrow keys on it, to see what it weighs: blue is a positive weight, orange a "
      + "negative one. In the outputs black is 0, and orange is negative."), this.below);
  }

  buildControls() {
    const radios = Object.entries(JOBS).map(([job, text]) => {
      const radio = make("input", { type: "radio", name: "job", value: job });
      radio.checked = job === "edges";
      radio.addEventListener("change", () => this.draw());
      return make("label", {}, radio, make("span", {}, text));
    });
    this.jobs = make("fieldset", { class: "jobs" }, make("legend", {}, "What the layers do"), ...radios);
    this.controls.append(this.jobs);
    this.again = this.addButton("New random weights", () => { this.seed += 1; });
    this.size = this.addChoice("Count for", Object.entries(SIZES).map(([side, [text]]) => [side, text]));
    const range = { min: 1, max: SIDE };
    this.row = this.addRange("Output in row", { ...range, value: FIRST_OUTPUT[0] + 1 });
    this.column = this.addRange("column", { ...range, value: FIRST_OUTPUT[1] + 1 });
    // The pictures come before what chooses a part of them: they are the first thing to see.
    const [size, row, column] = [this.size, this.row, this.column].map((input) => input.parentElement);
    this.below = make("div", { class: "controls" }, make("span", { class: "place" }, row, column), size);
  }

  buildColumn(layer) {
    const [name, reads] = LAYERS[layer];
    const seen = new PixelView(SIDE, SIDE, "Weights of one output");
    const output = new PixelView(SIDE, SIDE, "Output");
    output.onKeys(`${name}, output: the arrow keys choose a pixel of it`, (dy, dx) => (
      this.choose(Number(this.row.value) - 1 + dy, Number(this.column.value) - 1 + dx)));
    output.onDrag((y, x) => this.choose(Math.floor(y), Math.floor(x), true), { hover: true });
    const [count, size] = [make("strong", {}), make("span", {})];
    const node = make("section", { class: layer, role: "group", "aria-label": name },
      make("p", { class: "name" }, make("strong", {}, name), make("span", {}, reads)),
      seen.figure, output.figure, make("p", { class: "cost" }, count, make("span", {}, "weights"), size));
    return {
      layer, node, seen, output, count, size, lens: layer === "dense" ? null : addLens(seen),
      markSeen: seen.addMark("seen"), markOutput: output.addMark("chosen", 2),
    };
  }

  /** Make (row, column) the output that is looked at, or the nearest one that there is. */
  choose(row, column, quiet = false) {
    for (const [input, value] of [[this.row, row], [this.column, column]]) {
      input.value = clamp(value, 0, SIDE - 1) + 1;
      input.nextElementSibling.textContent = input.value;
    }
    this.draw(quiet);
  }

  /** The layers' weights and outputs, computed when the job changes. */
  compute(job) {
    const key = `${job} ${this.seed}`;
    if (key === this.computed) return;
    this.computed = key;
    this.weights = weightsFor(job, this.seed);
    this.outputs = {
      dense: dense(this.picture, this.weights.dense),
      local: locallyConnected(this.picture, this.weights.local, 1),
      convolutional: convolve(this.picture, this.weights.convolutional, 1),
    };
    for (const { layer, output } of this.columns) {
      // A picture turned upside down keeps its greys.
      output.show(this.outputs[layer], job === "more" ? 255 : brightest(this.outputs[layer].pixels));
    }
  }

  draw(quiet = false) {
    const job = this.jobs.querySelector(":checked").value;
    this.again.hidden = job !== "random";
    this.compute(job);
    const [row, column] = [Number(this.row.value) - 1, Number(this.column.value) - 1];
    const chosen = row * SIDE + column;
    const [, side, channels] = SIZES[this.size.value];
    const counts = countsOf(side, channels);
    for (const part of this.columns) {
      this.drawColumn(part, chosen);
      // Thin spaces at which the longest count may break on a phone.
      part.count.textContent = group(counts[part.layer]).replaceAll("\u202f", "\u2009");
      part.size.textContent = bytes(4n * counts[part.layer]);
    }
    const answers = Object.values(this.outputs).map((output) => Math.round(output.pixels[chosen]));
    const isSame = answers.every((answer) => answer === answers[0]);
    const [first, second, third] = answers.map(minus);
    const listed = isSame ? `${first} in all three` : `${first}, ${second} and ${third}`;
    const near = neighbours(chosen).filter((q) => q >= 0).length;
    this.say(`${describe(job)} The output in row ${row + 1}, column ${column + 1} is ${listed}; `
      + `for it the dense layer weighs all ${PIXELS} pixels, the other two weigh ${near}.`, quiet);
    const rows = Object.entries(this.outputs).map(([layer, output]) => [layer, output.rows]);
    this.value = {
      job, seed: this.seed, row, column, outputs: Object.fromEntries(rows),
      counts: Object.fromEntries(Object.entries(counts).map(([layer, count]) => [layer, String(count)])),
    };
  }

  drawColumn({ layer, seen, lens, markSeen, markOutput }, chosen) {
    const weights = looks(layer, this.weights[layer], chosen);
    const strongest = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) || 1;
    seen.paint((q) => {
      // What is not seen is dark; a weight lies over its pixel as a colour, the stronger the larger.
      const grey = shade(this.picture.pixels[q], 255);
      return weights[q] === null ? grey.map((channel) => 0.3 * channel) : tinted(grey, weights[q] / strongest);
    });
    const [row, column] = [Math.floor(chosen / SIDE), chosen % SIDE];
    // Around all weights that aren't zero.
    const used = Array.from(weights.keys()).filter((q) => weights[q]);
    const ends = (places) => [Math.min(...places), Math.max(...places) + 1];
    const [top, bottom] = ends(used.map((q) => Math.floor(q / SIDE)));
    const [left, right] = ends(used.map((q) => q % SIDE));
    if (used.length) markSeen(top, left, bottom - top, right - left);
    markOutput(row - 0.5, column - 0.5);
    lens?.(row, column, layer === "local" ? this.weights.local[chosen] : this.weights.convolutional);
  }
}

/** A colour under a weight from −1 to 1. */
function tinted(colour, weight) {
  const [strength, hue] = [0.9 * Math.abs(weight), weight > 0 ? POSITIVE : NEGATIVE];
  return colour.map((channel, n) => (1 - strength) * channel + strength * hue[n]);
}

/** The nine weights enlarged, in the corner that is far from where they are; returns what sets them. */
function addLens(view) {
  const [cell, gap] = [4, 1.5];
  const cells = Array.from({ length: 9 }, () => makeSvg("rect", { width: cell, height: cell, class: "lens" }));
  const line = makeSvg("path", { class: "lens" });
  view.marks.append(line, ...cells);
  return (row, column, kernel) => {
    const strongest = Math.max(...kernel.map(Math.abs)) || 1;
    const far = (place) => (place < SIDE / 2 ? SIDE - 3 * cell - gap : gap);
    const [top, left] = [far(row), far(column)];
    cells.forEach((rect, n) => {
      rect.setAttribute("x", left + cell * (n % 3));
      rect.setAttribute("y", top + cell * Math.floor(n / 3));
      rect.style.fill = `rgb(${tinted([235, 235, 235], kernel[n] / strongest).join(" ")})`;
    });
    line.setAttribute("d", `M${column + 0.5} ${row + 0.5}L${left + 1.5 * cell} ${top + 1.5 * cell}`);
  };
}

function describe(job) {
  return {
    edges: "All three find vertical edges, and their outputs are equal, pixel for pixel: "
      + "each layer is a special case of the one before it.",
    more: "Dense turns the picture upside down. Locally connected blurs on the left and finds edges on the "
      + "right. Convolutional can do neither: it does one thing, everywhere.",
    random: "Before training, with weights drawn at random: the convolution’s output still shows the "
      + "photograph; the other two make noise of it.",
  }[job];
}

customElements.define("photo-through-layers", PhotoThroughLayers);
