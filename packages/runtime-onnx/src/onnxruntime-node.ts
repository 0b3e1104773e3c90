import { type Backend, checkThreads } from "@samoyed/runtime";
import { engineAvailability, importEngine } from "./engine.ts";
import { importError } from "./import-error.ts";
import { openModelInNode } from "./open-model-node.ts";
import { openOrtSession } from "./ort-session.ts";

const NAME = "onnxruntime-node";

/** In a try block of its own, which tells webpack and esbuild to build a server without it. */
async function importNative(): Promise<unknown> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw importError(NAME, cause);
  }
}

/**
 * Backend of onnxruntime-node, the native engine, on the CPU. Needs the package `onnxruntime-node` (1.22 or later).
 *
 * Loads a path (with external data next to the file), a `file:` or `http(s):` URL, or bytes. `run` blocks the event loop while
 * the network computes, and an abort takes effect before and after it.
 */
export function onnxruntimeNode(): Backend {
  return {
    name: NAME,
    format: "onnx",
    availability: () => engineAvailability(NAME, importNative),
    async load(artifact, { threads, signal } = {}) {
      checkThreads(threads);
      const ort = await importEngine(NAME, importNative);
      const model = await openModelInNode(artifact, { signal });
      return openOrtSession({
        backend: NAME,
        ort,
        model,
        options: {
          executionProviders: ["cpu"],
          logSeverityLevel: 4,
          ...(threads === undefined ? {} : { intraOpNumThreads: threads, interOpNumThreads: 1 }),
          // A tapped model is given as bytes; its external data is still next to the file.
          ...(model.folder === undefined
            ? {}
            : { extra: { session: { model_external_initializers_file_folder_path: model.folder } } }),
        },
      });
    },
  };
}
