// A kernel that the reader edits slides over a photograph: nine products, their sum, the map that grows.
import { BOOK_COLOURS, BookElement, make } from "./base.js";
import photographs from "./eight_photographs.js";
import { KERNELS, PHOTOGRAPHS } from "./kernels.js";
import { Picture, convolve, weigh } from "./layers.js";
import { PixelView, brightest, clamp, meanSize, minus, shade } from "./pictures.js";

const USUAL = ["sobel-x", "sobel-y", "ridge", "box-blur", "sharpen", "shift-right", "identity"];
const OWN = "own";
const FIRST_PLACE = [29, 25]; // At an edge, so that the first sum has something to say.
const PLACES_A_SECOND = 4; // At first, so that one can follow …
const FASTER = 1.7; // … and so much faster every second, so that nobody waits for the last row.
const ROW_PAUSE = 1000; // Milliseconds for a row, where the reader wants no motion.

/** A number as a reader writes it, with two digits after the point at most. */
const written = (number) => minus(Number(number.toFixed(2)));

/** The output that is shown white: what a white photograph gives; where that is next to nothing, as
 *  with an edge detector, more than most outputs. */
function whiteOf(outputs, kernel, divisor) {
  const ofWhite = (255 * Math.abs(weigh(Array(9).fill(1), kernel))) / divisor;
  const keepsGrey = ofWhite >= meanSize(outputs);
  return Math.round(keepsGrey ? ofWhite : brightest(outputs)) || 1;
}

class KernelPlayground extends BookElement {
  static label = "Kernel playground: a kernel slides over a photograph";

  build() {
    this.allowAttributes("presets");
    const presets = this.wordsOf("presets", Object.keys(KERNELS), USUAL);
    this.show(Object.keys(PHOTOGRAPHS)[0]);
    [this.height, this.width] = [this.photograph.height - 2, this.photograph.width - 2];
    this.computed = new Uint8Array(this.height * this.width);
    const options = [...presets.map((name) => [name, KERNELS[name][0]]), [OWN, "Your own"]];
    this.preset = this.addChoice("Kernel", options, (name) => { if (name !== OWN) this.apply(name); });
    this.addChoice("Photograph", Object.entries(PHOTOGRAPHS), (name) => {
      this.pause();
      this.show(name);
      this.paintPhotograph();
    });
    this.flip = this.addSwitch("Flip the kernel");
    this.player = this.addButton("Play", () => (this.timer ? this.pause() : this.play()));
    const fill = (value) => () => { this.pause(); this.computed.fill(value); };
    const buttons = [this.player, this.addButton("Fill all", fill(1)), this.addButton("Empty", fill(0))];
    this.controls.append(make("span", { class: "buttons" }, ...buttons));
    const places = { min: 0, max: this.computed.length - 1, value: 0 };
    this.position = this.addRange("Window", places, (place) => this.slideTo(place));
    this.buildPictures();
    this.buildSum();
    this.apply(presets[0]);
    [this.row, this.column] = FIRST_PLACE;
    this.computed.fill(1, 0, this.place);
  }

  disconnectedCallback() {
    if (this.timer) this.pause();
  }

  /** The window's place in raster order. */
  get place() {
    return this.row * this.width + this.column;
  }

  /** Take a photograph; all have the same size. */
  show(name) {
    this.name = name;
    this.photograph = Picture.ofRows(photographs[name]);
  }

  paintPhotograph() {
    this.input.paint((p) => shade(this.photograph.pixels[p], 255));
  }

  buildPictures() {
    const { height, width } = this.photograph;
    this.input = new PixelView(height, width, `Photograph, ${height} × ${width}`);
    this.map = new PixelView(this.height, this.width, `Map, ${this.height} × ${this.width}`);
    this.scale = make("p", { class: "scale" });
    this.map.figure.append(this.scale);
    this.input.figure.append(make("p", { class: "scale" }, "Drag the window, or press the arrow keys."));
    this.paintPhotograph();
    this.input.onKeys("Photograph: the arrow keys move the window",
      (dy, dx) => this.moveTo(this.row + dy, this.column + dx));
    this.input.onDrag((y, x) => this.moveTo(Math.round(y - 1.5), Math.round(x - 1.5), true));
    this.markWindow = this.input.addMark("window", 3);
    this.markOutput = this.map.addMark("window", 2);
    this.stage.append(make("div", { class: "maps" }, this.input.figure, this.map.figure));
  }

