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

const RUNS = ["check", "picture", "scratch"];

// What a cell is run with: all that defines something above it. A picture asks which checks passed.
const ABOVE = {
  check: ["given", "answer", "scratch"],
  scratch: ["given", "answer", "scratch"],
  picture: ["given", "answer", "scratch", "check"],
};

class Worksheet {
  constructor(notebook, { name, edition, site }) {
    this.parts = partsOf(notebook);
    this.announcer = document.body.appendChild(make("div", { class: "worksheet-announcer", role: "status" }));
    this.python = new Python({ onState: () => this.checks?.forEach((check) => check.refresh()) });
    this.store = new Store(`${site}${name}/`, {
      onTrouble: (trouble) => this.bar?.warn(trouble),
      onElsewhere: (key, value) => this.#hearElsewhere(key, value),
    });
    this.edition = edition;
    this.#introduce();
    const say = (text) => this.say(text);
    const worked = this.parts.filter(({ role }) => role !== "text").map((part) => [part, placeOf(part)]);
    this.answers = worked.filter(([part]) => isFilled(part)).map(([part, place]) =>
      new Answer(part, place, {
        store: this.store, say,
        onChange: (answer) => this.#changed(answer),
        onRun: () => this.#checkBelow(part)?.start(),
      }));
    this.checks = worked.filter(([{ role }]) => RUNS.includes(role)).map(([part, place]) =>
      new Check(part, place, {
        store: this.store, python: this.python, say,
        cells: () => this.#cellsFor(part),
        onState: () => this.bar?.draw(),
        onDone: () => this.#checkAgain(),
      }));
    this.handIn = new HandIn(notebook, name, { answers: this.answers, say });
    const progress = worked.find(([{ role }]) => role === "progress")?.[1];
    for (const [{ role }, place] of worked) {
      if (role === "setup") place.hidden = true;
      if (role === "given") place.append(make("p", { class: "given" }, "This runs before each check, by itself."));
    }
    this.#nameReleased();
    this.bar = new Bar({ checks: this.checks, answers: this.answers, handIn: this.handIn, progress, say });
    this.bar.warn(this.store.trouble);
    this.#sayWhetherNew();
    // The first answer is being written: Python can be there when it is checked.
    this.startSoon = () => {
      this.startSoon = () => {};
      (window.requestIdleCallback ?? setTimeout)(() => this.python.start().catch(() => {}));
    };
    addEventListener("beforeunload", (event) => this.store.trouble && this.answers.some(({ isFilled }) => isFilled) && event.preventDefault());
  }

  /** Say something to who doesn't see it, once. */
  say(text) {
    this.announcer.textContent = "";
    // A text that comes in the same moment as it went is not read again.
    requestAnimationFrame(() => { this.announcer.textContent = text; });
  }

  #introduce() {
    const about = make("aside", { class: "worksheet-about", "aria-label": "About this worksheet" },
      make("p", {}, make("strong", {}, "This page is your worksheet."),
        " Write each answer where it is asked for and press ", make("em", {}, "Check"),
        " below it. Python runs here, in your browser. What you write is kept in this browser, on this device; ",
        make("em", {}, "Download to hand in"), " gives you the notebook with your answers in it. The first check takes some seconds, until Python is there."),
      make("p", { id: "worksheet-keys" },
        "In an editor, Tab indents; Escape, then Tab, leaves it. Control and Enter check the answer."));
    document.querySelector("article h1").after(about);
    this.about = about;
  }

  /** The theme's button gives the notebook as it was released: nobody should hand that in. */
  #nameReleased() {
    const button = document.querySelector(".btn-download-source-button");
    if (!button) return;
    button.title = "The notebook without your answers";
    button.querySelector(".btn__text-container").textContent = ".ipynb, without your answers";
  }

  #sayWhetherNew() {
    const known = this.store.get("edition");
    const isNew = known !== null && known !== this.edition && this.answers.some(({ isFilled }) => isFilled);
    if (!isNew) {
      if (known !== this.edition) this.store.setIfRoom("edition", this.edition);
      return;
    }
    const gone = this.store.keys().filter((key) => key.startsWith("answer/")).map((key) => key.slice("answer/".length))
      .filter((name) => !this.answers.some(({ part }) => part.name === name));
    const seen = make("button", { type: "button", class: "quiet" }, "Understood");
    const note = make("p", { class: "new-edition" },
      "This assignment has changed since you worked on it here. Your answers are kept as you wrote them; check them again. ",
      ...gone.map((name) => make("details", {}, make("summary", {}, `What you wrote for ${name}, which is not asked any more`),
        make("pre", {}, this.store.get(`answer/${name}`)))), seen);
    seen.addEventListener("click", () => {
      this.store.setIfRoom("edition", this.edition);
      note.remove();
    });
    this.about.append(note);
  }

  #changed() {
    this.startSoon();
    this.checks.forEach((check) => check.refresh());
    this.bar.draw();
  }

  #hearElsewhere(key, value) {
    const [kind, name] = [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)];
    if (kind === "answer") this.answers.find(({ part }) => part.name === name)?.takeOver(value);
    if (kind === "verdict") this.checks.find(({ part }) => part.name === name)?.read();
  }

  #cellsFor(part) {
    const above = this.parts.slice(0, this.parts.indexOf(part)).filter(({ role }) => ABOVE[part.role].includes(role));
    return [...above, part].map(({ name, source }) => ({
      id: name, source: this.answers.find((answer) => answer.part.name === name)?.text ?? source,
    }));
  }

  /** What passed on earlier answers is checked on those of now, so that the bar needs no button. */
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
}

const placeOf = ({ id }) => document.querySelector(`.worksheet-cell[data-cell="${CSS.escape(id)}"]`);

const link = document.querySelector('link[rel="alternate"][type="application/x-ipynb+json"]');
if (typeof WebAssembly === "object") {
  const reply = await fetch(link.href);
  if (!reply.ok) throw new Error(`${link.href}: ${reply.status}`);
  const name = decodeURIComponent(link.href.split("/").pop().replace(/\.ipynb$/, ""));
  // Courses that share a host, and this course's other editions, keep their answers apart.
  const site = new URL("../..", new URL(".", import.meta.url)).pathname;
  new Worksheet(await reply.json(), { name, edition: link.dataset.edition, site });
  document.documentElement.dataset.worksheet = "ready";
}
