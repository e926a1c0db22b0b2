// The bar at the foot of the window: how far one is, and what can be done with the whole worksheet.

import { make } from "../elements/base.js";
import { points } from "./check.js";

const STATES = {
  none: "not checked yet", running: "being checked", passed: "passed", failed: "not yet", stale: "changed since its check",
};

export class Bar {
  constructor({ checks, answers, handIn, progress, say }) {
    Object.assign(this, { checks: checks.filter(({ part }) => part.role === "check"), handIn, progress, say });
    this.written = answers.filter(({ part }) => part.role === "written");
    this.tally = make("p", { class: "tally" });
    this.trouble = make("p", { class: "trouble", hidden: "" });
    this.all = make("button", { type: "button" }, "Check all");
    this.all.addEventListener("click", () => this.#checkAll());
    const download = make("button", { type: "button", class: "primary" }, "Download", make("span", { class: "long" }, " to hand in"));
    download.addEventListener("click", () => handIn.download());
    this.steps = [...this.checks.map(({ task, place }) => [task, place]), ...this.written.map(({ place }) => ["in your own words", place])]
      .map(([name, place], i) => {
        const link = make("a", { href: `#${(place.id ||= `task-${i + 1}`)}` }, String(i + 1));
        return Object.assign(link, { task: name });
      });
    this.element = make("section", { class: "worksheet-bar", "aria-label": "Your progress" },
      this.trouble,
      make("ol", { class: "steps" }, ...this.steps.map((link) => make("li", {}, link))),
      this.tally, this.all, download, this.#more());
    document.querySelector("article.bd-article").append(this.element);
    this.draw();
  }

  draw() {
    const passed = this.checks.filter(({ state }) => state === "passed");
    const byHand = sum(this.written.map(({ part }) => part.points));
    const earned = Number(sum(passed.map(({ part }) => part.points)).toFixed(2));
    const total = sum(this.checks.map(({ part }) => part.points)) + byHand;
    this.tally.textContent = `${earned} of ${points(total)}`;
    this.checks.forEach((check, i) => mark(this.steps[i], check.state, `${check.task}: ${STATES[check.state]}`));
    this.written.forEach((answer, i) => mark(this.steps[this.checks.length + i], answer.isFilled ? "written" : "none",
      `In your own words: ${answer.isFilled ? "written" : "not written yet"}`));
    this.#drawProgress(passed, earned, total, byHand);
  }

  /** Say that answers are not kept; null: they are. */
  warn(trouble) {
    this.trouble.hidden = !trouble;
    this.trouble.textContent = trouble ? `${trouble}: what you change now is lost when this page closes. Download it before.` : "";
    if (trouble) this.say(this.trouble.textContent);
  }

  async #checkAll() {
    if (this.all.getAttribute("aria-disabled") === "true") return;
    this.all.setAttribute("aria-disabled", "true");
    for (const check of this.checks) await check.start({ quiet: true });
    this.all.setAttribute("aria-disabled", "false");
    const passed = this.checks.filter(({ state }) => state === "passed").length;
    this.say(`${passed} of ${this.checks.length} checks pass: ${this.tally.textContent}.`);
  }

  #more() {
    const read = make("button", { type: "button" }, "Read answers from a notebook …");
    read.addEventListener("click", () => {
      // The dialog that comes gives the focus back to here.
      more.open = false;
      more.querySelector("summary").focus();
      this.handIn.choose();
    });
    const panel = make("div", { class: "panel" }, read,
      make("p", {}, "Your answers are kept in this browser, on this device, until its data is cleared; a private window forgets them when it closes. To go on elsewhere, download the notebook and read it there."));
    const more = make("details", { class: "more" }, make("summary", {}, "More"), panel);
    more.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !more.open) return;
      more.open = false;
      more.querySelector("summary").focus();
    });
    addEventListener("click", ({ target }) => !more.contains(target) && (more.open = false));
    return more;
  }

  /** In place of the notebook's last cell. */
  #drawProgress(passed, earned, total, byHand) {
    const lines = [`${passed.length} of ${this.checks.length} checks pass: ${earned} of ${points(total)} so far, if the hidden tests pass too.`];
    if (byHand) lines.push(`A person marks your written answer: ${byHand} of the ${points(total)}.`);
    lines.push(`The file to hand in is called ${this.handIn.file}.`);
    this.progress?.replaceChildren(...lines.map((line) => make("p", {}, line)));
  }
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function mark(link, state, words) {
  link.dataset.state = state;
  link.setAttribute("aria-label", words);
  link.title = words;
}
