export { rewriteAll } from "./build-graph.ts";
export { type ChosenModel, chooseModel, type ChooseModelOptions } from "./choose-model.ts";
export { DEFAULT_PREPROCESS } from "./choose-preprocess.ts";
export { convertCheckpoint } from "./convert-checkpoint.ts";
export {
  convertModel,
  type ConvertModelOptions,
  type ConvertModelReport,
  type ReadModelOptions,
} from "./convert-model.ts";
export { formatNamed } from "./format-named.ts";
export { type HubConfig, readHubConfig } from "./hub-config.ts";
export type { FormatOptions } from "./format-options.ts";
export { FORMATS, SOURCE_FORMATS } from "./formats.ts";
export type { ConvertOptions, ConvertProgress, ModelOptions } from "./options.ts";
export { type FoundWeights, largestWeights, type WeightsOptions } from "./find/find-weights.ts";
export { factsOf, type NetworkFacts } from "./module-facts/facts-of.ts";
export { type OpenedNetwork, openNetwork, type OpenNetworkOptions } from "./open-network.ts";
export { BASIC_SETTINGS, PREPROCESS_SETTINGS, type PreprocessSetting, preprocessText } from "./preprocess-settings.ts";
export { type RecordedModel, recordedModel } from "./recorded-model.ts";
export type { ConvertReport, PreprocessOrigin, RewriteReport, WeightStorage, WrittenFile } from "./report.ts";
export { VERSION } from "./version.ts";
export { WEIGHT_TYPES } from "./weight-types.ts";
