import { type Artifact, type Backend, checkThreads } from "@samoyed/runtime";
import type { EngineSource } from "./engine-source.ts";
import { engineAvailability, openEngine } from "./engine.ts";
import type { ModelFiles } from "@samoyed/core";
import { readModel } from "@samoyed/tfjs-file";
import { openTfjsSession } from "./tfjs-session.ts";

/** Opens a model's files on a platform. */
export type OpenFiles = (artifact: Artifact) => Promise<ModelFiles>;

/** Makes a backend on one of TensorFlow.js's engines. */
export function tfjsBackend(source: EngineSource, openFiles: OpenFiles): Backend {
  return {
    name: source.name,
    format: "tfjs",
    availability: () => engineAvailability(source),
    async load(artifact, { threads, signal } = {}) {
      checkThreads(threads);
      const files = await openFiles(artifact);
      const model = await readModel(files, signal);
      const engine = await openEngine(source, threads);
      return openTfjsSession({ engine, model, files, signal });
    },
  };
}
