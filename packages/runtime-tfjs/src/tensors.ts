import { elementCount, type Tensor, UnsupportedError } from "@samoyed/core";
import type { TypedArray } from "@tensorflow/tfjs-core";

/** Moves the channels of an image batch: [N, C, H, W] to [N, H, W, C]. */
export function toChannelsLast<A extends TypedArray>(data: A, [n, c, h, w]: readonly number[]): A {
  return transposeInner(data, { batch: n!, rows: c!, columns: h! * w! });
}

/** Moves the channels of an image batch: [N, H, W, C] to [N, C, H, W]; always a copy. */
export function toChannelsSecond<A extends TypedArray>(data: A, [n, h, w, c]: readonly number[]): A {
  return transposeInner(data, { batch: n!, rows: h! * w!, columns: c! });
}

/** Transposes the matrices of a batch. */
function transposeInner<A extends TypedArray>(
  data: A,
  { batch, rows, columns }: { readonly batch: number; readonly rows: number; readonly columns: number },
): A {
  const result = data.slice() as A;
  for (let image = 0; image < batch; image++) {
    const base = image * rows * columns;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        result[base + column * rows + row] = data[base + row * columns + column]!;
      }
    }
  }
  return result;
}

/**
 * Converts an engine's values to a tensor that the caller owns.
 *
 * @throws UnsupportedError for a dtype that `Tensor` lacks here (strings, complex numbers).
 */
export function fromEngine(
  data: TypedArray,
  {
    name,
    dtype,
    shape,
    channelsLast,
  }: {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly channelsLast: boolean;
  },
): Tensor {
  const turn = channelsLast && shape.length === 4;
  const values = turn ? toChannelsSecond(data, shape) : data.slice();
  const outer = turn ? [0, 3, 1, 2].map((axis) => shape[axis]!) : [...shape];
  if (values.length !== elementCount(outer)) {
    throw new UnsupportedError(
      `the value ${JSON.stringify(name)} has ${values.length} elements, which does not match ${dtype} [${shape.join(", ")}]`,
    );
  }
  // The cpu engine casts from bool and int32 by changing the dtype alone: the array stays.
  if (dtype === "float32") return { dtype, shape: outer, data: asArray(Float32Array, values) };
  if (dtype === "int32") return { dtype, shape: outer, data: asArray(Int32Array, values) };
  if (dtype === "bool") return { dtype, shape: outer, data: asArray(Uint8Array, values) };
  throw new UnsupportedError(`the value ${JSON.stringify(name)} is ${dtype}; expected float32, int32 or bool`);
}

/** The values in an array of a type; itself where it has that type. */
function asArray<A extends TypedArray>(type: { new (values: ArrayLike<number>): A }, values: TypedArray): A {
  return values instanceof type ? values : new type(values);
}
