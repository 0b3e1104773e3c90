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
import { type MatrixTransposition, matrixTransposition, transposedChunks } from "./transposed-chunks.ts";

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

/** A weight that is read, and the transposition of its matrices that a computed one is. */
interface Transposed {
  readonly source: LazyTensor;
  readonly transposition: MatrixTransposition;
}

/** What a weight is the transposition of; `undefined` where it is none of a weight that is read. */
function transposedFrom(weight: LazyTensor): Transposed | undefined {
  const product = productOf(withoutRelabeling(weight));
  if (product?.recipe.node.op !== "Transpose") return undefined;
  const { node, operands } = product.recipe;
  const operand = operands[0]!;
  const source = withoutRelabeling(operand);
  const transposition = matrixTransposition(operand, readPermutation(node, operand.shape.length));
  return productOf(source) !== undefined || transposition === undefined ? undefined : { source, transposition };
}

/** The bytes of a weight that is another one under a new shape, or with its axes moved: they need no computation. */
function streamed(weight: LazyTensor): ((options: ReadOptions) => AsyncIterable<Uint8Array>) | undefined {
  const value = withoutRelabeling(weight);
  if (productOf(value) === undefined) return (options) => value.chunks(options);
  const transposed = transposedFrom(value);
  if (transposed === undefined) return undefined;
  const { source, transposition } = transposed;
  if (transposition.rows === 1 || transposition.columns === 1) return (options) => source.chunks(options);
  return (options) => transposedChunks(source, transposition, options);
}

/**
 * The transpose of a matrix [I, O] that is itself the transpose of a weight in a file, as PyTorch's linear layers are:
 * a writer that wants rows [O, I] reads them as they are. `undefined` for every other weight.
 */
export function untransposed(weight: LazyTensor): LazyTensor | undefined {
  const transposed = transposedFrom(weight);
  if (transposed === undefined) return undefined;
  const { rows, columns } = transposed.transposition;
  if (weight.shape.length !== 2 || weight.shape[0] !== columns || weight.shape[1] !== rows) return undefined;
  return lazyFromChunks({ name: weight.name, dtype: weight.dtype, shape: [rows, columns] }, (options) =>
    transposed.source.chunks(options),
  );
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
