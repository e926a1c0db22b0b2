// A dense layer reads a digit whose pixels the reader shuffles, with the layer's weights alike or not.
import { BOOK_COLOURS, BookElement, make, makeSvg } from "./base.js";

// A handwritten 3 of 8 × 8 pixels from 0 to 16: image 3 of scikit-learn's `load_digits`, which is the
// UCI "optical recognition of handwritten digits" set (E. Alpaydin and C. Kaynak, 1998).
const DIGIT = [
  0, 0, 7, 15, 13, 1, 0, 0,
  0, 8, 13, 6, 15, 4, 0, 0,
  0, 2, 1, 13, 13, 0, 0, 0,
  0, 0, 2, 15, 11, 1, 0, 0,
  0, 0, 0, 1, 12, 12, 1, 0,
  0, 0, 0, 0, 1, 10, 8, 0,
  0, 0, 8, 4, 5, 14, 9, 0,
  0, 0, 7, 13, 13, 9, 0, 0,
];
const SIDE = 8;
const PIXELS = DIGIT.length;
const OUTPUTS = 4;
const LARGEST_WEIGHT = 2;
const LARGEST_OUTPUT = 240;
const CELL = 16;
const minus = (number) => String(number).replaceAll("-", "−");
const listed = (numbers) => numbers.map(minus).join(", ");

