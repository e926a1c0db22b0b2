// Draw a digit and shuffle its pixels: which of five trained networks can still read it?
import { BOOK_COLOURS, BookElement, make, makeSvg, trained } from "./base.js";

const READERS = await trained("digit_readers");

const SIDE = 8;
const PIXELS = SIDE * SIDE;
const CELL = 16;
// The pad is as large as the bitmaps of which the data set was made: blocks of 4 × 4 became pixels.
const PAD = 32;
const BLOCK = PAD / SIDE;
const PEN = 2.2; // Half the width of a stroke, about that of the data set.
const KEY_STEP = 2;
const KEYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const NAMES = {
  "dense image": "Dense, trained on images",
  "dense shuffled": "Dense, trained on shuffled images",
  "dense alike": "The first one, its columns shuffled alike",
  "convolutional image": "Convolutional, trained on images",
  "convolutional shuffled": "Convolutional, trained on shuffled images",
};

const percent = (share) => (share > 0.995 && share < 1 ? "> 99" : String(Math.round(100 * share)));
const clamp = (value) => Math.min(Math.max(value, 0), PAD);

/** The first `steps` of the swaps that shuffle the pixels: pixel p shows what was at `places[p]`. */
function shuffle(steps) {
  const places = Array.from({ length: PIXELS }, (_, p) => p);
  READERS.swaps.slice(0, steps).forEach((other, step) => {
    const p = PIXELS - 1 - step;
    [places[p], places[other]] = [places[other], places[p]];
  });
  return places;
}

/** Strokes scaled to the height or width of the pad and put in its middle, as the data set's are. */
function centred(strokes) {
  const points = strokes.flat();
  const [left, top] = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])));
  const [right, bottom] = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])));
  const extent = Math.max(right - left, bottom - top, PAD / 6); // A dot stays a dot.
  const scale = (PAD - 2 * PEN) / extent;
  const place = (value, low, high) => PAD / 2 + scale * (value - (low + high) / 2);
  return strokes.map((stroke) => stroke.map(([x, y]) => [place(x, left, right), place(y, top, bottom)]));
}

/** The distance from (x, y) to the line between two points. */
function distanceToLine(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length, 0), 1) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** What is drawn, as 64 numbers from 0 to 16: how many of the 4 × 4 dots in each block are inked. */
function pixelsOf(strokes) {
  const pixels = Array(PIXELS).fill(0);
  if (!strokes.length) return pixels;
  const lines = centred(strokes).flatMap((stroke) => stroke.map((point, n) => [stroke[Math.max(n - 1, 0)], point]));
  for (let y = 0; y < PAD; y++) {
    for (let x = 0; x < PAD; x++) {
      const inked = lines.some(([from, to]) => distanceToLine(x + 0.5, y + 0.5, from, to) <= PEN);
      if (inked) pixels[Math.floor(y / BLOCK) * SIDE + Math.floor(x / BLOCK)] += 1;
    }
  }
  return pixels;
}

const relu = (x) => x.map((value) => Math.max(value, 0));

/** A dense layer. Weights are integers, `unit` is what the bias must be scaled by to fit them. */
function dense(x, { shape: [outputs, inputs], weight, bias }, unit) {
  return Array.from({ length: outputs }, (_, o) => {
    let sum = unit * bias[o];
    for (let p = 0; p < inputs; p++) sum += weight[o * inputs + p] * x[p];
    return sum;
  });
}

