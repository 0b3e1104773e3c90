export { fileSink } from "./file-sink.ts";
export { fileSource, type FileSource } from "./file-source.ts";
export { hashSource, type HashOptions } from "./hash-source.ts";
export { systemCode, toIoError } from "./node-error.ts";
