// <convolution-explorer>: where a kernel lies on an image, for every size, stride, padding and dilation.
//
// Attributes name the case with which it begins. A pair is written HEIGHTxWIDTH, one number is for both:
//
//   <convolution-explorer id="explorer" size="3x5" kernel="3" stride="2" padding="2x1"></convolution-explorer>
//
//   size            5    of the input, 1 to 32
//   kernel          3    its size, 1 to 11
//   stride          1    1 to 8
//   padding         0    0 to 10, or valid, same, full (of these three, none when transposed)
//   dilation        1    1 to 8
//   transposed           no value: the transposed convolution; `size` is of its input, the small side
//   output_padding  0    when transposed, 0 to 7
//   view       patches   when transposed: patches, an input pixel and where it adds its patch; or zeros, a
//                        window on the input with zeros inserted between its pixels
//   numbers              no value: whole numbers stand in pixels and kernel, and the sum below
//   at             1,1   where the window lies: row, column of its output, counted from 1
//
// The address of a page leads to a case: after # the id of the element, a question mark, and then the
// same names and values, joined by &. What is left out has the value of the middle column above:
//
//   arithmetic.html#explorer?size=3x5&kernel=3&stride=2&padding=2x1&at=1,3
//   arithmetic.html#explorer?size=3&kernel=3&stride=2&padding=1&transposed&output_padding=1
//
// Without an id it is called convolution-explorer, the next one of the page convolution-explorer-2.
// In a chapter such a link is HTML: <a href="#explorer?size=7&amp;dilation=2">dilation 2</a>.
import { BookElement, make } from "./base.js";
import { Board } from "./boards.js";
import { PADDINGS, SETTINGS, WORDS, readCase, usualCase, writeCase } from "./cases.js";
import { inLetters, inNumbers } from "./formulas.js";
import { generator } from "./layers.js";
import { clamp, minus } from "./pictures.js";
import { convolution, paddingPair, support, transposedPatches, transposedZeros } from "./windows.js";

// The drawings of Dumoulin and Visin's guide, of which each has its transpose, and a case of ours.
const EXAMPLES = [
  ["size=4&kernel=3", "No padding, stride 1"],
  ["size=5&kernel=4&padding=2", "Padding of any width"],
  ["size=5&kernel=3&padding=same", "Same (half) padding"],
  ["size=5&kernel=3&padding=full", "Full padding"],
  ["size=5&kernel=3&stride=2", "Stride 2"],
  ["size=5&kernel=3&stride=2&padding=1", "Padding, stride 2"],
  ["size=6&kernel=3&stride=2&padding=1", "Padding, stride 2, a rest"],
  ["size=7&kernel=3&dilation=2", "Dilation 2"],
  ["size=3x5&kernel=3&stride=2&padding=2x1", "Two axes, two paddings"],
];
const OWN = "own";
const AXES = ["height", "width"];
const LARGEST = 40; // Squares a side that can be drawn.
const LARGEST_WITH_NUMBERS = 14; // So that they can be read on a phone.
const SQUARE = 44; // On the screen, where there is room.
const SQUARE_STACKED = 34;
const SMALLEST_BESIDE = 26; // On a phone, or with numbers, boards stack before squares get smaller.
const PHONE = 560;
const BETWEEN = 56;
const STEP_PAUSE = 700; // Milliseconds for a step, or less, so that all steps take no longer than …
const LONGEST = 20000;
const ROW_PAUSE = 1000; // For a row, where the reader wants no motion.
const ADDRESS_PAUSE = 400; // Browsers count how often a page changes its address.
const TERMS = 9;
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// The numbers in pixels and kernel are the same whatever the case is.
const drawn = generator(1);
const rowsOf = (count, draw) => Array.from({ length: count }, () => Array.from({ length: count }, draw));
const PIXELS = rowsOf(LARGEST, () => drawn(10));
const WEIGHTS = rowsOf(LARGEST, () => drawn(4) - 1);

