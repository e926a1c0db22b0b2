// <gradient-flow>: choose an output, a pixel or a weight, and see which products it gathers, forward or backward.
import { BookElement, inkOn, make, makeSvg, weightColour } from "./base.js";
import { generator } from "./layers.js";
import { clamp, minus } from "./pictures.js";

const [HEIGHT, WIDTH] = [5, 6]; // Not square, so that rows and columns can't be mistaken for each other.
const CELL = 34;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const FIRST_SEED = 3;

// What can be looked at: its name in the choice, and whose products it gathers.
const VIEWS = {
  output: { choice: "an output (forward)", factors: ["weight", "pixel"], symbol: "H" },
  pixel: { choice: "a pixel’s gradient (backward)", factors: ["output", "weight"], symbol: "∂L/∂X" },
  weight: { choice: "a weight’s gradient (backward)", factors: ["output", "pixel"], symbol: "∂L/∂W" },
};

const grid = (height, width, value = () => 0) => (
  Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) => value(i, j))));
const isIn = (rows, [i, j]) => i >= 0 && i < rows.length && j >= 0 && j < rows[0].length;
const factor = (number) => (number < 0 ? `(${minus(number)})` : String(number));
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Every product that a layer makes: which weight meets which pixel for which output. */
function connectionsOf({ size, stride, padding, dilation }) {
  const outputs = [[HEIGHT, size[0]], [WIDTH, size[1]]].map(([pixels, s]) => (
    Math.floor((pixels + 2 * padding - dilation * (s - 1) - 1) / stride) + 1));
  const connections = [];
  grid(...outputs, (i, j) => grid(...size, (a, b) => {
    const pixel = [i * stride + a * dilation - padding, j * stride + b * dilation - padding];
    connections.push({ output: [i, j], weight: [a, b], pixel });
  }));
  return { outputs, connections };
}

class GradientFlow extends BookElement {
  static label = "Gradient flow: what an output, a pixel’s or a weight’s gradient gathers";

  build() {
    this.allowAttributes();
    const views = Object.entries(VIEWS).map(([view, { choice }]) => [view, choice]);
    this.view = this.addChoice("Look at", views);
    const sizes = ["3×3", "2×2", "2×3"].map((size) => [size, size.replace("×", " × ")]);
    this.size = this.addChoice("Kernel", sizes);
    const numbers = (...values) => values.map((value) => [value, String(value)]);
    this.stride = this.addChoice("Stride", numbers(1, 2));
    this.padding = this.addChoice("Padding", numbers(0, 1));
    this.dilation = this.addChoice("Dilation", numbers(1, 2));
    this.row = this.addRange("Row", { min: 1, max: HEIGHT, value: 2 });
    this.column = this.addRange("Column", { min: 1, max: WIDTH, value: 2 });
    this.seed = FIRST_SEED;
    this.addButton("New numbers", () => { this.seed += 1; });
    this.boards = Object.fromEntries(Object.keys(VIEWS).map((kind) => [kind, this.addBoard(kind)]));
    const { pixel, weight, output } = this.boards;
    this.bias = make("p", { class: "scale" });
    output.figure.append(this.bias);
    this.formula = make("p", { class: "formula" });
    this.stage.append(make("div", { class: "boards" }, pixel.figure, weight.figure, output.figure), this.formula);
  }

