import { elementCount, type Tensor } from "@samoyed/core";
import { numbers } from "@samoyed/ir";
import { CONVOLUTION } from "./convolution.ts";
import { roundHalfEven, tensorOf } from "./elements.ts";
import { inputTensor, type Interpret, type InterpretCall, type InterpreterTable } from "./interpreter.ts";
import { MATRIX } from "./matrix.ts";
import { aroundAxis } from "./positions.ts";

/** Largest uint8. */
const MOST = 255;

/** DynamicQuantizeLinear: y = saturate(round(x / s) + z), with s and z for the range of x and 0; each step is a float32. */
function interpretDynamicQuantize(call: InterpretCall): readonly Tensor[] {
  const x = numbers(inputTensor(call, 0));
  let [low, high] = [0, 0];
  for (const value of x) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const range = Math.fround(high - low);
  const scale = range === 0 ? 1 : Math.fround(range / MOST);
  const zero = roundHalfEven(Math.min(MOST, Math.max(0, -Math.fround(low / scale))));
  const y = Float64Array.from(x, (value) =>
    Math.min(MOST, Math.max(0, roundHalfEven(Math.fround(value / scale)) + zero)),
  );
  const values = [y, Float64Array.of(scale), Float64Array.of(zero)];
  return call.outputs.map((type, index) => tensorOf(type, values[index]!));
}

/** A tensor of bytes minus its zero point, which is one number or one for each position of an axis. */
function shifted({ shape, ...tensor }: Tensor, zero: Tensor | undefined, axis: number): Tensor {
  const values = numbers({ shape, ...tensor });
  const zeros = zero === undefined ? [0] : numbers(zero);
  const { size, inner } = aroundAxis(shape, axis < 0 ? axis + shape.length : axis);
  const at = zeros.length === 1 ? () => 0 : (index: number) => Math.floor(index / inner) % size;
  return {
    dtype: "float64",
    shape,
    data:
      elementCount(shape) === 0 ? new Float64Array() : Float64Array.from(values, (value, i) => value - zeros[at(i)]!),
  };
}

/** A product of floats, of bytes minus their zero points; axes are those that may have a zero point for each position. */
function ofBytes(product: Interpret, axes: readonly [number, number]): Interpret {
  return (call) => {
    const inputs = [0, 1].map((index) => shifted(inputTensor(call, index), call.inputs[index + 2], axes[index]!));
    return product({ ...call, inputs });
  };
}

/** Products of bytes (onnx/docs/Operators.md, DynamicQuantizeLinear, ConvInteger, MatMulInteger). */
export const INTEGERS: InterpreterTable = {
  DynamicQuantizeLinear: interpretDynamicQuantize,
  ConvInteger: ofBytes(CONVOLUTION["Conv"]!, [0, 0]),
  MatMulInteger: ofBytes(MATRIX["MatMul"]!, [-2, -1]),
};
