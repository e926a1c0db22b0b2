// How an answer in words will be read: Markdown as in a notebook, formulas left to MathJax.

import { tex } from "@mdit/plugin-tex";
import MarkdownIt from "markdown-it";

// Tags that a student writes are shown and not obeyed; markdown-it refuses links that run scripts.
const reader = new MarkdownIt({ html: false, linkify: false });

reader.use(tex, {
  mathFence: false,
  render(formula, display) {
    const [open, close] = display ? ["\\[", "\\]"] : ["\\(", "\\)"];
    return `<span class="math">${reader.utils.escapeHtml(open + formula + close)}</span>`;
  },
});

// A preview fetches nothing from another place: a picture is its words.
reader.renderer.rules.image = (tokens, index) => reader.utils.escapeHtml(tokens[index].content);

/** Markdown as HTML in which nothing runs and nothing is fetched. */
export const html = (text) => reader.render(text);