const pair = (numbers) => numbers.join(" × ");
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** "rows 1 to 3", or with gaps "rows 1, 3 and 5". */
function listed(name, numbers) {
  if (numbers.length === 1) return `${name} ${numbers[0]}`;
  const isRun = numbers.length > 2 && numbers.every((number, n) => number === numbers[0] + n);
  const last = numbers.at(-1);
  return `${name}s ${isRun ? `${numbers[0]} to ${last}` : `${numbers.slice(0, -1).join(", ")} and ${last}`}`;
}

/** The two axes of a case. */
function axesOf(given) {
  return [0, 1].map((axis) => {
    const [n, s, stride, dilation, more] = ["size", "kernel", "stride", "dilation", "output_padding"]
      .map((name) => given[name][axis]);
    const amount = PADDINGS.includes(given.padding) ? given.padding : given.padding[axis];
    const numbers = { n, s, stride, dilation, padding: paddingPair(amount, s, dilation), more };
    if (!given.transposed) return convolution(numbers);
    return given.view === "zeros" ? transposedZeros(numbers) : transposedPatches(numbers);
  });
}

/** Why an axis can't be drawn, in a sentence; null if it can. */
function problemOf(axis, given) {
  const { s, stride, dilation, padding, more } = axis;
  if (given.padding === "same" && stride !== 1) {
    return `padding “same” keeps the size of the input, which takes stride 1; the stride is ${stride}.`;
  }
  if (given.transposed && more > 0 && more >= Math.max(stride, dilation)) {
    return `output padding must be less than the stride (${stride}) or the dilation (${dilation}); it is ${more}.`;
  }
  if (given.transposed && axis.output < 1) {
    return `the padding cuts off more than there is: it takes ${padding[0] + padding[1]} of ${axis.output + padding[0] + padding[1]} pixels.`;
  }
  if (axis.output < 1) {
    const spans = dilation === 1 || s === 1 ? `it spans ${count(s, "pixel", "pixels")}`
      : `with dilation ${dilation} its ${s} entries span ${support(s, dilation)} pixels`;
    return `the kernel doesn’t fit: ${spans}, and the input with its padding has ${axis.n + padding[0] + padding[1]}.`;
  }
  const squares = Math.max(axis.before + axis.pixels + axis.after, axis.output);
  return squares > LARGEST ? `the picture would have ${squares} pixels; up to ${LARGEST} are drawn.` : null;
}

/** The problems of both axes in one sentence; null where there is none. */
function problemsOf(axes, given) {
  const problems = axes.map((axis) => problemOf(axis, given));
  const found = problems.map((problem, axis) => problem && `In ${AXES[axis]}, ${problem}`).filter(Boolean);
  if (!found.length) return null;
  const isSame = problems[0] === problems[1];
  return isSame ? problems[0][0].toUpperCase() + problems[0].slice(1) : found.join(" ");
}

/** The case that leads back: from the output of a convolution to its input, and the other way. */
function transposeOf(given) {
  const axes = axesOf(given);
  const turned = { ...given, transposed: !given.transposed, output_padding: [0, 0] };
  turned.padding = axes.map(({ padding }) => padding[0]);
  if (problemsOf(axes, given)) return turned;
  turned.size = axes.map(({ output }) => output);
  if (turned.transposed) {
    turned.output_padding = axes.map(({ n, s, stride, dilation, padding }) => (
      (n + padding[0] + padding[1] - support(s, dilation)) % stride));
  }
  return turned;
}

class ConvolutionExplorer extends BookElement {
  static label = "Convolution explorer: where the kernel lies on the image";

  build() {
    this.allowAttributes(...WORDS);
    const given = this.getAttributeNames().filter((name) => WORDS.includes(name));
    const { found, complaints } = readCase(given.map((name) => [name, this.getAttribute(name)]));
    if (complaints.length) this.refuse(complaints[0]);
    this.id = nameOf(this);
    this.buildControls();
    this.buildStage();
    this.apply(found);
    this.openAddress();
    this.onHash = () => { if (this.openAddress()) this.draw(); };
    addEventListener("hashchange", this.onHash);
    for (const kind of ["input", "change", "click", "keydown", "pointerup"]) {
      this.addEventListener(kind, () => this.keepAddress());
    }
    new ResizeObserver(() => this.fit()).observe(this.stage);
  }

