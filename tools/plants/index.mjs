import { CONTRACT_PLANTS } from "./contracts.mjs";
import { GRAPH_PLANTS } from "./graphs.mjs";
import { NORM_PLANTS } from "./norms.mjs";
import { WEIGHT_PLANTS } from "./weights.mjs";

/** Every fault that is planted in converted models, by theme. */
export const PLANTS = [...WEIGHT_PLANTS, ...NORM_PLANTS, ...GRAPH_PLANTS, ...CONTRACT_PLANTS];
