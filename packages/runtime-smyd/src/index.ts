import { type Artifact, type Classifier, type ClassifierOptions, loadClassifier as loadOn } from "@samoyed/runtime";
import { type SmydBackend, type SmydOptions, smydOn } from "./backend.ts";
import { openStream } from "./load/open-stream.ts";
import { browserThreadLimits } from "./wasm/threads/count.ts";
import type { recordSelfTest as record } from "./self-test.ts";
import type { StartWorkers } from "./wasm/threads/worker-pool.ts";

export type { SmydBackend, SmydLoadOptions, SmydOptions } from "./backend.ts";

/**
 * The runtime of `.smyd` models, in pages and workers.
 *
 * Loads a URL (a string is one, relative to the page), a Blob or File, or bytes. With one thread `run` blocks the
 * thread that calls it while the network computes: in a page, call it in a worker, or serve the page cross-origin
 * isolated and take more threads, which are workers of their own.
 */
export function smyd(options: SmydOptions = {}): SmydBackend {
  return smydOn({ openStream, startWorkers, threadLimits: browserThreadLimits }, options);
}

/** Starts Web Workers; a page with one thread does not download how. */
const startWorkers: StartWorkers = async (options) => {
  return (await import("./wasm/threads/web-workers.ts")).startWebWorkers(options);
};

/**
 * Loads a converted classifier.
 *
 * @throws what `loadClassifier` of `@samoyed/runtime` throws, and the backend's `load`.
 */
export async function loadClassifier(artifact: Artifact, options: ClassifierOptions = {}): Promise<Classifier> {
  return loadOn(artifact, { ...options, backend: smyd() });
}

/** Records a self-test as `recordSelfTest` of `self-test.ts` does; its module is downloaded by then only. */
export async function recordSelfTest(...call: Parameters<typeof record>): ReturnType<typeof record> {
  return (await import("./self-test.ts")).recordSelfTest(...call);
}
