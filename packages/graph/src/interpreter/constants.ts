import { elementCount, type Tensor } from "@samoyed/core";
import { numbers, readAttribute, shapeSlice } from "@samoyed/ir";
import { newNumbers, pick, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";

function interpretConstant(call: InterpretCall): readonly Tensor[] {
  const tensor = call.tensors.get("value");
  if (tensor !== undefined) return [tensor];
  const { node } = call;
  const integers = readAttribute(node, "value_ints", "ints") ?? listed(readAttribute(node, "value_int", "int"));
  const values =
    integers ?? readAttribute(node, "value_floats", "floats") ?? listed(readAttribute(node, "value_float", "float"));
  return [tensorOf(outputType(call), Float64Array.from(values ?? []))];
}

function listed(value: number | undefined): readonly number[] | undefined {
  return value === undefined ? undefined : [value];
}

/** ConstantOfShape: a tensor full of one value, float32 zero by default. */
function interpretConstantOfShape(call: InterpretCall): readonly Tensor[] {
  const type = outputType(call);
  const count = elementCount(type.shape);
  const value = call.tensors.get("value") ?? { dtype: "float32", shape: [1], data: new Float32Array(1) };
  return [pick(value, type, new Int32Array(count))];
}

function interpretRange(call: InterpretCall): readonly Tensor[] {
  const [start, delta] = [0, 2].map((index) => numbers(inputTensor(call, index))[0]!);
  return [
    tensorOf(
      outputType(call),
      newNumbers(outputType(call)).map((_, index) => start! + index * delta!),
    ),
  ];
}

/** A tensor of sizes, as Shape and Size give it. */
function interpretSizes(call: InterpretCall, sizes: readonly number[]): readonly Tensor[] {
  return [tensorOf(outputType(call), Float64Array.from(sizes))];
}

/** Operators that make tensors or tell their sizes (onnx/docs/Operators.md, under each operator's name). */
export const CONSTANTS: InterpreterTable = {
  Constant: interpretConstant,
  ConstantOfShape: interpretConstantOfShape,
  Shape: (call) => interpretSizes(call, shapeSlice(call, inputTensor(call, 0).shape)),
  Size: (call) => interpretSizes(call, [inputTensor(call, 0).data.length]),
  Range: interpretRange,
};
