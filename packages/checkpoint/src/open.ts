import { type ByteSource, UnsupportedError } from "@samoyed/core";
import type { Checkpoint, OpenOptions } from "./checkpoint.ts";
import { openZip } from "./torch/open-zip.ts";
import { detectContainer } from "./detect-container.ts";
import { openSafetensors } from "./safetensors/safetensors.ts";
import { openSharded } from "./safetensors/sharded.ts";
import { missingShards } from "./shard-name.ts";
import { openLegacy } from "./torch/legacy.ts";
import { openTar } from "./torch/tar.ts";

/** Enough to contain all pickles of most legacy files, and to detect every container. */
const HEAD_BYTES = 1 << 16;

/**
 * Opens a checkpoint of any container that PyTorch or safetensors write, detected by its bytes and not by its name. Only
 * the index is read; nothing in the file is executed. The source must stay open while tensors are read.
 *
 * @param source a file, a Blob, a URL or memory; `Checkpoint.close` closes it. It stays open when this function throws.
 * @throws FormatError when the bytes are not a checkpoint, damaged or contradictory; the hint suggests a cause.
 * @throws UnsupportedError for valid but unsupported content: calls that are not listed, encryption, rare dtypes.
 * @throws UsageError when a sharded checkpoint is opened without `resolve`.
 */
export async function openCheckpoint(source: ByteSource, options: OpenOptions = {}): Promise<Checkpoint> {
  const checkpoint = await openContainer(source, options);
  const incomplete = missingShards(source.label);
  return incomplete === undefined ? checkpoint : { ...checkpoint, incomplete };
}

async function openContainer(source: ByteSource, options: OpenOptions): Promise<Checkpoint> {
  const { resolve, ...read } = options;
  const head = await source.read(0, Math.min(HEAD_BYTES, source.byteLength), read);
  switch (detectContainer(head, source.label)) {
    case "zip":
      return openZip(source, read);
    case "pickle":
      return openLegacy(source, { ...read, window: { offset: 0, bytes: head } });
    case "tar":
      return openTar(source, read);
    case "safetensors":
      return openSafetensors(source, read);
    default:
      return openSharded(source, {
        ...read,
        resolve,
        open: async (shard) =>
          openCheckpoint(shard, {
            ...read,
            resolve: async (file) => {
              throw new UnsupportedError(`${shard.label}: a shard that is itself an index, of ${file}`);
            },
          }),
      });
  }
}
