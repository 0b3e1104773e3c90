import { UnavailableError } from "@samoyed/core";
import { checkThreads } from "@samoyed/runtime";

/** More than this have nothing to share in a network for images. */
export const MAX_THREADS = 64;

/** Threads taken by default: half of what most machines have, and little gain is left beyond. */
const DEFAULT_THREADS = 4;

/** Limits that a platform sets on threads. */
export interface ThreadLimits {
  readonly processors: number;
  /** The reason why memory cannot be shared with workers, and what mends it; `undefined` where it can. */
  readonly unshared?: { readonly reason: string; readonly hint: string };
}

/**
 * Chooses the number of threads of a model: as many as asked for, else up to four where memory can be shared.
 *
 * @throws UsageError when the number is not an integer from 1 to 64.
 * @throws UnavailableError when more than one is asked for where memory cannot be shared.
 */
export function chooseThreads(asked: number | undefined, { processors, unshared }: ThreadLimits): number {
  if (asked === undefined) return unshared ? 1 : Math.max(1, Math.min(DEFAULT_THREADS, processors));
  checkThreads(asked, MAX_THREADS);
  if (asked > 1 && unshared) {
    throw new UnavailableError(`${asked} threads are asked for; ${unshared.reason}`, { hint: unshared.hint });
  }
  return asked;
}

/** The limits of a page or a worker: shared memory is for documents that are isolated from other origins. */
export function browserThreadLimits(): ThreadLimits {
  const processors = globalThis.navigator?.hardwareConcurrency ?? 1;
  if (globalThis.crossOriginIsolated) return { processors };
  return {
    processors,
    unshared: {
      reason: "this page is not cross-origin isolated, so its memory cannot be shared",
      hint: "Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    },
  };
}
