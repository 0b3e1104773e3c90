import {
  asciiBytes,
  type ByteSource,
  FormatError,
  memorySource,
  type ReadOptions,
  UnsupportedError,
} from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { pickleHandlers, plainHandlers, refuseReference } from "../pickle/globals.ts";
import { type PickleHandlers, runPickle } from "../pickle/machine.ts";
import { present } from "../pickle/present.ts";
import { type ByteWindow, findPickleEnd } from "../pickle/scan.ts";
import { describeValue, PyStorage, type PyValue, type Where } from "../pickle/values.ts";
import { attachLegacyStorages } from "./legacy-storages.ts";
import { LEGACY_MAGIC, legacyParts } from "./legacy-parts.ts";

/** The class with which joblib marks an array whose bytes follow in the middle of the pickle. */
const JOBLIB = asciiBytes("joblib.numpy_pickle");

/** The calls of a pickle that was written with `pickle`, and what is left to do once it was run. */
interface PlainPickle {
  readonly handlers: PickleHandlers;
  /** Attaches the bytes of the storages in the pickle. */
  attach(options: ReadOptions): Promise<void>;
}

/**
 * Handlers of a pickle that contains its tensors: `torch.storage._load_from_bytes(bytes)` around each storage, where the
 * bytes are a whole legacy file of the storage (PyTorch 2.13, `torch/storage.py`, `TypedStorage.__reduce__`).
 */
export function plainPickle(warnings: string[]): PlainPickle {
  const pending: ((options: ReadOptions) => Promise<void>)[] = [];
  const known = new Map<Uint8Array, PyValue>();
  const loadStorage = (bytes: Uint8Array, where: Where): PyValue => {
    const before = known.get(bytes);
    if (before !== undefined) return before;
    const { storage, attach } = readStorageFile(bytes, { where, warnings });
    pending.push(attach);
    known.set(bytes, storage);
    return storage;
  };
  return {
    handlers: pickleHandlers({ persistent: refuseReference, warnings, loadStorage }),
    async attach(options) {
      for (const attach of pending) await attach(options);
    },
  };
}

function readStorageFile(
  bytes: Uint8Array,
  { where, warnings }: { readonly where: Where; readonly warnings: string[] },
): { readonly storage: PyStorage; readonly attach: (options: ReadOptions) => Promise<void> } {
  const label = `${where()}: a storage`;
  let offset = 0;
  const next = (handlers: PickleHandlers): PyValue => {
    const end = findPickleEnd(bytes, { offset, label });
    const value = runPickle(bytes.subarray(offset, end), { ...handlers, label });
    offset = end;
    return value;
  };
  const parts = legacyParts(label, warnings);
  const first = bytes[0] === 0x80 ? next(plainHandlers()) : undefined;
  if (first !== LEGACY_MAGIC) {
    throw new UnsupportedError(`${label} that is not in the format of torch.save before 1.6`);
  }
  let part = parts.next();
  while (part.done !== true) part = parts.next(next(part.value.handlers));
  const { root, storages, keys } = part.value;
  if (!(root instanceof PyStorage)) {
    throw new FormatError(`${label} is ${describeValue(root)}`);
  }
  const [at, source] = [offset, memorySource(bytes, label)];
  return {
    storage: root,
    attach: (options) => attachLegacyStorages(source, { ...options, storages, keys, offset: at }),
  };
}

/** Reads the pickle at the beginning of a file; the error for joblib's, which is not one pickle, says so. */
export async function readFirst(
  read: () => Promise<Uint8Array>,
  { label, window }: { readonly label: string; readonly window: ByteWindow },
): Promise<Uint8Array> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof FormatError || cause instanceof UnsupportedError) || !includes(window.bytes, JOBLIB)) {
      throw cause;
    }
    throw new UnsupportedError(`${label}: a file of joblib, which is not supported`, {
      hint: "In Python, load it with joblib and save the state dict with torch.save.",
      cause,
    });
  }
}

function includes(bytes: Uint8Array, part: readonly number[]): boolean {
  const [first] = part;
  for (let at = bytes.indexOf(first!); at >= 0; at = bytes.indexOf(first!, at + 1)) {
    if (part.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}

/** A checkpoint of a pickle's value; its arrays and storages are in memory. */
export function openedPickle(
  source: ByteSource,
  { root, end, warnings }: { readonly root: PyValue; readonly end: number; readonly warnings: string[] },
): Checkpoint {
  if (end < source.byteLength) {
    warnings.push(`${source.byteLength - end} bytes follow the pickle; they are not read.`);
  }
  return {
    container: "pickle",
    ...present(root, source.label),
    metadata: new Map(),
    warnings,
    close: async () => source.close?.(),
  };
}