  /** A grid of numbers with its caption; a click on one of them chooses it, arrow keys the next. */
  addBoard(kind) {
    const [caption, svg] = [make("figcaption", {}), makeSvg("svg")];
    svg.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (kind !== this.view.value || !step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // The page stays where it is.
      this.choose(kind, Number(this.row.value) - 1 + step[0], Number(this.column.value) - 1 + step[1]);
    });
    svg.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-row]");
      if (cell) this.choose(kind, Number(cell.dataset.row), Number(cell.dataset.column));
    });
    return { caption, svg, figure: make("figure", {}, caption, svg) };
  }

  /** Look at entry (i, j) of one of the grids, counted from 0, or at the nearest there is. */
  choose(kind, i, j) {
    this.view.value = kind;
    this.fitSliders(kind);
    [this.row.value, this.column.value] = [i + 1, j + 1];
    this.draw();
  }

  /** Let the sliders reach all entries of a grid, and none beyond. */
  fitSliders(kind) {
    const { outputs } = connectionsOf(this.settings);
    const shape = { output: outputs, pixel: [HEIGHT, WIDTH], weight: this.settings.size }[kind];
    [this.row, this.column].forEach((slider, axis) => {
      slider.max = shape[axis];
      slider.value = clamp(Number(slider.value), 1, shape[axis]);
    });
  }

  get settings() {
    const [stride, padding, dilation] = [this.stride, this.padding, this.dilation].map(({ value }) => Number(value));
    return { size: this.size.value.split("×").map(Number), stride, padding, dilation };
  }

  draw() {
    const { settings } = this;
    const view = this.view.value;
    this.fitSliders(view);
    const chosen = [this.row.value - 1, this.column.value - 1];
    [this.row, this.column].forEach((slider) => { slider.nextElementSibling.textContent = slider.value; });
    const { outputs, connections } = connectionsOf(settings);
    const numbers = this.drawNumbers(outputs, settings.size);
    const sums = sumsOf(connections, numbers);
    const gathered = connections.filter((each) => String(each[view]) === String(chosen));
    const real = gathered.filter(({ pixel }) => isIn(numbers.pixel, pixel));
    const [first, second] = VIEWS[view].factors;
    const terms = real.map((each) => [first, second].map((kind) => numberAt(numbers[kind], each[kind])));
    this.drawBoards({ view, chosen, gathered, numbers, sums, settings });
    this.drawFormula(view, chosen, real, terms, settings);
    const sum = sums[view][chosen[0]][chosen[1]];
    const bias = numbers.output.flat().reduce((total, number) => total + number, 0);
    this.bias.textContent = view === "output" ? "" : `All of them together, ${minus(bias)}, are the gradient of the bias.`;
    this.value = {
      view, row: chosen[0], column: chosen[1], ...settings, x: numbers.pixel, kernel: numbers.weight, grad: numbers.output,
      out: sums.output, gradX: sums.pixel, gradWeight: sums.weight, gradBias: bias, terms, sum,
    };
    this.say(describe({ view, chosen, sum, terms, zeros: gathered.length - real.length, settings }));
  }

  /** Small whole numbers for the pixels, the weights and the outputs' gradients. */
  drawNumbers(outputs, size) {
    const below = generator(this.seed);
    // Numbers of their own for the largest of all sizes, so that they stay when a setting changes.
    const all = [[HEIGHT, WIDTH, 0, 5], [3, 3, -2, 6], [HEIGHT + 1, WIDTH + 1, -2, 5]].map(
      ([height, width, lowest, many]) => grid(height, width, () => lowest + below(many)));
    const cut = (rows, [height, width]) => grid(height, width, (i, j) => rows[i][j]);
    return { pixel: all[0], weight: cut(all[1], size), output: cut(all[2], outputs) };
  }

  drawBoards({ view, chosen, gathered, numbers, sums, settings }) {
    const captions = {
      pixel: view === "pixel" ? "Gradient of X" : "Input X",
      weight: view === "weight" ? "Gradient of W" : "Kernel W",
      output: view === "output" ? "Output H" : "Gradient of H",
    };
    const colourOf = ([a, b]) => weightColour(a * settings.size[1] + b);
    for (const [kind, { caption, svg }] of Object.entries(this.boards)) {
      const isResult = kind === view;
      const rows = (isResult ? sums : numbers)[kind];
      const ring = kind === "pixel" ? settings.padding : 0;
      // An entry that takes part has the colour of the weight by which it is multiplied.
      const takesPart = !isResult || kind === "weight";
      const colours = Object.fromEntries(
        gathered.filter(() => takesPart).map((each) => [String(each[kind]), colourOf(each.weight)]));
      const cells = grid(rows.length + 2 * ring, rows[0].length + 2 * ring, (i, j) => {
        const place = [i - ring, j - ring];
        return drawCell(place, rows, colours[String(place)], isResult);
      }).flat();
      const mark = isResult ? [chosenMark(chosen)] : [];
      svg.replaceChildren(...cells, ...mark);
      const [height, width] = [rows.length + 2 * ring, rows[0].length + 2 * ring].map((cellsAlong) => cellsAlong * CELL + 4);
      const corner = -ring * CELL - 2;
      const text = `${captions[kind]}, ${rows.length} × ${rows[0].length}`;
      const values = rows.map((row) => row.map(minus).join(", ")).join("; ");
      const label = isResult ? `${text}: the arrow keys choose one of its numbers` : `${text}: ${values}`;
      const attributes = { viewBox: `${corner} ${corner} ${width} ${height}`, width, "aria-label": label, role: isResult ? "application" : "img" };
      for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
      if (isResult) svg.setAttribute("tabindex", 0);
      else svg.removeAttribute("tabindex");
      caption.textContent = text;
    }
  }

  /** The sum, written with its numbers. */
  drawFormula(view, chosen, real, terms, settings) {
    const [row, column] = chosen.map((place) => place + 1);
    const total = terms.reduce((sum, [one, other]) => sum + one * other, 0);
    const products = terms.flatMap(([one, other], n) => {
      const [a, b] = real[n].weight;
      const term = make("span", { class: "term" }, `${factor(one)} · ${factor(other)}`);
      term.style.setProperty("--weight", weightColour(a * settings.size[1] + b));
      return n ? [" + ", term] : [term];
    });
    const symbol = make("span", { class: "symbol" }, VIEWS[view].symbol, make("sub", {}, `${row},${column}`));
    const result = make("strong", {}, minus(total));
    this.formula.replaceChildren(symbol, " = ", ...products, ...(products.length ? [" = "] : []), result);
  }
}

