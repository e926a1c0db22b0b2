// The page of an assignment becomes its worksheet: answers are written, checked and kept here, and
// downloaded as the notebook to hand in. Without this script the page reads as any other.

import { make } from "../elements/base.js";
import { Answer } from "./answer.js";
import { Bar } from "./bar.js";
import { Check } from "./check.js";
import { HandIn } from "./handin.js";
import { isFilled, partsOf } from "./notebook.js";
import { Python } from "./python.js";
import { Store } from "./store.js";

// What a cell is run with: all that defines something above it. A picture asks which checks passed.
const ABOVE = {
  check: ["given", "answer", "scratch"],
  scratch: ["given", "answer", "scratch"],
  picture: ["given", "answer", "scratch", "check"],
};

class Worksheet {
  /**
   * @param {object} notebook as it was released
   * @param {string} name of the assignment
   * @param {string} edition which text of the assignment this is
   * @param {string} site the path of the site: others on the same host keep their own answers
   */
  constructor(notebook, { name, edition, site }) {
    this.edition = edition;
    this.parts = partsOf(notebook);
    this.announcer = document.body.appendChild(make("div", { class: "worksheet-announcer", role: "status" }));
    this.store = new Store(`worksheet:${site}${name}/`, {
      onTrouble: (trouble) => this.bar.warn(trouble),
      onElsewhere: (key, value) => this.#hearElsewhere(key, value),
    });
    this.python = new Python({ onState: () => this.checks.forEach((check) => check.refresh()) });
    this.about = this.#introduce();
    this.answers = this.parts.filter(isFilled).map((part) => this.#answerTo(part));
    this.checks = this.parts.filter(({ role }) => role in ABOVE).map((part) => this.#checkOf(part));
    const say = (text) => this.say(text);
    const handIn = new HandIn(notebook, name, { answers: this.answers, say });
    this.bar = new Bar({ checks: this.checks, answers: this.answers, handIn, progress: this.#placeOf("progress"), say });
    this.#dressTheRest();
    this.#sayWhetherNew();
    addEventListener("beforeunload", (event) => this.store.trouble && event.preventDefault());
  }

  /** Say something to who doesn't see it, once. */
  say(text) {
    this.announcer.textContent = "";
    // A text that comes in the same moment as it went is not read again.
    requestAnimationFrame(() => { this.announcer.textContent = text; });
  }

  #answerTo(part) {
    return new Answer(part, placeOf(part), {
      store: this.store,
      say: (text) => this.say(text),
      onChange: () => this.#changed(),
      onRun: () => this.#checkBelow(part)?.start(),
    });
  }

  #checkOf(part) {
    return new Check(part, placeOf(part), {
      store: this.store,
      python: this.python,
      say: (text) => this.say(text),
      cells: () => this.#cellsFor(part),
      onState: () => this.bar?.draw(),
      onDone: () => this.#checkAgain(),
    });
  }

  #changed() {
    this.#startSoon();
    this.checks.forEach((check) => check.refresh());
    this.bar.draw();
  }

  /** The first answer is being written: let Python be there when it is checked. */
  #startSoon() {
    if (this.startsSoon) return;
    this.startsSoon = true;
    const whenIdle = window.requestIdleCallback ?? setTimeout; // Safari has no such callback
    whenIdle(() => this.python.start().catch(() => {})); // a check that needs it says why it isn't there
  }

