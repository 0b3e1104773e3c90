import type { DType } from "@samoyed/core";
import { WINDOW_ATTRIBUTES } from "../window.ts";
import type { ValueType } from "../types.ts";
import { convRule } from "./convolution.ts";
import { matMulRule } from "./matrix.ts";
import { type InferCall, inputType, type OperatorRule, requireDType, requireFloat, type RuleTable } from "./rule.ts";

const BYTES: readonly DType[] = ["uint8", "int8"];

/** The rule of a product of floats, for bytes; zero points are inputs 2 and 3. */
function inferBytes(rule: OperatorRule): (call: InferCall) => readonly ValueType[] {
  return (call) => {
    for (const index of [0, 1, 2, 3]) if (call.inputs[index] !== undefined) requireDType(call, index, BYTES);
    const inputs = [0, 1].map((index) => ({ ...inputType(call, index), dtype: "float32" as const }));
    return rule.infer({ ...call, inputs }).map((type) => ({ dtype: "int32", shape: type!.shape }));
  };
}

function inferDynamicQuantize(call: InferCall): readonly ValueType[] {
  requireFloat(call, 0);
  const { shape } = inputType(call, 0);
  return [
    { dtype: "uint8", shape },
    { dtype: "float32", shape: [] },
    { dtype: "uint8", shape: [] },
  ];
}

/** Products of bytes (onnx/docs/Operators.md, DynamicQuantizeLinear, ConvInteger, MatMulInteger). */
export const INTEGERS: RuleTable = {
  DynamicQuantizeLinear: { since: 11, inputs: [1, 1], outputs: [1, 3], infer: inferDynamicQuantize },
  ConvInteger: {
    since: 10,
    inputs: [2, 4],
    attributes: { ...WINDOW_ATTRIBUTES, group: "int" },
    infer: inferBytes(convRule),
  },
  MatMulInteger: { since: 10, inputs: [2, 4], infer: inferBytes(matMulRule) },
};
