import {
  type DType,
  DTYPES,
  type LazyTensor,
  lazyTensor,
  memorySink,
  memorySource,
  type Shape,
  type Sink,
  bytesToTensor,
  bytesPerElement,
  elementCount,
} from "@samoyed/core";
import { expect, test } from "vitest";
import { openCheckpoint, stateDict, writeSafetensors, writeTorchLegacy, writeTorchZip } from "./index.ts";

/** Bytes that are valid for every dtype: booleans are 0 and 1. */
export function exampleTensor(name: string, dtype: DType, shape: Shape): LazyTensor {
  const bytes = new Uint8Array(elementCount(shape) * bytesPerElement(dtype));
  bytes.forEach((_, at) => (bytes[at] = dtype === "bool" ? at % 2 : (at * 37 + 11) % 120));
  return lazyTensor(name, bytesToTensor(bytes, dtype, shape));
}

export function everyDType(dtypes: readonly DType[] = DTYPES): LazyTensor[] {
  return [
    ...dtypes.map((dtype) => exampleTensor(`layer.${dtype}`, dtype, [2, 3])),
    exampleTensor("scalar", "float32", []),
    exampleTensor("empty", "float32", [0, 4]),
    exampleTensor("__proto__", "int64", [1]),
    exampleTensor("7", "float32", [300]),
    exampleTensor("größe.重み", "float32", [1]),
  ];
}

async function written(
  write: (tensors: LazyTensor[], sink: Sink) => Promise<void>,
  tensors: LazyTensor[],
): Promise<Uint8Array> {
  const sink = memorySink();
  await write(tensors, sink);
  await sink.commit();
  return sink.bytes();
}

const SAFETENSORS = DTYPES.filter((dtype) => dtype !== "complex128" && dtype !== "complex32");
const WRITERS = [
  ["zip", writeTorchZip, DTYPES],
  ["legacy", writeTorchLegacy, DTYPES],
  ["safetensors", writeSafetensors, SAFETENSORS],
] as const;

test.each(WRITERS)("%s: what is written is read back", async (container, write, dtypes) => {
  const tensors = everyDType(dtypes);
  const bytes = await written(write, tensors);
  const checkpoint = await openCheckpoint(memorySource(bytes, "memory"));
  expect(checkpoint.container).toBe(container);
  expect(checkpoint.warnings).toEqual([]);
  expect([...checkpoint.tensors.keys()]).toEqual(tensors.map(({ name }) => name));
  for (const tensor of tensors) {
    const read = checkpoint.tensors.get(tensor.name)!;
    expect([read.dtype, read.shape]).toEqual([tensor.dtype, tensor.shape]);
    expect(await read.read()).toEqual(await tensor.read());
  }
  expect([...stateDict(checkpoint).tensors.keys()]).toEqual(tensors.map(({ name }) => name));
  expect(await written(write, tensors)).toEqual(bytes);
});
