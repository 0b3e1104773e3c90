import type { PlanNode } from "./model.ts";
import type { Activation } from "./steps.ts";

/** A node with what its kernel does besides: adds another value, then applies an activation. */
export interface FusedNode {
  /** Whether the activation is all that there is; `node` is then the last of those that spell it. */
  readonly kind: "node" | "activation";
  readonly node: PlanNode;
  readonly inputs: readonly string[];
  /** The value that is made in the end. */
  readonly output: string;
  readonly residual?: string;
  /** One value for each column of a product, with which its sums begin. */
  readonly bias?: string;
  readonly activation: Activation;
}
