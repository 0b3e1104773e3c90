import type { KernelSet } from "./kernels/load.ts";
import { encodeCommonStep } from "./program/common-records.ts";
import type { EncodeStep } from "./program/encode.ts";
import type { PlanModel } from "../plan/model.ts";
import type { Operators } from "../plan/operator.ts";
import { COMMON } from "../plan/operators/common.ts";
import { isIdentity } from "../plan/resolve.ts";

/** What it takes to plan a model and run it. */
export interface OperatorSet {
  readonly operators: Operators;
  /** Makes records of the operators' steps. */
  readonly encodeStep: EncodeStep;
  /** The kernels that run them. */
  readonly kernels: KernelSet;
}

const COMMON_SET: OperatorSet = {
  operators: new Map(Object.entries(COMMON)),
  encodeStep: encodeCommonStep,
  kernels: "common",
};

/**
 * Loads what a graph takes. The operators of convolutional classifiers are in memory; all others are in modules of their
 * own, so that a page with such a classifier does not download them.
 */
export async function loadOperatorSet(graph: PlanModel["graph"]): Promise<OperatorSet> {
  return isCommon(graph) ? COMMON_SET : (await import("./all-operators.ts")).ALL_SET;
}

/**
 * Whether a graph has only common operators, and only floats: their kernels know no integers. Each gives a value of the
 * type of its first input.
 */
function isCommon({ inputs, nodes, initializers }: PlanModel["graph"]): boolean {
  const computed = nodes.filter((node) => !isIdentity(node));
  const first = computed.map((node) => initializers.get(node.inputs[0] ?? ""));
  return (
    computed.every(({ op }) => Object.hasOwn(COMMON, op)) &&
    [...inputs, ...first].every((type) => type === undefined || type.dtype === "float32")
  );
}