  #hearElsewhere(key, value) {
    const [kind, ...name] = key.split("/");
    const ofCell = ({ part }) => part.name === name.join("/");
    if (kind === "answer") this.answers.find(ofCell)?.takeOver(value);
    if (kind === "verdict") this.checks.find(ofCell)?.read();
  }

  #cellsFor(part) {
    const above = this.parts.slice(0, this.parts.indexOf(part)).filter(({ role }) => ABOVE[part.role].includes(role));
    const written = new Map(this.answers.map((answer) => [answer.part, answer.text]));
    return [...above, part].map((each) => ({ id: each.name, source: written.get(each) ?? each.source }));
  }

  /** What passed on earlier answers is checked on those of now, by itself. */
  async #checkAgain() {
    for (const check of this.checks) {
      if (check.part.role === "check" && check.mayStillPass) await check.start({ quiet: true });
    }
  }

  /** What runs an answer: the first check below it, or the cell itself. */
  #checkBelow(part) {
    const from = this.parts.indexOf(part);
    return this.checks.find((check) => this.parts.indexOf(check.part) >= from && check.part.role !== "picture");
  }

  #introduce() {
    const about = make("aside", { class: "worksheet-about", "aria-label": "About this worksheet" },
      make("p", {}, make("strong", {}, "This page is your worksheet."),
        " Write each answer where it is asked for and press ", make("em", {}, "Check"),
        " below it. Python runs here, in your browser; it takes some seconds to start. What you write is kept in this browser, on this device. ",
        make("em", {}, "Download to hand in"), " gives you the notebook with your answers in it."),
      make("p", { id: "worksheet-keys" },
        "In an editor, Tab indents; Escape, then Tab, leaves it. Control and Enter check the answer."));
    document.querySelector("article h1").after(about);
    return about;
  }

  /** The cells that a student neither fills nor runs, and the theme's own button. */
  #dressTheRest() {
    for (const part of this.parts) {
      if (part.role === "setup") placeOf(part).hidden = true;
      if (part.role === "given") placeOf(part).append(make("p", { class: "given" }, "This runs before each check, by itself."));
    }
    // It gives the notebook as it was released, which nobody should hand in.
    const button = document.querySelector(".btn-download-source-button");
    if (!button) return;
    button.title = "The notebook without your answers";
    button.querySelector(".btn__text-container").textContent = ".ipynb, without your answers";
  }

  #placeOf(role) {
    const part = this.parts.find((each) => each.role === role);
    return part && placeOf(part);
  }

  /** Say that the assignment has changed since answers were kept, and show those it has no place for. */
  #sayWhetherNew() {
    const known = this.store.get("edition");
    const remember = () => this.store.setIfRoom("edition", this.edition);
    const gone = this.#answersWithoutPlace();
    const anyKept = gone.length > 0 || this.answers.some((answer) => answer.isFilled);
    if (known === null || known === this.edition || !anyKept) {
      remember();
      return;
    }
    const seen = make("button", { type: "button", class: "quiet" }, "Understood");
    const note = make("div", { class: "new-edition" },
      make("p", {}, "This assignment has changed since you worked on it here. Your answers are kept as you wrote them; check them again."),
      ...gone.map((name) => make("details", {},
        make("summary", {}, `What you wrote for ${name}, which is not asked any more`),
        make("pre", {}, this.store.get(`answer/${name}`)))),
      seen);
    seen.addEventListener("click", () => {
      remember();
      note.remove();
    });
    this.about.append(note);
  }

  #answersWithoutPlace() {
    const kept = this.store.keys().filter((key) => key.startsWith("answer/")).map((key) => key.slice("answer/".length));
    return kept.filter((name) => !this.answers.some(({ part }) => part.name === name));
  }
}

const placeOf = ({ id }) => document.querySelector(`.worksheet-cell[data-cell="${CSS.escape(id)}"]`);

if (typeof WebAssembly === "object") {
  const link = document.querySelector('link[rel="alternate"][type="application/x-ipynb+json"]');
  const reply = await fetch(link.href);
  if (!reply.ok) throw new Error(`${link.href}: ${reply.status}`);
  const name = decodeURIComponent(link.href.split("/").pop().replace(/\.ipynb$/, ""));
  const site = new URL("../..", new URL(".", import.meta.url)).pathname;
  new Worksheet(await reply.json(), { name, edition: link.dataset.edition, site });
  document.documentElement.dataset.worksheet = "ready";
}
