import type { Tensor } from "@samoyed/core";
import { normalizeAxis, readInt } from "@samoyed/ir";
import { newArray, pick } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { aroundAxis, tableOffsets } from "./positions.ts";

function interpretConcat(call: InterpretCall): readonly Tensor[] {
  const type = outputType(call);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 1), type.shape.length);
  const { outer, size, inner } = aroundAxis(type.shape, axis);
  const data = newArray(type.dtype, outer * size * inner);
  let start = 0;
  for (const index of call.inputs.keys()) {
    const part = inputTensor(call, index);
    const run = part.shape[axis]! * inner;
    for (let block = 0; block < outer; block++) {
      for (let place = 0; place < run; place++) {
        data[block * size * inner + start + place] = part.data[block * run + place]!;
      }
    }
    start += run;
  }
  return [{ dtype: type.dtype, shape: type.shape, data }];
}

function interpretSplit(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 0), x.shape.length);
  let start = 0;
  return call.outputs.map((type) => {
    const tables = type.shape.map((size, position) =>
      Array.from({ length: size }, (_, index) => (position === axis ? start + index : index)),
    );
    start += type.shape[axis]!;
    return pick(x, type, tableOffsets(x.shape, tables));
  });
}

/** Joining and cutting along an axis (onnx/docs/Operators.md, Concat and Split). */
export const CONCAT: InterpreterTable = {
  Concat: interpretConcat,
  Split: interpretSplit,
};
