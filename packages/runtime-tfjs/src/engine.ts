import { UnavailableError } from "@samoyed/core";
import type { Availability } from "@samoyed/runtime";
import type { Engine, EngineSource } from "./engine-source.ts";
import { importError } from "./import-error.ts";
import { startEngine } from "./switch-engine.ts";

/**
 * Imports an engine and starts it; returns at once if it is already running.
 *
 * @throws UnavailableError with the reason and the fix, when it is not installed or does not run here.
 * @throws UsageError when it is running with a different number of threads.
 */
export async function openEngine(source: EngineSource, threads?: number): Promise<Engine> {
  const { before, ...engine } = await importEngine(source, threads);
  if (!(await startEngine(engine.tf.core, { engine: source.engine, before }))) {
    throw new UnavailableError(`TensorFlow.js's engine ${source.engine} does not start here`, { hint: source.fix });
  }
  return engine;
}

async function importEngine(
  source: EngineSource,
  threads: number | undefined,
): Promise<Engine & { readonly before: string | undefined }> {
  try {
    const tf = {
      core: await import("@tensorflow/tfjs-core"),
      converter: await import("@tensorflow/tfjs-converter"),
    };
    // Importing an engine may make it the current one.
    const before = tf.core.getBackend();
    return { source, tf, version: await source.importEngine(tf, threads), before };
  } catch (cause) {
    throw importError(source, cause);
  }
}

/** Checks whether an engine can be imported and started, and its version. */
export async function engineAvailability(source: EngineSource): Promise<Availability> {
  try {
    const { version } = source.uncertain ? await openEngine(source) : await importEngine(source, undefined);
    return { available: true, version };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { available: false, reason: error.message, fix: error.hint ?? source.fix };
  }
}
