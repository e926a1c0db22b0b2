// A cell's outputs, in the notebook's format, as elements of the page.

/** Show outputs in an element, in place of what it showed before. Who calls has it read aloud. */
export function show(outputs, element) {
  element.replaceChildren(...outputs.map(elementOf).filter(Boolean));
  for (const wide of element.querySelectorAll(".output > pre, .output:not(:has(> pre))")) reachable(wide);
}

function elementOf({ output_type, name, text, traceback, data }) {
  if (output_type === "stream") return textual(`stream ${name}`, text);
  if (output_type === "error") return textual("error", joined(traceback, "\n"));
  const markup = data["text/html"] ?? data["image/svg+xml"];
  if (markup !== undefined) return box("text_html", ...harmless(joined(markup)));
  const kind = ["image/png", "image/jpeg"].find((each) => each in data);
  if (kind === undefined) return data["text/plain"] && textual("text_plain", joined(data["text/plain"]));
  const image = document.createElement("img");
  image.src = `data:${kind};base64,${joined(data[kind]).replaceAll("\n", "")}`;
  image.alt = joined(data["text/plain"] ?? "");
  return box("image", image);
}

/** A notebook's file may hold a text as a list of lines. */
const joined = (text, between = "") => [].concat(text).join(between);

function box(kind, ...children) {
  const element = document.createElement("div");
  element.className = `output ${kind}`;
  element.append(...children);
  return element;
}

function textual(kind, text) {
  const pre = document.createElement("pre");
  // Colours of a terminal go; of a line that was written over, its last text stays.
  pre.textContent = text.replace(/\x1b\[[\d;]*[A-Za-z]/g, "").replace(/^.*\r(?!\n)/gm, "");
  return box(kind, pre);
}

const ACTIVE = "script, iframe, object, embed, link, meta, base, form, frame, portal, style";
const ADDRESS = /^(src|href|xlink:href|action|formaction|srcset|background|poster|data)$/i;

/** What an HTML text shows, without what runs, or asks for something from elsewhere. */
function harmless(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const each of body.querySelectorAll(ACTIVE)) each.remove();
  for (const each of body.querySelectorAll("*")) {
    for (const { name, value } of [...each.attributes]) {
      const runs = /^on/i.test(name);
      const leads = ADDRESS.test(name) && !/^\s*(#|data:image\/)/i.test(value) && !(each.localName === "a" && /^\s*https?:/i.test(value));
      const fetches = name === "style" && /url\(|@import/i.test(value);
      if (runs || leads || fetches) each.removeAttribute(name);
    }
  }
  return body.childNodes;
}

/** What is wider than the page, or cut off, can be scrolled by keyboard. */
function reachable(element) {
  element.style.overflow = "auto";
  new ResizeObserver(() => {
    if (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight) {
      element.tabIndex = 0;
      element.setAttribute("role", "group");
      element.setAttribute("aria-label", "Output, scrolls");
    } else for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
  }).observe(element);
}