/** A convolution with 3 × 3 kernels and zero-padding on channels of `side` × `side` pixels. */
function convolution(x, side, { shape: [outputs, channels], weight, bias }, unit) {
  const result = [];
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < side; i++) {
      for (let j = 0; j < side; j++) {
        let sum = unit * bias[o];
        for (let c = 0; c < channels; c++) {
          for (let a = Math.max(i - 1, 0); a <= Math.min(i + 1, side - 1); a++) {
            for (let b = Math.max(j - 1, 0); b <= Math.min(j + 1, side - 1); b++) {
              sum += weight[((o * channels + c) * 3 + a - i + 1) * 3 + b - j + 1] * x[(c * side + a) * side + b];
            }
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}

/** The largest of each 2 × 2 pixels. */
function maxPool(x, side) {
  const half = side / 2;
  return Array.from({ length: x.length / 4 }, (_, n) => {
    const [channel, i, j] = [Math.floor(n / half / half), Math.floor(n / half) % half, n % half];
    const first = (channel * side + 2 * i) * side + 2 * j;
    return Math.max(x[first], x[first + 1], x[first + side], x[first + side + 1]);
  });
}

/** The ten scores of a network. Pixels and weights are integers up to the last line: sums are exact. */
function scores({ kind, layers }, pixels) {
  const { scale } = READERS;
  let [x, unit, side] = [pixels, 16, SIDE];
  if (kind === "convolutional") {
    for (const layer of layers.slice(0, -1)) {
      x = maxPool(relu(convolution(x, side, layer, unit)), side);
      [unit, side] = [unit * scale, side / 2];
    }
  } else {
    x = relu(dense(x, layers[0], unit));
    unit *= scale;
  }
  return dense(x, layers.at(-1), unit).map((sum) => sum / (unit * scale));
}

/** The same dense network with the columns of its first matrix in the order of the shuffled pixels. */
function withColumns(reader, places) {
  const [first, ...others] = reader.layers;
  const weight = first.weight.map((_, n) => first.weight[n - (n % PIXELS) + places[n % PIXELS]]);
  return { ...reader, layers: [{ ...first, weight }, ...others] };
}

function softmax(values) {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

class PixelShuffle extends BookElement {
  static label = "Draw a digit and shuffle its pixels: which networks read it?";
  static needs = READERS;

  build() {
    this.strokes = [];
    this.cursor = [PAD / 2, PAD / 4];
    const digits = READERS.examples.map((_, digit) => [digit, `a test image of ${digit}`]);
    this.source = this.addChoice("Image", [...digits, ["drawn", "my drawing"]]);
    this.source.value = "3";
    this.percent = this.addRange("Shuffled, in %", { min: 0, max: 100, step: 10, value: 0 });
    this.addButton("Shuffle all", () => this.setPercent(this.percent.value === "100" ? 0 : 100));
    this.addButton("Clear the pad", () => this.clear());
    this.pad = this.makePad();
    this.pictures = ["Image, 8 × 8", "What the networks get"].map(
      (caption) => make("figure", {}, make("figcaption", {}, caption)));
    const pad = make("figure", { class: "pad" }, make("figcaption", {}, "Draw a digit here"), this.pad);
    this.table = make("table", {});
    this.stage.append(make("div", { class: "pictures" }, pad, ...this.pictures), this.table);
  }

  /** A surface for a mouse, a finger or the arrow keys. */
  makePad() {
    const pad = makeSvg("svg", {
      viewBox: `0 0 ${PAD} ${PAD}`, tabindex: 0, role: "application",
      "aria-label": "Drawing pad: the arrow keys move the pen, Space puts it down or lifts it",
    });
    const point = (event) => {
      const box = pad.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top].map((value) => clamp((PAD * value) / box.width));
    };
    pad.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      pad.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.begin(point(event));
    });
    pad.addEventListener("pointermove", (event) => {
      if (this.pointer === event.pointerId) this.extend(point(event));
    });
    for (const end of ["pointerup", "pointercancel"]) {
      pad.addEventListener(end, () => this.lift());
    }
    pad.addEventListener("keydown", (event) => this.press(event));
    pad.addEventListener("blur", () => this.lift());
    return pad;
  }

  press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = KEYS[event.key];
    if (step) {
      this.cursor = this.cursor.map((value, axis) => clamp(value + KEY_STEP * step[axis]));
      if (this.isDown) this.extend(this.cursor);
      else this.draw();
    } else if (event.key === " " || event.key === "Enter") {
      if (this.isDown) this.lift();
      else this.begin(this.cursor);
    } else {
      return;
    }
    event.preventDefault(); // The page stays where it is.
  }

  begin(point) {
    this.source.value = "drawn";
    this.strokes.push([]);
    this.isDown = true;
    this.extend(point);
  }

  extend(point) {
    this.cursor = point;
    this.strokes.at(-1).push(point);
    this.draw();
  }

  lift() {
    if (!this.isDown) return;
    this.isDown = false;
    this.pointer = undefined;
    this.draw();
  }

  clear() {
    this.strokes = [];
    this.isDown = false;
    this.source.value = "drawn";
  }

  setPercent(value) {
    this.percent.value = value;
    this.percent.nextElementSibling.value = value;
  }

  draw() {
    const isDrawn = this.source.value === "drawn";
    const label = isDrawn ? null : Number(this.source.value);
    const image = isDrawn ? pixelsOf(this.strokes) : READERS.examples[label];
    const places = shuffle(Math.round(((PIXELS - 1) * this.percent.value) / 100));
    const input = places.map((p) => image[p]);
    const [first, ...others] = READERS.readers;
    const answers = [first, others[0], { ...withColumns(first, places), trainedOn: "alike" }, ...others.slice(1)]
      .map((reader) => {
        const logits = scores(reader, input);
        const probabilities = softmax(logits);
        const answer = probabilities.indexOf(Math.max(...probabilities));
        return { name: `${reader.kind} ${reader.trainedOn}`, logits, probabilities, answer, right: reader.right };
      });
    this.value = { label, image, permutation: places, input, answers };
    this.drawPad();
    this.drawPixels(this.pictures[0], image);
    this.drawPixels(this.pictures[1], input);
    const isEmpty = image.every((pixel) => pixel === 0);
    this.drawTable(isEmpty ? [] : answers, label);
    // A screen reader is not told of every point of a stroke, only where the keyboard's pen is.
    this.say(this.penInWords() + (isEmpty ? "The pad is empty." : this.inWords(answers)), this.pointer !== undefined);
  }

  penInWords() {
    if (document.activeElement !== this.pad) return "";
    const [x, y] = this.cursor.map((value) => Math.round(value));
    return `Pen ${this.isDown ? "down" : "up"}, ${y} of ${PAD} down and ${x} of ${PAD} across. `;
  }

  inWords(answers) {
    const moved = this.value.permutation.filter((p, place) => p !== place).length;
    const pixels = moved ? `${moved} of ${PIXELS} pixels are out of place.` : "Every pixel is in its place.";
    const read = answers.map(({ answer, probabilities }) => `${answer} (${percent(probabilities[answer])} %)`);
    const alike = moved ? " The third has exactly the scores that the first has for the image." : "";
    return `${pixels} The answers, from top to bottom: ${read.join(", ")}.${alike}`;
  }

  drawPad() {
    const lines = this.strokes.map((stroke) => makeSvg("path", {
      d: `M${stroke.map((point) => point.map((value) => value.toFixed(2)).join(" ")).join("L")}h0`, class: "ink",
      "stroke-width": PEN,
    }));
    const [x, y] = this.cursor;
    const cursor = makeSvg("path", { class: "cursor", d: `M${x - 2} ${y}h4M${x} ${y - 2}v4` });
    this.pad.replaceChildren(...lines, cursor);
  }

  /** Show 64 pixels; the message says what matters, so screen readers skip them. */
  drawPixels(picture, x) {
    const size = SIDE * CELL;
    const frame = { x: 0, y: 0, width: size, height: size, fill: "none", stroke: "currentColor", "stroke-opacity": 0.5 };
    const squares = x.map((value, p) => {
      const grey = Math.round((255 * value) / 16);
      const [left, top] = [CELL * (p % SIDE), CELL * Math.floor(p / SIDE)];
      return makeSvg("rect", { x: left, y: top, width: CELL + 0.4, height: CELL + 0.4, fill: `rgb(${grey} ${grey} ${grey})`, "shape-rendering": "crispEdges" });
    });
    picture.replaceChildren(picture.firstChild, makeSvg("svg",
      { viewBox: `-1 -1 ${size + 2} ${size + 2}`, "aria-hidden": "true" }, ...squares, makeSvg("rect", frame)));
  }

  /** A row for each network: its answer to the input, and how it does on test images. */
  drawTable(answers, label) {
    const heads = ["Network", "Answer", "Right on test images"].map((text) => make("th", { scope: "col" }, text));
    const rows = answers.map(({ name, answer, probabilities, right }) => {
      const mark = label === null ? "" : answer === label ? " ✓" : " ✗";
      const words = make("span", { class: "answer" }, make("strong", {}, String(answer)), mark, ` ${percent(probabilities[answer])} %`);
      const shares = name === "dense alike"
        ? [["always", right.image]] : [["images", right.image], ["shuffled", right.shuffled]];
      const row = make("tr", { "data-reader": name }, make("th", { scope: "row" }, NAMES[name]),
        make("td", {}, words, this.bars(probabilities)),
        make("td", {}, ...shares.map(([on, share]) => make("div", {}, `${on} `, make("span", {}, `${(100 * share).toFixed(1)} %`)))));
      return row;
    });
    this.table.replaceChildren(
      make("caption", {}, `Five networks, tested on ${READERS.tested} other images, as they are and fully shuffled`),
      make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
  }

  /** Ten bars, one for each digit. */
  bars(probabilities) {
    const [width, height] = [11, 26];
    const largest = probabilities.indexOf(Math.max(...probabilities));
    const bars = probabilities.flatMap((share, digit) => [
      makeSvg("rect", { x: width * digit + 1, y: height * (1 - share), width: width - 2, height: height * share + 0.5,
        fill: BOOK_COLOURS[digit === largest ? 0 : 14] }),
      makeSvg("text", { x: width * (digit + 0.5), y: height + 12, "text-anchor": "middle", "font-size": 12, fill: "currentColor" }, String(digit)),
    ]);
    return makeSvg("svg", { viewBox: `0 0 ${10 * width} ${height + 14}`, width: 10 * width, class: "bars", "aria-hidden": "true" }, ...bars);
  }
}
customElements.define("pixel-shuffle", PixelShuffle);
