import { contiguousStrides, elementCount, type Tensor } from "@samoyed/core";
import { numbers, parseEquation } from "@samoyed/ir";
import { newNumbers, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { offsets } from "./positions.ts";

/** The sum over all labels that the result lacks of the operands' products. */
function interpretEinsum(call: InterpretCall): readonly Tensor[] {
  const tensors = [...call.inputs.keys()].map((index) => inputTensor(call, index));
  const equation = parseEquation(
    call,
    tensors.map((tensor) => tensor.shape.length),
  );
  const sizes = new Map<string, number>();
  for (const [index, names] of equation.operands.entries()) {
    for (const [axis, name] of names.entries()) {
      const size = tensors[index]!.shape[axis]!;
      if (size !== 1 || !sizes.has(name)) sizes.set(name, size);
    }
  }
  const summed = [...sizes.keys()].filter((name) => !equation.result.includes(name));
  const steps = (names: readonly string[], operand: number): Int32Array => {
    const { shape } = tensors[operand]!;
    const strides = contiguousStrides(shape);
    // A label that occurs twice in an operand walks its diagonal: the strides add up.
    const stride = (name: string): number =>
      equation.operands[operand]!.reduce(
        (total, label, axis) => (label === name && shape[axis] !== 1 ? total + strides[axis]! : total),
        0,
      );
    return offsets(
      names.map((name) => sizes.get(name)!),
      names.map(stride),
    );
  };
  const outer = tensors.map((_, operand) => steps(equation.result, operand));
  const inner = tensors.map((_, operand) => steps(summed, operand));
  const values = tensors.map(numbers);
  const terms = elementCount(summed.map((name) => sizes.get(name)!));
  const type = outputType(call);
  const result = newNumbers(type).map((_, index) => {
    let sum = 0;
    for (let term = 0; term < terms; term++) {
      let product = 1;
      for (const [operand, source] of values.entries()) {
        product *= source[outer[operand]![index]! + inner[operand]![term]!]!;
      }
      sum += product;
    }
    return sum;
  });
  return [tensorOf(type, result)];
}

/** Sums of products by labeled axes. */
export const EINSUM: InterpreterTable = {
  Einsum: interpretEinsum,
};