  disconnectedCallback() {
    this.pause();
    clearTimeout(this.waiting);
    removeEventListener("hashchange", this.onHash);
  }

  buildControls() {
    const examples = [...EXAMPLES, [OWN, "Your own"]];
    this.example = this.addChoice("Example", examples, (text) => {
      if (text === OWN) return;
      const { found } = readCase(new URLSearchParams(text));
      const { transposed, view, numbers } = this.choices();
      this.apply({ ...(transposed ? transposeOf(found) : found), view, numbers });
    });
    this.transposed = this.addSwitch("Transposed");
    // The other direction of the same layer, until the reader changes more.
    this.transposed.addEventListener("change", () => this.turn(), true);
    this.withNumbers = this.addSwitch("Numbers");
    this.alike = this.addSwitch("One number for both axes", true);
    this.view = this.addChoice("Seen as", [["patches", "patches that are added"], ["zeros", "zeros inserted"]]);
    this.fields = {};
    const settings = Object.keys(SETTINGS).map((name) => this.buildSetting(name));
    this.controls.append(make("div", { class: "settings" }, ...settings));
    // To draw anew would stop what plays.
    const button = (text, action) => {
      const node = make("button", { type: "button" }, text);
      node.addEventListener("click", action);
      return node;
    };
    this.player = button("Play", () => this.playOrPause());
    this.note = make("p", { class: "note", role: "status" });
    this.controls.append(make("div", { class: "buttons" },
      this.player, button("Copy link", () => this.copyLink()), this.note));
  }

  /** A setting's two numbers, each with buttons for less and more. */
  buildSetting(name) {
    const { label, letter, least, most } = SETTINGS[name];
    const inputs = AXES.map((axis) => make("input", {
      type: "number", min: least, max: most, step: 1, required: "", "aria-label": `${label} in ${axis}`,
    }));
    const steppers = inputs.map((input, axis) => {
      const press = (text, words, step) => {
        // The keyboard has the arrow keys for it.
        const button = make("button", { type: "button", tabindex: -1, "aria-label": words }, text);
        button.addEventListener("click", () => {
          step();
          input.dispatchEvent(new Event("input", { bubbles: true }));
        });
        return button;
      };
      input.addEventListener("input", () => this.draw());
      const where = axis ? " in width" : "";
      return make("span", { class: "stepper" }, press("−", `${label}${where}: less`, () => input.stepDown()), input,
        press("+", `${label}${where}: more`, () => input.stepUp()));
    });
    const kinds = [["number", "number"], ...PADDINGS.map((word) => [word, word])];
    const kind = make("select", { "aria-label": "Kind of padding" },
      ...kinds.map(([value, text]) => make("option", { value }, text)));
    kind.addEventListener("change", () => this.draw());
    const amount = make("output", {});
    const node = make("fieldset", {}, make("legend", {}, `${label} `, make("i", {}, letter)),
      ...(name === "padding" ? [kind, amount] : []), steppers[0], make("span", { class: "times" }, "×"), steppers[1]);
    this.fields[name] = { node, inputs, kind, amount, steppers };
    return node;
  }

