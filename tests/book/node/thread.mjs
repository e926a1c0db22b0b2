// What a browser's worker has and a thread of Node hasn't.

import { readFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";

globalThis.self = globalThis;
globalThis.postMessage = (data) => parentPort.postMessage(data);
globalThis.fetch = async (address) => ({
  ok: true,
  text: () => readFile(address, "utf8"),
  arrayBuffer: () => readFile(address),
});
await import(process.argv[2]);
parentPort.on("message", (data) => self.onmessage({ data }));
