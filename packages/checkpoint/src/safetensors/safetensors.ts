import {
  type ByteSource,
  contiguousStrides,
  type LazyTensor,
  readSafetensorsHeader,
  type ReadOptions,
  renameLazy,
} from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { PyTensor } from "../pickle/values.ts";
import { Storage } from "../tensor/storage.ts";
import { storedTensor } from "../tensor/stored-tensor.ts";

/**
 * Opens a safetensors file: reads its header, checks that the tensors fill the rest of the file exactly.
 *
 * @throws FormatError for a header or offsets that the format does not allow.
 * @throws UnsupportedError for an unsupported dtype.
 */
export async function openSafetensors(source: ByteSource, options: ReadOptions): Promise<Checkpoint> {
  const { metadata, entries, dataOffset } = await readSafetensorsHeader(source, options);
  const storage = new Storage("file", { name: "bytes", dtype: "untyped", elementBytes: 1 }, source.byteLength);
  storage.source = source;
  const tensors = new Map<string, LazyTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    const view = { storage, byteOffset: dataOffset + begin, byteLength: end - begin };
    const layout = { dtype, shape, strides: contiguousStrides(shape), offset: 0 };
    tensors.set(name, storedTensor(new PyTensor(layout, { storage: view }), name));
  }
  // `save_model` leaves one of two shared tensors out, and names the other (safetensors 0.8, `torch.py`).
  for (const [name, kept] of metadata) {
    const tensor = tensors.get(kept);
    if (tensor !== undefined && !tensors.has(name)) tensors.set(name, renameLazy(tensor, name));
  }
  return {
    container: "safetensors",
    root: new Map(tensors),
    tensors,
    metadata,
    warnings: [],
    close: async () => source.close?.(),
  };
}
