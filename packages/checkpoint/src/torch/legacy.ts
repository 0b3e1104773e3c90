import { type ByteSource, FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { runPickle } from "../pickle/machine.ts";
import { present } from "../pickle/present.ts";
import { readPickle, type ByteWindow } from "../pickle/scan.ts";
import { describeValue } from "../pickle/values.ts";
import { LEGACY_MAGIC, LEGACY_PROTOCOL, legacyParts } from "./legacy-parts.ts";
import { attachLegacyStorages } from "./legacy-storages.ts";
import { openedPickle, plainPickle, readFirst } from "./plain-pickle.ts";

/**
 * Opens a file that begins with a pickle: one of `torch.save` before 1.6, which is five pickles, then the storages' counts
 * and bytes; or one that was written with `pickle`. Of the former only the pickles and the 8-byte counts are read;
 * neighboring counts are read together.
 *
 * @param window the beginning of the file, already read.
 * @throws FormatError when the counts, the keys or the file's length are wrong.
 */
export async function openLegacy(
  source: ByteSource,
  options: ReadOptions & { window: ByteWindow },
): Promise<Checkpoint> {
  const { label } = source;
  const warnings: string[] = [];
  let { window } = options;
  let offset = 0;
  const next = async (name: string, firstBytes?: number): Promise<Uint8Array> => {
    const read = { ...options, offset, window, label: `${label}: ${name}`, ...(firstBytes && { firstBytes }) };
    const found = await readPickle(source, read);
    offset = found.end;
    ({ window } = found);
    return found.bytes;
  };
  // The magic number is within the window; a pickle that is not contains everything.
  const first = await readFirst(() => next("the pickle", source.byteLength), { label, window });
  const plain = plainPickle(warnings);
  const magic = runPickle(first, { ...plain.handlers, label: `${label}: the pickle` });
  if (magic !== LEGACY_MAGIC) {
    if (typeof magic !== "object" || magic === null) {
      throw new FormatError(
        `${label}: a pickle of ${describeValue(magic)}; expected PyTorch's magic number, or tensors`,
        {
          hint: "In Python, save the state dict with torch.save.",
        },
      );
    }
    await plain.attach(options);
    return openedPickle(source, { root: magic, end: offset, warnings });
  }
  const parts = legacyParts(label, warnings);
  let part = parts.next();
  while (part.done !== true) {
    const { name, handlers } = part.value;
    part = parts.next(runPickle(await next(name), { ...handlers, label: `${label}: ${name}` }));
  }
  const { root, storages, keys } = part.value;
  await attachLegacyStorages(source, { ...options, storages, keys, offset });
  return {
    container: "legacy",
    ...present(root, label),
    metadata: new Map([["protocol_version", String(LEGACY_PROTOCOL)]]),
    warnings,
    close: async () => source.close?.(),
  };
}
