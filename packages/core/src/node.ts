export { fileSink } from "./file-sink.ts";
export { fileSource, type FileSource } from "./file-source.ts";
export { hashSource, type HashOptions } from "./hash-source.ts";
export { makeFolder } from "./make-folder.ts";
export { systemCode, toIoError } from "./node-error.ts";
export { readRegularFile, requireRegularFile } from "./regular-file.ts";
export { sinksInNewFolders } from "./sinks-in-new-folders.ts";
