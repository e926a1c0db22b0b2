// <learned-kernel>: gradient descent finds a kernel from a picture and what the kernel has made of it.
import { BOOK_COLOURS, BookElement, make, makeSvg } from "./base.js";
import { eigenvalues, examine, moments, normal, standardised } from "./descent.js";
import photographs from "./eight_photographs.js";
import { KERNELS, PHOTOGRAPHS } from "./kernels.js";
import { Picture, convolve, generator } from "./layers.js";
import { PixelView, brightest, minus, shade } from "./pictures.js";

const SIDE = 64;
// Pictures in which kernels are easy to tell apart, or can't be.
const MADE = { noise: "Noise", flat: "Flat grey", ramp: "Lighter to the right" };
const TARGETS = ["sobel-x", "sobel-y", "vertical", "horizontal", "laplacian", "ridge", "box-blur", "gaussian-blur", "identity"];
const RATES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.5, 1];
const FIRST_RATE = 0.05;
const FIRST_STEPS = 10; // So that there is a curve before anybody has pressed a button.
const MOST_STEPS = 5000;
const LOST = 1e9; // A loss that has grown to a billion times the first does not come back.
const FOUND = 1e-12; // A loss that has fallen by this factor is rounding.
const FRAME_STEPS = 20; // At most, for each frame of the screen.
const QUIET_STEPS = 50; // A second, where the reader wants no motion.

const written = (number, digits = 2) => minus(Number(number.toFixed(digits)));

/** Three digits that count; what is tiny or huge is only said to be so. */
function short(number) {
  const size = Math.abs(number);
  if (size > 1e6) return "more than a million";
  if (size < 0.001) return size === 0 ? "0" : "less than 0.001";
  return minus(Number(number.toPrecision(3)));
}

/** 10⁻⁴, where 0.0001 would be long. */
function powerOfTen(power) {
  if (power >= -2 && power <= 4) return String(Number((10 ** power).toPrecision(1)));
  return "10" + [...minus(power)].map((sign) => (sign === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign])).join("");
}

function pictureOf(name) {
  if (photographs[name]) return Picture.ofRows(photographs[name]);
  const noise = normal(generator(7), SIDE * SIDE);
  const level = {
    noise: (p) => Math.min(255, Math.max(0, Math.round(128 + 45 * noise[p]))),
    flat: () => 128,
    ramp: (p) => 4 * (p % SIDE),
  }[name];
  return new Picture(SIDE, SIDE, Float64Array.from({ length: SIDE * SIDE }, (_, p) => level(p)));
}

class LearnedKernel extends BookElement {
  static label = "Learned kernel: gradient descent finds it, step by step";

  build() {
    this.allowAttributes();
    const begin = () => { this.pause(); this.begin(); };
    const pictures = [...Object.entries(PHOTOGRAPHS), ...Object.entries(MADE)];
    this.picture = this.addChoice("Picture", pictures, begin);
    this.target = this.addChoice("Kernel to be found", TARGETS.map((name) => [name, KERNELS[name][0]]), begin);
    this.noise = this.addRange("Noise in the map", { min: 0, max: 2, step: 0.5, value: 0 }, begin);
    this.rate = this.addChoice("Step size", RATES.map((rate) => [rate, String(rate)]));
    this.rate.value = FIRST_RATE;
    this.player = this.addButton("Play", () => (this.timer ? this.pause() : this.play()));
    const steps = (count) => () => { this.pause(); this.advance(count); };
    const buttons = [this.player, this.addButton("Step", steps(1)), this.addButton("100 steps", steps(100)),
      this.addButton("Start again", begin)];
    this.controls.append(make("span", { class: "buttons" }, ...buttons));
    this.buildStage();
    this.begin();
    this.advance(FIRST_STEPS);
  }

  disconnectedCallback() {
    if (this.timer) this.pause();
  }

