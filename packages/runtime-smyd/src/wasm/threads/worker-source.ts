/**
 * The code of a worker: it compiles nothing and knows nothing of the model, it only makes the same call as the others.
 * As text, so that no bundler has to find, build or serve a second file.
 */
const LISTEN = `
let run;
listen(async (message) => {
  try {
    if (message.module) {
      const { exports } = await WebAssembly.instantiate(message.module, { env: { memory: message.memory } });
      run = exports.run;
    } else {
      run(message.program, message.first, message.last, message.thread, message.threads);
    }
    post({});
  } catch (error) {
    post({ error: String(error) });
  }
});`;

/** For a Web Worker. */
export const WEB_WORKER_SOURCE: string = `
const listen = (handle) => { self.onmessage = (event) => handle(event.data); };
const post = (message) => self.postMessage(message);
${LISTEN}`;

/** For a worker of `node:worker_threads`. */
export const NODE_WORKER_SOURCE: string = `
const { parentPort } = require("node:worker_threads");
const listen = (handle) => parentPort.on("message", handle);
const post = (message) => parentPort.postMessage(message);
${LISTEN}`;