/** The mulberry32 generator: `draw(n)` is an integer from 0 to n − 1. */
function generator(seed) {
  return (n) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

/** Weights of the layer, a row for each output: small integers, so that every sum is exact. */
function drawWeights() {
  const draw = generator(28);
  const weight = () => draw(2 * LARGEST_WEIGHT + 1) - LARGEST_WEIGHT;
  return Array.from({ length: OUTPUTS }, () => Array.from({ length: PIXELS }, weight));
}

/** The first `swaps` of the swaps that shuffle the pixels: pixel p shows what was at `places[p]`. */
function shuffle(seed, swaps) {
  const draw = generator(seed);
  const places = DIGIT.map((_, p) => p);
  for (let p = PIXELS - 1; p >= PIXELS - swaps; p--) {
    const other = draw(p + 1);
    [places[p], places[other]] = [places[other], places[p]];
  }
  return places;
}

const dense = (weights, x) => weights.map((row) => row.reduce((sum, w, p) => sum + w * x[p], 0));

/** How much a pixel differs from the one to its right or below it, on average. */
function stepToNeighbour(x) {
  const steps = [];
  for (let p = 0; p < PIXELS; p++) {
    if ((p + 1) % SIDE) steps.push(Math.abs(x[p] - x[p + 1]));
    if (p + SIDE < PIXELS) steps.push(Math.abs(x[p] - x[p + SIDE]));
  }
  return steps.reduce((sum, step) => sum + step, 0) / steps.length;
}

class PixelShuffle extends BookElement {
  static label = "Shuffle the pixels that a dense layer reads";

  build() {
    this.seed = 1;
    this.weights = drawWeights();
    this.answers = dense(this.weights, DIGIT);
    this.percent = this.addRange("Shuffled, in %", { min: 0, max: 100, step: 5, value: 0 });
    this.alike = this.addSwitch("Shuffle the weights’ columns alike");
    this.addButton("New permutation", () => this.permuteAnew());
    this.pictures = ["Image", "Layer’s input", "Weights of output 1"].map(
      (caption) => this.addPicture(caption));
    const caption = make("figcaption", {}, "Four outputs (bars), and those for the image (lines)");
    this.bars = make("figure", {}, caption);
    this.bars.style.cssText = "margin: 0; flex: 1 1 17rem; max-width: 22rem;";
    this.stage.style.cssText = "display: flex; flex-wrap: wrap; gap: 0.75rem 1rem; justify-content: center;";
    const row = make("div", {}, ...this.pictures);
    row.style.cssText = "display: flex; gap: 0.75rem; flex: 1 1 100%; max-width: 30rem;";
    this.stage.append(row, this.bars);
    for (const caption of this.stage.querySelectorAll("figcaption")) {
      caption.style.cssText = "font: inherit; font-size: 0.875rem; line-height: 1.25; color: inherit; margin: 0 0 0.4rem; text-wrap: balance;";
    }
    this.drawPixels(this.pictures[0], DIGIT);
  }

  addPicture(caption) {
    const picture = make("figure", {}, make("figcaption", {}, caption));
    picture.style.cssText = "margin: 0; flex: 1 1 0; display: flex; flex-direction: column; justify-content: space-between;";
    return picture;
  }

  permuteAnew() {
    this.seed += 1;
    if (this.percent.value !== "0") return;
    this.percent.value = "100";
    this.percent.dispatchEvent(new Event("input"));
  }

  draw() {
    const swaps = Math.round(((PIXELS - 1) * this.percent.value) / 100);
    const places = shuffle(this.seed, swaps);
    const image = places.map((p) => DIGIT[p]);
    const weights = this.weights.map((row) => (this.alike.checked ? places.map((p) => row[p]) : row));
    const outputs = dense(weights, image);
    const step = stepToNeighbour(image);
    this.drawPixels(this.pictures[1], image);
    this.drawWeightsOf(this.pictures[2], weights[0]);
    this.drawBars(outputs);
    this.value = { permutation: places, image, weights, outputs, answers: this.answers, step };
    this.describe(this.value);
  }

  describe({ permutation, outputs, step }) {
    const moved = permutation.filter((p, place) => p !== place).length;
    const neighbours = `Neighbouring pixels differ by ${step.toFixed(1)} on average`;
    if (moved === 0) {
      this.say(`Every pixel is in its place. Outputs: ${listed(outputs)}. ${neighbours}.`);
      return;
    }
    const same = outputs.every((output, i) => output === this.answers[i]);
    const change = same ? "exactly as for the image" : `for the image they were ${listed(this.answers)}`;
    const reason = this.alike.checked ? " Each weight went along with its pixel." : "";
    this.say(`${moved} of ${PIXELS} pixels are out of place. Outputs: ${listed(outputs)}; ${change}.${reason} `
      + `${neighbours}; in the image, by ${stepToNeighbour(DIGIT).toFixed(1)}.`);
  }

  /** Replace a picture's squares; the message says what matters, so screen readers skip them. */
  drawSquares(picture, squares) {
    const size = SIDE * CELL;
    const frame = { x: 0, y: 0, width: size, height: size, fill: "none", stroke: "currentColor", "stroke-opacity": 0.5 };
    const svg = makeSvg("svg", { viewBox: `-1 -1 ${size + 2} ${size + 2}`, width: 150, "aria-hidden": "true" },
      ...squares, makeSvg("rect", frame));
    picture.replaceChildren(picture.firstChild, svg);
  }

  drawPixels(picture, x) {
    this.drawSquares(picture, x.map((value, p) => {
      const grey = Math.round((255 * value) / 16);
      const [left, top] = [CELL * (p % SIDE), CELL * Math.floor(p / SIDE)];
      return makeSvg("rect", { x: left, y: top, width: CELL + 0.4, height: CELL + 0.4, fill: `rgb(${grey} ${grey} ${grey})`, "shape-rendering": "crispEdges" });
    }));
  }

  /** Squares as large as the weights: filled where positive, hollow where negative. */
  drawWeightsOf(picture, weights) {
    this.drawSquares(picture, weights.map((weight, p) => {
      const size = (CELL - 4) * Math.sqrt(Math.abs(weight) / LARGEST_WEIGHT);
      const [left, top] = [CELL * ((p % SIDE) + 0.5) - size / 2, CELL * (Math.floor(p / SIDE) + 0.5) - size / 2];
      const colour = BOOK_COLOURS[weight > 0 ? 0 : 1];
      return makeSvg("rect", { x: left, y: top, width: size, height: size,
        fill: weight > 0 ? colour : "none", stroke: colour, "stroke-width": weight ? 1.5 : 0 });
    }));
  }

  drawBars(outputs) {
    const [width, height, zero] = [320, 30, 170];
    const scale = 110 / LARGEST_OUTPUT;
    const text = (x, y, anchor, words) => makeSvg("text",
      { x, y, "text-anchor": anchor, "font-size": 14, fill: "currentColor" }, words);
    const rows = outputs.flatMap((output, i) => {
      const y = height * i;
      const [end, mark] = [zero + scale * output, zero + scale * this.answers[i]];
      const beyond = output < 0 ? Math.min(end, mark) - 6 : Math.max(end, mark) + 6;
      return [
        text(0, y + 20, "start", String(i + 1)),
        makeSvg("rect", { x: Math.min(zero, end), y: y + 7, width: Math.abs(end - zero), height: height - 12, fill: BOOK_COLOURS[0] }),
        makeSvg("path", { d: `M${mark} ${y + 3}v${height - 4}`, stroke: "currentColor", "stroke-width": 2.5 }),
        text(beyond, y + 20, output < 0 ? "end" : "start", minus(output)),
      ];
    });
    const axis = makeSvg("path", { d: `M${zero} 0v${height * OUTPUTS}`, stroke: "currentColor", "stroke-opacity": 0.5 });
    const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height * OUTPUTS + 2}`, width, "aria-hidden": "true" }, axis, ...rows);
    this.bars.replaceChildren(this.bars.firstChild, svg);
  }
}
customElements.define("pixel-shuffle", PixelShuffle);