  buildStage() {
    this.input = new Board("Input");
    this.kernel = new Board("Kernel");
    this.output = new Board("Output");
    this.kernel.figure.className = "kernel";
    const arrow = () => make("span", { class: "arrow", "aria-hidden": "true" }, "→");
    this.boards = make("div", { class: "boards" }, this.input.figure, this.kernel.figure, arrow(), this.output.figure);
    this.sum = make("p", { class: "sum" });
    this.legend = make("ul", { class: "key" });
    this.formula = make("div", { class: "formula" });
    this.picture = make("div", { class: "picture" }, this.boards, this.legend, this.sum, this.formula);
    this.stage.append(this.picture);
    for (const board of [this.input, this.output]) {
      board.onDrag((row, column) => this.moveTo(...this.windowAt(board, row, column), true));
      board.svg.addEventListener("keydown", (event) => {
        const step = ARROWS[event.key];
        if (!step || board !== this.answers || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault(); // The page stays where it is.
        this.moveTo(this.at[0] + step[0], this.at[1] + step[1]);
      });
    }
  }

  /** The window that a place on one of the boards means: of a pixel its own, elsewhere the nearest. */
  windowAt(board, row, column) {
    return [row, column].map((place, n) => {
      if (board === this.answers) return Math.floor(place);
      const { s, dilation, offset, step } = this.axes[n];
      return Math.round((place - support(s, dilation) / 2 + offset) / step);
    });
  }

  choices() {
    return { transposed: this.transposed.checked, view: this.view.value, numbers: this.withNumbers.checked };
  }

  /** Set the controls to a case. */
  apply(given) {
    this.transposed.checked = given.transposed;
    this.withNumbers.checked = given.numbers;
    this.view.value = given.view;
    for (const [name, { inputs, kind }] of Object.entries(this.fields)) {
      const isWord = PADDINGS.includes(given[name]);
      if (name === "padding") kind.value = isWord ? given.padding : "number";
      inputs.forEach((input, axis) => { input.value = isWord ? SETTINGS[name].usual : given[name][axis]; });
    }
    const isAlike = ({ inputs: [height, width] }) => height.value === width.value;
    this.alike.checked = Object.values(this.fields).every(isAlike);
    this.at = [...given.at];
    this.known = writeCase(given);
  }

  /** What the controls say. Fields without a number that can be are named in `faults`. */
  read() {
    const given = { ...usualCase(), ...this.choices(), at: this.at };
    const faults = [];
    for (const [name, { inputs, kind }] of Object.entries(this.fields)) {
      const { label, least, most } = SETTINGS[name];
      if (name === "output_padding" && !given.transposed) continue;
      if (name === "padding" && !given.transposed && kind.value !== "number") {
        given.padding = kind.value;
        continue;
      }
      given[name] = inputs.map((input, axis) => {
        if (axis && this.alike.checked) return Number(inputs[0].value);
        const isFine = input.validity.valid;
        input.setAttribute("aria-invalid", String(!isFine));
        const where = this.alike.checked ? "" : ` in ${AXES[axis]}`;
        const typed = input.value === "" ? "there is none" : `it is ${minus(input.value)}`;
        if (!isFine) faults.push(`${label}${where} must be a whole number from ${least} to ${most}; ${typed}.`);
        return Number(input.value);
      });
    }
    return { given, faults };
  }

  /** Turn the case into its transpose, in which input and output change places. */
  turn() {
    const isTransposed = this.transposed.checked;
    this.transposed.checked = !isTransposed; // As it was when the fields were filled.
    const { given, faults } = this.read();
    this.transposed.checked = isTransposed;
    if (!faults.length) this.apply(transposeOf(given));
  }

  draw(quiet = false) {
    this.pause();
    this.drawFields();
    const { given, faults } = this.read();
    this.given = given;
    this.axes = axesOf(given);
    this.problem = faults.join(" ") || problemsOf(this.axes, given);
    this.isReadable = !faults.length;
    this.classList.toggle("impossible", this.problem !== null);
    this.picture.hidden = this.problem !== null;
    this.player.disabled = this.problem !== null;
    this.chooseExample();
    if (this.problem !== null) {
      this.value = { problem: this.problem };
      this.say(this.problem);
      return;
    }
    this.drawAmounts();
    this.drawBoards();
    this.drawKey();
    this.drawFormula();
    this.fit();
    this.moveTo(...this.at, quiet);
  }

  /** Show the fields that have a say. */
  drawFields() {
    const isAlike = this.alike.checked;
    const { transposed } = this.choices();
    for (const [name, { node, inputs, kind, amount, steppers }] of Object.entries(this.fields)) {
      const isWord = name === "padding" && !transposed && kind.value !== "number";
      const { label } = SETTINGS[name];
      node.hidden = name === "output_padding" && !transposed;
      kind.hidden = transposed;
      amount.hidden = !isWord;
      steppers[0].hidden = isWord;
      steppers[1].hidden = node.querySelector(".times").hidden = isAlike || isWord;
      inputs[0].setAttribute("aria-label", isAlike ? label : `${label} in height`);
      if (isAlike) inputs[1].value = inputs[0].value;
    }
    this.view.parentElement.hidden = !transposed;
  }

  /** What a word for the padding comes to. */
  drawAmounts() {
    const sides = this.axes.map(({ padding: [before, after] }) => (before === after ? `${before}` : `${before} + ${after}`));
    this.fields.padding.amount.textContent = sides[0] === sides[1] ? sides[0] : sides.join(" × ");
  }

  /** Name the example that is shown. */
  chooseExample() {
    const bare = (given) => writeCase({ ...given, at: [0, 0], numbers: false, view: "patches" });
    const shown = bare(this.given);
    const isShown = ([text]) => {
      const { found } = readCase(new URLSearchParams(text));
      return bare(this.given.transposed ? transposeOf(found) : found) === shown;
    };
    this.example.value = (this.isReadable && EXAMPLES.find(isShown)?.[0]) || OWN;
  }

  drawBoards() {
    const { axes, given } = this;
    const [rows, columns] = axes;
    // The windows lie on one board; each has its pixel on the other, which answers to the keys.
    const isScattered = given.transposed && given.view === "patches";
    [this.ground, this.answers] = isScattered ? [this.output, this.input] : [this.input, this.output];
    const [readRows, readColumns] = axes.map((axis) => axis.read);
    const isRead = (row, column) => readRows.has(row) && readColumns.has(column);
    const isPixel = (row, column) => rows.isPixel(row) && columns.isPixel(column);
    const isInside = (row, column) => row >= 0 && row < rows.pixels && column >= 0 && column < columns.pixels;
    const kindOf = (row, column) => {
      if (!isInside(row, column)) return "padding";
      if (!isPixel(row, column)) return "inserted";
      return isRead(row, column) ? "pixel" : "unread";
    };
    this.ground.arrange({
      top: -rows.before, height: rows.before + rows.pixels + rows.after,
      left: -columns.before, width: columns.before + columns.pixels + columns.after,
    }, kindOf, (row, column) => kindOf(row, column) !== "inserted" && !isRead(row, column));
    this.answers.arrange({ top: 0, left: 0, height: rows.windows, width: columns.windows }, () => "pixel");
    this.kernel.arrange({ top: 0, left: 0, height: rows.s, width: columns.s }, () => "weight");
    this.ground.setWindow(...axes.map((axis) => axis.taps(0).map((place) => place - axis.taps(0)[0])));
    this.answers.setWindow([0], [0]);
    this.unread = [];
    for (let row = 0; row < rows.pixels; row++) {
      for (let column = 0; column < columns.pixels; column++) {
        if (kindOf(row, column) === "unread") this.unread.push([row / rows.spacing, column / columns.spacing]);
      }
    }
    const areas = [this.ground, this.answers].flatMap(({ height, width }) => [height, width]);
    this.isWithNumbers = given.numbers && Math.max(...areas) <= LARGEST_WITH_NUMBERS;
    this.kernel.figure.hidden = !this.isWithNumbers;
    if (this.isWithNumbers) this.writeNumbers(isPixel);
    this.drawCaptions(isScattered);
  }

  drawCaptions(isScattered) {
    const [rows, columns] = this.axes;
    const sizes = [[rows.n, columns.n], [rows.output, columns.output]].map(pair);
    this.input.size.textContent = sizes[0];
    this.output.size.textContent = sizes[1];
    this.kernel.size.textContent = pair([rows.s, columns.s]);
    this.kernel.title.textContent = this.given.transposed && this.given.view === "zeros" ? "Kernel, flipped" : "Kernel";
    const drawnPair = pair([this.ground.height, this.ground.width]);
    const [name, around] = isScattered ? ["Output", "with what is cut off"]
      : ["Input", this.given.transposed ? "with zeros" : "with padding"];
    const isLarger = drawnPair !== sizes[isScattered ? 1 : 0];
    this.ground.remark.textContent = isLarger ? `${around} ${drawnPair}` : "";
    this.answers.remark.textContent = "";
    const keys = `${isScattered ? "Input" : "Output"}, ${sizes[isScattered ? 0 : 1]} pixels: the arrow keys `
      + (isScattered ? "choose a pixel" : "move the window");
    setRole(this.answers.svg, { role: "application", tabindex: "0", "aria-label": keys });
    setRole(this.ground.svg, { role: "img", "aria-label": `${name}, ${this.ground.size.textContent} pixels${isLarger ? `, ${around} ${drawnPair}` : ""}` });
    setRole(this.kernel.svg, { role: "img", "aria-label": `Kernel: ${this.kernelRows().map((row) => row.map(minus).join(", ")).join("; ")}` });
  }

  /** The kernel as it lies in the window, row by row. */
  kernelRows() {
    const [height, width] = this.given.kernel;
    const isFlipped = this.given.transposed && this.given.view === "zeros";
    const rows = WEIGHTS.slice(0, height).map((row) => row.slice(0, width));
    return isFlipped ? rows.reverse().map((row) => row.reverse()) : rows;
  }

  /** Whole numbers into all squares. */
  writeNumbers(isPixel) {
    const [rows, columns] = this.axes;
    const weights = this.kernelRows();
    const pixelAt = (row, column) => (isPixel(row, column) ? PIXELS[row / rows.spacing][column / columns.spacing] : 0);
    const products = (i, j) => rows.taps(i).flatMap((row, a) => columns.taps(j).map((column, b) => (
      { row, column, weight: weights[a][b] })));
    const isScattered = this.ground === this.output;
    const sums = new Map();
    for (let i = 0; i < rows.windows; i++) {
      for (let j = 0; j < columns.windows; j++) {
        for (const { row, column, weight } of products(i, j)) {
          const [key, term] = isScattered ? [`${row},${column}`, weight * PIXELS[i][j]] : [`${i},${j}`, weight * pixelAt(row, column)];
          sums.set(key, (sums.get(key) ?? 0) + term);
        }
      }
    }
    const sumAt = (row, column) => sums.get(`${row},${column}`) ?? 0;
    this.ground.write((row, column) => minus(isScattered ? sumAt(row, column) : pixelAt(row, column)));
    this.answers.write((row, column) => minus(isScattered ? PIXELS[row][column] : sumAt(row, column)));
    this.kernel.write((row, column) => minus(weights[row][column]));
    this.terms = (i, j) => products(i, j).map(({ row, column, weight }) => (
      [isScattered ? PIXELS[i][j] : pixelAt(row, column), weight]));
    this.sumAt = sumAt;
  }

  drawKey() {
    const isScattered = this.ground === this.output;
    const kinds = [
      ["seen", isScattered ? "the pixel, and where it adds" : "the window, and its output"],
      ["padding", isScattered ? "cut off by the padding" : "padding: zeros"],
      ["inserted", "inserted zeros"],
      ["hatch", isScattered ? "no window adds to it" : "no window reads it"],
    ];
    const isThere = (kind) => kind === "seen" || this.ground.cells.querySelector(`.${kind}`);
    this.legend.replaceChildren(...kinds.filter(([kind]) => isThere(kind))
      .map(([kind, words]) => make("li", {}, make("span", { class: `swatch ${kind}` }), words)));
  }

  drawFormula() {
    const { transposed } = this.given;
    const facts = this.axes.map(({ n, s, stride, dilation, padding, more }) => [n, s, stride, dilation, padding, more].join());
    const isSame = facts[0] === facts[1];
    const lines = isSame ? [["Height and width", this.axes[0]]] : [["Height", this.axes[0]], ["Width", this.axes[1]]];
    this.formula.replaceChildren(
      make("div", {}, make("span", { class: "name" }, "Size of the output"), inLetters(transposed)),
      ...lines.map(([name, axis]) => make("div", {}, make("span", { class: "name" }, name), inNumbers(axis, transposed))),
    );
  }

  /** Make the squares of all boards equally large, and so large that they have room. */
  fit() {
    if (this.problem !== null || !this.ground) return;
    const room = this.stage.clientWidth;
    const shown = [this.input, this.output, ...(this.isWithNumbers ? [this.kernel] : [])];
    const widths = shown.map(({ width }) => width + 0.2);
    const beside = (room - BETWEEN * (shown.length - 1)) / widths.reduce((sum, width) => sum + width);
    const isBeside = beside >= SMALLEST_BESIDE || (room > PHONE && !this.isWithNumbers);
    const alone = Math.min(room / Math.max(...widths), room > PHONE ? SQUARE_STACKED : SQUARE);
    const square = isBeside ? Math.min(beside, SQUARE) : alone;
    this.boards.classList.toggle("stacked", !isBeside);
    this.boards.classList.toggle("wrapped", !isBeside && this.isWithNumbers);
    for (const board of shown) board.resize(square);
  }

  /** Move the window as far towards a place as there is room. */
  moveTo(i, j, quiet = false) {
    if (this.problem !== null) return;
    if (quiet && this.timer) this.pause();
    this.at = [i, j].map((index, axis) => clamp(index, 0, this.axes[axis].windows - 1));
    this.given.at = this.at;
    this.ground.moveWindow(...this.axes.map((axis, n) => axis.taps(this.at[n])[0]));
    this.answers.moveWindow(...this.at);
    if (this.isWithNumbers) this.drawSum();
    else this.sum.textContent = this.given.numbers ? `Numbers are shown up to ${LARGEST_WITH_NUMBERS} × ${LARGEST_WITH_NUMBERS} pixels.` : "";
    this.report(quiet);
  }

  drawSum() {
    const terms = this.terms(...this.at);
    const isScattered = this.ground === this.output;
    const inBrackets = (number) => (number < 0 ? `(${minus(number)})` : String(number));
    const written = terms.map(([pixel, weight]) => `${pixel} · ${inBrackets(weight)}`);
    if (written.length > TERMS) written.splice(TERMS - 2, written.length - TERMS + 1, "…");
    const joined = written.flatMap((term, n) => [n ? (isScattered ? ", " : " + ") : "", make("span", {}, term)]);
    this.sum.replaceChildren(isScattered ? "The pixel adds " : "", ...joined, ...(isScattered ? [] : [" = ", make("strong", {}, minus(this.sumAt(...this.at)))]));
  }

  /** Say where the window is and what it reads, and keep all that in `value`. */
  report(quiet) {
    const { axes, given } = this;
    const read = axes.map((axis, n) => axis.taps(this.at[n]).filter((place) => axis.isPixel(place)));
    const [inRow, inColumn] = read.map((places, n) => places.map((place) => place / axes[n].spacing + 1));
    const pixels = inRow.length * inColumn.length;
    const others = axes[0].s * axes[1].s - pixels;
    const isScattered = this.ground === this.output;
    const here = `row ${this.at[0] + 1}, column ${this.at[1] + 1}`;
    const where = pixels ? `${count(pixels, "pixel", "pixels")} (${listed("row", inRow)}, ${listed("column", inColumn)})` : "no pixel";
    const zeros = others ? `${isScattered ? `; ${count(others, "product is", "products are")} cut off` : ` and ${count(others, "zero", "zeros")}`}` : "";
    const total = isScattered ? axes[0].output * axes[1].output : axes[0].n * axes[1].n;
    const missed = this.unread.length;
    const [verb, side] = isScattered ? ["adds to", " of the output"] : ["reads", ""];
    const coverage = missed
      ? `${missed} of the ${total} pixels${side} ${missed === 1 ? "is" : "are"} hatched: no window ${verb} ${missed === 1 ? "it" : "them"}.`
      : `Every pixel${side} is ${isScattered ? "added to" : "read"} by some window.`;
    const subject = isScattered ? `Input pixel at ${here}` : `Output at ${here}: the window`;
    this.value = {
      ...given, output: axes.map(({ output }) => output), padded: axes.map(({ padding }) => padding),
      read, unread: this.unread, problem: null, isPlaying: this.timer !== undefined, address: this.address,
      sum: this.isWithNumbers && !isScattered ? this.sumAt(...this.at) : null,
    };
    if (this.timer) this.say("The window moves on by itself.", true);
    else {
      this.say(`Input ${pair(axes.map(({ n }) => n))}, output ${pair(this.value.output)}. `
        + `${subject} ${verb} ${where}${zeros}. ${coverage}`, quiet);
    }
  }

  playOrPause() {
    if (this.timer) {
      this.pause();
      this.moveTo(...this.at);
    } else {
      this.play();
    }
  }

  play() {
    const [rows, columns] = this.axes.map(({ windows }) => windows);
    const last = rows * columns - 1;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      const next = Math.min(last, this.at[0] * columns + this.at[1] + (isCalm ? columns : 1));
      if (next === last) this.pause();
      this.moveTo(Math.floor(next / columns), next % columns);
    };
    if (this.at[0] * columns + this.at[1] === last) this.at = [0, 0];
    this.player.textContent = "Pause";
    this.timer = setInterval(step, isCalm ? ROW_PAUSE : Math.min(STEP_PAUSE, LONGEST / last));
    this.moveTo(...this.at);
  }

