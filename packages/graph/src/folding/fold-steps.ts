import { elementCount, type Shape } from "@samoyed/core";
import { type Node, readInt } from "@samoyed/ir";
import { RELABELING } from "./computed-weight.ts";

/** Operators whose elements may each take any number of steps, bounded only by their inputs' size. */
const COSTLY: ReadonlySet<string> = new Set([
  "Attention",
  "AveragePool",
  "Einsum",
  "GRU",
  "GridSample",
  "LSTM",
  "LpPool",
  "MaxPool",
  "RNN",
]);

function elements(shapes: readonly Shape[]): number {
  return shapes.reduce((total, shape) => total + elementCount(shape), 0);
}

/** Multiplications for one element of the output. */
function multiplications(node: Node, inputs: readonly Shape[]): number {
  switch (node.op) {
    case "MatMul":
      return inputs[0]?.at(-1) ?? 1;
    case "Gemm":
      return inputs[0]?.[readInt(node, "transA", 0) === 0 ? 1 : 0] ?? 1;
    case "Conv":
    case "ConvTranspose":
      return elementCount(inputs[1]?.slice(1) ?? []);
    default:
      return COSTLY.has(node.op) ? elements(inputs) : 1;
  }
}

/** About how many steps the interpreter takes for a node: elements read, multiplications, elements written. */
export function foldSteps(
  node: Node,
  { inputs, outputs }: { readonly inputs: readonly Shape[]; readonly outputs: readonly Shape[] },
): number {
  if (RELABELING.has(node.op)) return 0;
  return elements(inputs) + elements(outputs) * (1 + multiplications(node, inputs));
}
