import type { PlanNode } from "../model.ts";
import type { Operator } from "../operator.ts";
import { COMMON } from "./common.ts";

/** Operators by ONNX's names. */
export type Operators = ReadonlyMap<string, Operator>;

/**
 * Loads the operators that nodes are of, as far as they are planned. The common ones are in memory; others are in a
 * module of their own, so that a page with a convolutional classifier does not download them.
 */
export async function loadOperators(nodes: readonly PlanNode[]): Promise<Operators> {
  if (nodes.every(({ op }) => Object.hasOwn(COMMON, op))) return new Map(Object.entries(COMMON));
  return (await import("./all.ts")).ALL_OPERATORS;
}
