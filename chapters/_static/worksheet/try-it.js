// Cells of a chapter that a reader may change and run.

import { make } from "../elements/base.js";
import { show } from "./outputs.js";
import { Python } from "./python.js";

const SECONDS = 10; // for each cell

const STARTS = "Python starts: some seconds, once …";

/** One cell: its editor, its buttons, and its outputs in place of those of the book. */
class TryIt {
  constructor(place, number, python) {
    Object.assign(this, { place, python });
    const { above, source } = JSON.parse(place.querySelector(".try-it-data").textContent);
    this.above = above.map((text, i) => ({ id: `cell ${i + 1} above`, source: text }));
    this.source = source;
    this.number = number;
    this.input = place.querySelector(".cell_input");
    this.output = place.querySelector(".cell_output") ?? make("div", { class: "cell_output docutils container" });
    this.built = [...this.output.childNodes];
  }

  /** Make an editor of the code. */
  async open() {
    const { editor } = await import("./editor.js");
    const name = `Try it, cell ${this.number}`;
    this.run = this.#button("Run", "run", () => this.#runOrStop());
    this.reset = this.#button("Reset", "reset", () => this.#reset());
    this.reset.hidden = true;
    this.says = make("span", { class: "says", role: "status" }, "Change it and run it.");
    const keys = make("span", { class: "keys" }, "Esc, then Tab, leaves");
    const frame = make("div", { class: "frame" });
    this.editor = editor({
      parent: frame, text: this.source, label: `${name}: code`,
      onChange: () => this.#changed(), onRun: () => this.#start(),
    });
    // Who begins to write will want to run it.
    frame.addEventListener("focusin", () => this.python.start().catch(() => {}), { once: true });
    // Who has come by keyboard meanwhile goes on from here.
    const isHere = this.input.contains(document.activeElement);
    this.input.replaceChildren(frame, make("div", { class: "actions" }, this.run, this.reset, this.says, keys));
    this.input.after(this.output);
    if (isHere) this.run.focus();
    this.output.setAttribute("role", "status");
    this.output.setAttribute("aria-label", `${name}: output`);
    this.place.setAttribute("role", "group");
    this.place.setAttribute("aria-label", name);
    this.place.classList.add("try-it");
  }

  refresh() {
    if (this.running) this.says.textContent = this.python.state === "starting" ? STARTS : "Running …";
  }

  #button(text, kind, action) {
    const button = make("button", { type: "button", class: kind }, text);
    button.addEventListener("click", action);
    return button;
  }

  #runOrStop() {
    if (this.running) this.python.stop();
    else this.#start();
  }

  async #start() {
    if (this.running) return;
    const run = this.running = {};
    this.run.textContent = "Stop";
    this.refresh();
    const source = this.editor.text;
    const cells = [...this.above, { id: "this cell", source }];
    const { ok, outputs, stopped, unstarted } = await this.python.run(cells, cells.length - 1, { seconds: SECONDS });
    if (this.running !== run) return; // it was put back meanwhile
    this.#end();
    this.ran = source;
    show(outputs, this.output);
    this.reset.hidden = false;
    this.#mark(ok || stopped || unstarted ? "" : "Ended by an error.");
    if (!outputs.length) this.says.textContent = "Done: it shows nothing.";
  }

  #end() {
    this.running = null;
    this.run.textContent = "Run";
  }

  #changed() {
    this.reset.hidden = false;
    if (!this.running) this.#mark("");
  }

  /** Say whether the output is that of the code. */
  #mark(otherwise) {
    const stale = this.editor.text !== (this.ran ?? this.source);
    this.place.dataset.state = stale ? "stale" : "";
    this.says.textContent = stale ? "Changed: run it." : otherwise;
  }

  #reset() {
    if (this.running) {
      this.python.stop();
      this.#end();
    }
    this.editor.replace(this.source);
    this.ran = undefined;
    this.output.replaceChildren(...this.built);
    this.reset.hidden = true;
    this.#mark("As it was.");
    this.run.focus();
  }
}

const python = new Python({ onState: () => cells.forEach((cell) => cell.says && cell.refresh()) });
const cells = [...document.querySelectorAll(".cell:has(> .try-it-data)")].map((place, i) => new TryIt(place, i + 1, python));

// The editor is loaded for who comes near a cell.
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    cells.find(({ place }) => place === target).open();
  }
}, { rootMargin: "100% 0px" });
for (const { place } of cells) near.observe(place);
