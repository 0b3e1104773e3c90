import { type ByteSource, FormatError, type ReadOptions } from "@samoyed/core";
import type { Checkpoint } from "../checkpoint.ts";
import { findForeignArchive } from "../foreign-files.ts";
import { readInt64, viewOf } from "../little-endian.ts";
import { pickleHandlers, plainHandlers } from "../pickle/globals.ts";
import { runPickle } from "../pickle/machine.ts";
import { readPickle } from "../pickle/scan.ts";
import { describeValue, PyGlobal, PyStorage, PyTensor, PyTuple, type PyValue } from "../pickle/values.ts";
import { present } from "../pickle/present.ts";
import { sliceSource } from "../slice-source.ts";
import { findStorageType, Storage, type StorageView, wholeStorage } from "../tensor/storage.ts";
import { checkLayout } from "../tensor/strided-layout.ts";
import { readTarMembers } from "./tar-members.ts";

/** The small pickles before each storage and tensor take about 100 bytes. */
const RECORD_BYTES = 256;
const COUNT_BYTES = 8;
/** The same as in `strided-layout.ts`. */
const MAX_RANK = 64;

/** The objects defined by the members, by the numbers (former addresses) with which the pickle refers to them. */
type Objects = Map<number, PyStorage | PyTensor>;

/**
 * Opens a file of PyTorch before 0.1.10: a tar of `storages`, `tensors` and `pickle` (2.13,
 * `torch/serialization.py`, `_legacy_load`, `legacy_load`).
 *
 * @throws FormatError when a member is missing, damaged, or refers to a missing object.
 */
export async function openTar(source: ByteSource, options: ReadOptions): Promise<Checkpoint> {
  const members = await readTarMembers(source, options);
  const member = (name: string): ByteSource => {
    const found = members.get(name);
    if (found === undefined) {
      const foreign = findForeignArchive([...members.keys()]);
      throw new FormatError(
        foreign === undefined
          ? `${source.label}: a tar archive without ${name}`
          : `${source.label}: not a checkpoint but ${foreign.noun}`,
        { hint: foreign?.hint ?? "This tar archive is not a PyTorch checkpoint." },
      );
    }
    return found;
  };
  const objects: Objects = new Map();
  await readStorages(member("storages"), objects, options);
  await readTensors(member("tensors"), objects, options);
  const pickle = member("pickle");
  const found = await readPickle(pickle, { ...options, offset: 0, label: pickle.label });
  const warnings: string[] = [];
  const handlers = pickleHandlers({
    warnings,
    persistent: (id, where) => {
      if (id instanceof PyTuple && id.items[0] instanceof PyGlobal) {
        // A module's class and its source: the class is described, never created.
        return id.items[0];
      }
      const object = objects.get(readKey(id, where()));
      if (object === undefined) {
        throw new FormatError(`${where()} refers to ${describeValue(id)}, which the archive does not contain`);
      }
      return object;
    },
  });
  const root = runPickle(found.bytes, { ...handlers, label: pickle.label });
  return {
    container: "tar",
    ...present(root, source.label),
    metadata: new Map(),
    warnings,
    close: async () => source.close?.(),
  };
}

/** `n`, then for each `(key, location, type)`, an int64 count and the raw bytes; finally the views. */
async function readStorages(source: ByteSource, objects: Objects, options: ReadOptions): Promise<void> {
  const records = recordReader(source, options);
  const count = await records.count("the number of storages");
  for (let index = 0; index < count; index++) {
    const what = `storage ${index}`;
    const [key, , type] = await records.tuple(what, 3);
    const storageType = type instanceof PyGlobal ? findStorageType(type.key) : undefined;
    if (!(type instanceof PyGlobal) || storageType === undefined) {
      throw new FormatError(
        `${source.label}: ${what} has the type ${describeValue(type)}, which is not a storage type`,
      );
    }
    const elements = readInt64(viewOf(await records.raw(COUNT_BYTES)), 0) ?? -1;
    const byteLength = elements * storageType.elementBytes;
    const left = source.byteLength - records.position();
    if (elements < 0 || byteLength > left) {
      throw new FormatError(
        `${source.label}: ${what} states ${elements} elements of ${type.path}; ${left} bytes are left`,
      );
    }
    const storage = new Storage(String(readKey(key, source.label)), storageType, elements);
    storage.source = sliceSource(source, { offset: records.position(), byteLength, label: `${source.label}: ${what}` });
    records.skip(byteLength);
    define(objects, key, new PyStorage(type, wholeStorage(storage)), source.label);
  }
  const views = await records.next("the storage views");
  if (!Array.isArray(views)) {
    throw new FormatError(`${source.label}: the storage views are ${describeValue(views)}; expected a list`);
  }
  for (const view of views) {
    readView(view, objects, source.label);
  }
}

