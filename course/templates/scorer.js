// How the search ranks what it finds (Sphinx's Scorer): an entry of the library that has exactly the
// name comes first, then the chapters, then all else. CHAPTERS and MOST, the chapter that says a word
// most often, are written above.
const asked = new URLSearchParams(location.search).get("q")?.trim().toLowerCase();

var Scorer = {
  objNameMatch: 60,
  objPartialMatch: 6,
  objPrio: { 0: 3, 1: 1, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
  score: ([page, , anchor, , score]) => {
    // A module, or a term of the glossary, has the name of what it is about; a chapter says more.
    if (anchor?.startsWith("#module-")) return score - 60;
    if (anchor?.startsWith("#term-")) return score - 60;
    return score + (CHAPTERS.includes(page) ? 30 : 0) + (MOST[asked] === page ? 30 : 0);
  },
};
