// <patch-explorer>: a pixel, its patch P_k(i, j), and the max-distance of every pixel to it.
import { BOOK_COLOURS, BookElement, makeSvg } from "./base.js";

const ROWS = 9;
const COLUMNS = 7;
const MARGIN = 3; // The largest half-width: so much padding can be needed.
const CELL = 34;
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

const isInImage = (y, x) => y >= 0 && y < ROWS && x >= 0 && x < COLUMNS;
const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n);

class PatchExplorer extends BookElement {
  static label = "Patch explorer: choose a pixel and the half-width of its patch";

  build() {
    this.row = this.addRange("Row i", { min: 0, max: ROWS - 1, value: 3 });
    this.column = this.addRange("Column j", { min: 0, max: COLUMNS - 1, value: 2 });
    this.half = this.addRange("Half-width k", { min: 0, max: MARGIN, value: 1 });
    const [width, height] = [COLUMNS, ROWS].map((cells) => (cells + 2 * MARGIN) * CELL);
    this.picture = makeSvg("svg", {
      viewBox: `0 0 ${width} ${height}`, width, tabindex: 0, role: "application",
      "aria-label": `Image of ${ROWS} rows and ${COLUMNS} columns: the arrow keys move the pixel`,
    });
    this.stage.append(this.picture);
    this.picture.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // The page stays where it is.
      this.move(Number(this.row.value) + step[0], Number(this.column.value) + step[1]);
    });
    this.picture.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-row]");
      if (cell) this.move(Number(cell.dataset.row), Number(cell.dataset.column));
    });
  }

  /** Make (i, j) the pixel in the middle, if it is one; the sliders follow. */
  move(i, j) {
    if (!isInImage(i, j)) return;
    for (const [input, value] of [[this.row, i], [this.column, j]]) {
      input.value = value;
      input.dispatchEvent(new Event("input"));
    }
  }

  draw() {
    const [i, j, k] = [this.row, this.column, this.half].map((input) => Number(input.value));
    const distance = (y, x) => Math.max(Math.abs(y - i), Math.abs(x - j));
    const distances = range(0, ROWS).map((y) => range(0, COLUMNS).map((x) => distance(y, x)));
    const inside = distances.flat().filter((d) => d <= k).length;
    const s = 2 * k + 1;
    this.value = { i, j, k, inside, outside: s * s - inside, distances };

    const cells = range(-MARGIN, ROWS + MARGIN).flatMap((y) => range(-MARGIN, COLUMNS + MARGIN)
      .filter((x) => isInImage(y, x) || distance(y, x) <= k)
      .map((x) => drawCell(y, x, distance(y, x), k)));
    this.picture.replaceChildren(...cells, makeSvg("rect", {
      class: "patch", x: (j - k + MARGIN) * CELL, y: (i - k + MARGIN) * CELL, width: s * CELL, height: s * CELL,
      fill: "none", stroke: "currentColor", "stroke-width": 3.5, "pointer-events": "none",
    }));
    this.say(describe(this.value));
  }
}

/** One cell with its max-distance: of the image, or dashed, of the padding. */
function drawCell(y, x, distance, k) {
  const isPixel = isInImage(y, x);
  const isNear = distance <= k;
  const kind = isPixel ? (isNear ? "within" : "beyond") : "padding";
  const cell = makeSvg("g", { class: isPixel ? `${kind} patch-cell` : kind });
  if (isPixel) Object.assign(cell.dataset, { row: y, column: x });
  cell.append(
    makeSvg("rect", {
      x: (x + MARGIN) * CELL + 1, y: (y + MARGIN) * CELL + 1, width: CELL - 2, height: CELL - 2,
      fill: kind === "within" ? BOOK_COLOURS[distance === 0 ? 1 : 0] : "transparent",
      stroke: "currentColor", "stroke-width": isPixel ? 0.7 : 1.3, "stroke-dasharray": isPixel ? "none" : "4 3",
    }),
    makeSvg("text", {
      x: (x + MARGIN + 0.5) * CELL, y: (y + MARGIN + 0.5) * CELL, dy: "0.35em", "text-anchor": "middle",
      "font-size": 16, "font-weight": isNear ? 700 : 400, fill: kind === "within" ? "#000" : "currentColor",
    }, String(distance)),
  );
  return cell;
}

function describe({ i, j, k, inside, outside }) {
  const s = 2 * k + 1;
  const pixels = `${inside} ${inside === 1 ? "is a pixel" : "are pixels"} of the image`;
  const zeros = {
    0: "none lies outside",
    1: "1 lies outside it and holds a zero (dashed)",
  }[outside] ?? `${outside} lie outside it and hold zeros (dashed)`;
  const whole = `${ROWS - 2 * k} × ${COLUMNS - 2 * k} = ${(ROWS - 2 * k) * (COLUMNS - 2 * k)}`;
  return `The patch of half-width ${k} around row ${i}, column ${j} has ${s} × ${s} = ${s * s} `
    + `${s === 1 ? "cell" : "cells"} and as many weights: ${pixels}, ${zeros}. `
    + `A patch of this size fits whole around ${whole} of the ${ROWS * COLUMNS} pixels.`;
}

customElements.define("patch-explorer", PatchExplorer);
