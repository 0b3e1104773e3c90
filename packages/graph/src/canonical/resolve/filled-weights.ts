import {
  bytesPerElement,
  elementCount,
  type LazyTensor,
  lazyFromChunks,
  lazyTensor,
  renameLazy,
  reshapeLazy,
  type Tensor,
} from "@samoyed/core";
import { readAttribute, type Node } from "@samoyed/ir";
import { pick } from "../../interpreter/elements.ts";
import { MAX_KEPT_BYTES } from "../../folding/fold-limits.ts";
import type { GraphView } from "../../rewrites/graph-view.ts";
import type { NodeRule } from "../rule.ts";

/*
 * A tensor of one value and of a known shape is a weight:
 *
 *   y = ConstantOfShape([64, 3, 7, 7], value = v)        y is an initializer
 *   y = Expand(v, shape)                                 where the shape is open, or the weight too large
 *
 * Large ones are made piece by piece while they are read, so that nothing is allocated for them here.
 */

/** Largest weight that is made of one value: that of any known layer, and no file of a few bytes fills a disk. */
export const MAX_FILLED_BYTES: number = 2 ** 30;

/** Bytes of one piece of a large weight; a multiple of every element's size. */
const PIECE_BYTES = 2 ** 20;

function valueOf(node: Node): Tensor | undefined {
  const given = readAttribute(node, "value", "tensor");
  return given === undefined ? { dtype: "float32", shape: [1], data: new Float32Array(1) } : given.tensor;
}

function filled(name: string, value: Tensor, shape: readonly number[]): LazyTensor {
  const { dtype } = value;
  const count = elementCount(shape);
  const width = bytesPerElement(dtype);
  const of = (elements: number): Tensor => pick(value, { dtype, shape: [elements] }, new Int32Array(elements));
  if (count * width <= MAX_KEPT_BYTES) return lazyTensor(name, { ...of(count), shape });
  return lazyFromChunks({ name, dtype, shape }, async function* chunks() {
    const { data } = of(PIECE_BYTES / width);
    const piece = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let left = count * width; left > 0; left -= PIECE_BYTES) yield piece.slice(0, Math.min(left, PIECE_BYTES));
  });
}

/** The weight's shape, where there may be a weight. */
function weightShape(node: Node, view: GraphView): readonly number[] | undefined {
  const [shape, value] = [view.integers(node.inputs[0]!), valueOf(node)];
  if (shape === undefined || value === undefined || view.isOutput(node.outputs[0]!)) return undefined;
  return elementCount(shape) * bytesPerElement(value.dtype) <= MAX_FILLED_BYTES ? shape : undefined;
}

/** Makes tensors of one value weights. */
export const filledWeights: NodeRule = {
  name: "filledWeights",
  ops: ["ConstantOfShape"],
  into: ["Expand"],
  expand(node, emit) {
    const shape = weightShape(node, emit.view);
    if (shape !== undefined) {
      emit.weight(filled(node.outputs[0]!, valueOf(node)!, shape));
      return;
    }
    const given = readAttribute(node, "value", "tensor");
    const value =
      given === undefined
        ? emit.scalar(0, "float32")
        : emit.weight(reshapeLazy(renameLazy(given, `${node.name}.value`), []));
    emit.result("Expand", [value, node.inputs[0]!]);
  },
};
