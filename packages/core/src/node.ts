export { fileSink } from "./files/file-sink.ts";
export { fileSource, type FileSource } from "./files/file-source.ts";
export { type HashOptions, hashSource } from "./io/hash-source.ts";
export { findLeftovers, type Leftover, removeLeftovers } from "./files/leftovers.ts";
export { makeFolder } from "./files/make-folder.ts";
export { modelFilesAt } from "./files/model-files-at.ts";
export { systemCode, toIoError } from "./files/node-error.ts";
export { sinksInNewFolders } from "./files/sinks-in-new-folders.ts";
export { readRegularFile, requireRegularFile } from "./files/regular-file.ts";