  /** What stands below: patch × kernel = products → sum. */
  buildSum() {
    const grid = (kind, caption, cells, attributes) => make("figure", { class: kind },
      make("figcaption", {}, caption), make("div", { class: "nine", ...attributes }, ...cells));
    const cells = () => Array.from({ length: 9 }, () => make("span", {}));
    this.weights = Array.from({ length: 9 }, (_, n) => {
      const label = `row ${Math.floor(n / 3) + 1}, column ${(n % 3) + 1}`;
      const input = make("input", { type: "number", step: "any", "aria-label": label });
      input.addEventListener("input", () => { this.preset.value = OWN; this.draw(); });
      return input;
    });
    this.divisor = make("input", { type: "number", step: "any" });
    this.divisor.addEventListener("input", () => { this.preset.value = OWN; this.draw(); });
    [this.patch, this.products] = [cells(), cells()];
    this.total = make("span", { class: "total" });
    this.output = make("strong", { class: "output" });
    const sign = (text) => make("span", { class: "sign", "aria-hidden": "true" }, text);
    const sum = make("figure", { class: "sum" }, make("figcaption", {}, "Their sum"),
      make("div", {}, this.total, make("label", {}, "divided by ", this.divisor), this.output));
    this.stage.append(make("div", { class: "equation" },
      grid("patch", "Patch", this.patch, { role: "img" }), sign("×"),
      grid("kernel", "Kernel", this.weights, { role: "group", "aria-label": "Kernel" }), sign("="),
      grid("products", "Products", this.products, { role: "img" }), sign("→"), sum));
  }

  /** Put a preset's weights into the inputs. */
  apply(name) {
    const [, weights, divisor = 1] = KERNELS[name];
    this.preset.value = name;
    this.weights.forEach((input, n) => { input.value = weights[n]; });
    this.divisor.value = divisor;
  }

