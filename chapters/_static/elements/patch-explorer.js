// <patch-explorer>: a pixel, its patch P_k(i, j), and how well digits are read from such patches.
import { BOOK_COLOURS, BookElement, inkOn, make, makeSvg, trained } from "./base.js";
import { STEPS } from "./pictures.js";

const MEASURED = await trained("patch_accuracy");

const ROWS = 8; // As the images of digits have, on which was measured.
const COLUMNS = 8;
const MARGIN = 3; // The largest half-width: so much padding can be needed.
const CELL = 34;

const isInImage = (y, x) => y >= 0 && y < ROWS && x >= 0 && x < COLUMNS;
const percent = (share) => (100 * share).toFixed(1);
const mean = (shares) => shares.reduce((sum, share) => sum + share, 0) / shares.length;
const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n);

class PatchExplorer extends BookElement {
  static label = "Patch explorer: choose a pixel and the half-width of its patch";
  static needs = MEASURED;

  build() {
    this.row = this.addRange("Row i", { min: 1, max: ROWS, value: 4 });
    this.column = this.addRange("Column j", { min: 1, max: COLUMNS, value: 3 });
    this.half = this.addRange("Half-width k", { min: 0, max: MARGIN, value: 1 });
    this.picture = makeSvg("svg", {
      tabindex: 0, role: "application",
      "aria-label": `Image of ${ROWS} rows and ${COLUMNS} columns: the arrow keys move the pixel`,
    });
    this.weights = make("p", { class: "weights" });
    this.chart = makeSvg("svg", { viewBox: "0 0 340 232", width: 340, "aria-hidden": "true" });
    const caption = make("figcaption", {}, "Test images of digits named right, in %");
    this.stage.append(this.picture, make("div", { class: "measured" }, this.weights, make("figure", {}, caption, this.chart)));
    this.picture.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // The page stays where it is.
      this.move(Number(this.row.value) - 1 + step[0], Number(this.column.value) - 1 + step[1]);
    });
    this.picture.addEventListener("click", (event) => {
      const cell = event.target.closest("[data-row]");
      if (cell) this.move(Number(cell.dataset.row), Number(cell.dataset.column));
    });
  }

  /** Make (i, j), counted from 0, the pixel in the middle, if it is one; the sliders follow. */
  move(i, j) {
    if (!isInImage(i, j)) return;
    for (const [input, value] of [[this.row, i], [this.column, j]]) {
      input.value = value + 1;
      input.dispatchEvent(new Event("input"));
    }
  }

  draw() {
    const [i, j, k] = [this.row.value - 1, this.column.value - 1, Number(this.half.value)];
    const distance = (y, x) => Math.max(Math.abs(y - i), Math.abs(x - j));
    const distances = range(0, ROWS).map((y) => range(0, COLUMNS).map((x) => distance(y, x)));
    const inside = distances.flat().filter((d) => d <= k).length;
    const s = 2 * k + 1;
    const weights = ROWS * COLUMNS * s * s;
    const [alone, together] = [MEASURED.alone[k][i][j], mean(MEASURED.together[k])];
    this.value = { i, j, k, inside, outside: s * s - inside, distances, weights, alone, together };

    const cells = range(-MARGIN, ROWS + MARGIN).flatMap((y) => range(-MARGIN, COLUMNS + MARGIN)
      .filter((x) => isInImage(y, x) || distance(y, x) <= k)
      .map((x) => drawCell(y, x, distance(y, x), k)));
    // Room for the padding that this half-width can need at a border, and for no more.
    const [corner, width, height] = [MARGIN - k, COLUMNS + 2 * k, ROWS + 2 * k].map((count) => count * CELL);
    this.picture.setAttribute("viewBox", `${corner - 2} ${corner - 2} ${width + 4} ${height + 4}`);
    this.picture.setAttribute("width", width + 4);
    this.picture.replaceChildren(...cells, makeSvg("rect", {
      class: "patch", x: (j - k + MARGIN) * CELL, y: (i - k + MARGIN) * CELL, width: s * CELL, height: s * CELL,
      fill: "none", stroke: "currentColor", "stroke-width": 3.5, "pointer-events": "none",
    }));
    const all = (ROWS * COLUMNS) ** 2;
    this.weights.replaceChildren("Weights left: ", make("strong", {}, String(weights)), ` of ${all}, which is ${percent(weights / all)} %`);
    this.drawChart(i, j, k);
    this.say(describe(this.value));
  }

  /** Accuracy against k: of the chosen patch alone, and of all patches together. */
  drawChart(i, j, k) {
    const [left, right, top, bottom] = [34, 330, 14, 176];
    const x = (half) => left + 24 + ((right - left - 48) * half) / MARGIN;
    const y = (share) => bottom - (bottom - top) * share;
    const text = (at, height, anchor, words, colour = "currentColor") => makeSvg("text",
      { x: at, y: height, "text-anchor": anchor, "font-size": 13, fill: colour }, words);
    const grid = [0, 0.5, 1].flatMap((share) => [
      makeSvg("path", { d: `M${left} ${y(share)}H${right}`, stroke: "currentColor", "stroke-opacity": 0.25 }),
      text(left - 5, y(share) + 4, "end", String(100 * share)),
    ]);
    const ticks = MEASURED.halfWidths.map((half) => text(x(half), bottom + 18, "middle", `k = ${half}`));
    const series = [
      ["alone", BOOK_COLOURS[1], MEASURED.alone.map((rows) => rows[i][j])],
      ["together", BOOK_COLOURS[0], MEASURED.together.map(mean)],
    ].flatMap(([name, colour, shares]) => [
      makeSvg("path", { class: name, d: `M${shares.map((share, half) => `${x(half)} ${y(share)}`).join("L")}`,
        fill: "none", stroke: colour, "stroke-width": 2, "stroke-dasharray": name === "alone" ? "5 4" : "none" }),
      ...shares.map((share, half) => makeSvg("circle", {
        cx: x(half), cy: y(share), r: half === k ? 6 : 3.5, fill: colour, stroke: half === k ? "currentColor" : "none",
      })),
    ]);
    const key = [["all 64 patches vote", BOOK_COLOURS[0], left, "none"], ["this patch alone", BOOK_COLOURS[1], left + 172, "5 4"]]
      .flatMap(([words, colour, at, dashes]) => [
        makeSvg("path", { d: `M${at} ${bottom + 44}h22`, stroke: colour, "stroke-width": 2, "stroke-dasharray": dashes }),
        text(at + 28, bottom + 48, "start", words),
      ]);
    this.chart.replaceChildren(...grid, ...ticks, ...series, ...key);
  }
}

