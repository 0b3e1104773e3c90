import type { Graph, Node } from "@samoyed/ir";
import type { SmydWeight } from "@samoyed/smyd-file";

/** A node whose tensors are in the file's data section. */
export type PlanNode = Node<SmydWeight>;

/** A graph to plan, checked by the file's reader, and its data. */
export interface PlanModel {
  /** Its initializers say where in the data section constants are. */
  readonly graph: Pick<Graph<SmydWeight>, "inputs" | "outputs" | "nodes" | "initializers">;
  /** The data section: the planner reads small constants (shapes, paddings, bounds). */
  readonly data: Uint8Array;
}
