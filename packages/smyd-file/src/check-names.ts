import { FormatError, quote } from "@samoyed/core";
import type { GraphRecord } from "./read-graph.ts";

/**
 * Requires a graph's names to fit one another: every value assigned once and before it is used, every node with a name of
 * its own, and every output assigned.
 *
 * @throws FormatError when they do not.
 */
export function checkNames(graph: GraphRecord, label: string): void {
  const fail = (problem: string): FormatError => new FormatError(`${label}: the graph: ${problem}`);
  const values = new Set<string>();
  const define = (name: string): void => {
    if (values.has(name)) throw fail(`value ${quote(name)} is assigned twice`);
    values.add(name);
  };
  for (const { name } of [...graph.inputs, ...graph.weights]) define(name);
  const nodes = new Set<string>();
  for (const { name, inputs, outputs } of graph.nodes) {
    if (nodes.has(name)) throw fail(`two nodes are named ${quote(name)}`);
    nodes.add(name);
    const missing = inputs.find((input) => input !== "" && !values.has(input));
    if (missing !== undefined) {
      throw fail(`node ${quote(name)} uses value ${quote(missing)}, which nothing before it assigns`);
    }
    for (const output of outputs) if (output !== "") define(output);
  }
  const listed = new Set<string>();
  for (const { name } of graph.outputs) {
    if (!values.has(name)) throw fail(`output ${quote(name)} is assigned by nothing`);
    if (listed.has(name)) throw fail(`output ${quote(name)} is listed twice`);
    listed.add(name);
  }
  if (listed.size === 0) throw fail("it has no outputs");
}
