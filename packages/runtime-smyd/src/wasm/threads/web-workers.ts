import { startWebThread } from "./web-thread.ts";
import { startWorkerPool, type WorkerPool, type WorkersOptions } from "./worker-pool.ts";

/** Starts Web Workers; @throws what `startWorkerPool` throws. */
export async function startWebWorkers(options: WorkersOptions): Promise<WorkerPool> {
  return startWorkerPool({ ...options, start: startWebThread });
}
