import type { GraphNode } from "@samoyed/tfjs-file";

/** Operators that may come last in a fused convolution. */
const ACTIVATIONS: ReadonlySet<string> = new Set(["Relu", "Relu6", "Elu"]);

/**
 * Expands a fused convolution into its operators, in order; the last one has its name. Any other node is its only
 * step.
 *
 * @returns `undefined` if something else is fused.
 */
export function fusedSteps(node: GraphNode, fresh: (name: string) => string): readonly GraphNode[] | undefined {
  if (node.op !== "_FusedConv2D") return [node];
  const { fused_ops: fused, num_args: _count, ...attr } = node.attr ?? {};
  const names = textsOf(fused);
  const input = node.input ?? [];
  const bias = names?.[0] === "BiasAdd";
  const rest = names?.slice(bias ? 1 : 0) ?? [];
  const known = names !== undefined && rest.length <= 1 && rest.every((name) => ACTIVATIONS.has(name));
  if (!known || input.length !== (bias ? 3 : 2)) return undefined;
  const ops = ["Conv2D", ...names];
  const steps: GraphNode[] = [];
  for (const [index, op] of ops.entries()) {
    const before = steps.at(-1)?.name;
    const name = index === ops.length - 1 ? node.name : fresh(`${node.name}/${op}`);
    if (before === undefined) steps.push({ name, op, input: input.slice(0, 2), attr });
    else steps.push({ name, op, input: op === "BiasAdd" ? [before, input[2]!] : [before] });
  }
  return steps;
}

/** Reads a list of strings from a graph's JSON. */
function textsOf(value: unknown): readonly string[] | undefined {
  const list = (value as { list?: { s?: unknown } } | undefined)?.list?.s;
  if (!Array.isArray(list)) return undefined;
  try {
    return list.map((item) => atob(String(item)));
  } catch {
    return undefined;
  }
}
