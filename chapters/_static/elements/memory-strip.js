// <memory-strip>: TODO: what can be changed, and what it shows.
import { BookElement, make } from "./base.js";

class MemoryStrip extends BookElement {
  static label = "TODO: its name for a screen reader";

  build() {
    this.size = this.addRange("Size", { min: 1, max: 9, value: 3 });
  }

  draw() {
    const size = Number(this.size.value);
    this.stage.replaceChildren(make("p", {}, "■".repeat(size)));
    this.value = { size };
    this.say(`TODO: ${size} squares.`);
  }
}

customElements.define("memory-strip", MemoryStrip);
