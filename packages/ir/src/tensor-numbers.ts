import { type Tensor, toFloat32, type TypedArray, UnsupportedError } from "@samoyed/core";

/**
 * The interpreter's arithmetic, the same for every operator: the inputs' exact values as doubles, the formula in doubles
 * (including sums), and one rounding to the output's type, to nearest, ties to even. A float32 result is therefore
 * correctly rounded wherever the double result is accurate to a few parts in 2^53, and no order of summation that
 * a real backend may choose is preferred.
 */
export type Numbers = Exclude<TypedArray, BigInt64Array | BigUint64Array>;

/**
 * Returns a tensor's elements as numbers: its own array if possible, else a copy; do not write to it.
 *
 * @throws UnsupportedError for complex elements, and for 64-bit integers that a double cannot represent exactly.
 */
export function numbers(tensor: Tensor): Numbers {
  switch (tensor.dtype) {
    case "float16":
    case "bfloat16":
    case "float8_e4m3fn":
    case "float8_e5m2":
      return toFloat32(tensor);
    default:
      return parameters(tensor);
  }
}

/**
 * Returns a tensor's elements as numbers, as `numbers` does, of the types that parameters of operators have: no floats of
 * less than 32 bits.
 *
 * @throws UnsupportedError for these, and as `numbers` does.
 */
export function parameters(tensor: Tensor): Numbers {
  switch (tensor.dtype) {
    case "float16":
    case "bfloat16":
    case "float8_e4m3fn":
    case "float8_e5m2":
      throw new UnsupportedError(`a parameter is ${tensor.dtype}; expected float32 or an integer`);
    case "int64":
    case "uint64":
      return Float64Array.from(tensor.data as BigInt64Array, exactNumber);
    case "complex128":
    case "complex64":
    case "complex32":
      throw new UnsupportedError(`the interpreter does not compute with ${tensor.dtype}`);
    default:
      return tensor.data as Numbers;
  }
}

function exactNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new UnsupportedError(
      `the interpreter computes in doubles, which cannot represent the integer ${value} exactly`,
    );
  }
  return number;
}

/** Returns the numbers of an integer tensor, such as axes or sizes. 64-bit ones beyond 2^53 lose low bits: they mean "the end". */
export function integers(tensor: Tensor): readonly number[] {
  return Array.from(tensor.data as BigInt64Array | Int32Array, Number);
}
