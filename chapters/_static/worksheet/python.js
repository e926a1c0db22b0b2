// Python for a page: cells go in, outputs come out, and nothing that a cell does can harm the page.

/** Seconds that a cell has beyond its limit: till then it ends by itself, and says in which line. */
const GRACE = 3;

const times = (seconds) => `${seconds} second${seconds === 1 ? "" : "s"}`;
const sentence = (text) => ({ output_type: "stream", name: "stderr", text: `✗ ${text}\n` });
const STOPPED = { ok: false, stopped: true, outputs: [sentence("This cell was stopped.")] };

export class Python {
  /**
   * @param onState called with "idle", "starting", "ready" or "running"
   * @param pyodide the address of Pyodide's folder
   */
  constructor({ onState = () => {}, pyodide = new URL("../pyodide/", import.meta.url).href } = {}) {
    this.state = "idle";
    this.onState = onState;
    this.home = pyodide;
    this.turn = Promise.resolve();  // runs come one after the other
    this.number = 0;
    this.fatal = new Map();         // cells that have ended Python, with those above them: why
  }

  /** Begin to load Python; resolves when it is there, rejects when it can't be had. */
  start() {
    if (!this.started) {
      this.tell("starting");
      this.started = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
      this.started.catch(() => {});  // who waits for it is told
      this.worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      this.worker.onmessage = ({ data }) => this.hear(data);
      this.worker.onerror = (event) => {
        event.preventDefault?.();
        this.hear({ dead: event.message ?? "the worker could not be loaded" });
      };
      this.worker.postMessage({ start: this.home });
    }
    return this.started;
  }

  /**
   * Run cells[index] on what the cells above it leave; of those, only what is new is run.
   * @param cells [{id, source}, …] in the order of the notebook
   * @param seconds that each cell may take
   * @returns {ok, outputs} of cells[index], and the outputs of the cell above it; `unstarted` where Python, or what is imported, could not be had
   */
  run(cells, index, { seconds = 10 } = {}) {
    const result = this.turn.then(() => this.attempt(cells, index, seconds));
    this.turn = result.catch(() => {});
    return result;
  }

  /** End what is running, or waits for Python to start. */
  stop() {
    this.stopped = true;
    this.job?.end();
  }

  async attempt(cells, index, seconds) {
    const chain = (place) => JSON.stringify(cells.slice(0, place + 1).map((cell) => cell.source));
    this.stopped = false;
    for (;;) {
      try {
        await this.start();
      } catch (error) {
        return { ok: false, unstarted: true, outputs: [sentence(`Python could not be started (${error.message}). Is there a network? Try again.`)] };
      }
      if (this.stopped) return STOPPED;
      // A cell that ended Python is not run again for those below it.
      const list = cells.slice(0, index + 1).map((cell, place) => ({
        ...cell, ended: place < index ? this.fatal.get(chain(place)) : undefined,
      }));
      const { ended, place, outputs, ok, above, unstarted } = await this.once(list, index, seconds);
      if (this.stopped) return { ...STOPPED, outputs: [...outputs, ...STOPPED.outputs] };
      if (ended === undefined) return { ok, outputs, above, unstarted };
      this.fatal.set(chain(place), ended);
      if (place === index) return { ok: false, outputs: [...outputs, sentence(ended)] };
    }
  }

  /** Run cells until the last is done, or until Python is ended: {ok, outputs}, or {ended, place, outputs}. */
  once(cells, index, seconds) {
    this.tell("running");
    return new Promise((resolve) => {
      const job = { number: ++this.number, place: index, outputs: [] };
      this.job = job;
      const finish = (result) => {
        clearTimeout(job.clock);
        this.job = null;
        resolve({ place: job.place, outputs: job.outputs, ...result });
      };
      job.done = ({ ok, outputs, above, unstarted, heavy }) => {
        if (heavy) this.restart();
        else this.tell("ready");
        finish({ ok, outputs, above, unstarted });
      };
      job.end = (why) => {
        this.restart();
        finish({ ended: why });
      };
      job.begin = (place) => {
        job.place = place;
        job.outputs = [];
        clearTimeout(job.clock);
        job.clock = setTimeout(
          () => job.end(`The cell did not finish within ${times(seconds)}; is there a loop that never ends?`),
          1000 * (seconds + GRACE),
        );
      };
      job.pause = () => clearTimeout(job.clock);
      this.worker.postMessage({ run: job.number, cells, index, seconds });
    });
  }

  hear({ ready, begin, loading, outputs, done, ok, above, unstarted, heavy, dead }) {
    if (ready) {
      this.tell("ready");
      this.resolve();
    } else if (begin !== undefined) this.job?.begin(begin);
    else if (loading) this.job?.pause();
    else if (done !== undefined) {
      if (done === this.job?.number) this.job.done({ ok, outputs, above, unstarted, heavy });
    } else if (outputs && this.job) this.job.outputs = outputs;
    else if (dead !== undefined && this.job) {
      this.job.end(`The cell ended Python itself (${inWords(dead)}); it is started anew.`);
    } else if (dead !== undefined) {
      this.leave();
      this.reject(new Error(dead));
      this.tell("idle");
    }
  }

  leave() {
    this.worker.terminate();
    this.started = null;
  }

  restart() {
    this.leave();
    this.start();
  }

  tell(state) {
    if (state !== this.state) this.onState(this.state = state);
  }
}

/** What Pyodide says of its end, shortened. */
function inWords(dead) {
  if (/call stack|recursion/i.test(dead)) return "a function calls itself without end";
  if (/memory/i.test(dead)) return "there was no memory left";
  if (/exit/i.test(dead)) return "an exit";
  return dead.split("\n")[0].slice(0, 100);
}
