import { FormatError, type LazyTensor, quote, renameLazy } from "@samoyed/core";
import { type CheckpointValue, type InertRecord, isLazyTensor } from "../checkpoint.ts";
import {
  PyArray,
  PyFloat,
  PyGlobal,
  PyParameter,
  PyRecord,
  PyStorage,
  PyTensor,
  PyTuple,
  type PyValue,
} from "./values.ts";
import { storedTensor } from "../tensor/stored-tensor.ts";

/** Python itself reads at most about 1,000 levels; the walk recurses. */
const MAX_NESTING = 1_000;

/** Real names have up to 200 characters; long ones, repeated for each tensor below them, would fill memory. */
const MAX_PATH = 1_024;

type CheckpointMap = ReadonlyMap<CheckpointValue, CheckpointValue>;

/** A pickle's values as exposed to callers. */
export interface Presented {
  readonly root: CheckpointValue;
  /** Every tensor by its dotted path, in the order in which the file describes them. */
  readonly tensors: Map<string, LazyTensor>;
}

/**
 * Converts a pickle's values to a checkpoint's: lazy tensors named by their paths, Maps, arrays, inert records.
 *
 * Each container is visited once, so a shared container stays shared (its tensors are listed under the first path
 * to it), a cycle stays a cycle, and a file of 800 bytes that represents 2^100 nodes costs as many steps as it has
 * containers. The state of a record is walked as if it were the record, for TorchScript's modules.
 *
 * @throws FormatError when values are nested more than 1,000 deep, or two tensors have the same path, or
 * a path has more than 1,024 characters.
 */
export function present(root: PyValue, label: string): Presented {
  const seen = new Map<PyValue, CheckpointValue>();
  const tensors = new Map<string, LazyTensor>();

  const list = (tensor: PyTensor, path: string): LazyTensor => {
    if (path.length > MAX_PATH) {
      throw new FormatError(`${label}: a tensor's path has more than ${MAX_PATH} characters: ${path.slice(0, 40)}…`);
    }
    if (tensors.has(path)) {
      throw new FormatError(`${label}: two tensors have the path ${quote(path)}`);
    }
    const known = seen.get(tensor);
    const lazy = known !== undefined && isLazyTensor(known) ? renameLazy(known, path) : storedTensor(tensor, path);
    tensors.set(path, lazy);
    return lazy;
  };

  const walk = (value: PyValue, path: string, depth: number): CheckpointValue => {
    if (value === null || typeof value !== "object") return value;
    if (value instanceof Uint8Array) return value;
    if (value instanceof PyFloat) return value.value;
    if (value instanceof PyTensor) {
      const lazy = list(value, path);
      const first = seen.get(value) ?? lazy;
      seen.set(value, first);
      return first;
    }
    const known = seen.get(value);
    if (known !== undefined) return known;
    if (value instanceof PyGlobal) return remember(value, record(value, []));
    if (value instanceof PyStorage) {
      return remember(value, record(value.global, [value.view.storage.key, value.view.byteLength]));
    }
    if (value instanceof PyParameter) {
      if (value.tensor === undefined) {
        throw new FormatError(`${label}: the parameter ${quote(path)} was never filled`);
      }
      return walk(value.tensor, path, depth);
    }
    if (value instanceof PyArray) return walk(value.tensor ?? value.record, path, depth);
    if (depth >= MAX_NESTING) {
      throw new FormatError(`${label}: values are nested more than ${MAX_NESTING} deep`);
    }
    const inside = (key: string): string => joinPath(path, key);
    if (value instanceof PyRecord) return walkRecord(value, path, depth);
    if (value instanceof Map) return walkMap(value, path, depth);
    if (value instanceof Set) {
      const made = new Set<CheckpointValue>();
      seen.set(value, made);
      let index = 0;
      for (const item of value) {
        made.add(walk(item, inside(String(index++)), depth + 1));
      }
      return made;
    }
    const made: CheckpointValue[] = [];
    seen.set(value, made);
    const items = value instanceof PyTuple ? value.items : value;
    items.forEach((item, index) => made.push(walk(item, inside(String(index)), depth + 1)));
    return made;
  };

  const walkMap = (value: Map<PyValue, PyValue>, path: string, depth: number): CheckpointMap => {
    const made = new Map<CheckpointValue, CheckpointValue>();
    seen.set(value, made);
    let index = 0;
    for (const [key, item] of value) {
      // A key that is an object, such as a tuple, has no name to add to a path.
      const step = typeof key === "object" && key !== null ? `[${index}]` : String(key);
      made.set(walk(key, joinPath(path, `${step}.key`), depth + 1), walk(item, joinPath(path, step), depth + 1));
      index++;
    }
    return made;
  };

  const walkRecord = (value: PyRecord, path: string, depth: number): InertRecord => {
    const { args, keywords, items, entries, state } = value;
    const presented: CheckpointValue[] = [];
    const made: { -readonly [Key in keyof InertRecord]: InertRecord[Key] } = record(value.global, presented);
    seen.set(value, made);
    args.forEach((item, index) => presented.push(walk(item, joinPath(path, `(${index})`), depth + 1)));
    if (keywords !== undefined) made.keywords = walk(keywords, joinPath(path, "**"), depth + 1) as CheckpointMap;
    if (items !== undefined) {
      made.items = items.map((item, index) => walk(item, joinPath(path, `[${index}]`), depth + 1));
    }
    if (entries !== undefined) made.entries = walkMap(entries, path, depth + 1);
    if (state !== undefined) {
      // An object that is a dictionary may have an attribute with the name of a key.
      made.state = walk(state, entries === undefined ? path : joinPath(path, "__dict__"), depth + 1);
    }
    return made;
  };

  const remember = (value: PyValue, made: InertRecord): InertRecord => {
    seen.set(value, made);
    return made;
  };

  return { root: walk(root, "", 0), tensors };
}

function record(global: PyGlobal, args: readonly CheckpointValue[]): InertRecord {
  return { kind: "inert", global: global.path, args };
}

/** A path that is too long is not extended: it fails when it names a tensor, and takes no memory until then. */
function joinPath(path: string, key: string): string {
  if (path.length > MAX_PATH) {
    return path;
  }
  const step = key.slice(0, MAX_PATH + 1);
  return path === "" ? step : `${path}.${step}`;
}
