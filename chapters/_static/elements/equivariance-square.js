// The commuting square: shift a picture and apply the layer, or apply the layer and shift what comes out.
import { BookElement, group, make, makeSvg } from "./base.js";
import { Picture, SOBEL_X, convolve, generator, locallyConnected } from "./layers.js";
import photographs from "./photographs.js";
import { PixelView, brightest, clamp, shade } from "./pictures.js";

const REACH = 12;
const LARGEST_WEIGHT = 3;
const FIRST_SHIFT = [5, 9];

/** For every pixel nine weights of its own: small integers, so that every sum is exact. */
function ownKernels(pixels) {
  const draw = generator(64);
  const weight = () => draw(2 * LARGEST_WEIGHT + 1) - LARGEST_WEIGHT;
  return Array.from({ length: pixels }, () => Array.from({ length: 9 }, weight));
}

/** "5 down and 9 to the right". */
function direction(dy, dx) {
  const parts = [];
  if (dy) parts.push(`${Math.abs(dy)} ${dy > 0 ? "down" : "up"}`);
  if (dx) parts.push(`${Math.abs(dx)} to the ${dx > 0 ? "right" : "left"}`);
  return parts.join(" and ");
}

class EquivarianceSquare extends BookElement {
  static label = "Two routes: shift, then layer; layer, then shift";

  build() {
    this.allowAttributes();
    this.picture = Picture.ofRows(photographs.cat64);
    this.kernels = ownKernels(this.picture.pixels.length);
    this.answers = {
      own: locallyConnected(this.picture, this.kernels, 1),
      shared: convolve(this.picture, SOBEL_X, 1),
    };
    this.shared = this.addSwitch("Share one kernel");
    const range = { min: -REACH, max: REACH };
    this.down = this.addRange("Shift down", { ...range, value: FIRST_SHIFT[0] });
    this.right = this.addRange("Shift right", { ...range, value: FIRST_SHIFT[1] });
    this.buildPanels();
  }

  buildPanels() {
    const { height, width } = this.picture;
    const panel = (area, caption) => {
      const view = new PixelView(height, width, caption);
      view.figure.style.gridArea = area;
      return view;
    };
    this.panels = {
      x: panel("x", "Picture"),
      sx: panel("sx", "Shifted: drag it"),
      fx: panel("fx", "Output"),
      sfx: panel("sfx", "Output, shifted"),
      fsx: panel("fsx", "Its output"),
      gap: panel("gap", "Difference"),
    };
    const { x, sx, sfx, fsx, gap } = this.panels;
    
    this.frames = [sfx, fsx, gap].map((view) => view.addMark("inside"));
    sx.onKeys("Shifted picture: the arrow keys shift it",
      (dy, dx) => this.moveTo(Number(this.down.value) + dy, Number(this.right.value) + dx));
    let grip;
    for (const view of [x, sx]) {
      view.onDrag((row, column, isFirst) => {
        if (isFirst) grip = [Number(this.down.value) - row, Number(this.right.value) - column];
        this.moveTo(Math.round(grip[0] + row), Math.round(grip[1] + column), true);
      });
    }
    const routes = [
      ["a1", "last", "layer"], ["a2", "last", "shift"], ["a3", "last", "compare"],
      ["b1", "first", "shift"], ["b2", "first", "layer"], ["b3", "first", "compare"],
    ];
    const arrows = routes.map(([area, route, text]) => makeArrow(area, route, text));
    this.number = make("strong", {});
    this.verdict = make("p", { class: "verdict" }, make("span", {}, "largest difference"), this.number);
    const figures = Object.values(this.panels).map((view) => view.figure);
    this.stage.append(make("div", { class: "square" }, ...figures, ...arrows, this.verdict));
    x.show(this.picture, 255);
  }

  /** Shift the picture to a place, as far as it can go; the sliders follow. */
  moveTo(dy, dx, quiet = false) {
    for (const [input, value] of [[this.down, dy], [this.right, dx]]) {
      input.value = clamp(value, -REACH, REACH);
      input.nextElementSibling.textContent = input.value;
    }
    this.draw(quiet);
  }

  draw(quiet = false) {
    const [dy, dx] = [Number(this.down.value), Number(this.right.value)];
    const shared = this.shared.checked;
    const layer = (picture) => (
      shared ? convolve(picture, SOBEL_X, 1) : locallyConnected(picture, this.kernels, 1));
    const answer = this.answers[shared ? "shared" : "own"];
    const moved = this.picture.shifted(dy, dx);
    const first = layer(moved);
    const last = answer.shifted(dy, dx);
    const difference = first.minus(last);
    const frame = Math.max(Math.abs(dy), Math.abs(dx)) + 1;
    const inside = difference.largest(frame);
    const everywhere = difference.largest();

    const limit = brightest(answer.pixels);
    this.panels.sx.show(moved, 255);
    this.panels.fx.show(answer, limit);
    const isInside = (p) => {
      const [row, column] = [Math.floor(p / moved.width), p % moved.width];
      return Math.min(row, column, moved.height - 1 - row, moved.width - 1 - column) >= frame;
    };
    for (const [view, picture] of [["sfx", last], ["fsx", first], ["gap", difference]]) {
      // What is left out is still there, fainter.
      this.panels[view].paint((p) => [...shade(picture.pixels[p], limit), isInside(p) ? 1 : 0.35]);
    }
    for (const mark of this.frames) mark(frame, frame, moved.height - 2 * frame, moved.width - 2 * frame);
    this.number.textContent = group(inside);
    this.verdict.classList.toggle("agree", inside === 0);
    this.say(describe({ dy, dx, shared, frame, inside, everywhere }), quiet);
    this.value = {
      dy, dx, shared, frame, inside, everywhere,
      first: first.rows, last: last.rows, difference: difference.rows,
    };
  }
}

function makeArrow(area, route, text) {
  const line = makeSvg("svg", { viewBox: "0 0 40 12", width: 40 },
    makeSvg("path", { d: "M2 6H37M31 1L37 6L31 11" }));
  const arrow = make("div", { class: `arrow ${route} ${area}`, "aria-hidden": "true" }, make("span", {}, text), line);
  arrow.style.gridArea = area;
  return arrow;
}

function describe({ dy, dx, shared, frame, inside, everywhere }) {
  const kernels = shared ? "one shared kernel" : "a kernel of its own for every pixel";
  if (!dy && !dx) return `Nothing is shifted, so both routes are the same, with ${kernels}. Drag the picture.`;
  const moved = `Shifted by ${direction(dy, dx)}, with ${kernels}:`;
  const left = `inside the frame of ${frame} pixels`;
  if (inside) return `${moved} the two routes differ by up to ${group(inside)} ${left}.`;
  const border = everywhere
    ? ` In the frame they differ by up to ${group(everywhere)}: there zeros enter.` : "";
  return `${moved} the two routes agree. The largest difference ${left} is exactly 0.${border}`;
}

customElements.define("equivariance-square", EquivarianceSquare);
