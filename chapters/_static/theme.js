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

// What is wider than the page scrolls in its own box, which the keyboard must be able to reach.
{
  const boxes = 'mjx-container[display="true"], article pre, .pst-scrollable-table-container';
  const reachBoxes = () => {
    for (const box of document.querySelectorAll(boxes)) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  reachBoxes();
  window.MathJax?.startup?.promise?.then(reachBoxes);
  addEventListener("resize", reachBoxes);
}
