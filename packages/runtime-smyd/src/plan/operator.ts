import type { DType, Shape } from "@samoyed/core";
import { type InferCall, type OperatorRule, readInt } from "@samoyed/ir";
import type { SmydWeight, WeightLayout } from "@samoyed/smyd-file";
import type { FusedNode } from "./fused-node.ts";
import { MAX_PLANNED_RANK } from "./limits.ts";
import type { Lowering } from "./lowering.ts";
import type { PlanModel, PlanNode } from "./model.ts";
import type { PlannedType } from "./sizes.ts";
import { unsupported } from "./unsupported.ts";

/** A node whose shape is asked for. */
export interface ShapeCall extends InferCall {
  readonly node: PlanNode;
  readonly model: PlanModel;
  /** `undefined` for an omitted optional input. Of a constant, ONNX's shape. */
  readonly inputs: readonly (PlannedType | undefined)[];
  /** Whether an input is a batch of images, of which one is planned: axis 0 counts images, or equal parts of them. */
  readonly batched: readonly boolean[];
  readonly dims: (index: number) => readonly number[] | undefined;
}

/** Arguments of an operator's planning. */
export interface LowerCall {
  readonly fused: FusedNode;
  readonly node: PlanNode;
  readonly shape: Shape;
  readonly lowering: Lowering;
  /** The constant that an input is, if it is one. */
  readonly weight: (index: number) => SmydWeight | undefined;
  /** Returns the integers of an input of at most one axis that is constant or follows from sizes. */
  readonly dims: (index: number) => readonly number[] | undefined;
  /** The node, fused with others, that alone reads a value, and as its first input; `undefined` where there is none. */
  readonly readerOf: (name: string) => FusedNode | undefined;
  /** The shape of any value. */
  readonly shapeOf: (name: string) => Shape;
  /** The element type of any value; those that are not floats are 32-bit integers in memory, booleans 0 or 1. */
  readonly dtypeOf: (name: string) => DType;
}

/** One ONNX operator: what it means, and everything that the planner knows about it. */
export interface Operator {
  readonly rule: OperatorRule;
  /** Attributes of the rule that no kernel follows: a node that has one is refused. */
  readonly without?: readonly string[];
  /** Whether input 0 may have another type than float32. */
  readonly anyType?: true;
  /** Whether further outputs are computed too. */
  readonly severalOutputs?: true;
  /** Requires that kernels compute the node; @throws UnsupportedError when none does. */
  require?(call: ShapeCall): void;
  /**
   * Whether each image of a batch is computed by itself. Absent where the shapes tell: axis 0 of the output then grows
   * with the number of images, and nothing moves along it.
   */
  keepsImages?(call: ShapeCall): boolean;
  /** The border that it needs around input 0, images, for a kernel and images of such spatial sizes. */
  readonly border?: (node: PlanNode, kernel: readonly number[], image: readonly number[]) => number;
  lower(call: LowerCall): void;
}

/** Operators by ONNX's names. */
export type Operators = ReadonlyMap<string, Operator>;

/** The shape of a required input: the caller has checked that it is there. */
export function shapeOf(call: ShapeCall, index: number): Shape {
  return call.inputs[index]!.shape;
}

/**
 * Requires all inputs to have no more axes than a strided step loops over.
 *
 * @throws UnsupportedError when one has.
 */
export function requireRank(call: ShapeCall): void {
  for (const index of call.inputs.keys()) requireAxes(call, index, [0, MAX_PLANNED_RANK]);
}

/**
 * Requires input 0 to be images, [N, C, H, W], or rows, [N, C, W].
 *
 * @throws UnsupportedError when it is something else.
 */
export function requireImages(call: ShapeCall): void {
  requireAxes(call, 0, [3, 4]);
}

/**
 * Requires an input to have so many axes.
 *
 * @throws UnsupportedError when it has fewer or more.
 */
export function requireAxes(
  { node, inputs }: ShapeCall,
  index: number,
  [least, most]: readonly [number, number],
): void {
  const rank = inputs[index]?.shape.length ?? least;
  if (rank < least || rank > most) {
    throw unsupported(node, `has ${rank} axes in input ${index}; ${least} to ${most} are planned`);
  }
}

/**
 * The packed weights that are input 1, a constant.
 *
 * @throws UnsupportedError when they are packed for something else.
 */
export function packedWeight({ node, weight }: LowerCall, ...layouts: readonly WeightLayout[]): SmydWeight {
  const found = weight(1)!;
  if (!layouts.includes(found.layout) || found.groups !== readInt(node, "group", 1)) {
    throw unsupported(
      node,
      `has a weight in the layout ${found.layout} of ${found.groups} groups; expected ${layouts.join(" or ")}`,
    );
  }
  return found;
}