const numberAt = (rows, [i, j]) => rows[i][j];

/** One list of products, added up by output, by pixel and by weight: the layer and its gradients. */
function sumsOf(connections, numbers) {
  const sums = Object.fromEntries(Object.entries(numbers).map(([kind, rows]) => [kind, grid(rows.length, rows[0].length)]));
  for (const connection of connections.filter(({ pixel }) => isIn(numbers.pixel, pixel))) {
    for (const [kind, { factors }] of Object.entries(VIEWS)) {
      const [one, other] = factors.map((name) => numberAt(numbers[name], connection[name]));
      const [i, j] = connection[kind];
      sums[kind][i][j] += one * other;
    }
  }
  return sums;
}

/** A number in its square; filled if it takes part, dashed if it belongs to the padding. */
function drawCell([i, j], rows, colour, isResult) {
  const isPadding = !isIn(rows, [i, j]);
  const cell = makeSvg("g", { class: [isPadding ? "padding" : "entry", ...(colour ? ["lit"] : [])].join(" ") });
  if (!isPadding) Object.assign(cell.dataset, { row: i, column: j });
  const text = isPadding ? (isResult ? "" : "0") : minus(rows[i][j]);
  cell.append(
    makeSvg("rect", {
      x: j * CELL + 1, y: i * CELL + 1, width: CELL - 2, height: CELL - 2, rx: 3, fill: colour ?? "transparent",
      stroke: "currentColor", "stroke-width": 0.8, "stroke-dasharray": isPadding ? "4 3" : "none",
    }),
    makeSvg("text", {
      x: (j + 0.5) * CELL, y: (i + 0.5) * CELL, dy: "0.35em", "text-anchor": "middle", "font-size": 14,
      "font-weight": colour ? 700 : 400, fill: colour ? inkOn(colour) : "currentColor",
    }, text),
  );
  return cell;
}

const chosenMark = ([i, j]) => makeSvg("rect", {
  class: "chosen", x: j * CELL, y: i * CELL, width: CELL, height: CELL, rx: 4, fill: "none",
  stroke: "currentColor", "stroke-width": 3.5, "pointer-events": "none",
});

function describe({ view, chosen, sum, terms, zeros, settings: { stride, dilation } }) {
  const place = `in row ${chosen[0] + 1}, column ${chosen[1] + 1}`;
  const products = count(terms.length, "product");
  const value = `It is ${minus(sum)}.`;
  if (view === "output") {
    const rest = zeros ? ` ${count(zeros, "more weight")} ${zeros === 1 ? "meets" : "meet"} zeros of the padding.` : "";
    return `Forward: the output ${place} adds up ${products} of a weight and the pixel below it. ${value}${rest}`;
  }
  if (view === "pixel") {
    if (!terms.length) return `Backward: no output reads the pixel ${place}, so its gradient is 0.`;
    const flip = terms.length > 1 ? " As the outputs are read forwards, the weights come in reverse order: the kernel is flipped." : "";
    return `Backward: the pixel ${place} is read by ${count(terms.length, "output")}. Its gradient adds up ${products} of an output’s `
      + `gradient and the weight that the pixel had there. ${value}${flip}`;
  }
  const gaps = stride > 1 ? ` The stride of ${stride} sets these pixels ${stride} apart, as a dilation does.` : "";
  const start = dilation > 1 ? ` The dilation of ${dilation} is the step from one weight’s pixels to the next weight’s, as a stride is.` : "";
  const rest = zeros ? ` ${count(zeros, "more output")} met the weight with a zero of the padding.` : "";
  return `Backward: the weight ${place} serves all outputs. Its gradient adds up ${products} of an output’s gradient and the pixel `
    + `that the weight met there. ${value}${rest}${gaps}${start}`;
}

customElements.define("gradient-flow", GradientFlow);
