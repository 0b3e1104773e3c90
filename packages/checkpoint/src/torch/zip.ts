import type { ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { present } from "../pickle/present.ts";
import { readArchivePickle, requireEntry, type TorchArchive } from "./archive.ts";

/** Opens a file of `torch.save` since 1.6: `data.pkl` and one entry for each storage. */
export async function openTorchZip(archive: TorchArchive, options: ReadOptions): Promise<Checkpoint> {
  requireEntry(archive, "data.pkl");
  const value = await readArchivePickle(archive, "data.pkl", { ...options, folder: "data" });
  const { checks, metadata, warnings, zip } = archive;
  return {
    container: "zip",
    ...present(value, zip.source.label),
    metadata,
    warnings,
    verifyChecksums: checks.verify,
    close: async () => zip.source.close?.(),
  };
}
