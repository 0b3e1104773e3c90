import { type ByteSource, type LazyTensor, type ReadOptions, UnsupportedError } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { readZipDirectory } from "../zip/directory.ts";
import { findRoot } from "../zip/names.ts";
import { openTorchArchive, readRecord } from "./archive.ts";
import { FLAT_GRAPH_ENTRY, readExportedFlat, readExportedFolder } from "./export.ts";

/** Largest graph that is read, in bytes of JSON: fifty times that of the largest network of timm. */
export const MAX_GRAPH_BYTES: number = 256 * 2 ** 20;

/** One model of a `.pt2` file. */
export interface ExportedProgram {
  /** The file and the entry that contains the graph, for messages. */
  readonly label: string;
  /** Parameters and persistent buffers, by their names in the state dict. */
  readonly stateDict: ReadonlyMap<string, LazyTensor>;
  /** Other buffers, and tensors created by the code. */
  readonly constants: ReadonlyMap<string, LazyTensor>;
  /**
   * Reads the graph's JSON.
   *
   * @throws FormatError for one of more than `MAX_GRAPH_BYTES`.
   */
  readGraph(options?: ReadOptions): Promise<Uint8Array>;
}

/** A `.pt2` file whose index was read; graphs and tensors are read on demand. */
export interface ExportedFile {
  /** The models by name; `torch.export.save` writes one, `model`. */
  readonly programs: ReadonlyMap<string, ExportedProgram>;
  /** Oddities that are not errors. */
  readonly warnings: readonly string[];
  /** Finds every entry that was read and does not have the checksum in the file, as `Checkpoint.verifyChecksums`. */
  readonly verifyChecksums: NonNullable<Checkpoint["verifyChecksums"]>;
}

/**
 * Opens the graph and tensors of a file of `torch.export.save`, PyTorch 2.5 and later. Nothing in the file is
 * executed. The source must stay open while tensors are read.
 *
 * @throws FormatError when the bytes are not such an archive, damaged or contradictory.
 * @throws UnsupportedError for another zip archive, and for rare dtypes.
 */
export async function openExported(source: ByteSource, options: ReadOptions = {}): Promise<ExportedFile> {
  const zip = await readZipDirectory(source, options);
  const flat = zip.entries.has(FLAT_GRAPH_ENTRY);
  const root = flat ? "" : `${findRoot(zip.entries.keys(), source.label)}/`;
  if (!flat && !zip.entries.has(`${root}archive_format`)) {
    throw new UnsupportedError(`${source.label}: a zip archive that contains no exported program`, {
      hint: "torch.export.save writes a .pt2 file; a checkpoint has weights and no graph.",
    });
  }
  const archive = await openTorchArchive(zip, root, options);
  const models = flat
    ? new Map([["model", await readExportedFlat(archive, options)]])
    : await readExportedFolder(archive, options);
  const programs = new Map(
    [...models].map(([name, { graphEntry, stateDict, constants }]): [string, ExportedProgram] => [
      name,
      {
        label: `${source.label}: ${root}${graphEntry}`,
        stateDict,
        constants,
        readGraph: async (read) => readRecord(archive, graphEntry, { ...read, maxBytes: MAX_GRAPH_BYTES }),
      },
    ]),
  );
  return { programs, warnings: archive.warnings, verifyChecksums: archive.checks.verify };
}
