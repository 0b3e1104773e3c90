import type { Shape } from "@samoyed/core";
import type { PlanModel, PlanNode } from "./model.ts";

/** Makers and users of each value. */
export interface Uses {
  readonly model: PlanModel;
  readonly shapeOf: (name: string) => Shape;
  /** Whether a value is taken once, and by a node. */
  isInner(name: string): boolean;
  /** The node that makes such a value, if it is of this operator. */
  innerMaker(name: string, op: string): PlanNode | undefined;
}

/** Options of `usesOf`. */
export interface FuseOptions {
  readonly types: ReadonlyMap<string, { readonly shape: Shape }>;
  /** Values that the caller gets: they are not fused away. */
  readonly wanted: { has(name: string): boolean };
}

/** The uses of values among some nodes of a model. */
export function usesOf(model: PlanModel, nodes: readonly PlanNode[], { types, wanted }: FuseOptions): Uses {
  const counts = new Map<string, number>();
  const makers = new Map<string, PlanNode>();
  for (const node of nodes) {
    for (const name of node.inputs) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const name of node.outputs) makers.set(name, node);
  }
  const isInner = (name: string): boolean => counts.get(name) === 1 && !wanted.has(name);
  return {
    model,
    shapeOf: (name) => types.get(name)!.shape,
    isInner,
    innerMaker: (name, op) => {
      const maker = makers.get(name);
      return maker?.op === op && isInner(name) ? maker : undefined;
    },
  };
}
