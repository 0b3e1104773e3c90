import {
  elementCount,
  lazyFromChunks,
  type LazyTensor,
  lazyTensor,
  type ReadOptions,
  type TensorInfo,
} from "@samoyed/core";
import { readPermutation } from "@samoyed/ir";
import { computeProduct, type Product, productOf, rememberProduct } from "./recipe.ts";
import { matrixTransposition, transposedChunks } from "./transposed-chunks.ts";

/** Operators that give their first input's elements in the same order. */
export const RELABELING: ReadonlySet<string> = new Set(["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"]);

/** The value that a weight is under another shape. */
function withoutRelabeling(weight: LazyTensor): LazyTensor {
  let found = weight;
  for (;;) {
    const product = productOf(found);
    if (product === undefined || !RELABELING.has(product.recipe.node.op)) return found;
    found = product.recipe.operands[0]!;
  }
}

/** The bytes of a weight that is another one under a new shape, or with its axes moved: they need no computation. */
function streamed(weight: LazyTensor): ((options: ReadOptions) => AsyncIterable<Uint8Array>) | undefined {
  const value = withoutRelabeling(weight);
  const product = productOf(value);
  if (product === undefined) return (options) => value.chunks(options);
  const { node, operands } = product.recipe;
  if (node.op !== "Transpose") return undefined;
  const operand = operands[0]!;
  const source = withoutRelabeling(operand);
  const transposition = matrixTransposition(operand, readPermutation(node, operand.shape.length));
  if (productOf(source) !== undefined || transposition === undefined) return undefined;
  if (transposition.rows === 1 || transposition.columns === 1) return (options) => source.chunks(options);
  return (options) => transposedChunks(source, transposition, options);
}

/** The quantized form of a weight that is another one's elements in the same order, or with its axes moved. */
function movedForm({ recipe: { node, operands } }: Product): LazyTensor["quantized"] {
  const [operand] = operands;
  const form = operand?.quantized;
  if (form === undefined) return undefined;
  const moved = node.op === "Transpose" || RELABELING.has(node.op);
  if (elementCount(form.scales.shape) === 1) return moved ? form : undefined;
  if (node.op !== "Transpose") return undefined;
  return { ...form, axis: readPermutation(node, operand!.shape.length).indexOf(form.axis) };
}

/**
 * Makes a weight that is computed when it is read: in float64 as the interpreter computes, each node's result rounded
 * once. A relabeled weight passes the original's pieces on, a transposed one holds one matrix; others hold what their
 * nodes need, and nothing after it was read.
 */
export function computedWeight(info: TensorInfo, product: Product): LazyTensor {
  async function* chunks(options: ReadOptions): AsyncGenerator<Uint8Array> {
    const stream = streamed(weight);
    if (stream !== undefined) yield* stream(options);
    else yield* lazyTensor(info.name, await computeProduct(product, options)).chunks(options);
  }
  const quantized = movedForm(product);
  const weight = rememberProduct({ ...lazyFromChunks(info, chunks), ...(quantized && { quantized }) }, product);
  return weight;
}
