export { COST, DEFAULT_GROUP_BUDGET, type GroupCost, groupCost, type GroupShape } from "./group-cost.ts";
export type { DoorLayout } from "./door-layout.ts";
export { LOWERED_OPERATORS } from "./lower-graph.ts";
export type { StoredWeights } from "./quantize.ts";
export { SHARD_BYTES } from "./shard-writer.ts";
export { writeTfjs, type WriteTfjsOptions, type WrittenTfjs } from "./write-tfjs.ts";
