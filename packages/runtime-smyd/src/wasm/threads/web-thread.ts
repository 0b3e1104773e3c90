import type { Thread, ThreadEvents } from "./worker-pool.ts";
import { WEB_WORKER_SOURCE } from "./worker-source.ts";

/** Starts a Web Worker from text; a content security policy must allow `worker-src blob:`. */
export function startWebThread(events: ThreadEvents): Thread {
  const url = URL.createObjectURL(new Blob([WEB_WORKER_SOURCE], { type: "text/javascript" }));
  const worker = new Worker(url);
  const release = (): void => URL.revokeObjectURL(url);
  worker.addEventListener("message", release, { once: true });
  worker.addEventListener("message", ({ data }: MessageEvent<{ error?: string }>) => events.answered(data));
  worker.addEventListener("error", ({ message }) => {
    release();
    events.died(message || "it could not be started");
  });
  return {
    // oxlint-disable-next-line require-post-message-target-origin -- a worker has none
    post: (message) => worker.postMessage(message),
    stop: async () => worker.terminate(),
    // A page lives for other reasons.
    hold: () => {},
  };
}
