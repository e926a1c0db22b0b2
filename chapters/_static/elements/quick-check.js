// A question with instant answers. Without JavaScript it stays a list of choices that open to reasons.
"use strict";

class QuickCheck extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    const question = this.querySelector(".question");
    const choices = [...this.querySelectorAll("details")];
    const name = `quick-check-${[...document.querySelectorAll("quick-check")].indexOf(this)}`;
    const answer = make("div", { class: "answer", "aria-live": "polite" });
    const fieldset = make("fieldset", {}, make("legend", {}, ...question.childNodes));
    for (const choice of choices) {
      const radio = make("input", { type: "radio", name });
      const label = make("label", {}, radio, make("span", {}, ...choice.querySelector("summary").childNodes));
      const reason = choice.querySelector(".reason");
      radio.addEventListener("change", () => {
        this.value = "correct" in choice.dataset ? "right" : "wrong";
        for (const other of fieldset.querySelectorAll("label")) delete other.dataset.answer;
        label.dataset.answer = this.value;
        answer.replaceChildren(reason);
      });
      fieldset.append(label);
    }
    this.replaceChildren(fieldset, answer);
  }
}
customElements.define("quick-check", QuickCheck);
