import { type Tensor, UnsupportedError } from "@samoyed/core";
import { describeNode, numbers, readFloat, readInt } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";

/** The input's elements under the output's shape. */
function interpretSame(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  return [{ dtype: x.dtype, shape: outputType(call).shape, data: x.data }];
}

/** Dropout at inference: the identity, and a mask that keeps everything. */
function interpretDropout(call: InterpretCall): readonly Tensor[] {
  // Opset 6 trains unless `is_test` says otherwise; since 12 an input tells.
  const asked = call.inputs[2] !== undefined && numbers(call.inputs[2])[0] !== 0;
  const training = asked || (call.opset < 7 && readInt(call.node, "is_test", 0) === 0);
  const ratio = call.inputs[1] === undefined ? readFloat(call.node, "ratio", 0.5) : numbers(call.inputs[1])[0]!;
  if (training && ratio !== 0) throw new UnsupportedError(`${describeNode(call.node)} is in training mode`);
  const mask = call.outputs[1];
  const same = interpretSame(call);
  return mask === undefined ? same : [...same, tensorOf(mask, newNumbers(mask).fill(1))];
}

/** Operators that keep the elements and their order. */
export const RESHAPE: InterpreterTable = {
  Identity: interpretSame,
  Dropout: interpretDropout,
  Reshape: interpretSame,
  Flatten: interpretSame,
  Squeeze: interpretSame,
  Unsqueeze: interpretSame,
};
