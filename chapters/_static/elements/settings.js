// The number fields of the convolution explorer: one number for both axes, or one for each.
import { make } from "./base.js";
import { PADDINGS, SETTINGS } from "./cases.js";
import { minus } from "./pictures.js";
import { AXES } from "./windows.js";

/** A setting's two numbers, each with buttons for less and more; calls `changed`. */
export class Setting {
  constructor(name, changed) {
    const { label, letter, least, most } = SETTINGS[name];
    Object.assign(this, { name, label, least, most });
    this.inputs = AXES.map((axis) => make("input", {
      type: "number", min: least, max: most, step: 1, required: "", "aria-label": `${label} in ${axis}`,
    }));
    for (const input of this.inputs) input.addEventListener("input", changed);
    this.steppers = this.inputs.map((input, axis) => this.makeStepper(input, axis ? `${label} in width` : label));
    this.times = make("span", { class: "times" }, "×");
    this.node = make("fieldset", {}, make("legend", {}, `${label} `, make("i", {}, letter)),
      this.steppers[0], this.times, this.steppers[1]);
  }

  makeStepper(input, name) {
    const button = (text, words, step) => {
      // The keyboard has the arrow keys for it.
      const node = make("button", { type: "button", tabindex: -1, "aria-label": `${name}: ${words}` }, text);
      node.addEventListener("click", () => {
        step();
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
      return node;
    };
    return make("span", { class: "stepper" },
      button("−", "less", () => input.stepDown()), input, button("+", "more", () => input.stepUp()));
  }

  get isAlike() {
    return this.inputs[0].value === this.inputs[1].value;
  }

  set(numbers) {
    this.inputs.forEach((input, axis) => { input.value = numbers[axis]; });
  }

  /** Show one field for both axes, or two. */
  show({ isAlike, isTransposed }) {
    this.node.hidden = this.name === "output_padding" && !isTransposed;
    this.steppers[1].hidden = this.times.hidden = isAlike;
    this.inputs[0].setAttribute("aria-label", isAlike ? this.label : `${this.label} in ${AXES[0]}`);
    if (isAlike) this.inputs[1].value = this.inputs[0].value;
  }

  /** The two numbers; a field that holds none that can be is named in `faults`. */
  read({ isAlike }, faults) {
    const shown = isAlike ? this.inputs.slice(0, 1) : this.inputs;
    shown.forEach((input, axis) => {
      input.setAttribute("aria-invalid", String(!input.validity.valid));
      if (input.validity.valid) return;
      const where = isAlike ? "" : ` in ${AXES[axis]}`;
      const typed = input.value === "" ? "there is none" : `it is ${minus(input.value)}`;
      faults.push(`${this.label}${where} must be a whole number from ${this.least} to ${this.most}; ${typed}.`);
    });
    return this.inputs.map((_, axis) => Number(shown[isAlike ? 0 : axis].value));
  }
}

/** Padding, which may also be a word where the layer is not transposed. */
export class PaddingSetting extends Setting {
  constructor(changed) {
    super("padding", changed);
    const kinds = ["number", ...PADDINGS].map((kind) => make("option", { value: kind }, kind));
    this.kind = make("select", { "aria-label": "Kind of padding" }, ...kinds);
    this.kind.addEventListener("change", changed);
    this.amount = make("output", {});
    this.node.firstChild.after(this.kind, this.amount);
  }

  set(padding) {
    const isWord = PADDINGS.includes(padding);
    this.kind.value = isWord ? padding : "number";
    super.set(isWord ? [0, 0] : padding);
  }

  show({ isAlike, isTransposed }) {
    super.show({ isAlike, isTransposed });
    const isWord = !isTransposed && this.kind.value !== "number";
    this.kind.hidden = isTransposed;
    this.amount.hidden = !isWord;
    this.steppers[0].hidden = isWord;
    if (isWord) this.steppers[1].hidden = this.times.hidden = true;
  }

  read({ isAlike, isTransposed }, faults) {
    const isWord = !isTransposed && this.kind.value !== "number";
    return isWord ? this.kind.value : super.read({ isAlike }, faults);
  }

  /** Say what a word comes to: zeros before and after, on both axes. */
  showAmount(pairs) {
    const sides = pairs.map(([before, after]) => (before === after ? `${before}` : `${before} + ${after}`));
    this.amount.textContent = sides[0] === sides[1] ? sides[0] : sides.join(" × ");
  }
}
