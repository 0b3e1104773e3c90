import type { Contract } from "@samoyed/core";
import type { Graph } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";
import { dtypeGraph } from "@samoyed/test-support/dtype-graph";
import { CONTRACT } from "./files.ts";
import { contractNetwork, float16Graph, ONNX_DTYPES, reshapeGraph, smallNetwork, withWeight } from "./graphs.ts";

/** A model that is written to a file for ONNX's own checker. */
export interface Fixture {
  readonly graph: Graph;
  readonly contract?: Contract;
  /** Whether its weights go into a second file, `<name>.data`. */
  readonly external?: true;
}

/** Every kind of file that the writer makes, by file name. */
export const FIXTURES: ReadonlyMap<string, Fixture> = new Map<string, Fixture>([
  ["small.onnx", { graph: smallNetwork() }],
  ["small-contract.onnx", { graph: contractNetwork(), contract: CONTRACT }],
  ["small-opset9.onnx", { graph: smallNetwork({ opset: 9 }) }],
  ["small-opset21.onnx", { graph: smallNetwork({ opset: 21 }) }],
  ["small-external.onnx", { graph: withWeight(smallNetwork(), weight("spare", [2000])), external: true }],
  ["reshape.onnx", { graph: reshapeGraph() }],
  ["half.onnx", { graph: float16Graph() }],
  ...ONNX_DTYPES.map((dtype) => [`${dtype}.onnx`, { graph: dtypeGraph(dtype) }] as const),
]);