/** `(key, root's key, offset, count)`, in elements. */
function readView(value: PyValue, objects: Objects, label: string): void {
  const [key, rootKey, offset, count] = value instanceof PyTuple && value.items.length === 4 ? value.items : [];
  const root = objects.get(readKey(rootKey, label));
  if (
    !(root instanceof PyStorage) ||
    typeof offset !== "number" ||
    typeof count !== "number" ||
    offset < 0 ||
    count < 0
  ) {
    throw new FormatError(`${label}: a storage view is ${describeValue(value)}; expected (key, root, offset, count)`);
  }
  const { elementBytes } = root.view.storage.type;
  const view: StorageView = {
    storage: root.view.storage,
    byteOffset: root.view.byteOffset + offset * elementBytes,
    byteLength: count * elementBytes,
  };
  if (view.byteOffset + view.byteLength > root.view.byteOffset + root.view.byteLength) {
    throw new FormatError(`${label}: a storage view ends at element ${offset + count}, past the end of its storage`);
  }
  define(objects, key, new PyStorage(root.global, view), label);
}

/** `n`, then for each `(key, storage, type)`, the rank in 4 bytes and 4 more, int64 sizes, strides and offset. */
async function readTensors(source: ByteSource, objects: Objects, options: ReadOptions): Promise<void> {
  const records = recordReader(source, options);
  const count = await records.count("the number of tensors");
  for (let index = 0; index < count; index++) {
    const what = `${source.label}: tensor ${index}`;
    const [key, storageKey] = await records.tuple(`tensor ${index}`, 3);
    const rank = viewOf(await records.raw(8)).getInt32(0, true);
    if (rank < 0 || rank > MAX_RANK) {
      throw new FormatError(`${what} has ${rank} axes; expected 0 to ${MAX_RANK}`);
    }
    const raw = viewOf(await records.raw((2 * rank + 1) * 8));
    const numbers = Array.from({ length: 2 * rank + 1 }, (_, at) => readInt64(raw, at * 8) ?? -1);
    if (numbers.some((number) => number < 0)) {
      throw new FormatError(`${what} has sizes, strides and offset ${numbers.join(", ")}; expected 0 to 2^53 - 1`);
    }
    const storage = objects.get(readKey(storageKey, what));
    if (!(storage instanceof PyStorage)) {
      throw new FormatError(
        `${what} refers to storage ${describeValue(storageKey)}, which the archive does not contain`,
      );
    }
    const { dtype } = storage.view.storage.type;
    if (dtype === "untyped" || dtype === "quantized") {
      throw new FormatError(`${what} has the storage type ${storage.global.path}, which is newer than the format`);
    }
    const layout = {
      dtype,
      shape: numbers.slice(0, rank),
      strides: numbers.slice(rank, 2 * rank),
      offset: numbers.at(-1)!,
    };
    checkLayout(layout, storage.view.byteLength, () => what);
    define(objects, key, new PyTensor(layout, { storage: storage.view }), source.label);
  }
}

function define(objects: Objects, key: PyValue | undefined, object: PyStorage | PyTensor, label: string): void {
  const number = readKey(key, label);
  if (objects.has(number)) {
    throw new FormatError(`${label}: the key ${number} is defined twice`);
  }
  objects.set(number, object);
}

/** Keys are addresses: integers, or their digits in references from the pickle. */
function readKey(value: PyValue | undefined, where: string): number {
  const key = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof key !== "number") {
    throw new FormatError(`${where}: the key is ${describeValue(value)}; expected an integer`);
  }
  return key;
}

interface RecordReader {
  next(what: string): Promise<PyValue>;
  count(what: string): Promise<number>;
  tuple(what: string, length: number): Promise<readonly PyValue[]>;
  raw(length: number): Promise<Uint8Array>;
  position(): number;
  skip(length: number): void;
}

/** Reads pickles and raw bytes alternately. */
function recordReader(source: ByteSource, options: ReadOptions): RecordReader {
  let offset = 0;
  const next = async (what: string): Promise<PyValue> => {
    const label = `${source.label}: ${what}`;
    const found = await readPickle(source, { ...options, offset, label, firstBytes: RECORD_BYTES });
    offset = found.end;
    return runPickle(found.bytes, { ...plainHandlers(), label });
  };
  return {
    next,
    async count(what) {
      const value = await next(what);
      // Each record takes a pickle and 8 bytes or more, so too large a number fails at the end of the file.
      if (typeof value !== "number" || value < 0) {
        throw new FormatError(`${source.label}: ${what} is ${describeValue(value)}; expected an integer`);
      }
      return value;
    },
    async tuple(what, length) {
      const value = await next(what);
      if (!(value instanceof PyTuple) || value.items.length !== length) {
        throw new FormatError(
          `${source.label}: ${what} is described by ${describeValue(value)}; expected a tuple of ${length}`,
        );
      }
      return value.items;
    },
    async raw(length) {
      const bytes = await source.read(offset, length, options);
      offset += length;
      return bytes;
    },
    position: () => offset,
    skip: (length) => {
      offset += length;
    },
  };
}
