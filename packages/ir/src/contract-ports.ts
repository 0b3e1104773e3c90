import { type Contract, quote, UsageError } from "@samoyed/core";
import type { Graph, TypedTensor } from "./types.ts";

type Ports = Pick<Graph<TypedTensor>, "inputs" | "outputs">;

/** Finds the first input or output that a contract names and a graph does not have; `undefined` if it has all of them. */
export function absentContractPort({ inputs, outputs }: Ports, contract: Contract): string | undefined {
  if (!inputs.some(({ name }) => name === contract.input)) return contract.input;
  const listed = new Set(outputs.map(({ name }) => name));
  return [contract.output, ...(contract.taps ?? [])].find((name) => !listed.has(name));
}

/**
 * Requires the names in a contract to be inputs and outputs of its graph.
 *
 * @throws UsageError when one is not.
 */
export function requireContractPorts(graph: Ports, contract: Contract | undefined): void {
  const absent = contract && absentContractPort(graph, contract);
  if (absent !== undefined) {
    throw new UsageError(`the contract names ${quote(absent)}; the graph has no such input or output`);
  }
}
