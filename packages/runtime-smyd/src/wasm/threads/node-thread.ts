import { Worker } from "node:worker_threads";
import type { Thread, ThreadEvents } from "./worker-pool.ts";
import { NODE_WORKER_SOURCE } from "./worker-source.ts";

/** Starts a worker of Node's from text. It does not keep the process alive unless it is held. */
export function startNodeThread(events: ThreadEvents): Thread {
  // Without the process's own flags: a loader of TypeScript or a debugger is not for these.
  const worker = new Worker(NODE_WORKER_SOURCE, { eval: true, execArgv: [], name: "samoyed" });
  worker.unref();
  worker.on("message", (answer: { error?: string }) => events.answered(answer));
  worker.on("error", (error) => events.died(error.message));
  worker.on("exit", (code) => events.died(`it ended with code ${code}`));
  return {
    // oxlint-disable-next-line require-post-message-target-origin -- a worker has none
    post: (message) => worker.postMessage(message),
    stop: async () => {
      await worker.terminate();
    },
    hold: (holding) => (holding === "holding" ? worker.ref() : worker.unref()),
  };
}