  pause() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.player.textContent = "Play";
    this.keepAddress();
  }

  get address() {
    return `${this.id}?${writeCase(this.given)}`;
  }

  /** Show the case that the page's address names, if it names this element; whether it does. */
  openAddress() {
    const [name, text] = splitOnce(decoded(location.hash.slice(1)), "?");
    if (text === undefined) return false;
    if (name !== this.id) {
      const names = explorers().map(nameOf);
      const isNobodys = !names.includes(name) && !document.getElementById(name);
      if (isNobodys && names[0] === this.id) {
        this.note.textContent = `The address names “${name}”; on this page there is ${names.join(", ")}.`;
      }
      return false;
    }
    const { found, complaints } = readCase(new URLSearchParams(text));
    const axes = axesOf(found);
    if (!problemsOf(axes, found) && found.at.some((index, axis) => index >= axes[axis].windows)) {
      complaints.push(`“at”: there are ${pair(axes.map(({ windows }) => windows))} places.`);
    }
    this.apply(found);
    this.note.textContent = complaints.length ? `Of the address, this could not be read: ${complaints.join(" ")}` : "";
    this.scrollIntoView({ block: "start" });
    return true;
  }

  /** Write the case into the page's address, once the reader has stopped for a moment. */
  keepAddress() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      if (this.timer || !this.isReadable || writeCase(this.given) === this.known) return;
      this.writeAddress();
    }, ADDRESS_PAUSE);
  }

  writeAddress() {
    this.known = writeCase(this.given);
    history.replaceState(history.state, "", `#${this.address}`);
  }

  async copyLink() {
    this.writeAddress();
    try {
      await navigator.clipboard.writeText(location.href);
      this.note.textContent = "Link copied.";
    } catch {
      this.note.textContent = "The browser doesn’t let the page copy. The link stands in the address bar.";
    }
  }
}

const explorers = () => [...document.querySelectorAll("convolution-explorer")];

/** What an address calls an explorer. */
function nameOf(explorer) {
  const place = explorers().indexOf(explorer) + 1;
  return explorer.id || (place > 1 ? `${explorer.localName}-${place}` : explorer.localName);
}

/** A text without its percent signs, if they mean something. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitOnce(text, mark) {
  const place = text.indexOf(mark);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function setRole(node, attributes) {
  node.removeAttribute("tabindex");
  for (const entry of Object.entries(attributes)) node.setAttribute(...entry);
}

customElements.define("convolution-explorer", ConvolutionExplorer);
