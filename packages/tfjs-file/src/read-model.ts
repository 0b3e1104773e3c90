import { type ModelFiles, UnsupportedError } from "@samoyed/core";
import { type Model, parseModel } from "./model-json.ts";

/** Limit on model.json: tens of thousands of nodes and a million labels fit; V8's longest string is 512 MiB. */
const MAX_MODEL_JSON_BYTES = 256 * 2 ** 20;

/**
 * Reads a model's model.json.
 *
 * @throws UnsupportedError when it is too large; otherwise the errors of `parseModel`.
 */
export async function readModel(files: ModelFiles, signal?: AbortSignal): Promise<Model> {
  const file = await files.open("", signal);
  try {
    if (file.byteLength > MAX_MODEL_JSON_BYTES) {
      throw new UnsupportedError(
        `${files.label}: is ${file.byteLength} bytes; a model.json has at most ${MAX_MODEL_JSON_BYTES}`,
      );
    }
    const bytes = await file.read(0, file.byteLength, { signal });
    return parseModel(new TextDecoder().decode(bytes), files.label);
  } finally {
    await file.close?.();
  }
}
