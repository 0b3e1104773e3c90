import { elementCount, type Shape, type Tensor } from "@samoyed/core";
import { normalizeAxis, numbers, QUANTIZED_RANGES, readInt } from "@samoyed/ir";
import { roundHalfEven, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType } from "./interpreter.ts";
import { aroundAxis, tableOffsets } from "./positions.ts";

/** For every element, the offset of its scale and zero point. */
function parameterOffsets(call: InterpretCall, shape: Shape, parameters: Shape): Int32Array {
  const count = elementCount(shape);
  if (elementCount(parameters) === 1) return new Int32Array(count);
  const axis = normalizeAxis(call.node, readInt(call.node, "axis", 1), shape.length);
  const block = readInt(call.node, "block_size", 0);
  if (block > 0) {
    const tables = shape.map((size, at) =>
      Array.from({ length: size }, (_, index) => (at === axis ? Math.floor(index / block) : index)),
    );
    return tableOffsets(parameters, tables);
  }
  const { size, inner } = aroundAxis(shape, axis);
  return Int32Array.from({ length: count }, (_, index) => Math.floor(index / inner) % size);
}

/** QuantizeLinear: y = saturate(round(x / scale) + zero_point), halves to even; the quotient is rounded to x's type. */
function interpretQuantize(call: InterpretCall): readonly Tensor[] {
  const [x, scale, zero] = [inputTensor(call, 0), inputTensor(call, 1), call.inputs[2]];
  const type = outputType(call);
  const [least, most] = QUANTIZED_RANGES.get(type.dtype)!;
  const [values, scales, zeros] = [numbers(x), numbers(scale), zero && numbers(zero)];
  const from = parameterOffsets(call, x.shape, scale.shape);
  const fromZero = parameterOffsets(call, x.shape, zero?.shape ?? []);
  const quotients =
    values.length === 0 ? new Float64Array() : Float64Array.from(values, (v, i) => v / scales[from[i]!]!);
  const rounded = x.dtype === "float64" ? quotients : numbers(tensorOf({ dtype: x.dtype, shape: x.shape }, quotients));
  const result = Float64Array.from(rounded, (value, index) => {
    const quantized = roundHalfEven(value) + (zeros === undefined ? 0 : zeros[fromZero[index]!]!);
    return Math.max(least, Math.min(most, quantized));
  });
  return [tensorOf(type, result)];
}

/** DequantizeLinear: y = (x − zero_point) · scale. */
function interpretDequantize(call: InterpretCall): readonly Tensor[] {
  const [x, scale, zero] = [inputTensor(call, 0), inputTensor(call, 1), call.inputs[2]];
  const [scales, zeros] = [numbers(scale), zero && numbers(zero)];
  const from = parameterOffsets(call, x.shape, scale.shape);
  const fromZero = parameterOffsets(call, x.shape, zero?.shape ?? []);
  const result = Float64Array.from(
    numbers(x),
    (value, index) => (value - (zeros === undefined ? 0 : zeros[fromZero[index]!]!)) * scales[from[index]!]!,
  );
  return [tensorOf(outputType(call), result)];
}

/** Linear quantization (onnx/docs/Operators.md, QuantizeLinear and DequantizeLinear). */
export const QUANTIZE: InterpreterTable = {
  QuantizeLinear: interpretQuantize,
  DequantizeLinear: interpretDequantize,
};
