import type { Graph, Node } from "@samoyed/ir";
import type { SmydWeight } from "@samoyed/smyd-file";

/** A node whose tensors are in the file's data section. */
export type PlanNode = Node<SmydWeight>;

/** The model that is planned: a graph that the file's reader has checked, and its data. */
export interface PlanModel {
  /** Its initializers say where in the data section constants are. */
  readonly graph: Pick<Graph<SmydWeight>, "inputs" | "outputs" | "nodes" | "initializers">;
  /** The data section: the planner reads small constants (shapes, paddings, bounds). */
  readonly data: Uint8Array;
}
