import { lazyTensor, renameLazy } from "@samoyed/core";
import { readAttribute, type Node } from "@samoyed/ir";
import { tensorOf } from "../../interpreter/elements.ts";
import type { NodeRule } from "../rule.ts";

/*
 * A Constant's tensor is a weight like any other:
 *
 *   y = Constant(value = t)        y is an initializer
 *
 * Some exporters (PaddlePaddle's) write every weight this way.
 */

function listed(node: Node): {
  readonly dtype: "int64" | "float32";
  readonly values: number[];
  readonly shape: number[];
} {
  const integer = readAttribute(node, "value_int", "int");
  if (integer !== undefined) return { dtype: "int64", values: [integer], shape: [] };
  const real = readAttribute(node, "value_float", "float");
  if (real !== undefined) return { dtype: "float32", values: [real], shape: [] };
  const integers = readAttribute(node, "value_ints", "ints");
  const values = [...(integers ?? readAttribute(node, "value_floats", "floats") ?? [])];
  return { dtype: integers === undefined ? "float32" : "int64", values, shape: [values.length] };
}

/** Makes constants weights. */
export const constantNodes: NodeRule = {
  name: "constantNodes",
  ops: ["Constant"],
  into: [],
  expand(node, emit) {
    const name = node.outputs[0]!;
    const tensor = readAttribute(node, "value", "tensor");
    if (tensor !== undefined) {
      emit.weight(renameLazy(tensor, name));
      return;
    }
    const { dtype, shape, values } = listed(node);
    emit.weight(lazyTensor(name, tensorOf({ dtype, shape }, Float64Array.from(values))));
  },
};
