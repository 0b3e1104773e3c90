import type { ContractBase } from "../contract-base.ts";
import type { ContractTask } from "./task.ts";

/** More classes than any published classifier has (ImageNet-21k: 21,843), and few enough to keep in memory. */
export const MAX_LABELS = 1_000_000;

/** A classifier's contract. */
export interface ClassificationContract extends ContractBase {
  readonly task: "logits";
  /**
   * One name per class, in class order; absent when none were given. For one logit: the names of both classes,
   * negative and positive, or of the positive one alone.
   */
  readonly labels?: readonly string[];
}

/** Classification: one logit per class, `[N, classes]`; for one logit see `classLogits`. */
export const CLASSIFICATION: ContractTask<"logits"> = {
  name: "logits",
  title: "classification",
  properties: {
    labels: { type: "array", items: { type: "string" }, minItems: 1, maxItems: MAX_LABELS },
  },
};
