import type { Tensor } from "@samoyed/core";
import { integers, nodeFormatError, padSources, readAttribute, readPadding } from "@samoyed/ir";
import { pick, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { tableOffsets } from "./positions.ts";

function interpretPad(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  const padding = readPadding(call, x.shape.length, (index) => integers(inputTensor(call, index)));
  if (padding === undefined) throw nodeFormatError(call.node, "its pads are not known");
  // The constant is an attribute before opset 11.
  const value = readAttribute(call.node, "value", "float");
  const scalar = { dtype: x.dtype, shape: [] };
  const fill = call.inputs[2] ?? (value === undefined ? undefined : tensorOf(scalar, new Float64Array([value])));
  const sources = padSources(call.node, padding, { from: x.shape, to: type.shape });
  return [pick(x, type, tableOffsets(x.shape, sources), fill)];
}

/** Padding (onnx/docs/Operators.md, Pad). */
export const PAD: InterpreterTable = {
  Pad: interpretPad,
};
