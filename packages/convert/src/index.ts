export { DEFAULT_PREPROCESS } from "./choose-model.ts";
export { convertCheckpoint } from "./convert-checkpoint.ts";
export { convertOnnx, type ConvertOnnxOptions, type ConvertOnnxReport, type OnnxOptions } from "./convert-onnx.ts";
export {
  type CreateSink,
  type Format,
  FORMAT_WRITERS,
  FORMATS,
  type FormatWriter,
  type TfjsOptions,
  type WriteContext,
} from "./formats.ts";
export type { ConvertOptions, ConvertProgress, ModelOptions } from "./options.ts";
export type { ConvertReport, PreprocessOrigin, RewriteReport, WrittenFile } from "./report.ts";
export { VERSION } from "./version.ts";
