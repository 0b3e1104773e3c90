import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { InternalError } from "@samoyed/core";
import type { Backend, Session } from "@samoyed/runtime";
import { type Answers, type Request, type Response, sentError } from "./messages.ts";

/** The file descriptor that signs of life are written to. */
export const HEARTBEAT_FD = 3;

/** The signs of life come from a thread of their own: an engine may compute for minutes on the first one. */
const HEART = `
const { writeSync } = require("node:fs");
setInterval(() => {
  try {
    writeSync(${HEARTBEAT_FD}, process.memoryUsage.rss() + "\\n");
  } catch {
    // The parent is gone, and the first thread may not notice for minutes.
    process.kill(process.pid, "SIGKILL");
  }
}, 250);`;

/** How long errors that nothing waited for may take to show after the session has ended, in milliseconds. */
const LATE = 50;

/**
 * Runs a backend for the parent process, until that goes away: started by `isolatedBackend`, in a process of its own.
 *
 * @throws InternalError in a process without a parent that listens.
 */
export function serveBackend(backend: Backend): Promise<never> {
  const send = process.send?.bind(process);
  if (send === undefined) throw new InternalError("no parent process listens to this one");
  let session: Session | undefined;

  async function answer(request: Request): Promise<Answers[keyof Answers]> {
    if (request.method === "availability") return backend.availability();
    if (request.method === "load") {
      session = await backend.load(request.artifact);
      const { inputs, outputs, contract } = session;
      return { inputs, outputs, contract };
    }
    if (request.method === "run") return session!.run(request.inputs, request.taps ? { taps: request.taps } : {});
    await session?.dispose();
    session = undefined;
    await sleep(LATE);
    return undefined;
  }

  process.on("message", (request: Request) => {
    answer(request).then(
      (value) => send({ value } satisfies Response),
      (error: unknown) => send({ error: sentError(error) } satisfies Response),
    );
  });
  process.once("disconnect", () => process.exit());
  // The parent stops this process when it is interrupted, after it has cleaned up.
  process.on("SIGINT", () => {});
  const heart = new Worker(HEART, { eval: true });
  return new Promise((_resolve, reject) => heart.once("error", reject));
}
