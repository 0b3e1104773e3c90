import { bytesPerElement } from "@samoyed/core";
import { ALIGNMENT } from "./limits.ts";
import { convWeights, storedArray, type StoredArray, type WeightRecord } from "./read-weight.ts";
import type { Stretch } from "./types.ts";

/** The tensor of hashes, which ends the file. */
export const HASHES_NAME = "__hashes__";

/** Tensors so named fill the gaps before aligned ones: safetensors allows no holes. */
const PAD_PREFIX = "__pad.";

/** A tensor in its place in the data section. */
export interface PlacedTensor extends StoredArray, Stretch {
  readonly name: string;
  readonly role: "weight" | "scale" | "pad" | "hashes";
}

/** Whether a weight's tensor may not be called so. */
export function isReserved(name: string): boolean {
  return name === "__metadata__" || name === HASHES_NAME || name.startsWith(PAD_PREFIX);
}

/**
 * The data section of a file: every tensor in its place. There is one way to lay out a list of weights, so a writer asks
 * for it and a reader holds the header against it.
 */
export function layOutData(records: readonly WeightRecord[]): readonly PlacedTensor[] {
  const placed: PlacedTensor[] = [];
  let position = 0;
  let pads = 0;
  let hashed = 0;
  const append = (tensor: Omit<PlacedTensor, keyof Stretch>): void => {
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
