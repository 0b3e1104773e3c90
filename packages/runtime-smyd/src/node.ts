import { availableParallelism } from "node:os";
import { type Artifact, type Classifier, type ClassifierOptions, loadClassifier as loadOn } from "@samoyed/runtime";
import { type SmydBackend, type SmydOptions, smydOn } from "./backend.ts";
import { openStreamInNode } from "./load/open-stream-node.ts";
import type { ThreadLimits } from "./wasm/threads/count.ts";
import { startNodeThread } from "./wasm/threads/node-thread.ts";
import { startWorkerPool, type WorkerPool, type WorkersOptions } from "./wasm/threads/worker-pool.ts";

export type { SmydBackend, SmydLoadOptions, SmydOptions } from "./backend.ts";
export { recordSelfTest } from "./self-test.ts";

/**
 * The runtime of `.smyd` models in Node.
 *
 * Loads a path, a `file:` or `http(s):` URL, a Blob, or bytes. With one thread `run` blocks the event loop while the
 * network computes; with more, workers compute and do not keep the process alive.
 */
export function smyd(options: SmydOptions = {}): SmydBackend {
  return smydOn({ openStream: openStreamInNode, startWorkers, threadLimits }, options);
}

async function startWorkers(options: WorkersOptions): Promise<WorkerPool> {
  return startWorkerPool({ ...options, start: startNodeThread });
}

function threadLimits(): ThreadLimits {
  return { processors: availableParallelism() };
}

/**
 * Loads a converted classifier.
 *
 * @throws what `loadClassifier` of `@samoyed/runtime` throws, and the backend's `load`.
 */
export async function loadClassifier(artifact: Artifact, options: ClassifierOptions = {}): Promise<Classifier> {
  return loadOn(artifact, { ...options, backend: smyd() });
}
