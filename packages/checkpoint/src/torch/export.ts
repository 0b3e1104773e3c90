import {
  bytesPerElement,
  describeJson,
  type DType,
  FormatError,
  jsonCount,
  type JsonValue,
  lazyFromChunks,
  type LazyTensor,
  parseStrictJson,
  quote,
  type ReadOptions,
  renameLazy,
  type TensorInfo,
  UnsupportedError,
} from "@samoyed/core";
import { type Checkpoint, type CheckpointValue, isLazyTensor, isMap, keyText } from "../checkpoint.ts";
import { openTorchZip } from "./zip.ts";
import { PyTensor, type StridedLayout } from "../pickle/values.ts";
import { Storage, wholeStorage } from "../tensor/storage.ts";
import { storedTensor } from "../tensor/stored-tensor.ts";
import { checkLayout } from "../tensor/strided-layout.ts";
import { attachStorage, findEntry, openTorchArchive, readRecord, requireEntry, type TorchArchive } from "./archive.ts";
import { readZipDirectory } from "../zip/directory.ts";
import { entrySource } from "../zip/entry.ts";
import { findRoot } from "../zip/names.ts";

/** About 500 bytes for each tensor. */
const MAX_CONFIG_BYTES = 64 * 2 ** 20;
/** The code of the strided layout. */
export const STRIDED = 7;
/** The graph of a flat archive. */
export const FLAT_GRAPH_ENTRY = "serialized_exported_program.json";

/** Element types by their code in a `.pt2` (PyTorch 2.13, `torch/_export/serde/schema.py`, `ScalarType`). */
export const SCALAR_TYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [1, "uint8"],
  [2, "int8"],
  [3, "int16"],
  [4, "int32"],
  [5, "int64"],
  [6, "float16"],
  [7, "float32"],
  [8, "float64"],
  [9, "complex32"],
  [10, "complex64"],
  [11, "complex128"],
  [12, "bool"],
  [13, "bfloat16"],
  [28, "uint16"],
  [29, "float8_e4m3fn"],
  [30, "float8_e5m2"],
  [34, "uint32"],
  [35, "uint64"],
]);

type Named = Map<string, LazyTensor>;

/**
 * Opens the tensors of a `.pt2` of PyTorch 2.8 or later: `data/weights` and `data/constants`. With one model, the
 * root contains `state_dict` and `constants`; with several, one such pair under each model's name.
 */
export async function openExportedFolder(archive: TorchArchive, options: ReadOptions): Promise<Checkpoint> {
  const models = await readExportedFolder(archive, options);
  const [first] = models.values();
  return exported(
    archive,
    models.size === 1 ? asRoot(first!) : new Map([...models].map(([name, m]) => [name, asRoot(m)])),
  );
}

/** Opens a `.pt2` of PyTorch 2.7 or earlier: a flat zip, with `torch.save` archives inside. */
export async function openExportedFlat(archive: TorchArchive, options: ReadOptions): Promise<Checkpoint> {
  return exported(archive, asRoot(await readExportedFlat(archive, options)));
}

/** One model of a `.pt2`: where its graph is, and its tensors by name. */
export interface ExportedModel {
  /** The archive's entry that contains the graph, as JSON. */
  readonly graphEntry: string;
  readonly stateDict: ReadonlyMap<string, LazyTensor>;
  readonly constants: ReadonlyMap<string, LazyTensor>;
}

function asRoot(model: ExportedModel): ReadonlyMap<string, ReadonlyMap<string, LazyTensor>> {
  return new Map([
    ["state_dict", model.stateDict],
    ["constants", model.constants],
  ]);
}

/** The models of a `.pt2` of PyTorch 2.8 or later, by name. */
export async function readExportedFolder(
  archive: TorchArchive,
  options: ReadOptions,
): Promise<ReadonlyMap<string, ExportedModel>> {
  const { label } = archive.zip.source;
  const format = String.fromCharCode(...(await readRecord(archive, "archive_format", { ...options, maxBytes: 64 })));
  if (format !== "pt2") {
    throw new UnsupportedError(`${label}: the archive's format is ${quote(format)}; expected "pt2"`);
  }
  // Without its byte order, which nothing else says, every element would be read as little-endian.
  requireEntry(archive, "byteorder");
  const models = [...archive.zip.entries.keys()]
    .filter((name) => name.startsWith(`${archive.root}models/`) && name.endsWith(".json"))
    .map((name) => name.slice(`${archive.root}models/`.length, -".json".length));
  if (models.length === 0) {
    throw new FormatError(`${label}: the archive contains no model: there is no entry under ${archive.root}models/`);
  }
  const found = new Map<string, ExportedModel>();
  const named = new Set<string>();
  for (const model of models) {
    const stateDict = await readPayloads(archive, { ...options, model, kind: "weights", named });
    const constants = await readPayloads(archive, { ...options, model, kind: "constants", named });
    found.set(model, { graphEntry: `models/${model}.json`, stateDict, constants });
  }
  requireNamed(archive, { models, named });
  return found;
}