  buildStage() {
    const inner = SIDE - 2;
    this.views = {
      input: new PixelView(SIDE, SIDE, "Picture"),
      goal: new PixelView(inner, inner, "Map to be reached"),
      answers: new PixelView(inner, inner, "Map so far"),
    };
    const grid = (caption) => {
      const cells = Array.from({ length: 9 }, () => make("span", {}));
      const nine = make("div", { class: "nine", role: "img" }, ...cells);
      return { cells, nine, caption, figure: make("figure", {}, make("figcaption", {}, caption), nine) };
    };
    this.grids = { secret: grid("Kernel to be found"), kernel: grid("Kernel so far") };
    this.chart = makeSvg("svg", { viewBox: "0 0 340 190", width: 340, "aria-hidden": "true" });
    const curve = make("figure", { class: "curve" }, make("figcaption", {}, "Loss, in % of the first"), this.chart);
    this.stage.append(
      make("div", { class: "maps" }, ...Object.values(this.views).map((view) => view.figure)),
      make("div", { class: "search" }, this.grids.secret.figure, this.grids.kernel.figure, curve),
    );
  }

  /** Take what the controls say, and a kernel of zeros. */
  begin() {
    const [, weights, divisor = 1] = KERNELS[this.target.value];
    this.secret = weights.map((weight) => weight / divisor);
    this.shown = pictureOf(this.picture.value);
    this.data = standardised(this.shown);
    this.goal = convolve(this.data, this.secret, 0);
    const noise = normal(generator(11), this.goal.pixels.length);
    const spread = Number(this.noise.value);
    this.goal.pixels.forEach((answer, p) => { this.goal.pixels[p] = answer + spread * noise[p]; });
    const strengths = eigenvalues(moments(this.data));
    this.limit = 1 / strengths[0];
    this.directions = strengths.filter((strength) => strength > 1e-9 * strengths[0]).length;
    this.kernel = Array(9).fill(0);
    this.now = examine(this.data, this.kernel, this.goal);
    this.losses = [this.now.loss];
  }

  get share() {
    return this.losses.at(-1) / (this.losses[0] || 1);
  }

  get isOver() {
    return this.share > LOST || this.share < FOUND || this.losses.length > MOST_STEPS;
  }

  /** Take steps of gradient descent, until there is nothing more to be had. */
  advance(count) {
    const rate = Number(this.rate.value);
    for (let step = 0; step < count && !this.isOver; step++) {
      this.kernel = this.kernel.map((weight, n) => weight - rate * this.now.gradient[n]);
      this.now = examine(this.data, this.kernel, this.goal);
      this.losses.push(this.now.loss);
    }
    if (this.isOver) this.pause();
  }

