// A cell that a student fills: its editor, what of it is kept, and the way back to how it was given.

import { make } from "../elements/base.js";
import { editor } from "./editor.js";
import { Preview } from "./preview.js";

const WORDS = {
  answer: { title: "Your answer", hint: "" },
  written: { title: "Your answer in words", hint: "Write here. Markdown and $formulas$ are read as in a notebook." },
  scratch: { title: "Room to try things", hint: "" },
};

// The theme's header and the worksheet's bar lie over the window's edges: no cursor goes below them.
const COVERED = { top: 64, bottom: 72 };

const PAUSE = 600; // milliseconds without typing, after which what can be undone is kept

/** The answer in one cell: `text` is its source, as it will be handed in.
 *
 * Kept are the answer, unless it is as it was given; what was given when it was begun; and, as long
 * as there is room, what can be undone.
 */
export class Answer {
  constructor(part, place, { store, onChange, onRun, say }) {
    Object.assign(this, { part, place, store, onChange, say });
    this.isWritten = part.role === "written";
    this.title = [WORDS[part.role].title, ...(part.role === "answer" ? [part.name] : [])].join(": ");
    this.kept = store.get(this.#key("answer"));
    this.notice = make("p", { class: "notice", hidden: "" });
    const frame = make("div", { class: "frame" });
    place.classList.add("answer", part.role);
    place.replaceChildren(this.#heading(), frame, this.notice);
    if (this.isWritten) {
      this.preview = new Preview();
      place.append(this.preview.element);
    }
    this.editor = editor({
      parent: frame,
      text: this.#shown(this.kept ?? part.source),
      label: this.title,
      describedBy: "worksheet-keys",
      language: this.isWritten ? "text" : "python",
      placeholder: WORDS[part.role].hint,
      state: this.#keptUndo(),
      onChange: () => this.#changed(),
      onRun,
      margins: () => COVERED,
    });
    this.#mark();
    this.#sayWhetherGivenAnew();
    // A page that is put aside may never run again; one that comes back has missed what tabs said.
    addEventListener("pagehide", () => this.#keepUndo());
    document.addEventListener("visibilitychange", () => document.hidden && this.#keepUndo());
    addEventListener("pageshow", ({ persisted }) => persisted && this.takeOver(store.get(this.#key("answer"))));
  }

  get text() {
    const { text } = this.editor;
    return this.isWritten && !text ? this.part.source : text;
  }

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
    this.#withoutKeeping(() => this.replace(text, "Changed in another tab, and taken over here."));
  }

  #key(kind) { return `${kind}/${this.part.name}`; }

  // An answer in words begins empty, over the placeholder that nbgrader gave.
  #shown(source) { return this.isWritten && source === this.part.source ? "" : source; }

  #heading() {
    this.again = make("button", { type: "button", class: "quiet again", "aria-label": `Start again: ${this.title}` }, "Start again");
    this.again.addEventListener("click", () => this.replace(this.part.source, "Put back to how it was given."));
    const name = this.part.role === "answer" ? [" ", make("code", {}, this.part.name)] : [];
    return make("div", { class: "heading" },
      make("span", {}, WORDS[this.part.role].title, ...name),
      make("span", { class: "keys", "aria-hidden": "true" }, "Esc, then Tab, leaves"),
      this.again);
  }

  #changed() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#keepUndo(), PAUSE);
    if (!this.isKeptElsewhere) {
      this.notice.hidden = true;
      this.#keep();
    }
    this.#mark();
    this.onChange();
  }

  #mark() {
    this.again.hidden = !this.isFilled;
    this.preview?.show(this.isFilled ? this.text : "");
  }

  #keep() {
    const there = this.store.get(this.#key("answer"));
    // An editor takes no change while it tells of one.
    if (there !== this.kept) queueMicrotask(() => this.#putBelow(there ?? this.part.source));
    this.kept = this.isFilled ? this.text : null;
    this.store.set(this.#key("answer"), this.kept);
    const given = this.store.get(this.#key("given"));
    if (this.kept === null) this.store.set(this.#key("given"), null);
    else if (given === null) this.store.set(this.#key("given"), this.part.source);
  }

  /** Two tabs wrote at once: this one stands, and the other is one step back. */
  #putBelow(other) {
    const mine = this.editor.text;
    this.#withoutKeeping(() => {
      this.editor.replace(this.#shown(other));
      this.editor.replace(mine);
    });
    this.#tell("Another tab changed this answer, too. What it wrote is one step back.");
  }

  #withoutKeeping(change) {
    this.isKeptElsewhere = true;
    change();
    this.isKeptElsewhere = false;
  }

  #keepUndo() {
    if (!this.pause) return;
    clearTimeout(this.pause);
    this.pause = null;
    this.store.setIfRoom(this.#key("undo"), JSON.stringify(this.editor.state()));
  }

  #keptUndo() {
    try {
      return JSON.parse(this.store.get(this.#key("undo"))) ?? undefined;
    } catch {
      return undefined; // cut off, or written by something else
    }
  }

  #sayWhetherGivenAnew() {
    const given = this.store.get(this.#key("given"));
    if (this.kept === null || given === null || given === this.part.source) return;
    this.notice.textContent = "What was given here has changed since you began. Your answer is kept; Start again shows the new text.";
    this.notice.hidden = false;
  }

  #tell(why) {
    const undo = make("button", { type: "button", class: "quiet" }, "Undo");
    undo.addEventListener("click", () => {
      this.editor.undo();
      this.editor.focus();
    });
    this.notice.replaceChildren(`${why} `, undo);
    this.notice.hidden = false;
    this.say(`${this.title}. ${why}`);
  }
}
