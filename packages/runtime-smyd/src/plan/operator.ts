import type { Shape } from "@samoyed/core";
import type { SmydNode, SmydWeight } from "@samoyed/smyd-file";
import type { FusedNode } from "./fused-node.ts";
import type { Lowering } from "./lowering.ts";
import type { PlanModel } from "./model.ts";

/** What an operator's shape follows from. */
export interface ShapeCall {
  readonly node: SmydNode;
  readonly model: PlanModel;
  /** `undefined` for an omitted optional input. Of a constant, ONNX's shape. */
  readonly inputs: readonly (Shape | undefined)[];
  /** Whether an input is a batch of images, of which one is planned: axis 0 has size 1 and stands for any number. */
  readonly batched: readonly boolean[];
}

/** What an operator is planned from. */
export interface LowerCall {
  readonly fused: FusedNode;
  readonly node: SmydNode;
  readonly shape: Shape;
  readonly lowering: Lowering;
  /** The constant that an input is, if it is one. */
  readonly weight: (index: number) => SmydWeight | undefined;
  /** The shape of any value. */
  readonly shapeOf: (name: string) => Shape;
}

/** One ONNX operator: everything that the planner knows about it. */
export interface Operator {
  /** Fewest and most inputs. */
  readonly inputs: readonly [number, number];
  /** Every attribute that is understood; another one is refused. */
  readonly attributes: readonly string[];
  /** The shape of its output. Inputs are at hand as `inputs` says. */
  shape(call: ShapeCall): Shape;
  /** Whether each image of a batch is computed by itself, and is axis 0 of the output; absent where it always is. */
  keepsImages?(call: ShapeCall): boolean;
  lower(call: LowerCall): void;
}

/** The shape of a required input: the caller has checked that it is there. */
export function shapeOf(call: ShapeCall, index: number): Shape {
  return call.inputs[index]!;
}
