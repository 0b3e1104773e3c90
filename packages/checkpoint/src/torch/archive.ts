import { FormatError, quote, type ReadOptions } from "@samoyed/core";
import { pickleHandlers } from "../pickle/globals.ts";
import { runPickle } from "../pickle/machine.ts";
import { MAX_PICKLE_BYTES } from "../pickle/scan.ts";
import { PyStorage, type PyValue } from "../pickle/values.ts";
import { type Storage, wholeStorage } from "../tensor/storage.ts";
import { entryChecks, type EntryChecks } from "../entry-checks.ts";
import { readStorageId } from "./storage-id.ts";
import { entrySource, readEntry } from "../zip/entry.ts";
import type { ZipArchive, ZipEntry } from "../zip/directory.ts";

/** `version` and `byteorder` contain only a few letters. */
const MAX_RECORD_BYTES = 1024;

const MAX_SHOWN = 200;

/** A zip archive in PyTorch's layout: everything under one folder, numbers in one byte order. */
export interface TorchArchive {
  readonly zip: ZipArchive;
  /** The folder that contains everything, with its slash; empty if files are at the top level. */
  readonly root: string;
  readonly bigEndian: boolean;
  readonly metadata: ReadonlyMap<string, string>;
  readonly warnings: string[];
  readonly checks: EntryChecks;
}

/**
 * Reads an archive's version and byte order.
 *
 * @throws FormatError when its byte order is neither `little` nor `big`.
 */
export async function openTorchArchive(zip: ZipArchive, root: string, options: ReadOptions): Promise<TorchArchive> {
  const warnings = [...zip.warnings];
  const checks = entryChecks(warnings);
  const metadata = new Map<string, string>();
  for (const name of ["version", "byteorder"]) {
    const entry = zip.entries.get(root + name);
    if (entry !== undefined) {
      const bytes = await readEntry(zip, entry, { ...options, checks, maxBytes: MAX_RECORD_BYTES });
      metadata.set(name, String.fromCharCode(...bytes).trim());
    }
  }
  const byteorder = metadata.get("byteorder") ?? "little";
  if (byteorder !== "little" && byteorder !== "big") {
    throw new FormatError(`${zip.source.label}: the byte order is ${quote(byteorder)}; expected "little" or "big"`);
  }
  return { zip, root, bigEndian: byteorder === "big", metadata, warnings, checks };
}

/** An entry by its name below the root. */
export function findEntry(archive: TorchArchive, name: string): ZipEntry | undefined {
  return archive.zip.entries.get(archive.root + name);
}

/** An entry that must exist. */
export function requireEntry(archive: TorchArchive, name: string): ZipEntry {
  const entry = findEntry(archive, name);
  if (entry === undefined) {
    // A storage's key is part of the name, and may be of any length.
    const shown = name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name;
    throw new FormatError(`${archive.zip.source.label}: the archive has no entry ${archive.root}${shown}`);
  }
  return entry;
}

/** Reads one of the archive's small entries. */
export async function readRecord(
  archive: TorchArchive,
  name: string,
  options: ReadOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  return readEntry(archive.zip, requireEntry(archive, name), { ...options, checks: archive.checks });
}

/**
 * Reads a pickle whose storages are the entries of a folder: `data.pkl` and `data/`.
 *
 * @throws FormatError when a storage has no entry, or an entry of another size.
 */
export async function readArchivePickle(
  archive: TorchArchive,
  name: string,
  options: ReadOptions & { readonly folder: string; readonly torchscript?: boolean },
): Promise<PyValue> {
  const bytes = await readRecord(archive, name, { ...options, maxBytes: MAX_PICKLE_BYTES });
  const storages = new Map<string, Storage>();
  const handlers = pickleHandlers({
    torchscript: options.torchscript ?? false,
    warnings: archive.warnings,
    persistent: (id, where) => {
      const { storage, global, isNew, rest } = readStorageId(id, storages, where);
      if (rest.length > 0) {
        throw new FormatError(`${where()}: a storage's id has ${5 + rest.length} parts; expected 5 in a zip archive`);
      }
      if (isNew) {
        attachStorage(archive, storage, `${options.folder}/${storage.key}`);
      }
      return new PyStorage(global, wholeStorage(storage));
    },
  });
  return runPickle(bytes, { ...handlers, label: `${archive.zip.source.label}: ${archive.root}${name}` });
}

/** Attaches an entry's bytes to a storage of the same size. */
export function attachStorage(archive: TorchArchive, storage: Storage, name: string): void {
  const entry = requireEntry(archive, name);
  if (entry.byteLength !== storage.byteLength) {
    throw new FormatError(
      `${archive.zip.source.label}: ${entry.name} has ${entry.byteLength} bytes; ${storage.count} elements of ` +
        `${storage.type.name} take ${storage.byteLength}`,
    );
  }
  storage.source = entrySource(archive.zip, entry, { checks: archive.checks });
  storage.bigEndian = archive.bigEndian;
}
