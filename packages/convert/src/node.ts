export { convertFile, type ConvertFileOptions } from "./convert-file.ts";
export { hashFile } from "./hash-file.ts";
export { outputFolder } from "./output-folder.ts";
