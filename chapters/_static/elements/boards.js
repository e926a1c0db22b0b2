// Boards of squares on which a window moves: pixels, padding, and what no window reads.
import { make, makeSvg } from "./base.js";
import { minus } from "./pictures.js";

const CELL = 40; // The side of a square in units of the drawing; `resize` says how large it is seen.
const GAP = 1.5;
const ROUND = 4;
const MARGIN = 4; // Room for the line around a window at the border.

/** The outline of rounded squares at some [row, column] places. */
function outline(places) {
  const side = CELL - 2 * (GAP + ROUND);
  const arc = (x, y) => `a${ROUND} ${ROUND} 0 0 1 ${x} ${y}`;
  return places.map(([row, column]) => (
    `M${column * CELL + GAP + ROUND} ${row * CELL + GAP}h${side}${arc(ROUND, ROUND)}v${side}${arc(-ROUND, ROUND)}`
    + `h${-side}${arc(-ROUND, -ROUND)}v${-side}${arc(ROUND, -ROUND)}z`)).join("");
}

/** Diagonals through the same squares. */
function hatch(places) {
  const side = CELL - 2 * GAP;
  const sums = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75].map((part) => part * side);
  return places.flatMap(([row, column]) => sums.map((sum) => {
    const [far, near] = [Math.min(sum, side), Math.max(0, sum - side)];
    return `M${column * CELL + GAP + near} ${row * CELL + GAP + far}l${far - near} ${near - far}`;
  })).join("");
}

/** Squares in rows and columns; the place (0, 0) may have others above it and to its left. */
export class Board {
  constructor(title) {
    this.cells = makeSvg("g");
    this.window = makeSvg("g", { class: "window" });
    this.veil = makeSvg("g", { class: "veil" });
    this.texts = makeSvg("g");
    this.svg = makeSvg("svg", { class: "board", role: "img" }, this.cells, this.window, this.veil, this.texts);
    [this.title, this.size, this.remark] = [make("strong", {}, title), make("span", {}), make("span", { class: "remark" })];
    const caption = make("figcaption", {}, this.title, " ", this.size, " ", this.remark);
    this.figure = make("figure", {}, caption, this.svg);
  }

  /** Lay out squares from row `top` and column `left`; `kindOf(row, column)` is the class of each, and
   *  those for which `isHatched(row, column)` have diagonals. */
  arrange({ top, left, height, width }, kindOf, isHatched = () => false) {
    Object.assign(this, { top, left, height, width, places: {} });
    const corner = [left * CELL - MARGIN, top * CELL - MARGIN];
    this.svg.setAttribute("viewBox", `${corner.join(" ")} ${width * CELL + 2 * MARGIN} ${height * CELL + 2 * MARGIN}`);
    const { places } = this;
    const hatched = [];
    for (let row = top; row < top + height; row++) {
      for (let column = left; column < left + width; column++) {
        (places[kindOf(row, column)] ??= []).push([row, column]);
        if (isHatched(row, column)) hatched.push([row, column]);
      }
    }
    const paths = Object.entries(places).map(([kind, list]) => makeSvg("path", { class: kind, d: outline(list) }));
    if (hatched.length) paths.push(makeSvg("path", { class: "hatch", d: hatch(hatched) }));
    this.cells.replaceChildren(...paths);
    // Where the window reads zeros it is paler.
    this.veil.replaceChildren(...["padding", "inserted"].filter((kind) => kind in places)
      .map((kind) => makeSvg("path", { class: kind, d: outline(places[kind]) })));
    this.texts.replaceChildren();
    this.numbers = new Map();
    this.hatched = new Set(hatched.map(String));
    this.zeros = new Set([...this.placesOf("padding"), ...this.placesOf("inserted")].map(String));
  }

  /** The [row, column] places of a kind. */
  placesOf(kind) {
    return this.places[kind] ?? [];
  }

  /** Write a number into each square. */
  write(numberAt) {
    for (let row = this.top; row < this.top + this.height; row++) {
      for (let column = this.left; column < this.left + this.width; column++) {
        const at = String([row, column]);
        const middle = { x: (column + 0.5) * CELL, y: (row + 0.5) * CELL, dy: "0.35em" };
        const text = makeSvg("text", middle, minus(numberAt(row, column)));
        text.classList.toggle("hatched", this.hatched.has(at));
        text.classList.toggle("zero", this.zeros.has(at));
        this.numbers.set(at, text);
        this.texts.append(text);
      }
    }
  }

  /** The window sees the squares at these distances from its first, down and to the right. */
  setWindow(down, right) {
    const places = down.flatMap((row) => right.map((column) => [row, column]));
    this.seen = places;
    const [height, width] = [down, right].map((distances) => (distances.at(-1) + 1) * CELL);
    this.window.replaceChildren(
      makeSvg("path", { class: "taps", d: outline(places) }),
      makeSvg("rect", { class: "frame", width, height, rx: ROUND + GAP }),
    );
  }

  /** Move the window to where its first square is. */
  moveWindow(row, column) {
    this.window.style.transform = `translate(${column * CELL}px, ${row * CELL}px)`;
    for (const text of this.texts.children) text.classList.remove("seen");
    for (const [down, right] of this.seen) this.numbers.get(String([row + down, column + right]))?.classList.add("seen");
  }

  /** Be a picture with this name. */
  show(name) {
    this.svg.removeAttribute("tabindex");
    this.svg.setAttribute("role", "img");
    this.svg.setAttribute("aria-label", name);
  }

  /** Take keys; the name says what they do. */
  steer(name) {
    this.svg.setAttribute("tabindex", 0);
    this.svg.setAttribute("role", "application");
    this.svg.setAttribute("aria-label", name);
  }

  /** Show every square this many pixels of the screen wide. */
  resize(cell) {
    this.svg.setAttribute("width", Math.round((this.width + (2 * MARGIN) / CELL) * cell));
  }

  /** Let mouse, pen and finger call `move(row, column)` with a place in units of squares. */
  onDrag(move) {
    const follow = (event) => {
      const box = this.svg.getBoundingClientRect();
      const scale = (this.width + (2 * MARGIN) / CELL) / box.width;
      move((event.clientY - box.top) * scale - MARGIN / CELL + this.top,
        (event.clientX - box.left) * scale - MARGIN / CELL + this.left);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.svg.setPointerCapture(event.pointerId);
      follow(event);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (this.svg.hasPointerCapture(event.pointerId)) follow(event);
    });
  }
}
