import type { ContractBase } from "../contract-base.ts";
import type { ContractTask } from "./task.ts";

/** The contract of a network without its classifier. */
export interface FeaturesContract extends ContractBase {
  readonly task: "features";
}

/** Pooled features, `[N, features]`. */
export const FEATURES: ContractTask<"features"> = { name: "features", title: "pooled features", properties: {} };
