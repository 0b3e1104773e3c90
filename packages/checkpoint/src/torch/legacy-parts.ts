import { FormatError, quote, UnsupportedError } from "@samoyed/core";
import { pickleHandlers, plainHandlers } from "../pickle/globals.ts";
import type { PickleHandlers } from "../pickle/machine.ts";
import { describeValue, PyStorage, PyTuple, type PyValue, type Where } from "../pickle/values.ts";
import { type Storage, type StorageView, wholeStorage } from "../tensor/storage.ts";
import { readStorageId } from "./storage-id.ts";

/** `MAGIC_NUMBER` and `PROTOCOL_VERSION` of PyTorch 2.13's `torch/serialization.py`. */
export const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
export const LEGACY_PROTOCOL = 1001;

/** A pickle of a legacy file that is to be read next. */
interface Part {
  readonly name: string;
  readonly handlers: PickleHandlers;
}

/** The contents of a legacy file before its storages' bytes. */
export interface LegacyObject {
  readonly root: PyValue;
  readonly storages: ReadonlyMap<string, Storage>;
  /** The storage keys in the file's order. */
  readonly keys: readonly string[];
}

/**
 * Names the pickles that follow the magic number, in order, and receives their values: the caller reads them from a file or
 * from memory.
 *
 * @throws FormatError when the storage keys are no list of strings.
 * @throws UnsupportedError for another protocol.
 */
export function* legacyParts(label: string, warnings: string[]): Generator<Part, LegacyObject, PyValue> {
  const storages = new Map<string, Storage>();
  const protocol = yield { name: "the protocol number", handlers: plainHandlers() };
  if (protocol !== LEGACY_PROTOCOL) {
    throw new UnsupportedError(`${label}: legacy protocol ${describeValue(protocol)}; expected ${LEGACY_PROTOCOL}`);
  }
  // The byte order and type sizes of the machine that wrote the file; storages are little-endian regardless.
  yield { name: "the system information", handlers: plainHandlers() };
  const handlers = pickleHandlers({ persistent: legacyPersistent(storages), warnings });
  const root = yield { name: "the object", handlers };
  const keys = yield { name: "the storage keys", handlers: plainHandlers() };
  return { root, storages, keys: readKeys(keys, label) };
}

function readKeys(value: PyValue, label: string): string[] {
  if (!Array.isArray(value)) {
    throw new FormatError(`${label}: the storage keys are ${describeValue(value)}; expected a list`);
  }
  return value.map((key) => {
    if (typeof key !== "string") {
      throw new FormatError(`${label}: a storage key is ${describeValue(key)}; expected a string`);
    }
    return key;
  });
}

function legacyPersistent(storages: Map<string, Storage>): (id: PyValue, where: Where) => PyValue {
  const views = new Map<string, StorageView>();
  return (id, where) => {
    if (id instanceof PyTuple && id.items[0] === "module" && id.items.length === 4) {
      // A module's class, with its source: the class is described, never created.
      return id.items[1]!;
    }
    const { storage, global, rest } = readStorageId(id, storages, where);
    if (rest.length !== 1) {
      throw new FormatError(`${where()}: a storage's id has ${5 + rest.length} parts; expected 6 in a legacy file`);
    }
    const [view] = rest;
    if (view === null) {
      return new PyStorage(global, wholeStorage(storage));
    }
    return new PyStorage(global, readView(view, { storage, views, where }));
  };
}

/** `(key, offset, size)`, in elements: a part of a storage under its own key. */
function readView(
  value: PyValue | undefined,
  { storage, views, where }: { storage: Storage; views: Map<string, StorageView>; where: Where },
): StorageView {
  const [key, offset, size] = value instanceof PyTuple && value.items.length === 3 ? value.items : [];
  const { elementBytes } = storage.type;
  if (typeof key !== "string" || typeof offset !== "number" || typeof size !== "number" || offset < 0 || size < 0) {
    throw new FormatError(
      `${where()}: a view of storage ${quote(storage.key)} is ${describeValue(value)}; expected (key, offset, size)`,
    );
  }
  if (offset + size > storage.count) {
    throw new FormatError(
      `${where()}: a view of storage ${quote(storage.key)} ends at element ${offset + size} of ${storage.count}`,
    );
  }
  const view = { storage, byteOffset: offset * elementBytes, byteLength: size * elementBytes };
  const known = views.get(key);
  if (
    known !== undefined &&
    (known.storage !== storage || known.byteOffset !== view.byteOffset || known.byteLength !== view.byteLength)
  ) {
    throw new FormatError(`${where()}: the view ${quote(key)} is a different part of its storage than before`);
  }
  views.set(key, view);
  return view;
}
