// <convolution-explorer>: where a kernel lies on an image, for every size, stride, padding and dilation.
//
// Attributes name the case with which it begins. A pair is written HEIGHTxWIDTH, one number is for both:
//
//   <convolution-explorer id="explorer" size="3x5" kernel="3" stride="2" padding="2x1"></convolution-explorer>
//
//   size            5    of the input, 1 to 32
//   kernel          3    its size, 1 to 11
//   stride          1    1 to 8
//   padding         0    0 to 10, or valid, same, full (of these three, none when transposed)
//   dilation        1    1 to 8
//   transposed           no value: the transposed convolution; `size` is of its input, the small side
//   output_padding  0    when transposed, 0 to 7
//   view       patches   when transposed: patches, an input pixel and where it adds its patch; or zeros, a
//                        window on the input with zeros inserted between its pixels
//   numbers              no value: whole numbers stand in pixels and kernel, and the sum below
//   at             1,1   where the window lies: row, column of its output, counted from 1
//
// The address of a page leads to a case: after # the id of the element, a question mark, and then the
// same names and values, joined by &. What is left out has the value of the middle column above:
//
//   arithmetic.html#explorer?size=3x5&kernel=3&stride=2&padding=2x1&at=1,3
//   arithmetic.html#explorer?size=3&kernel=3&stride=2&padding=1&transposed&output_padding=1
//
// Without an id it is called convolution-explorer, the next one of the page convolution-explorer-2.
// In a chapter such a link is HTML: <a href="#explorer?size=7&amp;dilation=2">dilation 2</a>.
import { BookElement, make } from "./base.js";

class ConvolutionExplorer extends BookElement {
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

customElements.define("convolution-explorer", ConvolutionExplorer);
