export { architectureName, architectures } from "./architectures.ts";
export { buildModel, type BuildModelOptions, TAP_NAMES } from "./build-model.ts";
export { checkParameters } from "./check-parameters.ts";
export type { ModelInfo } from "./checkpoints.ts";
export { type Activation, type BlockKind, type ResNetConfig, resnetConfig, type ResNetOptions } from "./config.ts";
export type { TensorType } from "./differences.ts";
export { type IdentifiedModel, identifyModel } from "./identify.ts";
export { modelParameters, type Parameter, type ParameterRole } from "./parameters.ts";
export { findModel, listModels } from "./registry.ts";
