// The released notebook: what its cells are for, answers put into it and read from it. Pure functions.

export const sourceOf = (cell) => [cell.source].flat().join("");

const gradingOf = (cell) => cell.metadata?.nbgrader ?? {};

/** What a cell is called: nbgrader's name, which lasts longer than Jupyter's. */
export const nameOf = (cell) => gradingOf(cell).grade_id ?? cell.id;

/** What a cell is for.
 *
 * "written" an answer in words · "answer" one in code · "check" · "scratch" room to try things ·
 * "setup" · "progress" · "picture" folded code to run · "given" code to read · "text".
 */
export function roleOf(cell) {
  const { solution, grade, locked } = gradingOf(cell);
  if (cell.cell_type !== "code") return solution ? "written" : "text";
  if (solution) return "answer";
  if (grade) return "check";
  if (!locked) return "scratch";
  if (["setup", "progress"].includes(nameOf(cell))) return nameOf(cell);
  return cell.metadata.jupyter?.source_hidden ? "picture" : "given";
}

/** The cells that can be run, those that a student fills, and whatever else there is, in order. */
export const partsOf = (notebook) =>
  notebook.cells.map((cell) => {
    const { points = 0 } = gradingOf(cell);
    const source = sourceOf(cell);
    const title = /^# @title (.*)/.exec(source)?.[1]; // what stands on a cell that is folded
    return { id: cell.id, name: nameOf(cell), role: roleOf(cell), source, points, title };
  });

export const isFilled = ({ role }) => ["answer", "written", "scratch"].includes(role);

// Where Python's str.splitlines ends a line, for so does nbformat.
const LINES = /(?<=\r\n|[\n\v\f\x1c-\x1e\x85\u2028\u2029]|\r(?!\n))/;

/** The notebook with other sources in the cells of these names, and nothing else changed.
 *
 * @param {object} notebook as it was released
 * @param {Map<string, string>} answers name of a cell → its source
 * @returns {string} the file, as nbformat writes it
 */
export function withAnswers(notebook, answers) {
  const filled = (cell) => {
    const source = answers.get(nameOf(cell));
    if (source === undefined || source === sourceOf(cell)) return cell;
    return { ...cell, source: source ? source.split(LINES) : [] };
  };
  return `${JSON.stringify({ ...notebook, cells: notebook.cells.map(filled) }, null, 1)}\n`;
}

/** Why a file can't be read, in a sentence for the student. */
export class Unreadable extends Error {}

/** The answers in a file that was downloaded here or saved by Jupyter.
 *
 * @param {string} text what is in the file
 * @param {object} released the notebook of this page
 * @returns {{answers: Map<string, string>, missing: string[], twice: string[]}} of the cells that a
 *   student fills: their sources, those that the file lacks, those that it has more than once
 */
export function answersIn(text, released) {
  const cells = cellsOf(text);
  const wanted = partsOf(released).filter(isFilled);
  const asked = new Set(wanted.filter(({ role }) => role !== "scratch").map(({ name }) => name));
  const solutions = cells.filter((cell) => gradingOf(cell).solution).map(nameOf);
  if (!solutions.length) {
    throw new Unreadable("It is a notebook, but not one of this course’s assignments: it has no cells for answers.");
  }
  const known = solutions.filter((name) => asked.has(name)).length;
  if (known * 2 <= solutions.length) {
    const theirs = solutions.find((name) => !asked.has(name));
    throw new Unreadable(`It is the notebook of another assignment: it has an answer to ${theirs}, which is not asked here.`);
  }
  const found = grouped(cells);
  return {
    answers: new Map(wanted.filter(({ name }) => found.has(name)).map(({ name }) => [name, sourceOf(found.get(name)[0])])),
    missing: [...asked].filter((name) => !found.has(name)),
    twice: [...asked].filter((name) => found.get(name)?.length > 1),
  };
}

function cellsOf(text) {
  let notebook;
  try {
    notebook = JSON.parse(text);
  } catch {
    throw new Unreadable(text.trim()
      ? "It is no notebook, or it is damaged: it can’t be read as JSON."
      : "It is empty.");
  }
  const cells = notebook?.cells;
  const isCell = (cell) => [cell?.source].flat().every((line) => typeof line === "string");
  if (!Array.isArray(cells) || !cells.every(isCell)) {
    throw new Unreadable("It is no notebook: it has no cells. Choose a file whose name ends in .ipynb.");
  }
  return cells;
}

function grouped(cells) {
  const groups = new Map();
  for (const cell of cells) groups.set(nameOf(cell), [...(groups.get(nameOf(cell)) ?? []), cell]);
  return groups;
}
