import { type ByteSource, FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "./checkpoint.ts";
import { openExportedFolder, openExportedFlat } from "./torch-export.ts";
import { present } from "./present.ts";
import { openTorchArchive, readArchivePickle, requireEntry, type TorchArchive } from "./torch-archive.ts";
import { openTorchScript } from "./torchscript.ts";
import { readZipDirectory } from "./zip-directory.ts";
import { findRoot } from "./zip-names.ts";

/**
 * Opens what PyTorch writes as a zip: `torch.save` since 1.6, TorchScript, and both layouts of `torch.export`.
 *
 * @throws FormatError for an archive that PyTorch did not write.
 */
export async function openZip(source: ByteSource, options: ReadOptions): Promise<Checkpoint> {
  const zip = await readZipDirectory(source, options);
  if (zip.entries.has("serialized_exported_program.json")) {
    return openExportedFlat(await openTorchArchive(zip, "", options), options);
  }
  const root = `${findRoot(zip.entries.keys(), source.label)}/`;
  const archive = await openTorchArchive(zip, root, options);
  if (zip.entries.has(`${root}archive_format`)) {
    return openExportedFolder(archive, options);
  }
  if (zip.entries.has(`${root}constants.pkl`)) {
    return openTorchScript(archive, options);
  }
  if (!zip.entries.has(`${root}data.pkl`)) {
    throw new FormatError(`${source.label}: a zip archive without ${root}data.pkl`, {
      hint: "This zip archive is not a PyTorch checkpoint.",
    });
  }
  return openTorchZip(archive, options);
}

/** `torch.save` since 1.6: `data.pkl` and one entry for each storage. */
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
