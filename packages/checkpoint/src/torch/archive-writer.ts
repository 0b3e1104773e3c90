import { copyChunks, crc32, type LazyTensor, type Sink } from "@samoyed/core";
import { byteLengthOf, type WriteOptions } from "../tensor/write-tensors.ts";
import { zipWriter } from "../zip/writer.ts";

/** Writes the entries of PyTorch's zip archives, all below one folder. */
export interface ArchiveWriter {
  /** Writes bytes in memory. */
  record(name: string, bytes: Uint8Array): Promise<void>;
  /** Writes a tensor's bytes, piece by piece. */
  tensor(name: string, tensor: LazyTensor): Promise<void>;
  finish(): Promise<void>;
}

/** The folder's name when PyTorch writes to a buffer, which has no name. */
const ROOT = "archive";

/** Creates a writer of entries below `archive/`; the sink is not committed. */
export function archiveWriter(sink: Sink, options: WriteOptions): ArchiveWriter {
  const zip = zipWriter(sink);
  return {
    record: (name, bytes) =>
      zip.entry(`${ROOT}/${name}`, bytes.byteLength, async () => {
        await sink.write(bytes);
        return crc32(bytes);
      }),
    tensor: (name, tensor) =>
      zip.entry(`${ROOT}/${name}`, byteLengthOf(tensor), async () => {
        let crc = 0;
        const write = async (chunk: Uint8Array): Promise<void> => {
          crc = crc32(chunk, crc);
          await sink.write(chunk);
        };
        await copyChunks(tensor, write, options);
        return crc;
      }),
    finish: () => zip.finish(),
  };
}
