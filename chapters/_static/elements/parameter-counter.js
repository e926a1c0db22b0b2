// <parameter-counter>: parameters and bytes of a dense, a locally-connected and a convolutional layer.
import { BOOK_COLOURS, BookElement, bytes, group, make } from "./base.js";

class ParameterCounter extends BookElement {
  static label = "Parameter counter: choose the image, the channels and the kernel";

  build() {
    this.side = this.addChoice(
      "Image", [8, 32, 64, 128, 256, 512, 1024].map((n) => [n, `${n} × ${n} pixels`]),
    );
    this.side.value = "256";
    this.channels = this.addChoice("Channels in", [1, 3, 16, 64].map((n) => [n, String(n)]));
    this.channels.value = "3";
    this.outputs = this.addChoice("Channels out", [1, 3, 16, 64].map((n) => [n, String(n)]));
    this.outputs.value = "3";
    this.kernel = this.addChoice("Kernel", [1, 3, 5, 7].map((n) => [n, `${n} × ${n}`]));
    this.kernel.value = "3";
  }

  draw() {
    const [n, c, cOut, s] = [this.side, this.channels, this.outputs, this.kernel]
      .map((select) => BigInt(select.value));
    const pixels = n * n;
    const counts = {
      "dense": pixels * pixels * c * cOut,
      "locally connected": pixels * s * s * c * cOut,
      "convolutional": s * s * c * cOut,
    };
    // A bar's length is the number of digits: every tenth of the way is one more factor of ten.
    const list = make("dl", { class: "counts" });
    Object.entries(counts).forEach(([layer, count], place) => {
      const width = Math.min(100, 7 * Math.log10(Number(count)) + 1);
      const bar = make("span", {
        class: "bar", "aria-hidden": "true",
        style: `inline-size: ${width}%; background: ${BOOK_COLOURS[place]}`,
      });
      const text = `${group(count)} weights, ${bytes(4n * count)}`;
      list.append(make("dt", {}, layer), make("dd", {}, bar, make("span", {}, text)));
    });
    this.stage.replaceChildren(list);
    this.value = Object.fromEntries(Object.entries(counts).map(([k, v]) => [k, String(v)]));
    this.say(
      `The dense layer has ${group(pixels * pixels / (s * s))} times as many weights as the `
      + "convolution. Bars are logarithmic; bytes are for 32-bit floats.",
    );
  }
}

customElements.define("parameter-counter", ParameterCounter);
