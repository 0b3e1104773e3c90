import { SamoyedError, UnavailableError } from "@samoyed/core";
import type { Availability } from "@samoyed/runtime";
import type * as Converter from "@tensorflow/tfjs-converter";
import type * as Core from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Executor } from "./executor.ts";
import type { LoadedWeights } from "./load-weights.ts";
import type { Model } from "@samoyed/tfjs-file";
import { startEngine } from "./switch-engine.ts";

/** The modules that every engine shares. */
export interface Tf {
  readonly core: typeof Core;
  readonly converter: typeof Converter;
}

/** One of TensorFlow.js's engines, and how it gets here. */
export interface EngineSource {
  /** The backend's name for us. */
  readonly name: string;
  /** TensorFlow.js's own name of it. */
  readonly engine: "cpu" | "wasm" | "webgl" | "webgpu" | "tensorflow";
  /** The npm package that registers it. */
  readonly package: string;
  /** What mends it where it is installed and does not start. */
  readonly fix: string;
  /** What makes it work after npm has installed its files, for a package whose own install script needs a network. */
  readonly setUp?: string;
  /** Whether only starting it tells whether it runs here: there may be no graphics. */
  readonly uncertain: boolean;
  /** Imports the package, which registers the engine; gives the package's version. */
  importEngine(tf: Tf, threads: number | undefined): Promise<string>;
  /**
   * Makes the engine take a tensor's elements now, where it would keep the array until the first run and hold everything
   * twice then. Synchronous, and called while the engine is the current one.
   */
  upload?(tf: Tf, tensor: Tensor): void;
  /** Its own way to compute a graph, faster than a call for each node; `undefined` for a graph that it cannot take. */
  makeExecutor?(tf: Tf, model: Model, loaded: LoadedWeights): Promise<Executor | undefined>;
}

/** What takes the engine's part in a session. */
export interface Engine {
  readonly source: EngineSource;
  readonly tf: Tf;
  readonly version: string;
}

/**
 * Imports an engine and starts it; at once where it runs already.
 *
 * @throws UnavailableError with the reason and what mends it, when it is not installed or does not run here.
 * @throws UsageError when it runs with another number of threads.
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
    if (cause instanceof SamoyedError) throw cause;
    throw importError(source, cause);
  }
}

/** Whether an engine can be imported and started, and its version. */
export async function engineAvailability(source: EngineSource): Promise<Availability> {
  try {
    const { version } = source.uncertain ? await openEngine(source) : await importEngine(source, undefined);
    return { available: true, version };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { available: false, reason: error.message, fix: error.hint ?? source.fix };
  }
}

function importError(source: EngineSource, cause: unknown): UnavailableError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const missing = /cannot find (?:module|package) '(@tensorflow\/[\w-]+)'/i.exec(message)?.[1];
  if (missing !== undefined) {
    const packages = [...new Set(["@tensorflow/tfjs-core", "@tensorflow/tfjs-converter", source.package])];
    return new UnavailableError(`${missing} is not installed`, { hint: installCommand(packages, source.setUp), cause });
  }
  return new UnavailableError(`${source.package} does not load: ${firstLine(message)}`, { hint: source.fix, cause });
}

/** One command; where something is set up afterwards, npm leaves it to that, so that it works behind a mirror as well. */
function installCommand(packages: readonly string[], setUp: string | undefined): string {
  const list = packages.join(" ");
  return setUp === undefined ? `npm install ${list}` : `npm install --ignore-scripts ${list} && ${setUp}`;
}

/** The first line of an engine's message that says something. */
export function firstLine(message: string): string {
  return (
    message
      .split("\n")
      .find((text) => text.trim() !== "")
      ?.trim() ?? "no message"
  );
}
