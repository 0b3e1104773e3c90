import { UnsupportedError } from "@samoyed/core";
import type { GraphNode } from "@samoyed/tfjs-file";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "./engine-source.ts";
import { productsOnWasm } from "./wasm-products.ts";
import { splitOnWasm } from "./wasm-split.ts";
import { tileOnWasm } from "./wasm-tile.ts";
import { transposeOnWasm } from "./wasm-transpose.ts";

/** A node's inputs and attributes, as TensorFlow.js hands them to registered operators. */
interface Call {
  readonly inputs: readonly Tensor[];
  readonly attrs: Readonly<Record<string, unknown>>;
}

type Operator = (core: Tf["core"], call: Call) => Tensor | Tensor[];

const multiply: Operator = (core, { inputs, attrs }) =>
  productsOnWasm(core, [inputs[0]!, inputs[1]!], [attrs["adj_x"] === true, attrs["adj_y"] === true]);

/** The engine's loop over the sums of a scalar, which has no axis, never ends; only damaged models have one. */
const sums =
  (op: "cumsum" | "cumprod"): Operator =>
  (core, { inputs: [x, place], attrs }) => {
    if (x!.rank === 0) throw new UnsupportedError(`${op} of a scalar, which has no axis`);
    return core[op](x!, axisOf(place!, x!), attrs["exclusive"] === true, attrs["reverse"] === true);
  };

/** Operators that the engine computes in a slow way, or never ends; each replacement says in which. */
const REPLACED: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["BatchMatMul", multiply],
  ["BatchMatMulV2", multiply],
  ["Cumprod", sums("cumprod")],
  ["Cumsum", sums("cumsum")],
  [
    "Split",
    (core, { inputs: [place, x], attrs }) => {
      const axis = axisOf(place!, x!);
      const parts = Number(attrs["num_split"]);
      return splitOnWasm(core, x!, { sizes: new Array<number>(parts).fill(x!.shape[axis]! / parts), axis });
    },
  ],
  [
    "SplitV",
    (core, { inputs: [x, sizes, place] }) =>
      splitOnWasm(core, x!, { sizes: integers(sizes!), axis: axisOf(place!, x!) }),
  ],
  ["Tile", (core, { inputs: [x, times] }) => tileOnWasm(core, x!, integers(times!))],
  ["Transpose", (core, { inputs: [x, perm] }) => transposeOnWasm(core, x!, integers(perm!))],
]);

const registered = new WeakSet<object>();

/** Registers the operators' replacements for the wasm engine with TensorFlow.js, and returns the nodes with them. */
export function withWasmOperators({ core, converter }: Tf, nodes: readonly GraphNode[]): readonly GraphNode[] {
  if (!registered.has(converter.registerOp)) {
    registered.add(converter.registerOp);
    for (const [op, compute] of REPLACED) converter.registerOp(own(op), (call) => compute(core, call));
  }
  return nodes.map((node) => (REPLACED.has(node.op) ? { ...node, op: own(node.op) } : node));
}

function own(op: string): string {
  return `Samoyed${op}`;
}

function integers(tensor: Tensor): number[] {
  return Array.from(tensor.dataSync());
}

function axisOf(place: Tensor, { rank }: Tensor): number {
  const axis = place.dataSync()[0]!;
  return axis < 0 ? axis + rank : axis;
}
