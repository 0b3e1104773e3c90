import { type ByteRange, bytesPerElement } from "@samoyed/core";
import { ALIGNMENT } from "./limits.ts";
import { convWeights, storedArray, type StoredArray, type WeightRecord } from "./read-weight.ts";

/** The tensor of hashes, which ends the file. */
export const HASHES_NAME = "__hashes__";

/** Prefix of the tensors that fill the gaps before aligned ones: safetensors allows no gaps. */
const PAD_PREFIX = "__pad.";

/** A tensor and its byte range in the data section. */
export interface PlacedTensor extends StoredArray, ByteRange {
  readonly name: string;
  readonly role: "weight" | "scale" | "pad" | "hashes";
}

/** Whether a name is reserved and not allowed for a weight's tensor. */
export function isReserved(name: string): boolean {
  return name === "__metadata__" || name === HASHES_NAME || name.startsWith(PAD_PREFIX);
}

/**
 * Lays out the data section of a file: every tensor with its byte range. A list of weights has exactly one layout, so a writer
 * uses it and a reader checks the header against it.
 */
export function layOutData(records: readonly WeightRecord[]): readonly PlacedTensor[] {
  const placed: PlacedTensor[] = [];
  let position = 0;
  let pads = 0;
  let hashed = 0;
  const append = (tensor: Omit<PlacedTensor, keyof ByteRange>): void => {
    const byteLength = tensor.shape.reduce((product, size) => product * size, bytesPerElement(tensor.dtype));
    placed.push({ ...tensor, offset: position, byteLength });
    position += byteLength;
  };
  const align = (): void => {
    const gap = (ALIGNMENT - (position % ALIGNMENT)) % ALIGNMENT;
    if (gap > 0) append({ name: `${PAD_PREFIX}${pads++}`, role: "pad", dtype: "uint8", shape: [gap] });
  };
  for (const record of records) {
    align();
    append({ name: record.tensor, role: "weight", ...storedArray(record) });
    hashed++;
    if (record.scale !== undefined) {
      align();
      append({ name: record.scale, role: "scale", dtype: "float32", shape: [convWeights(record).outputs] });
      hashed++;
    }
  }
  align();
  append({ name: HASHES_NAME, role: "hashes", dtype: "uint64", shape: [hashed] });
  return placed;
}
