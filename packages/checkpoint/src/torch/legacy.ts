import { type ByteSource, FormatError, quote, type ReadOptions, UnsupportedError } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { attachLegacyStorages } from "./legacy-storages.ts";
import { pickleHandlers, plainHandlers } from "../pickle/globals.ts";
import { runPickle } from "../pickle/machine.ts";
import { readPickle, type ByteWindow } from "../pickle/scan.ts";
import { describeValue, PyStorage, PyTuple, type PyValue, type Where } from "../pickle/values.ts";
import { present } from "../pickle/present.ts";
import { type Storage, type StorageView, wholeStorage } from "../tensor/storage.ts";
import { readStorageId } from "./storage-id.ts";

/** `MAGIC_NUMBER` and `PROTOCOL_VERSION` of PyTorch 2.13's `torch/serialization.py`. */
export const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
export const LEGACY_PROTOCOL = 1001;

/**
 * Opens a file of `torch.save` before 1.6: five pickles, then the storages' counts and bytes. Only the pickles and
 * the 8-byte counts are read; neighboring counts are read together.
 *
 * @param window the beginning of the file, already read.
 * @throws FormatError when the magic number, the counts, the keys or the file's length are wrong.
 */
export async function openLegacy(
  source: ByteSource,
  options: ReadOptions & { window: ByteWindow },
): Promise<Checkpoint> {
  const { label } = source;
  const storages = new Map<string, Storage>();
  const warnings: string[] = [];
  let { window } = options;
  let offset = 0;
  const next = async (name: string, handlers = plainHandlers()): Promise<PyValue> => {
    const found = await readPickle(source, { ...options, offset, window, label: `${label}: ${name}` });
    offset = found.end;
    ({ window } = found);
    return runPickle(found.bytes, { ...handlers, label: `${label}: ${name}` });
  };
  const magic = await next("the magic number");
  if (magic !== LEGACY_MAGIC) {
    throw new FormatError(`${label}: a pickle that does not begin with PyTorch's magic number`, {
      hint: "It was written with pickle, not with torch.save; in Python, load it and save it with torch.save.",
    });
  }
  const protocol = await next("the protocol number");
  if (protocol !== LEGACY_PROTOCOL) {
    throw new UnsupportedError(`${label}: legacy protocol ${describeValue(protocol)}; expected ${LEGACY_PROTOCOL}`);
  }
  // The byte order and type sizes of the machine that wrote the file; storages are little-endian regardless.
  await next("the system information");
  const root = await next("the object", pickleHandlers({ persistent: legacyPersistent(storages), warnings }));
  const keys = await next("the storage keys");
  await attachLegacyStorages(source, { ...options, storages, keys: readKeys(keys, label), offset });
  return {
    container: "legacy",
    ...present(root, label),
    metadata: new Map([["protocol_version", String(LEGACY_PROTOCOL)]]),
    warnings,
    close: async () => source.close?.(),
  };
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
