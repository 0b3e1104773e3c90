import {
  bytesPerElement,
  copyChunks,
  type LazyTensor,
  SAFETENSORS_DTYPES,
  type Sink,
  UnsupportedError,
} from "@samoyed/core";
import { byteLengthOf, collectTensors, type WriteOptions } from "../tensor/write-tensors.ts";

/** The data begins at a multiple of this, as in safetensors' own writer (0.6, `src/tensor.rs`). */
const ALIGNMENT = 8;

/** Options of `writeSafetensors`. */
export interface SafetensorsOptions extends WriteOptions {
  /** Metadata of the file, stored under `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
}

/**
 * Writes tensors as a safetensors file. The header keeps the given order; the data is sorted by element size, largest
 * first, so that every tensor is aligned. The same tensors give the same bytes. The sink is not committed.
 *
 * @throws UsageError when two tensors have the same name.
 * @throws UnsupportedError for complex32 and complex128, for which safetensors has no name.
 * @throws ShapeError when a tensor has more or fewer bytes than its shape says.
 */
export async function writeSafetensors(
  tensors: Iterable<LazyTensor>,
  sink: Sink,
  options: SafetensorsOptions = {},
): Promise<void> {
  const list = collectTensors(tensors);
  const sorted = list.toSorted((a, b) => bytesPerElement(b.dtype) - bytesPerElement(a.dtype));
  const begins = new Map<LazyTensor, number>();
  let position = 0;
  for (const tensor of sorted) {
    begins.set(tensor, position);
    position += byteLengthOf(tensor);
  }
  // Entries and not an object: a tensor may be named `__proto__`, or `7`, which objects would reorder.
  const entries: string[] = [];
  const metadata = options.metadata instanceof Map ? [...options.metadata] : Object.entries(options.metadata ?? {});
  if (metadata.length > 0) {
    entries.push(`"__metadata__":{${metadata.map(([key, value]) => `${quote(key)}:${quote(value)}`).join(",")}}`);
  }
  for (const tensor of list) {
    const begin = begins.get(tensor)!;
    const offsets = `[${begin},${begin + byteLengthOf(tensor)}]`;
    entries.push(
      `${quote(tensor.name)}:{"dtype":"${dtypeName(tensor)}","shape":[${tensor.shape.join(",")}],"data_offsets":${offsets}}`,
    );
  }
  const json = new TextEncoder().encode(`{${entries.join(",")}}`);
  const header = new Uint8Array(Math.ceil(json.byteLength / ALIGNMENT) * ALIGNMENT).fill(0x20);
  header.set(json);
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(header.byteLength), true);
  await sink.write(new Uint8Array(length.buffer));
  await sink.write(header);
  for (const tensor of sorted) {
    await copyChunks(tensor, (chunk) => sink.write(chunk), options);
  }
}

function dtypeName({ name, dtype }: LazyTensor): string {
  const known = SAFETENSORS_DTYPES.get(dtype);
  if (known === undefined) {
    throw new UnsupportedError(`tensor ${JSON.stringify(name)} is ${dtype}, which safetensors cannot store`);
  }
  return known;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