  play() {
    if (this.computed.every(Boolean) || this.place === this.computed.length - 1) {
      this.computed.fill(0);
      [this.row, this.column] = [0, 0];
    }
    this.player.textContent = "Pause";
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.timer = setInterval(() => this.advance(this.width), ROW_PAUSE);
      return;
    }
    const start = performance.now();
    let done = 0;
    const tick = (now) => {
      // The way at a speed that grows by a factor every second.
      const seconds = Math.max(0, now - start) / 1000;
      const way = Math.floor(PLACES_A_SECOND * (FASTER ** seconds - 1) / Math.log(FASTER));
      this.timer = requestAnimationFrame(tick);
      if (way > done) this.advance(way - done);
      done = way;
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause() {
    clearInterval(this.timer);
    cancelAnimationFrame(this.timer);
    this.timer = undefined;
    this.player.textContent = "Play";
  }

  /** Go on in raster order, and compute every output on the way. */
  advance(places) {
    const last = this.computed.length - 1;
    const next = Math.min(last, this.place + places);
    this.computed.fill(1, this.place, next + 1);
    [this.row, this.column] = [Math.floor(next / this.width), next % this.width];
    if (next === last) this.pause();
    this.draw();
  }

  /** The slider's way: to a place in raster order, with all before it computed and none after it. */
  slideTo(place) {
    this.pause();
    this.computed.fill(0).fill(1, 0, place);
    [this.row, this.column] = [Math.floor(place / this.width), place % this.width];
  }

  /** Move the window as far towards a place as there is room, and compute the outputs on the way. */
  moveTo(row, column, quiet = false) {
    this.pause();
    const [top, left] = [clamp(row, 0, this.height - 1), clamp(column, 0, this.width - 1)];
    const steps = Math.max(Math.abs(top - this.row), Math.abs(left - this.column));
    for (let n = 0; n < steps; n++) {
      const part = (from, to) => Math.round(from + ((to - from) * n) / steps);
      this.computed[part(this.row, top) * this.width + part(this.column, left)] = 1;
    }
    [this.row, this.column] = [top, left];
    this.draw(quiet);
  }

  /** The weights as they lie on the patch, and what their sum is divided by. */
  read() {
    const kernel = this.weights.map((input) => Number(input.value) || 0);
    const isDivisor = Number(this.divisor.value) > 0;
    const empty = this.weights.some((input) => input.value === "");
    const divisor = isDivisor ? Number(this.divisor.value) : 1;
    const remarks = [
      empty ? " An empty weight counts as 0." : "",
      isDivisor ? "" : " Only a number above 0 can divide: 1 is taken.",
      this.flip.checked ? " The kernel is flipped, which is convolution in the strict sense." : "",
    ];
    return { kernel, divisor, laid: this.flip.checked ? [...kernel].reverse() : kernel, remarks: remarks.join("") };
  }

  draw(quiet = false) {
    const { kernel, divisor, laid, remarks } = this.read();
    this.computed[this.place] = 1;
    const full = convolve(this.photograph, laid, 0).pixels.map((sum) => sum / divisor);
    const patch = this.photograph.patch(this.row, this.column);
    const products = patch.map((pixel, n) => pixel * laid[n]);
    const sum = weigh(patch, laid);
    const limit = whiteOf(full, kernel, divisor);
    this.drawMap(full, limit);
    this.drawSum({ kernel, divisor, patch, products, sum, limit });
    const place = `row ${this.row + 1}, column ${this.column + 1}`;
    this.position.value = this.place;
    this.position.nextElementSibling.textContent = place;
    this.position.setAttribute("aria-valuetext", place);
    const filled = this.computed.reduce((count, is) => count + is, 0);
    const divided = divisor === 1 ? "" : `; divided by ${written(divisor)} that is ${written(sum / divisor)}`;
    if (this.timer) {
      this.say("The window moves on row by row, and the map fills behind it.", true);
    } else {
      this.say(`Window at ${place}: the nine products add up to ${written(sum)}${divided}. `
        + `${filled} of the map’s ${this.height} × ${this.width} = ${full.length} outputs are computed.${remarks}`, quiet);
    }
    const map = (p) => (this.computed[p] ? full[p] : null);
    this.value = {
      photograph: this.name, preset: this.preset.value, kernel, divisor, flipped: this.flip.checked, row: this.row, column: this.column,
      patch, products, sum, output: sum / divisor, filled, isPlaying: this.timer !== undefined,
      map: Array.from({ length: this.height }, (_, i) => (
        Array.from({ length: this.width }, (_, j) => map(i * this.width + j)))),
    };
  }

  drawMap(full, limit) {
    this.map.paint((p) => (this.computed[p] ? shade(full[p], limit) : null));
    this.markWindow(this.row, this.column);
    // Around the pixel, so that its colour stays to be seen.
    this.markOutput(this.row - 0.5, this.column - 0.5);
    const lowest = Math.min(...full);
    const light = `Black is 0, white is ${written(limit)} and more`;
    this.scale.textContent = lowest < 0
      ? `${light}. Orange is negative, down to ${written(lowest)}.` : `${light}. No output is negative.`;
  }

  drawSum({ kernel, divisor, patch, products, sum, limit }) {
    const grey = (value) => {
      const [level] = shade(value, 255);
      return [`rgb(${level} ${level} ${level})`, level > 117 ? "#000" : "#fff"];
    };
    patch.forEach((pixel, n) => {
      this.patch[n].textContent = written(pixel);
      [this.patch[n].style.background, this.patch[n].style.color] = grey(pixel);
    });
    const strongest = (numbers) => Math.max(...numbers.map(Math.abs)) || 1;
    const tint = (node, number, largest) => {
      node.style.setProperty("--hue", BOOK_COLOURS[number < 0 ? 1 : 0]);
      node.style.setProperty("--strength", `${(60 * Math.abs(number)) / largest}%`);
    };
    const kernelBox = this.weights[0].parentElement;
    kernelBox.classList.toggle("flipped", this.flip.checked);
    this.weights.forEach((input, n) => tint(input, kernel[n], strongest(kernel)));
    this.products.forEach((node, n) => {
      node.textContent = written(products[n]);
      tint(node, products[n], strongest(products));
    });
    const named = (name, numbers) => `${name}: ${numbers.map(written).join(", ")}`;
    this.patch[0].parentElement.setAttribute("aria-label", named("Patch", patch));
    this.products[0].parentElement.setAttribute("aria-label", named("Products", products));
    this.total.textContent = written(sum);
    this.total.hidden = divisor === 1;
    this.output.textContent = written(sum / divisor);
    const colour = shade(sum / divisor, limit).map(Math.round);
    const luminance = 0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2];
    this.output.style.background = `rgb(${colour.join(" ")})`;
    this.output.style.color = luminance > 117 ? "#000" : "#fff";
  }
}

customElements.define("kernel-playground", KernelPlayground);
