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
import { SETTINGS, WORDS, readCase, usualCase, writeCase } from "./cases.js";
import { inLetters, inNumbers } from "./formulas.js";
import { generator } from "./layers.js";
import { clamp, minus } from "./pictures.js";
import { describe, pair, problemsOf } from "./sentences.js";
import { PaddingSetting, Setting } from "./settings.js";
import { LARGEST, axesOf, support, transposeOf } from "./windows.js";

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
const SQUARE = 44; // Pixels of the screen, where there is room.
const SQUARE_STACKED = 34;
const SMALLEST_BESIDE = 26; // On a phone, or with numbers, boards stack before squares get smaller.
const SMALLEST_WITH_NUMBER = 22;
const PHONE = 560;
const BETWEEN = 56;
const LARGEST_WITH_NUMBERS = 14;
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
    this.written = writeCase(found);
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
    const changed = () => this.draw();
    this.settings = Object.keys(SETTINGS).map((name) => (
      name === "padding" ? new PaddingSetting(changed) : new Setting(name, changed)));
    this.controls.append(make("div", { class: "settings" }, ...this.settings.map(({ node }) => node)));
    // To draw anew would stop what plays.
    const button = (text, action) => {
      const node = make("button", { type: "button" }, text);
      node.addEventListener("click", action);
      return node;
    };
    this.player = button("Play", () => this.playOrPause());
    this.copier = button("Copy link", () => this.copyLink());
    this.note = make("p", { class: "note", role: "status" });
    this.controls.append(make("div", { class: "buttons" }, this.player, this.copier, this.note));
  }

  buildStage() {
    this.input = new Board("Input");
    this.kernel = new Board("Kernel");
    this.output = new Board("Output");
    this.kernel.figure.className = "kernel";
    const arrow = make("span", { class: "arrow", "aria-hidden": "true" }, "→");
    this.boards = make("div", { class: "boards" }, this.input.figure, this.kernel.figure, arrow, this.output.figure);
    this.legend = make("ul", { class: "key" });
    this.noRoom = make("p", { class: "scale" }, "There is no room for the numbers of so many squares.");
    this.sum = make("p", { class: "sum" });
    this.formula = make("div", { class: "formula" });
    this.picture = make("div", {}, this.boards, this.legend, this.noRoom, this.sum, this.formula);
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

  /** What is chosen beside the numbers. */
  choices() {
    return { transposed: this.transposed.checked, view: this.view.value, numbers: this.withNumbers.checked };
  }

  /** Set the controls to a case. */
  apply(given) {
    this.transposed.checked = given.transposed;
    this.withNumbers.checked = given.numbers;
    this.view.value = given.view;
    for (const setting of this.settings) setting.set(given[setting.name]);
    this.alike.checked = this.settings.every(({ isAlike }) => isAlike);
    this.at = [...given.at];
  }

  /** The case that the controls show, and what is wrong with its fields. */
  read() {
    const given = { ...usualCase(), ...this.choices(), at: this.at };
    const faults = [];
    for (const setting of this.settings) {
      if (setting.name === "output_padding" && !given.transposed) continue;
      given[setting.name] = setting.read({ isAlike: this.alike.checked, isTransposed: given.transposed }, faults);
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

  draw() {
    this.pause();
    const shown = { isAlike: this.alike.checked, isTransposed: this.transposed.checked };
    for (const setting of this.settings) setting.show(shown);
    this.view.parentElement.hidden = !this.transposed.checked;
    const { given, faults } = this.read();
    Object.assign(this, { given, faults, axes: axesOf(given) });
    this.problem = faults.join(" ") || problemsOf(this.axes, given);
    const isImpossible = this.problem !== null;
    this.classList.toggle("impossible", isImpossible);
    this.picture.hidden = this.player.disabled = isImpossible;
    this.copier.disabled = faults.length > 0;
    this.chooseExample();
    if (isImpossible) {
      this.value = { problem: this.problem };
      this.say(this.problem);
      return;
    }
    this.settings.find(({ name }) => name === "padding").showAmount(this.axes.map(({ padding }) => padding));
    // The windows lie on one board; each has its pixel on the other, which answers to the keys.
    this.isScattered = given.transposed && given.view === "patches";
    [this.ground, this.answers] = this.isScattered ? [this.output, this.input] : [this.input, this.output];
    this.drawBoards();
    this.drawCaptions();
    this.drawKey();
    this.drawFormula();
    this.fit();
    this.place(...this.at);
  }

  /** Name the example that is shown. */
  chooseExample() {
    const bare = (given) => writeCase({ ...given, at: [0, 0], numbers: false, view: "patches" });
    const shown = bare(this.given);
    const isShown = ([text]) => {
      const { found } = readCase(new URLSearchParams(text));
      return bare(this.given.transposed ? transposeOf(found) : found) === shown;
    };
    this.example.value = (!this.faults.length && EXAMPLES.find(isShown)?.[0]) || OWN;
  }

  drawBoards() {
    const [rows, columns] = this.axes;
    const [readRows, readColumns] = this.axes.map((axis) => axis.read);
    const isRead = (row, column) => readRows.has(row) && readColumns.has(column);
    const isInside = (row, column) => row >= 0 && row < rows.pixels && column >= 0 && column < columns.pixels;
    const kindOf = (row, column) => {
      if (!isInside(row, column)) return "padding";
      if (!rows.isPixel(row) || !columns.isPixel(column)) return "inserted";
      return isRead(row, column) ? "pixel" : "unread";
    };
    const isHatched = (row, column) => kindOf(row, column) !== "inserted" && !isRead(row, column);
    this.ground.arrange({
      top: -rows.before, height: rows.before + rows.pixels + rows.after,
      left: -columns.before, width: columns.before + columns.pixels + columns.after,
    }, kindOf, isHatched);
    this.answers.arrange({ top: 0, left: 0, height: rows.windows, width: columns.windows }, () => "pixel");
    this.kernel.arrange({ top: 0, left: 0, height: rows.s, width: columns.s }, () => "weight");
    this.ground.setWindow(...this.axes.map((axis) => axis.taps(0).map((place) => place - axis.taps(0)[0])));
    this.answers.setWindow([0], [0]);
    const unread = this.ground.placesOf("unread");
    this.unread = unread.map(([row, column]) => [row / rows.spacing, column / columns.spacing]);
    const sides = [this.ground, this.answers].flatMap(({ height, width }) => [height, width]);
    this.isWithNumbers = this.given.numbers && Math.max(...sides) <= LARGEST_WITH_NUMBERS;
    this.kernel.figure.hidden = !this.isWithNumbers;
    if (this.isWithNumbers) this.writeNumbers();
  }

  /** Say above each board what it is and how large, to a screen reader too. */
  drawCaptions() {
    const { given, isScattered } = this;
    const sizes = { input: pair(this.axes.map(({ n }) => n)), output: pair(this.axes.map(({ output }) => output)) };
    this.input.size.textContent = sizes.input;
    this.output.size.textContent = sizes.output;
    this.kernel.size.textContent = pair(given.kernel);
    this.kernel.title.textContent = given.transposed && !isScattered ? "Kernel, flipped" : "Kernel";
    const all = pair([this.ground.height, this.ground.width]);
    const around = isScattered ? "with what is cut off" : given.transposed ? "with zeros" : "with padding";
    const isLarger = all !== this.ground.size.textContent;
    this.ground.remark.textContent = isLarger ? `${around} ${all}` : "";
    this.answers.remark.textContent = "";
    const rows = this.kernelRows().map((row) => row.map(minus).join(", "));
    this.kernel.show(`Kernel: ${rows.join("; ")}`);
    this.ground.show(`${isScattered ? "Output" : "Input"} of ${this.ground.size.textContent} pixels${isLarger ? `, ${around} ${all}` : ""}`);
    this.answers.steer(isScattered
      ? `Input of ${sizes.input} pixels: the arrow keys choose a pixel`
      : `Output of ${sizes.output} pixels: the arrow keys move the window`);
  }

  /** The kernel as it lies in the window, row by row. */
  kernelRows() {
    const [height, width] = this.given.kernel;
    const isFlipped = this.given.transposed && !this.isScattered;
    const rows = WEIGHTS.slice(0, height).map((row) => row.slice(0, width));
    return isFlipped ? rows.reverse().map((row) => row.reverse()) : rows;
  }

  /** Whole numbers into all squares. */
  writeNumbers() {
    const [rows, columns] = this.axes;
    const { isScattered } = this;
    const weights = this.kernelRows();
    const isPixel = (row, column) => rows.isPixel(row) && columns.isPixel(column);
    const pixelAt = (row, column) => (isPixel(row, column) ? PIXELS[row / rows.spacing][column / columns.spacing] : 0);
    // The products of a window: on its own board, or in a transposed layer, for the other.
    this.products = (i, j) => rows.taps(i).flatMap((row, a) => columns.taps(j).map((column, b) => (
      { to: isScattered ? [row, column] : [i, j], pixel: isScattered ? PIXELS[i][j] : pixelAt(row, column), weight: weights[a][b] })));
    const sums = new Map();
    for (let i = 0; i < rows.windows; i++) {
      for (let j = 0; j < columns.windows; j++) {
        for (const { to, pixel, weight } of this.products(i, j)) {
          sums.set(String(to), (sums.get(String(to)) ?? 0) + pixel * weight);
        }
      }
    }
    this.sumAt = (row, column) => sums.get(`${row},${column}`) ?? 0;
    this.input.write(isScattered ? (row, column) => PIXELS[row][column] : pixelAt);
    this.output.write(this.sumAt);
    this.kernel.write((row, column) => weights[row][column]);
  }

  /** Name the kinds of squares that there are. */
  drawKey() {
    const { isScattered } = this;
    const kinds = [
      ["seen", isScattered ? "the pixel, and where it adds" : "the window, and its output"],
      ["padding", isScattered ? "cut off by the padding" : "padding: zeros"],
      ["inserted", "inserted zeros"],
      ["hatch", isScattered ? "no window adds to it" : "no window reads it"],
    ];
    const isThere = (kind) => kind === "seen" || this.ground.cells.querySelector(`.${kind}`) !== null;
    this.legend.replaceChildren(...kinds.filter(([kind]) => isThere(kind))
      .map(([kind, words]) => make("li", {}, make("span", { class: `swatch ${kind}` }), words)));
  }

  drawFormula() {
    const { transposed } = this.given;
    const numbers = (name, axis) => [name, inNumbers(axis, transposed)];
    const [height, width] = this.axes;
    const isSame = inNumbers(height, transposed).isEqualNode(inNumbers(width, transposed));
    const lines = [
      ["Size of the output", inLetters(transposed)],
      ...(isSame ? [numbers("Height and width", height)] : [numbers("Height", height), numbers("Width", width)]),
    ];
    this.formula.replaceChildren(...lines.map(([name, formula]) => (
      make("div", {}, make("span", { class: "name" }, name), formula))));
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
    const hasRoom = this.isWithNumbers && square >= SMALLEST_WITH_NUMBER;
    this.boards.classList.toggle("numberless", !hasRoom);
    this.noRoom.hidden = hasRoom || !this.given.numbers;
    for (const board of shown) board.resize(square);
  }

  /** The reader's way: move the window as far towards a place as there is room. */
  moveTo(i, j, quiet = false) {
    this.pause();
    this.place(i, j, quiet);
  }

  place(i, j, quiet = false) {
    const { axes, given } = this;
    this.at = given.at = [i, j].map((index, axis) => clamp(index, 0, axes[axis].windows - 1));
    this.ground.moveWindow(...axes.map((axis, n) => axis.taps(this.at[n])[0]));
    this.answers.moveWindow(...this.at);
    this.drawSum();
    this.value = {
      ...given, output: axes.map(({ output }) => output), padded: axes.map(({ padding }) => padding),
      read: axes.map((axis, n) => axis.pixelsOf(this.at[n])), unread: this.unread,
      sum: this.isWithNumbers && !this.isScattered ? this.sumAt(...this.at) : null,
      problem: null, isPlaying: this.timer !== undefined, address: this.address,
    };
    if (this.timer) this.say("The window moves on by itself.", true);
    else this.say(describe({ axes, at: this.at, unread: this.unread.length, isScattered: this.isScattered }), quiet);
  }

  /** Write out the sum of the window's products, or what a pixel adds. */
  drawSum() {
    this.sum.hidden = !this.isWithNumbers;
    if (!this.isWithNumbers) return;
    const inBrackets = (number) => (number < 0 ? `(${minus(number)})` : String(number));
    const terms = this.products(...this.at).map(({ pixel, weight }) => `${pixel} · ${inBrackets(weight)}`);
    if (terms.length > TERMS) terms.splice(TERMS - 2, terms.length - TERMS + 1, "…");
    const joinedBy = (sign) => terms.flatMap((term, n) => [n ? sign : "", make("span", {}, term)]);
    this.sum.replaceChildren(...(this.isScattered
      ? ["The pixel adds ", ...joinedBy(", ")]
      : [...joinedBy(" + "), " = ", make("strong", {}, minus(this.sumAt(...this.at)))]));
  }

  playOrPause() {
    if (this.timer) this.moveTo(...this.at);
    else this.play();
  }

  play() {
    const [rows, columns] = this.axes.map(({ windows }) => windows);
    const last = rows * columns - 1;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      const next = Math.min(last, this.at[0] * columns + this.at[1] + (isCalm ? columns : 1));
      if (next === last) this.pause();
      this.place(Math.floor(next / columns), next % columns);
    };
    if (this.at[0] * columns + this.at[1] === last) this.at = [0, 0];
    this.player.textContent = "Pause";
    this.timer = setInterval(step, isCalm ? ROW_PAUSE : Math.min(STEP_PAUSE, LONGEST / last));
    this.place(...this.at);
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
    this.written = writeCase(found);
    this.note.textContent = complaints.length ? `Of the address, this could not be read: ${complaints.join(" ")}` : "";
    this.scrollIntoView({ block: "start" });
    return true;
  }

  /** Write the case into the page's address, once the reader has stopped for a moment. */
  keepAddress() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const isNew = !this.faults.length && writeCase(this.given) !== this.written;
      if (isNew && !this.timer) this.writeAddress();
    }, ADDRESS_PAUSE);
  }

  writeAddress() {
    this.written = writeCase(this.given);
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

customElements.define("convolution-explorer", ConvolutionExplorer);