/** One cell with its max-distance: of the image, or dashed, of the padding. */
function drawCell(y, x, distance, k) {
  const isPixel = isInImage(y, x);
  const isNear = distance <= k;
  const kind = isPixel ? (isNear ? "within" : "beyond") : "padding";
  const fill = kind === "within" ? BOOK_COLOURS[distance === 0 ? 1 : 0] : "transparent";
  const cell = makeSvg("g", { class: isPixel ? `${kind} patch-cell` : kind });
  if (isPixel) Object.assign(cell.dataset, { row: y, column: x });
  cell.append(
    makeSvg("rect", {
      x: (x + MARGIN) * CELL + 1, y: (y + MARGIN) * CELL + 1, width: CELL - 2, height: CELL - 2,
      fill,
      stroke: "currentColor", "stroke-width": isPixel ? 0.7 : 1.3, "stroke-dasharray": isPixel ? "none" : "4 3",
    }),
    makeSvg("text", {
      x: (x + MARGIN + 0.5) * CELL, y: (y + MARGIN + 0.5) * CELL, dy: "0.35em", "text-anchor": "middle",
      "font-size": 17, "font-weight": isNear ? 700 : 400, fill: kind === "within" ? inkOn(fill) : "currentColor",
    }, String(distance)),
  );
  return cell;
}

function describe({ i, j, k, inside, outside, alone, together }) {
  const s = 2 * k + 1;
  const pixels = `${inside} ${inside === 1 ? "is a pixel" : "are pixels"} of the image`;
  const zeros = {
    0: "none lies outside",
    1: "1 lies outside it and holds a zero (dashed)",
  }[outside] ?? `${outside} lie outside it and hold zeros (dashed)`;
  const spread = Math.sqrt(MEASURED.together[k].reduce((sum, share) => sum + (share - together) ** 2, 0)
    / (MEASURED.together[k].length - 1));
  return `The patch of half-width ${k} around row ${i + 1}, column ${j + 1} has ${s} × ${s} = ${s * s} `
    + `${s === 1 ? "cell" : "cells"} and as many weights: ${pixels}, ${zeros}. `
    + `A network that sees this patch alone names ${percent(alone)} % of ${MEASURED.tested} test images right; `
    + `all 64 patches together, ${percent(together)} ± ${percent(spread)} %; `
    + `a network that sees the whole image, ${percent(mean(MEASURED.whole))} %.`;
}

customElements.define("patch-explorer", PatchExplorer);