/** The file that lists a model's tensors of a kind, in `data/KIND`. */
const configOf = (model: string, kind: PayloadOptions["kind"]): string => `${model}_${kind}_config.json`;

/**
 * Checks that every entry with tensors is one of a model's: one that was renamed would be missed by nobody.
 *
 * @throws FormatError naming the first that is not.
 */
function requireNamed(
  archive: TorchArchive,
  { models, named }: { readonly models: readonly string[]; readonly named: ReadonlySet<string> },
): void {
  for (const kind of ["weights", "constants"] as const) {
    const folder = `${archive.root}data/${kind}/`;
    const known = new Set(models.flatMap((model) => [configOf(model, kind), `${model}.pt`]));
    for (const entry of archive.zip.entries.keys()) {
      if (!entry.startsWith(folder) || entry === folder || named.has(entry)) continue;
      if (known.has(entry.slice(folder.length))) continue;
      throw new FormatError(`${archive.zip.source.label}: no model of the archive names its entry ${quote(entry)}`, {
        hint: "The file was changed after it was written: export the model again.",
      });
    }
  }
}

/** The model of a `.pt2` of PyTorch 2.7 or earlier. */
export async function readExportedFlat(archive: TorchArchive, options: ReadOptions): Promise<ExportedModel> {
  const stateDict = await readNested(archive, "serialized_state_dict.pt", options);
  const constants = await readNested(archive, "serialized_constants.pt", options);
  return { graphEntry: FLAT_GRAPH_ENTRY, stateDict, constants };
}

function exported(archive: TorchArchive, root: ReadonlyMap<string, CheckpointValue>): Checkpoint {
  const tensors = new Map<string, LazyTensor>();
  const rename = (value: CheckpointValue, path: string): CheckpointValue => {
    if (isLazyTensor(value)) {
      const named = renameLazy(value, path);
      tensors.set(path, named);
      return named;
    }
    return isMap(value)
      ? new Map(
          [...value].map(([key, item]) => [key, rename(item, path === "" ? keyText(key) : `${path}.${keyText(key)}`)]),
        )
      : value;
  };
  return {
    container: "pt2",
    root: rename(root, ""),
    tensors,
    metadata: archive.metadata,
    warnings: archive.warnings,
    verifyChecksums: archive.checks.verify,
    close: async () => archive.zip.source.close?.(),
  };
}

interface PayloadOptions extends ReadOptions {
  readonly model: string;
  readonly kind: "weights" | "constants";
  /** Gets the names of the entries that hold the tensors. */
  readonly named: Set<string>;
}

async function readPayloads(archive: TorchArchive, options: PayloadOptions): Promise<Named> {
  const { kind, model, named } = options;
  const folder = `data/${kind}`;
  // Some 2.7 builds wrote a torch.save archive here (2.13, `torch/export/pt2_archive/_package.py`).
  if (findEntry(archive, `${folder}/${model}.pt`) !== undefined) {
    return readNested(archive, `${folder}/${model}.pt`, options);
  }
  const name = `${folder}/${configOf(model, kind)}`;
  const label = `${archive.zip.source.label}: ${archive.root}${name}`;
  const json = parseStrictJson(await readRecord(archive, name, { ...options, maxBytes: MAX_CONFIG_BYTES }), label);
  const config = field(json, "config", label);
  if (!(config instanceof Map)) {
    throw new FormatError(`${label}: "config" is ${describeJson(config)}; expected an object`);
  }
  const storages = new Map<string, Storage>();
  // A configuration may name a pickled payload many times; it is opened once.
  const pickled = new Map<string, LazyTensor>();
  const tensors: Named = new Map();
  for (const [tensorName, payload] of config) {
    const where = `${label}: ${quote(tensorName)}`;
    const path = field(payload, "path_name", where);
    const meta = field(payload, "tensor_meta", where);
    if (typeof path !== "string") {
      throw new FormatError(`${where}: "path_name" is ${describeJson(path)}; expected a string`);
    }
    named.add(`${archive.root}${folder}/${path}`);
    if (meta === null || meta === undefined) {
      // An object of a custom class, pickled; it has no elements to read.
      continue;
    }
    if (field(payload, "use_pickle", where) === true) {
      const tensor = pickled.get(path) ?? (await readNestedTensor(archive, `${folder}/${path}`, options));
      pickled.set(path, tensor);
      tensors.set(tensorName, tensor);
      continue;
    }
    const layout = readMeta(meta, where);
    if (isAbsent(meta, where)) {
      tensors.set(tensorName, absentTensor({ name: tensorName, ...layout }));
      continue;
    }
    const key = `${path} ${layout.dtype}`;
    const storage = storages.get(key) ?? openPayload(archive, `${folder}/${path}`, layout.dtype);
    storages.set(key, storage);
    checkLayout(layout, storage.byteLength, () => where);
    tensors.set(tensorName, storedTensor(new PyTensor(layout, { storage: wholeStorage(storage) }), tensorName));
  }
  return tensors;
}

