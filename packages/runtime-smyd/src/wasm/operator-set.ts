import { GROUPED, OPERATOR_GROUPS, type OperatorGroupName } from "./operator-groups.ts";
import type { KernelSet } from "./kernels/load.ts";
import { COMMON_RECORDS } from "./program/common-records.ts";
import type { EncodeStep } from "./program/encode.ts";
import { stepEncoder } from "./program/step-records.ts";
import type { PlanModel } from "../plan/model.ts";
import type { Operator, Operators } from "../plan/operator.ts";
import { COMMON } from "../plan/operators/common.ts";
import { ELEMENTWISE } from "../plan/operators/elementwise.ts";
import { isIdentity } from "../plan/resolve.ts";

/** What it takes to plan a model and encode its program. */
export interface OperatorSet {
  readonly operators: Operators;
  /** Makes records of the operators' steps. */
  readonly encodeStep: EncodeStep;
}

/** What a model takes besides the common operators. */
export interface Needs {
  readonly groups: readonly OperatorGroupName[];
  readonly kernels: KernelSet;
}

/** Common operators whose curves only the largest kernels have: Mish too is made of a Softplus. */
const RARE_CURVES = ["Elu", "Softplus"];

/** Finds what a graph takes, which is all that a page downloads. */
export function needsOf(graph: PlanModel["graph"]): Needs {
  const ops = new Set(graph.nodes.filter((node) => !isIdentity(node)).map(({ op }) => op));
  const groups = (Object.keys(GROUPED) as (keyof typeof GROUPED)[]).filter((name) =>
    GROUPED[name].some((op) => ops.has(op)),
  );
  const known = new Set([...Object.keys(COMMON), ...groups.flatMap((name) => GROUPED[name])]);
  if ([...ops].some((op) => !known.has(op)) || computesIntegers(graph)) return { groups: ["all"], kernels: "all" };
  if (RARE_CURVES.some((op) => ops.has(op))) return { groups, kernels: "all" };
  return { groups, kernels: kernelsFor(groups) };
}

/** The kernels of groups of operators: those of transformers lack what the group of images takes. */
function kernelsFor(groups: readonly OperatorGroupName[]): KernelSet {
  if (groups.includes("resize")) return "usual";
  if (!groups.includes("sequences")) return "common";
  return groups.includes("images") ? "usual" : "sequences";
}

/** Loads the operators that `needsOf` has found, besides the common ones. */
export async function loadOperatorSet({ groups }: Pick<Needs, "groups">): Promise<OperatorSet> {
  const loaded = await Promise.all(groups.map((name) => OPERATOR_GROUPS[name]()));
  return {
    operators: new Map(
      Object.entries<Operator>(Object.assign({}, COMMON, ...loaded.map(({ operators }) => operators))),
    ),
    encodeStep: stepEncoder(Object.assign({}, COMMON_RECORDS, ...loaded.map(({ records }) => records))),
  };
}

/**
 * Whether elements of another type than float32 are computed with; any kernels can move them. Of the operators that are
 * not rare, each gives a value of the type of its first input, but for Shape.
 */
function computesIntegers({ inputs, nodes, initializers }: PlanModel["graph"]): boolean {
  const integers = new Set(
    [...inputs, ...initializers.values()].filter(({ dtype }) => dtype !== "float32").map(({ name }) => name),
  );
  return nodes.some(({ op, inputs: [first = ""], outputs }) => {
    if (op !== "Shape" && !integers.has(first)) return false;
    for (const name of outputs) integers.add(name);
    return Object.hasOwn(ELEMENTWISE, op);
  });
}
