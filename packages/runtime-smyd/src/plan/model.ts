import type { SmydGraph, SmydWeight } from "@samoyed/smyd-file";

/** What is planned: a graph that the file's reader has checked, and where its constants lie. */
export interface PlanModel {
  readonly graph: Pick<SmydGraph, "inputs" | "outputs" | "nodes">;
  readonly weights: ReadonlyMap<string, SmydWeight>;
  /** The data section: the planner reads small constants (shapes, paddings, bounds). */
  readonly data: Uint8Array;
}
