// A question with instant answers. Without JavaScript it stays a list of choices that open to reasons.
import { make } from "./base.js";

class QuickCheck extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    const question = this.querySelector(".question");
    const name = `quick-check-${[...document.querySelectorAll("quick-check")].indexOf(this)}`;
    const fieldset = make("fieldset", {}, make("legend", {}, ...question.childNodes));
    // Reasons wait in the page, where their maths is typeset, and go to the live region to be read.
    const waiting = make("div", { hidden: "" });
    const answer = make("div", { class: "answer", "aria-live": "polite", "aria-atomic": "true" });
    for (const choice of this.querySelectorAll("details")) {
      const radio = make("input", { type: "radio", name, autocomplete: "off" });
      const letter = make("span", { class: "letter" }, "ABCDEFGH"[fieldset.children.length - 1]);
      const text = make("span", {}, ...choice.querySelector("summary").childNodes);
      const label = make("label", {}, radio, letter, text);
      const reason = choice.querySelector(".reason");
      radio.addEventListener("change", () => {
        this.value = "correct" in choice.dataset ? "right" : "wrong";
        for (const other of fieldset.querySelectorAll("label")) delete other.dataset.answer;
        label.dataset.answer = answer.dataset.answer = this.value;
        waiting.append(...answer.childNodes);
        answer.append(reason);
      });
      fieldset.append(label);
      waiting.append(reason);
    }
    this.replaceChildren(fieldset, answer, waiting);
  }
}
customElements.define("quick-check", QuickCheck);
