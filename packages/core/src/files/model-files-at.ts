import type { ModelFiles } from "../io/model-files.ts";
import { fileBeside } from "./file-beside.ts";
import { fileSource } from "./file-source.ts";

/**
 * The files of a model at the path of its main file. `open` throws IoError for a missing file; names that leave the
 * folder must be refused by the reader; links are followed as `fileBeside` says.
 */
export function modelFilesAt(path: string): ModelFiles {
  return {
    label: path,
    local: true,
    open: (name) => (name === "" ? fileSource(path) : fileBeside(path, name)),
  };
}
