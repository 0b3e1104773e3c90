import { dirname, join } from "node:path";
import type { ModelFiles } from "../io/model-files.ts";
import { fileSource } from "./file-source.ts";

/**
 * The files of a model at the path of its own file. `open` throws IoError where there is none; names that leave the
 * folder are the reader's to refuse.
 */
export function modelFilesAt(path: string): ModelFiles {
  return {
    label: path,
    local: true,
    open: (name) => fileSource(name === "" ? path : join(dirname(path), name)),
  };
}
