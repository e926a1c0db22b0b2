// <patch-explorer>: a pixel, its patch P_k(i, j), and the max-distance of every pixel to it.
"use strict";

class PatchExplorer extends BookElement {
  static label = "Patch explorer: choose a pixel and the half-width of its patch";
  static rows = 7;
  static columns = 10;

  build() {
    const { rows, columns } = PatchExplorer;
    this.row = this.addRange("Row i", { min: 0, max: rows - 1, value: 2 });
    this.column = this.addRange("Column j", { min: 0, max: columns - 1, value: 3 });
    this.half = this.addRange("Half-width k", { min: 0, max: 3, value: 1 });
    this.stage.addEventListener("click", (event) => {
      const { i, j } = event.target.closest("[data-i]")?.dataset ?? {};
      if (i === undefined) return;
      this.choose(Number(i), Number(j));
    });
  }

  choose(i, j) {
    const inside = i >= 0 && j >= 0 && i < PatchExplorer.rows && j < PatchExplorer.columns;
    if (!inside) return;
    for (const [input, value] of [[this.row, i], [this.column, j]]) {
      input.value = value;
      input.dispatchEvent(new Event("input"));
    }
  }

  draw() {
    const { rows, columns } = PatchExplorer;
    const [i, j, k] = [this.row, this.column, this.half].map((input) => Number(input.value));
    const size = 36, border = 3;
    const svg = makeSvg("svg", {
      viewBox: `0 0 ${(columns + 2 * border) * size} ${(rows + 2 * border) * size}`,
      width: (columns + 2 * border) * size, "aria-hidden": "true",
    });
    const distances = [];
    let inside = 0;
    for (let y = -border; y < rows + border; y++) {
      if (y >= 0 && y < rows) distances.push([]);
      for (let x = -border; x < columns + border; x++) {
        const distance = Math.max(Math.abs(y - i), Math.abs(x - j));
        const image = y >= 0 && y < rows && x >= 0 && x < columns;
        const near = distance <= k;
        if (image) distances.at(-1).push(distance);
        if (image && near) inside++;
        if (!image && !near) continue;
        const cell = makeSvg("g", { "data-i": y, "data-j": x, class: "patch-cell" });
        cell.append(makeSvg("rect", {
          x: (x + border) * size + 1, y: (y + border) * size + 1, width: size - 2, height: size - 2,
          fill: near && image ? BOOK_COLOURS[distance === 0 ? 1 : 0] : "transparent",
          "fill-opacity": near ? 0.85 : 0, stroke: "currentColor",
          "stroke-width": near ? 2 : 0.7, "stroke-dasharray": image ? "none" : "4 3",
        }));
        cell.append(makeSvg("text", {
          x: (x + border + 0.5) * size, y: (y + border + 0.5) * size, "text-anchor": "middle",
          "dominant-baseline": "central", "font-size": 15, "font-weight": near ? 700 : 400,
          fill: near && image ? "#000" : "currentColor",
        }, image ? String(distance) : "0"));
        svg.append(cell);
      }
    }
    this.stage.replaceChildren(svg);
    const weights = (2 * k + 1) ** 2;
    const outside = weights - inside;
    this.value = { i, j, k, inside, outside, weights, distances };
    const border_text = outside
      ? `${outside} of them lie outside the image and are padded with zeros`
      : "all of them inside the image";
    this.say(
      `The patch of half-width ${k} around row ${i}, column ${j} has ${2 * k + 1} × ${2 * k + 1} = `
      + `${weights} pixels, ${border_text}. Numbers in the image are max-distances.`,
    );
  }
}
customElements.define("patch-explorer", PatchExplorer);
