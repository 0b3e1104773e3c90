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
  withChannelsOf,
} from "./architecture.ts";
export { ACTIVATION_CLASSES, ACTIVATION_NODES, type ActivationName, namedNode } from "./activation-nodes.ts";
export { type Alternative, type Assumption, type AssumptionOrigin, describeAlternatives } from "./assumption.ts";
export { buildModel, type BuildModelOptions } from "./build-model.ts";
export { checkParameters } from "./check-parameters.ts";
export { architectureProfiles } from "./architecture-profile.ts";
export { alternativeDifferences } from "./alternative-differences.ts";
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
export { matchesGlob } from "./glob.ts";
export { fitArchitecture } from "./fit-architecture.ts";
export { type FittingModel, fitModel, type IdentifiedModel, identifyModel, isSameNetwork } from "./identify.ts";
export {
  type NamedArchitecture,
  moduleSettings,
  networkAssumptions,
  type NetworkSource,
  settingsOf,
  withNetworkSettings,
} from "./network-assumptions.ts";
export type { Modules } from "./modules.ts";
export type { NetworkSetting } from "./network-setting.ts";
export type { Settings } from "./naming/naming.ts";
export type { NetworkConfig } from "./naming/network-config.ts";
export { translateNames, type Translation } from "./naming/translate.ts";
export { resamplePositions } from "./positions/position-table.ts";
export { resampleRelativePositions } from "./positions/relative-tables.ts";
export { positionSize, sizesOfTable } from "./positions/sizes-of-table.ts";
export type { Parameter, TensorType } from "./parameter.ts";
export { findModel, listModels, type ListModelsOptions } from "./registry.ts";
