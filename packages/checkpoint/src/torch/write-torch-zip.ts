import type { LazyTensor, Sink } from "@samoyed/core";
import { pickleStateDict } from "../pickle/writer.ts";
import { collectTensors, type WriteOptions } from "../tensor/write-tensors.ts";
import { archiveWriter } from "./archive-writer.ts";

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
  const archive = archiveWriter(sink, options);
  const encoder = new TextEncoder();
  await archive.record("data.pkl", pickleStateDict(keyed, { view: false }));
  await archive.record(".format_version", encoder.encode("1"));
  await archive.record(".storage_alignment", encoder.encode("64"));
  await archive.record("byteorder", encoder.encode("little"));
  for (const { tensor, key } of keyed) await archive.tensor(`data/${key}`, tensor);
  await archive.record("version", encoder.encode("3\n"));
  await archive.finish();
}
