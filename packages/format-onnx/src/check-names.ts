import type { FormatError } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";

/**
 * Requires that every value is assigned once, and before it is used.
 *
 * @throws FormatError, made by `fail`, naming the value and the node.
 */
export function checkNames(
  graph: Pick<Graph, "inputs" | "initializers" | "nodes">,
  { outputs, fail }: { outputs: readonly { readonly name: string }[]; fail: (message: string) => FormatError },
): void {
  const assigned = new Set<string>(graph.initializers.keys());
  const assign = (name: string, by: string): void => {
    if (assigned.has(name)) throw fail(`value ${JSON.stringify(name)} is assigned twice, the second time by ${by}`);
    assigned.add(name);
  };
  for (const { name } of graph.inputs) assign(name, "an input");
  for (const node of graph.nodes) {
    const what = `node ${JSON.stringify(node.name)} (${node.op})`;
    for (const name of node.inputs) {
      if (name !== "" && !assigned.has(name)) {
        throw fail(`${what} uses value ${JSON.stringify(name)}, which nothing before it assigns`);
      }
    }
    for (const name of node.outputs) if (name !== "") assign(name, what);
  }
  for (const { name } of outputs) {
    if (!assigned.has(name)) throw fail(`output ${JSON.stringify(name)} is assigned by nothing`);
  }
}
