import type { Tensor } from "@samoyed/core";
import { integers, readSlices, resolveSlice } from "@samoyed/ir";
import { pick } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { tableOffsets } from "./positions.ts";

function interpretSlice(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const slices = readSlices(call, x.shape.length, (index) => integers(inputTensor(call, index)));
  const tables = x.shape.map((size, axis) => {
    const { start, step, length } = resolveSlice(size, slices?.get(axis) ?? { start: 0, end: size, step: 1 });
    return Array.from({ length }, (_, index) => start + index * step);
  });
  return [pick(x, outputType(call), tableOffsets(x.shape, tables))];
}

/** Taking a part of a tensor (onnx/docs/Operators.md, Slice). */
export const SLICE: InterpreterTable = {
  Slice: interpretSlice,
};
