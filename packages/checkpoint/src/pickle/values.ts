import { quote } from "@samoyed/core";
import type { DType, Shape } from "@samoyed/core";
import type { StorageView } from "../tensor/storage.ts";

/** Returns the current place in the file: `model.pth: data.pkl: REDUCE at byte 12`. */
export type Where = () => string;

/** A Python float: distinct from integers, so that a size of `2.0` is not mistaken for 2. */
export class PyFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A tuple: unlike a list, nothing can be appended to it. */
export class PyTuple {
  readonly items: readonly PyValue[];
  constructor(items: readonly PyValue[]) {
    this.items = items;
  }
}

/** A name that a pickle refers to. It is only looked up in lists of names; nothing is imported. */
export class PyGlobal {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
  /** Dotted name for messages; ambiguous, so compare `key` instead. */
  get path(): string {
    return this.module === "" ? this.name : `${this.module}.${this.name}`;
  }
  /** Module and name with a space between, which no listed name contains. */
  get key(): string {
    return `${this.module} ${this.name}`;
  }
}

/** A call or an object that is described, not created. */
export class PyRecord {
  readonly global: PyGlobal;
  readonly args: readonly PyValue[];
  readonly keywords: Map<PyValue, PyValue> | undefined;
  state: PyValue | undefined;
  /** The elements that the pickle adds to an object of a list's or set's subclass. */
  items: PyValue[] | undefined;
  /** The entries that the pickle adds to an object of a dictionary's subclass. */
  entries: Map<PyValue, PyValue> | undefined;
  constructor(global: PyGlobal, args: readonly PyValue[], keywords?: Map<PyValue, PyValue>) {
    this.global = global;
    this.args = args;
    this.keywords = keywords;
  }
}

/** A NumPy array: created empty and filled by BUILD. Elements that are not numbers stay in its record's state. */
export class PyArray {
  readonly record: PyRecord;
  tensor: PyTensor | undefined;
  constructor(record: PyRecord) {
    this.record = record;
  }
}

/** The layout of a tensor's elements in its storage; strides and offset count elements. */
export interface StridedLayout {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** A tensor: a view of a storage, or a kind whose values Samoyed cannot read. */
export class PyTensor {
  readonly layout: StridedLayout;
  readonly storage: StorageView | undefined;
  /** Lazily conjugated (`conj`) or negated (`neg`) in PyTorch: applied when the tensor is read. */
  readonly flip: "none" | "conj" | "neg" | "conj-neg";
  /** Reason why the values cannot be read: `is sparse (torch.sparse_coo)`. */
  readonly unsupported: string | undefined;
  /** What the file holds in place of the dtype: `quantized qint8`. */
  readonly stored: string | undefined;
  constructor(
    layout: StridedLayout,
    options: { storage?: StorageView; flip?: PyTensor["flip"]; unsupported?: string; stored?: string },
  ) {
    this.layout = layout;
    this.storage = options.storage;
    this.flip = options.flip ?? "none";
    this.unsupported = options.unsupported;
    this.stored = options.stored;
  }
}

/** A storage that a pickle names by itself or inside a tensor. */
export class PyStorage {
  readonly view: StorageView;
  readonly global: PyGlobal;
  constructor(global: PyGlobal, view: StorageView) {
    this.global = global;
    this.view = view;
  }
}

/** A `Parameter` created empty and filled by BUILD, as in PyTorch before 0.4. */
export class PyParameter {
  tensor: PyTensor | undefined;
}

/** A value on the pickle machine's stack. Lists are arrays, dictionaries Maps. */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyFloat
  | PyTuple
  | PyGlobal
  | PyRecord
  | PyTensor
  | PyStorage
  | PyParameter
  | PyArray
  | PyValue[]
  | Set<PyValue>
  | Map<PyValue, PyValue>;

/** Describes a value, for error messages: `a list`, `the integer 3`. */
export function describeValue(value: PyValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return `the integer ${value}`;
  if (typeof value === "bigint") return "an integer beyond 2^53";
  if (typeof value === "string") return `the string ${quote(value)}`;
  if (value instanceof Uint8Array) return "bytes";
  if (value instanceof PyFloat) return `the float ${value.value}`;
  if (value instanceof PyTuple) return `a tuple of ${value.items.length}`;
  if (value instanceof PyGlobal) return `the global ${value.path}`;
  if (value instanceof PyRecord) return `an object of ${value.global.path}`;
  if (value instanceof PyTensor || value instanceof PyParameter) return "a tensor";
  if (value instanceof PyArray) return "a NumPy array";
  if (value instanceof PyStorage) return "a storage";
  if (Array.isArray(value)) return "a list";
  return value instanceof Map ? "a dictionary" : "a set";
}
