// What the book's interactive elements share. No dependency, no request, native controls.

/** A figure to play with. A subclass builds its controls in `build` and redraws in `draw`.
 *
 * The element's Markdown content is what a reader without JavaScript sees; it is replaced. Controls
 * are native inputs with visible labels, so keyboard and screen reader work as everywhere. What
 * changed is said in words in a live region, and every subclass keeps its result in `value`. One
 * that shows what the build has trained awaits it as its static `needs`, null where it is missing.
 */
export class BookElement extends HTMLElement {
  connectedCallback() {
    if (this.ready) return;
    this.ready = true;
    if (this.constructor.needs === null) {
      // The static content stays: it says what the figure would show.
      this.append(make("p", { class: "missing" },
        "The networks of this figure can’t be loaded, so it stays as it is. Load the page again; if that doesn’t help, the book was built without them: build it with make."));
      return;
    }
    this.replaceChildren();
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", this.constructor.label);
    this.controls = this.appendChild(make("div", { class: "controls" }));
    this.stage = this.appendChild(make("div", { class: "stage" }));
    this.message = this.appendChild(make("p", { class: "message", "aria-live": "polite" }));
    this.build();
    this.draw();
  }

  /** Say in words what the figure shows now; `quiet` shows it without having it read aloud. */
  say(text, quiet = false) {
    this.message.setAttribute("aria-live", quiet ? "off" : "polite");
    if (this.message.textContent !== text) this.message.textContent = text;
  }

  /** The words of an attribute, each one of `known`; without the attribute, `otherwise`. */
  wordsOf(attribute, known, otherwise) {
    if (!this.hasAttribute(attribute)) return otherwise;
    const words = this.getAttribute(attribute).split(/[\s,]+/).filter(Boolean);
    const unknown = words.find((word) => !known.includes(word));
    if (unknown !== undefined || !words.length) {
      this.refuse(`${attribute}="${this.getAttribute(attribute)}" `
        + (words.length ? `has "${unknown}", which is none of: ` : "is empty; it takes some of: ")
        + `${known.join(", ")}.`);
    }
    return words;
  }

  /** Take no attributes but those of any HTML element and `known`. */
  allowAttributes(...known) {
    const ofAny = /^(class|id|style|role|title|lang|dir|hidden|data-.*|aria-.*)$/;
    const unknown = this.getAttributeNames().find((name) => !ofAny.test(name) && !known.includes(name));
    if (unknown === undefined) return;
    const takes = known.length ? `it takes: ${known.join(", ")}` : "it takes none";
    this.refuse(`has no attribute "${unknown}"; ${takes}.`);
  }

  /** Stop with a sentence for the author of the page, where the figure would be. */
  refuse(sentence) {
    const text = `<${this.localName}>: ${sentence}`;
    this.replaceChildren(make("p", { class: "message" }, text));
    throw new Error(text);
  }

  /** A labelled slider that runs `action` with its number and calls `draw`; returns its input. */
  addRange(label, { min, max, value, step = 1 }, action = () => {}) {
    const output = make("output", {}, String(value));
    const input = make("input", { type: "range", min, max, step, value });
    input.addEventListener("input", () => {
      output.textContent = input.value;
      action(Number(input.value));
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

  /** A labelled choice of `options` ([value, text] pairs) that runs `action` with the value chosen and
   *  calls `draw`; returns its select. */
  addChoice(label, options, action = () => {}) {
    const select = make("select", {}, ...options.map(([value, text]) => make("option", { value }, text)));
    select.addEventListener("change", () => {
      action(select.value);
      this.draw();
    });
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

/** What `course/trained_networks.py` has trained and measured under a name; null if it is not there. */
export const trained = (name) => import(`./trained/${name}.js`).then((module) => module.default, () => null);

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

/** Sixteen colours of which no two look alike, on light and on dark: `convbook.plot.COLOURS`. */
export const BOOK_COLOURS = [
  "#2f81c7", "#cf6a12", "#00a868", "#7048c8", "#c02020", "#909800", "#00a0a8", "#e858c8",
  "#786060", "#c00068", "#307000", "#d87878", "#786028", "#9088b0", "#506868", "#989080",
];

/** The colour of weight number `n`, for any n: that of `convbook.plot.distinct_colours`. */
export function weightColour(n) {
  if (n < BOOK_COLOURS.length) return BOOK_COLOURS[n];
  const further = n - BOOK_COLOURS.length;
  const hue = (further * 0.6180339887) % 1;
  const saturation = 0.35 + 0.3 * ((further * 0.7548776662) % 1);
  const luminance = [0.27, 0.2, 0.15][further % 3];
  const channel = (turn) => {
    const distance = Math.abs(((hue + turn) % 1) * 6 - 3) - 1; // From the hue that lacks it most.
    return (0.5 + saturation * (Math.min(Math.max(distance, 0), 1) - 0.5)) ** 2.2;
  };
  const linear = [channel(0), channel(2 / 3), channel(1 / 3)];
  const scale = luminance / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]);
  return "#" + linear.map((value) => {
    const byte = Math.round(255 * Math.min(value * scale, 1) ** (1 / 2.2));
    return byte.toString(16).padStart(2, "0");
  }).join("");
}

/** White or near-black, whichever reads better on a colour "#rrggbb": `convbook.plot.ink_on`. */
export function inkOn(colour) {
  const linear = [1, 3, 5].map((place) => {
    const channel = parseInt(colour.slice(place, place + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return luminance < 0.1796 ? "#ffffff" : "#010101";
}

/** 38654705664 → "38 654 705 664", with narrow no-break spaces. */
export function group(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A number of bytes in powers of ten: "154.6 GB". */
export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  const power = Math.min(units.length - 1, Math.floor((String(count).length - 1) / 3));
  const value = Number(count) / 1000 ** power;
  return `${power ? value.toFixed(1) : value} ${units[power]}`;
}
