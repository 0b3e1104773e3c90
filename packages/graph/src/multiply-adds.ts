import {
  type Graph,
  type Node,
  parseEquation,
  readAttention,
  readInt,
  RECURRENT_KINDS,
  type ValueType,
} from "@samoyed/ir";
import { inferTypes } from "./infer.ts";

type Types = ReadonlyMap<string, ValueType>;

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The sizes of a node's operand; `undefined` where one is open. */
function sizesOf(types: Types, name: string | undefined): readonly number[] | undefined {
  const shape = name === undefined ? undefined : types.get(name)?.shape;
  return shape?.every((dim) => typeof dim === "number") ? shape : undefined;
}

/** The count of a node, from the sizes of its operands and of its first result. */
type Count = (node: Node, operands: readonly (readonly number[])[], result: readonly number[]) => number | undefined;

/** Each result is a sum over the input channels of its group and the window: a weight's axes after the first. */
const conv: Count = (_, [, weight], result) => product(result) * product(weight!.slice(1));

/** Each element of the input is multiplied by all the weights of its channel. */
const convTranspose: Count = (_, [input, weight]) => product(input!) * product(weight!.slice(1));

const matMul: Count = (_, [a], result) => product(result) * a!.at(-1)!;

const gemm: Count = (node, [a], result) => product(result) * a![readInt(node, "transA", 0) === 0 ? 1 : 0]!;

/** One product for every combination of labels, of two operands alone: more may be multiplied in any order. */
const einsum: Count = (node, operands) => {
  if (operands.length > 2) return undefined;
  if (operands.length < 2) return 0;
  const { operands: terms } = parseEquation(
    { node },
    operands.map(({ length }) => length),
  );
  const sizes = new Map(
    terms.flatMap((labels, i) => labels.map((label, axis) => [label, operands[i]![axis]!] as const)),
  );
  return product([...sizes.values()]);
};

/** Scores of every query with every key, and as many sums of values. */
const attention: Count = (node, [q, k, v]) => {
  const parts = readAttention(node, [q!, k!, v!]);
  if (parts === undefined) return undefined;
  const [batch, heads, queries, size] = parts.query as readonly number[];
  return batch! * heads! * queries! * Number(parts.key[2]) * (size! + parts.value[3]);
};

/** Both matrices at every step, in every direction. */
const recurrent: Count = (_, [x, w, r]) => x![0]! * x![1]! * (product(w!) + product(r!));

const COUNTS: ReadonlyMap<string, Count> = new Map([
  ["Conv", conv],
  ["ConvTranspose", convTranspose],
  ["MatMul", matMul],
  ["Gemm", gemm],
  ["Einsum", einsum],
  ["Attention", attention],
  ...Object.keys(RECURRENT_KINDS).map((op) => [op, recurrent] as const),
]);

/**
 * The multiply-adds of one run of a graph with fixed sizes: those of convolutions, matrix products, attentions and
 * recurrent layers. Element by element, pooled and normalized values are not counted, as in the published tables.
 *
 * @returns `undefined` where a size that is needed is open, or the count is not defined.
 * @throws what `inferTypes` throws.
 */
export function countMultiplyAdds(graph: Graph): number | undefined {
  const types = inferTypes(graph);
  let total = 0;
  for (const node of graph.nodes) {
    const count = COUNTS.get(node.op);
    if (count === undefined) continue;
    const operands = node.inputs.filter((name) => name !== "").map((name) => sizesOf(types, name));
    const result = sizesOf(types, node.outputs[0]);
    if (result === undefined || operands.some((sizes) => sizes === undefined)) return undefined;
    const counted = count(node, operands as readonly (readonly number[])[], result);
    if (counted === undefined) return undefined;
    total += counted;
  }
  return total;
}
