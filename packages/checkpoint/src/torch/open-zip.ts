import { type ByteSource, FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { findForeignArchive } from "../foreign-files.ts";
import { FLAT_GRAPH_ENTRY, openExportedFolder, openExportedFlat } from "./export.ts";
import { openTorchArchive } from "./archive.ts";
import { openTorchZip } from "./zip.ts";
import { openTorchScript } from "./torchscript.ts";
import { readZipDirectory, type ZipArchive } from "../zip/directory.ts";
import { findRoot } from "../zip/names.ts";

/**
 * Opens a zip archive written by PyTorch: `torch.save` since 1.6, TorchScript, and both layouts of `torch.export`.
 *
 * @throws FormatError for an archive that PyTorch did not write.
 */
export async function openZip(source: ByteSource, options: ReadOptions): Promise<Checkpoint> {
  const zip = await readZipDirectory(source, options);
  if (zip.entries.has(FLAT_GRAPH_ENTRY)) {
    return openExportedFlat(await openTorchArchive(zip, "", options), options);
  }
  refuseForeign(zip);
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

/** Refuses an archive that another program wrote, if its names say which. */
function refuseForeign({ entries, source }: ZipArchive): void {
  const names = [...entries.keys()];
  if (names.some((name) => /^[^/]*\/(?:data\.pkl|archive_format|constants\.pkl)$/.test(name))) return;
  const foreign = findForeignArchive(names);
  if (foreign !== undefined) {
    throw new FormatError(`${source.label}: not a checkpoint but ${foreign.noun}`, { hint: foreign.hint });
  }
}
