// A cell that a student fills: its editor, what of it is kept, and the way back to how it was given.

import { make } from "../elements/base.js";
import { editor } from "./editor.js";

// Words that end in the same place as the bars that cover a window's edges.
const EDGES = { top: 64, bottom: 72 };

const PAUSE = 600; // milliseconds without typing, after which what can be undone is kept

/** The answer in one cell: `text` is its source, as it will be handed in. */
export class Answer {
  constructor(part, place, { store, onChange, onRun, say }) {
    Object.assign(this, { part, place, store, onChange, say });
    this.kept = store.get(this.key);
    place.classList.add("answer", part.role);
    this.notice = make("p", { class: "notice", hidden: "" });
    const frame = make("div", { class: "frame" });
    place.replaceChildren(this.#heading(), frame, this.notice);
    this.editor = editor({
      parent: frame,
      text: this.#shown(this.kept ?? part.source),
      label: this.label,
      describedBy: "worksheet-keys",
      language: part.role === "written" ? "text" : "python",
      placeholder: part.role === "written" ? "Write here. Markdown and $formulas$ are read as in a notebook." : "",
      state: this.#before(),
      onChange: () => this.#changed(),
      onRun,
      margins: () => EDGES,
    });
    if (part.role === "written") this.#preview();
    this.#sayWhetherGivenAnew();
    // A page that is put aside may never run again.
    addEventListener("pagehide", () => this.#keepUndo());
    document.addEventListener("visibilitychange", () => document.hidden && this.#keepUndo());
    addEventListener("pageshow", ({ persisted }) => persisted && this.takeOver(store.get(this.key)));
    this.#mark();
  }

  get key() { return `answer/${this.part.name}`; }

  get label() {
    const { role, name } = this.part;
    return { answer: `Your answer: ${name}`, written: "Your answer in words", scratch: "Room to try things" }[role];
  }

  get text() { return this.#source(this.editor.text); }

  get isFilled() { return this.text !== this.part.source; }

  /** Put another text in its place, in one step that can be undone. */
  replace(text, why) {
    this.editor.replace(this.#shown(text));
    this.#tell(why);
  }

  /** What another tab has kept. */
  takeOver(kept) {
    if (kept === this.kept) return;
    this.kept = kept;
    const text = kept ?? this.part.source;
    if (text === this.text) return;
    this.fromElsewhere = true;
    this.replace(text, "Changed in another tab, and taken over here.");
    this.fromElsewhere = false;
  }

  #heading() {
    const again = make("button", { type: "button", class: "quiet again" }, "Start again");
    again.setAttribute("aria-label", `Start again: ${this.label}`);
    again.addEventListener("click", () => this.replace(this.part.source, "Put back to how it was given."));
    const name = this.part.role === "answer" ? [make("code", {}, this.part.name)] : [];
    const words = { answer: "Your answer ", written: "Your answer in words", scratch: "Room to try things" };
    const keys = make("span", { class: "keys", "aria-hidden": "true" }, "Esc, then Tab, leaves");
    return make("div", { class: "heading" }, make("span", {}, words[this.part.role], ...name), keys, again);
  }

  // An answer in words begins empty, over the placeholder that nbgrader gave.
  #shown(source) { return this.part.role === "written" && source === this.part.source ? "" : source; }

  #source(shown) { return this.part.role === "written" && !shown ? this.part.source : shown; }

  #changed() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#keepUndo(), PAUSE);
    if (!this.fromElsewhere) {
      this.notice.hidden = true;
      this.#keep();
    }
    this.#mark();
    this.onChange(this);
  }

  #keep() {
    const there = this.store.get(this.key);
    if (there !== this.kept) queueMicrotask(() => this.#putBelow(there ?? this.part.source));
    this.kept = this.isFilled ? this.text : null;
    if (this.kept !== null && this.store.get(`given/${this.part.name}`) === null) this.#keepGiven();
    if (this.kept === null) this.store.set(`given/${this.part.name}`, null);
    this.store.set(this.key, this.kept);
  }

  #keepGiven() { this.store.set(`given/${this.part.name}`, this.part.source); }

  /** Two tabs wrote at once: this one stands, and the other is one step back. */
  #putBelow(other) {
    const mine = this.editor.text;
    this.fromElsewhere = true;
    this.editor.replace(this.#shown(other));
    this.editor.replace(mine);
    this.fromElsewhere = false;
    this.#tell("Another tab changed this answer, too. What it wrote is one step back.");
  }

  #keepUndo() {
    if (!this.pause) return;
    clearTimeout(this.pause);
    this.pause = null;
    this.store.setIfRoom(`undo/${this.part.name}`, JSON.stringify(this.editor.state()));
  }

  #before() {
    try {
      return JSON.parse(this.store.get(`undo/${this.part.name}`)) ?? undefined;
    } catch {
      return undefined;
    }
  }

  #sayWhetherGivenAnew() {
    const given = this.store.get(`given/${this.part.name}`);
    if (this.kept === null || given === null || given === this.part.source) return;
    this.notice.replaceChildren("What was given here has changed since you began. Your answer is kept; Start again shows the new text.");
    this.notice.hidden = false;
  }

  #mark() {
    this.place.querySelector(".again").hidden = !this.isFilled;
  }

  #tell(why) {
    const undo = make("button", { type: "button", class: "quiet" }, "Undo");
    undo.addEventListener("click", () => {
      this.editor.undo();
      this.editor.focus();
    });
    this.notice.replaceChildren(`${why} `, undo);
    this.notice.hidden = false;
    this.say(`${this.label}. ${why}`);
  }

  /** Below an answer in words: how it will be read. */
  async #preview() {
    const shown = make("div", { class: "reading" });
    const box = make("section", { class: "preview", "aria-label": "How your answer reads" },
      make("p", { class: "title" }, "How it reads"), shown);
    this.place.append(box);
    const { html } = await import("./markdown.js");
    const draw = async () => {
      box.hidden = !this.isFilled;
      shown.innerHTML = this.isFilled ? html(this.text) : "";
      await window.MathJax?.startup?.promise;
      await window.MathJax?.typesetPromise?.([shown]);
    };
    const { onChange } = this;
    this.onChange = (answer) => {
      clearTimeout(this.redraw);
      this.redraw = setTimeout(draw, 200);
      onChange(answer);
    };
    await draw();
  }
}
