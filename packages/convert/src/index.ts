export { type ChosenModel, chooseModel, type ChooseModelOptions, DEFAULT_PREPROCESS } from "./choose-model.ts";
export { convertCheckpoint } from "./convert-checkpoint.ts";
export {
  convertModel,
  type ConvertModelOptions,
  type ConvertModelReport,
  type ReadModelOptions,
} from "./convert-model.ts";
export {
  type CreateSink,
  type Format,
  FORMAT_WEIGHTS,
  FORMAT_WRITERS,
  FORMATS,
  type FormatWriter,
  type TfjsOptions,
  type Weights,
  type WriteContext,
} from "./formats.ts";
export type { ConvertOptions, ConvertProgress, ModelOptions } from "./options.ts";
export { type RecordedModel, recordedModel } from "./recorded-model.ts";
export type { ConvertReport, PreprocessOrigin, RewriteReport, WrittenFile } from "./report.ts";
export { VERSION } from "./version.ts";
