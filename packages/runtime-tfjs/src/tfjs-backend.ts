import { UnsupportedError } from "@samoyed/core";
import type { Artifact, Availability, Backend, LoadOptions, Session } from "@samoyed/runtime";
import { checkThreads } from "./check-threads.ts";
import { engineAvailability, type EngineSource, openEngine } from "./engine.ts";
import type { ModelFiles } from "./model-files.ts";
import { type Model, parseModel } from "./model-json.ts";
import { openTfjsSession } from "./tfjs-session.ts";

/** Finds a model's files on a platform. */
export type OpenFiles = (artifact: Artifact) => Promise<ModelFiles>;

/** A network of ten thousands of nodes with a million labels stays below; V8's longest string is 512 MiB. */
const MAX_MODEL_JSON_BYTES = 256 * 2 ** 20;

/** A backend over one of TensorFlow.js's engines. */
export function tfjsBackend(source: EngineSource, openFiles: OpenFiles): Backend {
  return {
    name: source.name,
    format: "tfjs",
    availability: (): Promise<Availability> => engineAvailability(source),
    async load(artifact: Artifact, { threads, signal }: LoadOptions = {}): Promise<Session> {
      checkThreads(threads);
      const files = await openFiles(artifact);
      const model = await readModel(files, signal);
      const engine = await openEngine(source, threads);
      return openTfjsSession({ engine, model, files, signal });
    },
  };
}

async function readModel(files: ModelFiles, signal: AbortSignal | undefined): Promise<Model> {
  const file = await files.open("", signal);
  try {
    if (file.byteLength > MAX_MODEL_JSON_BYTES) {
      throw new UnsupportedError(
        `${files.label}: is ${file.byteLength} bytes; a model.json has at most ${MAX_MODEL_JSON_BYTES}`,
      );
    }
    const bytes = await file.read(0, file.byteLength, signal ? { signal } : {});
    return parseModel(new TextDecoder().decode(bytes), files.label);
  } finally {
    await file.close?.();
  }
}
