import {
  bytesPerElement,
  bytesToTensor,
  type DType,
  DTYPES,
  elementCount,
  type LazyTensor,
  lazyTensor,
  memorySink,
  type Shape,
  type Sink,
} from "@samoyed/core";

/** A tensor of bytes that are valid for every dtype: booleans are 0 and 1. */
export function exampleTensor(name: string, dtype: DType, shape: Shape): LazyTensor {
  const bytes = new Uint8Array(elementCount(shape) * bytesPerElement(dtype));
  bytes.forEach((_, at) => {
    bytes[at] = dtype === "bool" ? at % 2 : (at * 37 + 11) % 120;
  });
  return lazyTensor(name, bytesToTensor(bytes, dtype, shape));
}

/** One tensor of each dtype, and the error-prone cases. */
export function exampleTensors(dtypes: readonly DType[] = DTYPES): LazyTensor[] {
  return [
    ...dtypes.map((dtype) => exampleTensor(`layer.${dtype}`, dtype, [2, 3])),
    exampleTensor("scalar", "float32", []),
    exampleTensor("empty", "float32", [0, 4]),
    exampleTensor("__proto__", "int64", [1]),
    exampleTensor("7", "float32", [300]),
    exampleTensor("größe.重み\u{1f415}", "float32", [1]),
    exampleTensor("larger than a chunk", "float32", [3, 100_003]),
  ];
}

/** The dtypes that safetensors can store. */
export const SAFETENSORS_DTYPES: readonly DType[] = DTYPES.filter(
  (dtype) => dtype !== "complex128" && dtype !== "complex32",
);

/** Returns the bytes that a writer writes. */
export async function written(
  write: (tensors: readonly LazyTensor[], sink: Sink) => Promise<void>,
  tensors: readonly LazyTensor[],
): Promise<Uint8Array> {
  const sink = memorySink();
  await write(tensors, sink);
  await sink.commit();
  return sink.bytes();
}
