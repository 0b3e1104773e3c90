import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ModelFiles, UsageError } from "@samoyed/core";
import { modelFilesAt, toIoError } from "@samoyed/core/node";
import { urlFiles } from "./url-files.ts";

/**
 * Opens the files of a model at a path, a `file:` URL or an http(s) URL, of model.json or of its folder.
 *
 * @throws UsageError for bytes and Blobs: a model is several files.
 * @throws IoError when there is nothing at the path.
 */
export async function filesInNode(artifact: string | URL | Uint8Array | Blob): Promise<ModelFiles> {
  if (artifact instanceof Uint8Array || artifact instanceof Blob) {
    throw new UsageError("a TensorFlow.js model is several files; expected a path or URL");
  }
  if (artifact instanceof URL && artifact.protocol !== "file:") return urlFiles(artifact);
  if (typeof artifact === "string" && /^https?:\/\//iu.test(artifact)) return urlFiles(new URL(artifact));
  const path = artifact instanceof URL ? fileURLToPath(artifact) : artifact;
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw toIoError(error, `${path}: cannot be opened`);
  }
  return modelFilesAt(isFolder ? join(path, "model.json") : path);
}