/** Whether a tensor was exported on the meta device, which has shapes but no elements. */
function isAbsent(meta: JsonValue, where: string): boolean {
  const device = field(meta, "device", where);
  return device instanceof Map && device.get("type") === "meta";
}

/** A tensor with a dtype and a shape whose reading fails. */
function absentTensor(info: TensorInfo): LazyTensor {
  // A generator that throws before it yields.
  // oxlint-disable-next-line require-yield
  return lazyFromChunks(info, async function* absent() {
    throw new UnsupportedError(
      `tensor ${quote(info.name)} has no elements: the model was exported on the meta device`,
      {
        hint: "Export the model with its weights.",
      },
    );
  });
}

function openPayload(archive: TorchArchive, name: string, dtype: DType): Storage {
  const entry = requireEntry(archive, name);
  const elementBytes = bytesPerElement(dtype);
  if (entry.byteLength % elementBytes !== 0) {
    throw new FormatError(
      `${archive.zip.source.label}: ${entry.name} has ${entry.byteLength} bytes, which is not a whole number of ${dtype} elements`,
    );
  }
  const storage = new Storage(name, { name: dtype, dtype, elementBytes }, entry.byteLength / elementBytes);
  attachStorage(archive, storage, name);
  return storage;
}

function readMeta(meta: JsonValue, where: string): StridedLayout {
  const code = jsonCount(field(meta, "dtype", where), `${where}: "dtype"`);
  const dtype = SCALAR_TYPES.get(code);
  if (dtype === undefined) {
    throw new UnsupportedError(`${where}: dtype code ${code} is not supported`);
  }
  const kind = jsonCount(field(meta, "layout", where), `${where}: "layout"`);
  if (kind !== STRIDED) {
    throw new UnsupportedError(`${where}: layout code ${kind} is not supported; only strided (${STRIDED}) is`);
  }
  return {
    dtype,
    shape: readSizes(meta, "sizes", where),
    strides: readSizes(meta, "strides", where),
    offset: readSize(field(meta, "storage_offset", where), `${where}: "storage_offset"`),
  };
}

function readSizes(meta: JsonValue, key: string, where: string): number[] {
  const sizes = field(meta, key, where);
  if (!Array.isArray(sizes)) {
    throw new FormatError(`${where}: "${key}" is ${describeJson(sizes)}; expected an array`);
  }
  return sizes.map((size) => readSize(size, `${where}: "${key}"`));
}

/** A size is `{"as_int": 3}`; weights have no symbolic sizes. */
function readSize(value: JsonValue | undefined, label: string): number {
  return jsonCount(value instanceof Map ? value.get("as_int") : value, label);
}

function field(value: JsonValue | undefined, key: string, where: string): JsonValue | undefined {
  if (!(value instanceof Map)) {
    throw new FormatError(`${where} is ${describeJson(value)}; expected an object`);
  }
  return value.get(key);
}

async function openNested(archive: TorchArchive, name: string, options: ReadOptions): Promise<Checkpoint> {
  const entry = requireEntry(archive, name);
  const source = entrySource(archive.zip, entry, { checks: archive.checks });
  const zip = await readZipDirectory(source, options);
  const root = `${findRoot(zip.entries.keys(), source.label)}/`;
  const nested = await openTorchZip(await openTorchArchive(zip, root, options), options);
  archive.warnings.push(...nested.warnings);
  return nested;
}

async function readNested(archive: TorchArchive, name: string, options: ReadOptions): Promise<Named> {
  const { root } = await openNested(archive, name, options);
  if (!isMap(root)) {
    throw new FormatError(`${archive.zip.source.label}: ${name} contains no dictionary of tensors`);
  }
  const tensors: Named = new Map();
  for (const [key, value] of root) {
    if (typeof key === "string" && isLazyTensor(value)) {
      tensors.set(key, value);
    }
  }
  return tensors;
}

async function readNestedTensor(archive: TorchArchive, name: string, options: ReadOptions): Promise<LazyTensor> {
  const { root } = await openNested(archive, name, options);
  if (!isLazyTensor(root)) {
    throw new FormatError(`${archive.zip.source.label}: ${name} contains no tensor`);
  }
  return root;
}
