// A page's Python, in a worker of its own: the page can end it, whatever a cell does.
//
// in:   {start: address of Pyodide's folder}, {run: number, cells, index, seconds}
// out:  {ready}, {begin: place of the cell that runs now}, {outputs: of the running cell, so far},
//       {loading}, {done: number, ok, outputs, above, unstarted, heavy}, {dead: why}

/** What is written in Python here. */
const MODULES = ["__init__", "outputs", "ipython", "data", "limits", "errors", "cells"];

/** Files beside these, by the package whose place they take: fetched for who asks for it. */
const DATA = { sklearn: "digits.npz" };

let cells, pyodide, folder;

async function start(home) {
  const { loadPyodide } = await import(`${home}pyodide.mjs`);
  const texts = MODULES.map(async (name) => (await fetch(new URL(`page/${name}.py`, import.meta.url))).text());
  const quiet = () => {};
  pyodide = await loadPyodide({
    indexURL: home,
    packages: ["numpy", "convbook"],
    stdout: quiet,
    stderr: quiet,
  });
  // Among the libraries, so that no error is shown to stand in its lines.
  folder = pyodide.runPython("import site; site.getsitepackages()[0]") + "/page/";
  pyodide.FS.mkdir(folder);
  for (const [i, name] of MODULES.entries()) pyodide.FS.writeFile(`${folder}${name}.py`, await texts[i]);
  cells = pyodide.pyimport("page.cells");
}

/** A heap never gets smaller; one of this size is given back with its worker. */
const HEAVY = 2 ** 29;

/** Run cells, and again when packages had to be loaded for them. */
async function run(list, index, seconds) {
  for (;;) {
    const told = JSON.parse(cells.run(
      JSON.stringify(list), index, seconds,
      (place) => postMessage({ begin: place }),
      (outputs) => postMessage({ outputs: JSON.parse(outputs) }),
    ));
    if (!told.wanted) return told;
    postMessage({ loading: true });
    if (!await load(told.wanted)) {
      cells.forget(told.wanted);
      const text = `✗ What this cell imports (${told.wanted.join(", ")}) could not be fetched. Is there a network? Try again.\n`;
      return { ok: false, unstarted: true, outputs: [{ output_type: "stream", name: "stderr", text }] };
    }
    cells.import_loaded(told.wanted);
  }
}

/** Load packages; whether all came that there are. Of those that Pyodide doesn't know, it says nothing. */
async function load(names) {
  let allCame = true;
  const imports = names.map((name) => `import ${name}`).join("\n");
  try {
    await pyodide.loadPackagesFromImports(imports, { messageCallback() {}, errorCallback() { allCame = false; } });
    for (const name of names) {
      if (!(name in DATA)) continue;
      const file = await fetch(new URL(`page/${DATA[name]}`, import.meta.url));
      if (file.ok) pyodide.FS.writeFile(folder + DATA[name], new Uint8Array(await file.arrayBuffer()));
    }
  } catch {
    allCame = false;
  }
  return allCame;
}

self.onmessage = async ({ data }) => {
  try {
    if (data.start) {
      await start(data.start);
      postMessage({ ready: true });
    } else {
      const result = await run(data.cells, data.index, data.seconds);
      postMessage({ done: data.run, ...result, heavy: pyodide._module.HEAP8.length > HEAVY });
    }
  } catch (error) {
    // Errors of a cell are its outputs: this is the end of the interpreter.
    postMessage({ dead: String(error?.message ?? error) });
  }
};
