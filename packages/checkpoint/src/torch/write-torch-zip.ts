import { copyChunks, crc32, type LazyTensor, type Sink } from "@samoyed/core";
import { pickleStateDict } from "../pickle/writer.ts";
import { byteLengthOf, collectTensors, type WriteOptions } from "../tensor/write-tensors.ts";
import { zipWriter } from "../zip/writer.ts";

/** The folder's name when `torch.save` writes to a buffer, which has no name. */
const ROOT = "archive";

/**
 * Writes tensors like `torch.save(OrderedDict)` since 1.6: a zip that `torch.load(weights_only=True)` reads. Each
 * tensor has its own storage, aligned to 64 bytes, with its checksum. The same tensors give the same bytes. The
 * sink is not committed.
 *
 * @throws UsageError when two tensors have the same name.
 * @throws ShapeError when a tensor has more or fewer bytes than its shape says.
 */
export async function writeTorchZip(
  tensors: Iterable<LazyTensor>,
  sink: Sink,
  options: WriteOptions = {},
): Promise<void> {
  const keyed = collectTensors(tensors).map((tensor, index) => ({ tensor, key: String(index) }));
  const zip = zipWriter(sink);
  const record = (name: string, bytes: Uint8Array): Promise<void> =>
    zip.entry(`${ROOT}/${name}`, bytes.byteLength, async () => {
      await sink.write(bytes);
      return crc32(bytes);
    });
  const encoder = new TextEncoder();
  await record("data.pkl", pickleStateDict(keyed, { view: false }));
  await record(".format_version", encoder.encode("1"));
  await record(".storage_alignment", encoder.encode("64"));
  await record("byteorder", encoder.encode("little"));
  for (const { tensor, key } of keyed) {
    await zip.entry(`${ROOT}/data/${key}`, byteLengthOf(tensor), async () => {
      let crc = 0;
      const write = async (chunk: Uint8Array): Promise<void> => {
        crc = crc32(chunk, crc);
        await sink.write(chunk);
      };
      await copyChunks(tensor, write, options);
      return crc;
    });
  }
  await record("version", encoder.encode("3\n"));
  await zip.finish();
}
