// A cell that is run: a check with its verdict, a picture, or room to try things.

import { make } from "../elements/base.js";
import { show } from "./outputs.js";

// Longer results are shown, but not kept over a reload.
const KEPT = 100_000;

const SECONDS = 10; // for each cell

// The button of a picture has the title of its cell.
const WORDS = {
  check: { button: "Check", waiting: "Checking …", stale: "Changed since: check again" },
  picture: { waiting: "Drawing …", stale: "Changed since: draw it again" },
  scratch: { button: "Run", waiting: "Running …", stale: "Changed since: run it again" },
};

/** What a cell said when it was run, and whether that still holds.
 *
 * `state` is "none", "running", "passed", "failed" or "stale". A verdict holds for the sources that
 * it was reached with: `cells()` gives those of now.
 */
export class Check {
  constructor(part, place, { store, cells, python, say, onState, onDone }) {
    Object.assign(this, { part, place, store, cells, python, say, onState, onDone });
    this.words = WORDS[part.role];
    this.button = make("button", { type: "button", class: "run" }, this.words.button ?? part.title ?? "Run");
    this.button.addEventListener("click", () => this.start());
    this.says = make("span", { class: "says" });
    this.result = make("div", { class: "result", hidden: "" });
    const actions = make("div", { class: "actions" }, this.button, this.says);
    if (part.role === "check") {
      this.button.setAttribute("aria-label", `Check ${this.task}`);
      actions.append(make("span", { class: "points" }, points(part.points)));
    }
    place.classList.add("runs", part.role);
    if (part.role === "scratch") {
      place.append(actions, this.result);
    } else {
      const source = make("details", { class: "source" },
        make("summary", {}, part.role === "check" ? "What is checked" : "How it is drawn"), ...place.childNodes);
      place.replaceChildren(actions, this.result, source);
    }
    this.read();
  }

  get task() { return this.part.name.replace(/^test_/, ""); }

  get key() { return `verdict/${this.part.name}`; }

  /** Run the cell; says in words how it went, unless told not to. */
  async start({ quiet = false } = {}) {
    if (this.waiting) return;
    this.waiting = true;
    const cells = this.cells();
    this.refresh();
    if (!quiet && ["idle", "starting"].includes(this.python.state)) this.say("Python starts: some seconds, once.");
    const { ok, outputs, above = [], unstarted } = await this.python.run(cells, cells.length - 1, { seconds: SECONDS });
    this.waiting = false;
    if (unstarted) {
      // That says nothing of the answer.
      this.#showResult(outputs);
      this.refresh();
      if (!quiet) this.say(this.result.innerText);
      return;
    }
    this.verdict = { ok, outputs: [...this.#printed(above), ...outputs], of: JSON.stringify(cells) };
    this.#showResult();
    this.#keep();
    this.refresh();
    if (quiet) return;
    this.say(this.#spoken());
    this.onDone();
  }

  /** Whether it passed, and since then only something above its own answer has changed. */
  get mayStillPass() {
    return this.state === "stale" && this.verdict.ok && this.holdsItself;
  }

  /** Show what was kept: before a reload, or by another tab. */
  read() {
    try {
      this.verdict = JSON.parse(this.store.get(this.key)) ?? undefined;
    } catch {
      this.verdict = undefined;
    }
    this.#showResult();
    this.refresh();
  }

  get state() {
    if (this.waiting) return "running";
    if (!this.verdict) return "none";
    if (this.verdict.ok) return this.holds ? "passed" : "stale";
    return this.holdsItself ? "failed" : "stale";
  }

  /** Whether nothing has changed since the verdict. */
  get holds() { return this.verdict.of === JSON.stringify(this.cells()); }

  /** Whether the cell and the answer above it have not changed since; what is above these may have. */
  get holdsItself() {
    const own = (cells) => JSON.stringify(cells.slice(-2));
    return own(JSON.parse(this.verdict.of)) === own(this.cells());
  }

  /** Say whether the verdict still holds: something above may have changed. */
  refresh() {
    const { state } = this;
    this.place.dataset.state = state;
    // A button that is disabled would lose the focus.
    this.button.setAttribute("aria-disabled", String(state === "running"));
    this.says.textContent = this.#inWords(state);
    this.onState(this);
  }

  #inWords(state) {
    if (state === "running") {
      return this.python.state === "starting" ? "Python starts: some seconds, once …" : this.words.waiting;
    }
    if (state === "stale") return `↻ ${this.words.stale}`;
    // A picture needs no verdict, and what is tried out has none.
    if (state === "none" || this.part.role !== "check") return "";
    if (state === "passed") return "✓ Passed";
    return this.holds ? "✗ Not yet" : "✗ Not yet; an answer above has changed since";
  }

  #showResult(outputs = this.verdict?.outputs ?? []) {
    this.result.hidden = !outputs.length;
    show(outputs, this.result);
    this.result.removeAttribute("role"); // the worksheet says how it went, once
  }

  #keep() {
    const text = JSON.stringify(this.verdict);
    const short = text.length <= KEPT ? text : JSON.stringify({ ...this.verdict, outputs: [] });
    this.store.setIfRoom(this.key, short);
  }

  /** What the answer prints by itself; of its errors the check says more. */
  #printed(above) {
    return this.part.role === "check" ? above.filter(({ output_type }) => output_type !== "error") : [];
  }

  #spoken() {
    // What the answer prints comes first, and may be long.
    const verdict = this.result.querySelector(".error") ?? this.result;
    const text = verdict.innerText.replace(/\s+/g, " ").trim().slice(0, 400);
    if (this.part.role !== "check") return text || "Done.";
    return this.verdict.ok ? `${this.task}: passed.` : `${this.task}: not yet. ${text}`;
  }
}

/** A number of points in words; sums of tenths are not whole tenths. */
export function points(count) {
  const rounded = Number(count.toFixed(2));
  return `${rounded} ${rounded === 1 ? "point" : "points"}`;
}
