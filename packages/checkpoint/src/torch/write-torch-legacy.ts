import { copyChunks, type LazyTensor, type Sink } from "@samoyed/core";
import { ByteBuilder } from "../pickle/byte-builder.ts";
import { pickleStateDict, pickleValue, storageCount } from "../pickle/writer.ts";
import { LEGACY_MAGIC, LEGACY_PROTOCOL } from "./legacy-parts.ts";
import { collectTensors, type WriteOptions } from "../tensor/write-tensors.ts";

/**
 * Writes tensors like `torch.save(OrderedDict)` before 1.6: five pickles, then each storage's count and bytes. The
 * same tensors give the same bytes. The sink is not committed.
 *
 * @throws UsageError when two tensors have the same name.
 * @throws ShapeError when a tensor has more or fewer bytes than its shape says.
 */
export async function writeTorchLegacy(
  tensors: Iterable<LazyTensor>,
  sink: Sink,
  options: WriteOptions = {},
): Promise<void> {
  const list = collectTensors(tensors);
  // PyTorch sorts keys as text; keys of equal length keep the tensors' order.
  const digits = String(list.length).length;
  const keyed = list.map((tensor, index) => ({ tensor, key: String(index).padStart(digits, "0") }));
  const typeSizes = new Map([
    ["short", 2],
    ["int", 4],
    ["long", 4],
  ]);
  await sink.write(pickleValue(LEGACY_MAGIC));
  await sink.write(pickleValue(LEGACY_PROTOCOL));
  await sink.write(
    pickleValue(
      new Map<string, number | boolean | typeof typeSizes>([
        ["protocol_version", LEGACY_PROTOCOL],
        ["little_endian", true],
        ["type_sizes", typeSizes],
      ]),
    ),
  );
  await sink.write(pickleStateDict(keyed, { view: true }));
  await sink.write(pickleValue(keyed.map(({ key }) => key)));
  for (const { tensor } of keyed) {
    await sink.write(new ByteBuilder().uint64(storageCount(tensor)).build());
    await copyChunks(tensor, (chunk) => sink.write(chunk), options);
  }
}
