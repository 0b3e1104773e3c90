import { castTensor, type DType, type Tensor, type TypedArray } from "@samoyed/core";
import { nodeFormatError, numbers, readInt } from "@samoyed/ir";
import { isInteger, newArray, tensorOf } from "./elements.ts";
import { inputTensor, type InterpretCall, type InterpreterTable, outputType, type TensorType } from "./interpreter.ts";

/** The largest finite value of the eight-bit floats, at which Cast saturates unless told otherwise (opset 19). */
const SATURATION: ReadonlyMap<DType, number> = new Map<DType, number>([
  ["float8_e4m3fn", 448],
  ["float8_e5m2", 57_344],
]);

/**
 * Cast: to floats, the nearest value; from floats to integers, truncation toward zero; between integers, wrapping; to
 * bool, whether it is not 0. Float to integer out of range is undefined in ONNX and refused here.
 */
function interpretCast(call: InterpretCall): readonly Tensor[] {
  const x = inputTensor(call, 0);
  const type = outputType(call);
  if (x.dtype === type.dtype) return [x];
  const limit = readInt(call.node, "saturate", 1) === 0 ? undefined : SATURATION.get(type.dtype);
  if (limit !== undefined) {
    return [
      tensorOf(
        type,
        Float64Array.from(numbers(x), (value) => Math.min(limit, Math.max(-limit, value))),
      ),
    ];
  }
  if (!isInteger(type.dtype) && type.dtype !== "bool") return [castTensor(x, type.dtype)];
  if ((x.dtype === "int64" || x.dtype === "uint64") && type.dtype !== "bool") {
    const bits = newArray("int64", x.data.length) as BigInt64Array;
    bits.set(x.data as BigInt64Array);
    return [{ ...type, data: narrow(bits, type) }];
  }
  const values = Float64Array.from(numbers(x), (value) => {
    if (type.dtype === "bool") return value;
    const whole = Math.trunc(value);
    if (!Number.isSafeInteger(whole)) throw nodeFormatError(call.node, `${value} has no value in ${type.dtype}`);
    return whole;
  });
  return [tensorOf(type, values)];
}

/** The low bits of 64-bit integers. */
function narrow(values: BigInt64Array, type: TensorType): TypedArray {
  if (type.dtype === "int64") return values;
  if (type.dtype === "uint64") return new BigUint64Array(values.buffer);
  const data = newArray(type.dtype, values.length);
  for (const [index, value] of values.entries()) data[index] = Number(BigInt.asIntN(32, value));
  return data;
}

/** Converting elements (onnx/docs/Operators.md, Cast). */
export const CAST: InterpreterTable = {
  Cast: interpretCast,
};