  play() {
    if (this.isOver) this.begin();
    this.player.textContent = "Pause";
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.timer = setInterval(() => { this.advance(QUIET_STEPS); this.draw(); }, 1000);
      return;
    }
    let frames = 0;
    const tick = () => {
      frames += 1;
      this.timer = requestAnimationFrame(tick);
      // One step a frame at first, so that one can follow; then more, so that nobody waits.
      this.advance(Math.min(FRAME_STEPS, Math.ceil(frames / 60)));
      this.draw();
    };
    this.timer = requestAnimationFrame(tick);
  }

  pause() {
    clearInterval(this.timer);
    cancelAnimationFrame(this.timer);
    this.timer = undefined;
    this.player.textContent = "Play";
  }

  draw() {
    const limit = brightest(this.goal.pixels) || 1;
    this.views.input.show(this.shown, 255);
    this.views.goal.show(this.goal, limit);
    this.views.answers.paint((p) => shade(this.now.answers.pixels[p], limit));
    const strongest = Math.max(...this.secret.map(Math.abs));
    this.drawKernel(this.grids.secret, this.secret, strongest);
    this.drawKernel(this.grids.kernel, this.kernel, strongest);
    this.drawCurve();
    const furthest = Math.max(...this.kernel.map((weight, n) => Math.abs(weight - this.secret[n])));
    const rate = Number(this.rate.value);
    this.value = {
      picture: this.picture.value, target: this.target.value, noise: Number(this.noise.value), rate,
      step: this.losses.length - 1, kernel: this.kernel, gradient: this.now.gradient, secret: this.secret, furthest,
      losses: [...this.losses], limit: this.limit, directions: this.directions,
      isPlaying: this.timer !== undefined, isOver: this.isOver,
      pixels: Array.from(this.data.pixels), goal: Array.from(this.goal.pixels),
    };
    if (this.timer) this.say("Step by step the kernel changes, and the loss with it.", true);
    else this.say(describe(this.value));
  }

  drawKernel({ cells, nine, caption }, weights, strongest) {
    cells.forEach((cell, n) => {
      const weight = weights[n];
      cell.textContent = Math.abs(weight) < 1000 ? written(weight) : (weight < 0 ? "−…" : "…");
      cell.style.setProperty("--hue", BOOK_COLOURS[weight < 0 ? 1 : 0]);
      cell.style.setProperty("--strength", `${60 * Math.min(1, Math.abs(weight) / strongest)}%`);
    });
    nine.setAttribute("aria-label", `${caption}: ${weights.map((weight) => written(weight)).join(", ")}`);
  }

  /** The losses, each decade of the same height. */
  drawCurve() {
    const shares = this.losses.map((loss) => Math.max(FOUND, loss / (this.losses[0] || 1)));
    const [left, right, top, bottom] = [58, 332, 12, 158];
    const powers = shares.map(Math.log10);
    const low = Math.min(-2, Math.floor(Math.min(...powers)));
    const high = Math.max(0, Math.ceil(Math.max(...powers)));
    const steps = Math.max(20, shares.length - 1);
    const x = (step) => left + ((right - left) * step) / steps;
    const y = (power) => bottom - ((bottom - top) * (power - low)) / (high - low);
    const text = (at, height, anchor, words) => makeSvg("text",
      { x: at, y: height, "text-anchor": anchor, "font-size": 13, fill: "currentColor" }, words);
    const every = Math.ceil((high - low) / 4);
    const grid = [];
    for (let power = high; power >= low; power -= every) {
      grid.push(makeSvg("path", { d: `M${left} ${y(power)}H${right}`, stroke: "currentColor", "stroke-opacity": 0.25 }),
        text(left - 6, y(power) + 4, "end", powerOfTen(power + 2)));
    }
    const last = powers.length - 1;
    this.chart.replaceChildren(...grid, text(left, bottom + 20, "start", "step 0"), text(right, bottom + 20, "end", String(steps)),
      makeSvg("path", { d: `M${powers.map((power, step) => `${x(step).toFixed(1)} ${y(power).toFixed(1)}`).join("L")}`,
        fill: "none", stroke: BOOK_COLOURS[0], "stroke-width": 2 }),
      makeSvg("circle", { cx: x(last), cy: y(powers[last]), r: 5, fill: BOOK_COLOURS[0] }));
  }
}

function describe({ step, rate, losses, limit, directions, furthest, noise }) {
  const share = losses.at(-1) / (losses[0] || 1);
  const lost = !(share < LOST);
  const parts = [lost
    ? `After ${step} steps the loss is more than a billion times the first: the search has diverged.`
    : `After ${step} ${step === 1 ? "step" : "steps"} the loss is ${short(100 * share)} % of the first, `
      + `and the weight that is furthest off is wrong by ${short(furthest)}.`];
  if (rate > limit) {
    parts.push(`A step size of ${rate} is too large for this picture: above 1/λ₁ = ${limit.toFixed(3)} each step overshoots by more than the one before.`
      + (lost ? " Choose a smaller one and start again." : ""));
  }
  if (directions < 9) {
    parts.push(`In this picture only ${directions} of 9 directions can be told apart: `
      + (share < 1e-6 && furthest > 0.01 ? "every answer is right, and the kernel is a different one." : "many kernels give the same map."));
  } else if (noise > 0) {
    parts.push("The map to be reached has noise, which no kernel gives: the loss can’t fall to 0.");
  }
  return parts.join(" ");
}

customElements.define("learned-kernel", LearnedKernel);
