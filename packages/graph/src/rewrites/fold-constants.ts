import { bytesPerElement, elementCount, lazyTensor, type Tensor } from "@samoyed/core";
import { isKnown, type Node } from "@samoyed/ir";
import { computeNode } from "../interpret.ts";
import { tensorOf } from "../interpreter/elements.ts";
import { defineRewrite, type Rewrite } from "./rewrite.ts";

/*
 * A node whose inputs never change gives the same output every time: it is computed once, here, by the interpreter, and
 * becomes an initializer. So does a shape that is known although the value it is taken from is not.
 *
 * Only tensors in memory are folded (`LazyTensor.tensor`), so that rewriting reads no weights.
 */

/** Largest result that is stored: a constant that is cheap to compute must not make the file large. */
export const MAX_FOLDED_BYTES: number = 1 << 20;

interface Match {
  readonly node: Node;
  /** The inputs' elements, or the result's own where shapes tell it. */
  readonly operands: readonly (Tensor | undefined)[];
  readonly missing: string | undefined;
  readonly known: readonly number[] | undefined;
}

/** Computes nodes whose inputs are constants. */
export const foldConstants: Rewrite = defineRewrite<Match>({
  name: "foldConstants",
  pattern(node, view) {
    const integers = view.integers(node.outputs[0]!);
    // An int64 beyond 2^53, such as a slice's "to the end", is computed from the operands, which hold it exactly.
    const known = integers?.every((value) => Number.isSafeInteger(value)) === true ? integers : undefined;
    const present = node.inputs.filter((name) => name !== "");
    if (known === undefined && !present.every((name) => view.initializer(name) !== undefined)) return undefined;
    const operands = node.inputs.map((name) => view.initializer(name)?.tensor);
    const missing = present.find((name) => view.initializer(name)?.tensor === undefined);
    return { node, operands, missing, known };
  },
  check({ node, missing, known }, view) {
    const result = node.outputs[0]!;
    if (node.outputs.length > 1) return "it has several outputs";
    if (view.isOutput(result)) return `its output "${result}" is a graph output`;
    const source = view.type(node.inputs[0] ?? "")?.dtype;
    if (node.op === "Cast" && (source === "float16" || source === "bfloat16")) {
      return "it widens weights that are stored in half precision";
    }
    const type = view.type(result);
    if (type === undefined || !isKnown(type.shape)) return `the shape of "${result}" is not known`;
    const bytes = elementCount(type.shape) * bytesPerElement(type.dtype);
    if (bytes > MAX_FOLDED_BYTES) return `its output takes ${bytes} bytes, more than ${MAX_FOLDED_BYTES}`;
    if (known !== undefined) return undefined;
    if (missing !== undefined) return `"${missing}" is not in memory`;
    const unread = Object.values(node.attributes).some(
      ({ type, value }) => type === "tensor" && value.tensor === undefined,
    );
    return unread ? "its tensor attribute is not in memory" : undefined;
  },
  rewrite({ node, operands, known }, view) {
    const name = node.outputs[0]!;
    const type = view.type(name)!;
    const shape = type.shape as readonly number[];
    const tensors = new Map<string, Tensor>();
    for (const [attribute, { type, value }] of Object.entries(node.attributes)) {
      if (type === "tensor") tensors.set(attribute, value.tensor!);
    }
    const [result] =
      known === undefined
        ? computeNode(node, { opset: view.opset, inputs: operands, tensors })
        : [tensorOf({ dtype: type.dtype, shape }, Float64Array.from(known))];
    return { remove: [node], initializers: [lazyTensor(name, result!)] };
  },
});
