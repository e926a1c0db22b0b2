// Runs the page's Python in Node: a line of JSON in, a line of JSON out, for each run of cells.
//
// in:  {cells, index, seconds} or {stop: seconds from now}; out: {ok, outputs, above, begun, states}

import { createInterface } from "node:readline";
import { Worker as Thread } from "node:worker_threads";

const [, , folder, pyodide] = process.argv;
const counts = { begun: [], states: [] };

/** A browser's Worker, made of a thread. */
globalThis.Worker = class {
  constructor(address) {
    this.thread = new Thread(new URL("thread.mjs", import.meta.url), { argv: [address.href] });
    this.thread.on("message", (data) => {
      if (data.begin !== undefined) counts.begun.push(data.begin);
      this.onmessage({ data });
    });
    this.thread.on("error", (error) => this.onerror({ message: error.message }));
  }

  postMessage(data) {
    this.thread.postMessage(data);
  }

  terminate() {
    this.thread.removeAllListeners();
    this.thread.terminate();
  }
};

const { Python } = await import(`${folder}/python.js`);
const python = new Python({ pyodide: `${pyodide}/`, onState: (state) => counts.states.push(state) });
for await (const line of createInterface({ input: process.stdin })) {
  const { cells, index, seconds, stop } = JSON.parse(line);
  Object.assign(counts, { begun: [], states: [] });
  if (stop) setTimeout(() => python.stop(), 1000 * stop);
  const { ok, outputs, above = [] } = await python.run(cells, index, { seconds });
  console.log(JSON.stringify({ ok, outputs, above, ...counts }));
}
process.exit();
