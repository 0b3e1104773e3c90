export { COST, type GroupCost, groupCost, type GroupShape } from "./group-cost.ts";
export type { DoorLayout } from "./lower-graph.ts";
export { LOWERED_OPERATORS } from "./lower-graph.ts";
export type { StoredWeights } from "./quantize.ts";
export { SHARD_BYTES } from "./shard-writer.ts";
export { DEFAULT_GROUP_BUDGET, writeTfjs, type WriteTfjsOptions, type WrittenTfjs } from "./write-tfjs.ts";
export { tfjsFormat } from "./format.ts";
