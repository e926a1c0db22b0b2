// Pictures of numbers on the screen: painted pixel by pixel, marked, and moved by key, mouse or touch.
import { make, makeSvg } from "./base.js";

export const minus = (number) => String(number).replaceAll("-", "−");

const NEGATIVE = [245, 135, 30];
export const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Black is 0, white is `limit`; what is negative is orange, the brighter the further from 0. */
export function shade(value, limit) {
  const strength = Math.min(1, Math.abs(value) / (limit || 1));
  return value < 0 ? NEGATIVE.map((channel) => strength * channel) : Array(3).fill(255 * strength);
}

export const meanSize = (numbers) => (
  numbers.reduce((sum, number) => sum + Math.abs(number), 0) / numbers.length);

/** A limit for `shade` that lets most differences be seen: four times the mean size, or the largest. */
export function brightest(numbers) {
  return Math.min(4 * meanSize(numbers), Math.max(...Array.from(numbers, Math.abs)));
}

/** Numbers as a picture of squares, with marks above it in units of its pixels. */
export class PixelView {
  constructor(height, width, caption) {
    Object.assign(this, { height, width });
    this.canvas = make("canvas", { width, height });
    this.marks = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.frame = make("div", { class: "pixels", role: "img", "aria-label": caption }, this.canvas, this.marks);
    this.frame.style.aspectRatio = `${width} / ${height}`;
    this.caption = make("figcaption", {}, caption);
    this.figure = make("figure", {}, this.caption, this.frame);
  }

  /** Paint every pixel p in `colourOf(p)`, red, green, blue and perhaps opacity; null leaves it clear. */
  paint(colourOf) {
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(this.width, this.height);
    for (let p = 0; p < this.width * this.height; p++) {
      const colour = colourOf(p);
      if (colour) image.data.set([...colour.slice(0, 3), 255 * (colour[3] ?? 1)], 4 * p);
    }
    context.putImageData(image, 0, 0);
  }

  /** Paint a picture of numbers by `shade`. */
  show(picture, limit) {
    this.paint((p) => shade(picture.pixels[p], limit));
  }

  /** A rectangle above the pixels that reads on light and dark ones; returns what moves it. */
  addMark(kind, size = 1) {
    const box = { width: size, height: size, class: kind };
    const rects = ["halo", "line"].map((part) => makeSvg("rect", { ...box, class: `${kind} ${part}` }));
    this.marks.append(...rects);
    return (top, left, height = size, width = size) => {
      for (const rect of rects) {
        for (const [name, value] of Object.entries({ x: left, y: top, width, height })) {
          rect.setAttribute(name, value);
        }
      }
    };
  }

  /** Let the arrow keys call `step(dy, dx)`; `name` says so to a screen reader. */
  onKeys(name, step) {
    const attributes = { tabindex: 0, role: "application", "aria-label": name };
    for (const entry of Object.entries(attributes)) this.frame.setAttribute(...entry);
    this.frame.addEventListener("keydown", (event) => {
      if (!STEPS[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // The page stays where it is.
      step(...STEPS[event.key]);
    });
  }

  /** Let mouse, pen and finger call `move(y, x, isFirst)` with a place in units of pixels while they
   *  drag; with `hover`, a mouse does so without a button too. */
  onDrag(move, { hover = false } = {}) {
    this.frame.classList.add("draggable");
    const place = (event) => {
      const box = this.frame.getBoundingClientRect();
      return [(event.clientY - box.top) / box.height * this.height, (event.clientX - box.left) / box.width * this.width];
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.frame.setPointerCapture(event.pointerId);
      move(...place(event), true);
    });
    this.frame.addEventListener("pointermove", (event) => {
      const isDragged = this.frame.hasPointerCapture(event.pointerId);
      if (isDragged || (hover && event.pointerType === "mouse")) move(...place(event), false);
    });
  }
}

/** The nearest number from `low` to `high`. */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
