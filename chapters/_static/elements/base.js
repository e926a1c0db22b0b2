// What the book's interactive elements share. No dependency, no request, native controls.

/** A figure to play with. A subclass builds its controls in `build` and redraws in `draw`.
 *
 * The element's Markdown content is what a reader without JavaScript sees; it is replaced. Controls
 * are native inputs with visible labels, so keyboard and screen reader work as everywhere. What
 * changed is said in words in a live region, and every subclass keeps its result in `value`.
 */
export class BookElement extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    this.replaceChildren();
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.constructor.label);
    this.controls = this.appendChild(make("div", { class: "controls" }));
    this.stage = this.appendChild(make("div", { class: "stage" }));
    this.message = this.appendChild(make("p", { class: "message", "aria-live": "polite" }));
    this.build();
    this.draw();
  }

  /** Say in words what the figure shows now. */
  say(text) {
    if (this.message.textContent !== text) this.message.textContent = text;
  }

  /** A labelled slider that calls `draw`; returns its input. */
  addRange(label, { min, max, value, step = 1 }) {
    const output = make("output", {}, String(value));
    const input = make("input", { type: "range", min, max, step, value });
    input.addEventListener("input", () => {
      output.textContent = input.value;
      this.draw();
    });
    this.controls.append(make("label", {}, label + " ", input, " ", output));
    return input;
  }

  /** A labelled on/off switch that calls `draw`; returns its input. */
  addSwitch(label, checked = false) {
    const input = make("input", { type: "checkbox", role: "switch" });
    input.checked = checked;
    input.addEventListener("change", () => this.draw());
    this.controls.append(make("label", {}, input, " " + label));
    return input;
  }

  /** A labelled choice of `options` ([value, text] pairs) that calls `draw`; returns its select. */
  addChoice(label, options) {
    const select = make("select", {}, ...options.map(([value, text]) => make("option", { value }, text)));
    select.addEventListener("change", () => this.draw());
    this.controls.append(make("label", {}, label + " ", select));
    return select;
  }

  /** A button that runs `action` and calls `draw`. */
  addButton(label, action) {
    const button = make("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      action();
      this.draw();
    });
    this.controls.append(button);
    return button;
  }
}

/** Make an HTML element with attributes and children (nodes or text). */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Make an SVG element with attributes and children (nodes or text). */
export function makeSvg(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** The same hues as the printed figures: a contrast of 3 : 1 and more on light and on dark. */
export const BOOK_COLOURS = [
  "#2f81c7", "#cf6a12", "#2c9a5e", "#a35fc9", "#d14a5a", "#8a7a18", "#158f9c", "#b5577f",
  "#7c838d",
];
