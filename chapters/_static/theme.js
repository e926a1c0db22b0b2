// What the theme leaves open.
"use strict";

// Paper is white: a page that is read in the dark prints with the light theme.
{
  const page = document.documentElement;
  let wasDark = false;
  const toPaper = () => {
    wasDark ||= page.dataset.theme === "dark";
    if (wasDark) page.dataset.theme = "light";
  };
  const fromPaper = () => {
    if (wasDark) page.dataset.theme = "dark";
    wasDark = false;
  };
  addEventListener("beforeprint", toPaper);
  addEventListener("afterprint", fromPaper);
  matchMedia("print").addEventListener("change", ({ matches }) => (matches ? toPaper() : fromPaper()));
}

// The arrows that open a chapter's sections have no name.
for (const summary of document.querySelectorAll(".bd-links summary")) {
  const chapter = summary.parentElement.previousElementSibling;
  summary.setAttribute("aria-label", `Sections of ${chapter.textContent}`);
}

// A formula that is too wide for a phone becomes smaller, as long as it can be read. What is still
// wider than the page scrolls in its own box: the keyboard can reach it, and shadows at its sides
// show that there is more.
{
  const formulas = 'article mjx-container[display="true"]';
  const boxes = `${formulas}, article pre, .pst-scrollable-table-container, .cell_output .output, .stage`;
  const smallest = 0.75;

  const fitFormulas = () => {
    for (const box of document.querySelectorAll(formulas)) {
      const formula = box.querySelector("mjx-math");
      formula.style.fontSize = "";
      const fits = box.clientWidth / formula.getBoundingClientRect().width;
      if (fits < 1) formula.style.fontSize = `${Math.max(Math.floor(100 * fits), 100 * smallest)}%`;
    }
  };
  const shade = (box) => {
    const hidden = box.scrollWidth - box.clientWidth;
    const scrolls = hidden > 1 && getComputedStyle(box).overflowX !== "visible";
    box.classList.toggle("more-left", scrolls && box.scrollLeft > 1);
    box.classList.toggle("more-right", scrolls && box.scrollLeft < hidden - 1);
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const fitAll = () => {
    fitFormulas();
    document.querySelectorAll(boxes).forEach(shade);
  };
  fitAll();
  window.MathJax?.startup?.promise?.then(fitAll);
  addEventListener("resize", fitAll);
  // A scroll does not bubble, and what is folded is measured once it is open.
  addEventListener("scroll", ({ target }) => target.matches?.(boxes) && shade(target), true);
  addEventListener("toggle", fitAll, true);
}

// What the search shows of a page is its article, and formulas as far as they are words.
if (typeof Search !== "undefined") {
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const unread of page.querySelectorAll("svg, .page-facts")) unread.remove();
    const article = page.querySelector("article.bd-article") ?? page.body;
    const text = textOf(`<div role="main">${article.outerHTML}</div>`, anchor);
    return text.replace(/\\([()[\]]|[a-zA-Z]+)/g, " ");
  };
}
