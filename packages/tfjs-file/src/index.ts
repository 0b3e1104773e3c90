export type { WeightArray } from "./dequantize.ts";
export { type GraphNode, producerOf } from "./graph-def.ts";
export { type ModelFacts, modelFacts, type PortFacts } from "./model-facts.ts";
export { type Model, parseModel, type Signature, type WeightGroup } from "./model-json.ts";
export type { ModelPort } from "./ports.ts";
export { readModel } from "./read-model.ts";
export { readWeights, type TakeWeight } from "./read-weights.ts";
export { urlFiles } from "./url-files.ts";
export { loadedBytes, type Quantization, type WeightDType, type WeightEntry } from "./weight-entry.ts";
