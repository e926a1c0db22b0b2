// Below an answer in words: how it will be read.

import { make } from "../elements/base.js";

const PAUSE = 200; // milliseconds without typing, after which it is drawn anew

export class Preview {
  constructor() {
    this.shown = make("div", { class: "reading" });
    this.element = make("section", { class: "preview", "aria-label": "How your answer reads", hidden: "" },
      make("p", { class: "title" }, "How it reads"), this.shown);
  }

  /** Show a text soon; an empty one hides the preview. */
  show(text) {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.#draw(text), PAUSE);
  }

  async #draw(text) {
    const { html } = await import("./markdown.js"); // most answers are code and need none of it
    this.element.hidden = !text;
    this.shown.innerHTML = html(text);
    await window.MathJax?.startup?.promise;
    await window.MathJax?.typesetPromise?.([this.shown]);
  }
}
