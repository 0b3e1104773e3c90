export {
  architectureName,
  architectureNames,
  architectures,
  classifierOf,
  countClasses,
  inputSizeOf,
  loadArchitecture,
  modelParameters,
  tapsOf,
} from "./architecture.ts";
export { buildModel, type BuildModelOptions } from "./build-model.ts";
export { checkParameters } from "./check-parameters.ts";
export { classNames, classSet, imagenetNames } from "./class-names.ts";
export type { ModelInfo } from "./checkpoints.ts";
export {
  type Activation,
  type BlockKind,
  type ResNetConfig,
  resnetConfig,
  type ResNetOptions,
} from "./families/resnet/config.ts";
export {
  ARCHITECTURE_ENDING,
  buildIndex,
  Catalogue,
  type CatalogueIndex,
  encodeArchitecture,
  type ExportedNetwork,
  INDEX_FILE,
  type IndexedArchitecture,
  openCatalogue,
  type ReadData,
  writeArchitectureFile,
} from "./catalogue/index.ts";
export type { Architecture, Classifier, InputSize } from "./family.ts";
export { type IdentifiedModel, identifyModel } from "./identify.ts";
export type { Parameter, TensorType } from "./parameter.ts";
export { findModel, listModels, type ListModelsOptions } from "./registry.ts";
