import { FormatError, quote } from "@samoyed/core";
import { describeValue, PyGlobal, PyTuple, type PyValue, type Where } from "../pickle/values.ts";
import { findStorageType, Storage } from "../tensor/storage.ts";

/** A storage that a pickle refers to, and the rest of its persistent id. */
export interface StorageId {
  readonly storage: Storage;
  readonly global: PyGlobal;
  /** Whether the storage is new. */
  readonly isNew: boolean;
  /** The parts after the count: a view in legacy files, none in zips. */
  readonly rest: readonly PyValue[];
}

/**
 * Reads `('storage', type, key, location, count, …)`, and looks the key up among the known storages.
 *
 * @param storages by key; a new storage is added.
 * @throws FormatError when the id has another form, or the key is known with another type or count.
 */
export function readStorageId(id: PyValue, storages: Map<string, Storage>, where: Where): StorageId {
  const items = id instanceof PyTuple ? id.items : [];
  const [tag, type, key, , count, ...rest] = items;
  if (tag !== "storage" || !(type instanceof PyGlobal) || typeof key !== "string") {
    throw new FormatError(
      `${where()} refers to ${describeValue(id)}; expected ('storage', type, key, location, count)`,
    );
  }
  const storageType = findStorageType(type.key);
  if (storageType === undefined) {
    throw new FormatError(`${where()}: storage ${quote(key)} has the type ${type.path}, which is not a storage type`);
  }
  if (typeof count !== "number" || count < 0 || !Number.isSafeInteger(count * storageType.elementBytes)) {
    throw new FormatError(`${where()}: storage ${quote(key)} has ${describeValue(count)} for its count`);
  }
  const known = storages.get(key);
  if (known === undefined) {
    const storage = new Storage(key, storageType, count);
    storages.set(key, storage);
    return { storage, global: type, isNew: true, rest };
  }
  if (known.type.name !== storageType.name || known.count !== count) {
    throw new FormatError(
      `${where()}: storage ${quote(key)} is ${storageType.name} of ${count} here and ${known.type.name} of ` +
        `${known.count} before`,
    );
  }
  return { storage: known, global: type, isNew: false, rest };
}
