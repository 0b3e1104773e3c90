import type { ByteSource, LazyTensor, ReadOptions } from "@samoyed/core";
import type { ChecksumMismatch } from "./entry-checks.ts";

/** The container formats that Samoyed reads. */
export type Container = "zip" | "legacy" | "pickle" | "tar" | "torchscript" | "safetensors" | "sharded" | "pt2";

/**
 * An object described by a pickle, for which nothing was executed: a device, a namespace of options, a module, an
 * object of any class, or the call of any function.
 */
export interface InertRecord {
  readonly kind: "inert";
  /** The Python name, such as `argparse.Namespace`; `<call of a result>` if what another record returns is called. */
  readonly global: string;
  /** The arguments of the call; empty for a bare class or dtype. */
  readonly args: readonly CheckpointValue[];
  /** The arguments that the call names. */
  readonly keywords?: ReadonlyMap<CheckpointValue, CheckpointValue>;
  /** The elements of an object that is also a list or a set, such as a `collections.deque`. */
  readonly items?: readonly CheckpointValue[];
  /** The entries of an object that is also a dictionary. */
  readonly entries?: ReadonlyMap<CheckpointValue, CheckpointValue>;
  /** The object's state; a Map of attributes for most objects. */
  readonly state?: CheckpointValue;
}

/**
 * Any value of a checkpoint. Dictionaries are Maps (with any keys), lists and tuples arrays, sets
 * Sets, bytes Uint8Arrays, integers beyond 2^53 bigints. Values shared in the file stay shared, cycles included.
 */
export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | LazyTensor
  | InertRecord
  | readonly CheckpointValue[]
  | ReadonlySet<CheckpointValue>
  | ReadonlyMap<CheckpointValue, CheckpointValue>;

/** A checkpoint whose index was read; its tensors are read on demand. */
export interface Checkpoint {
  readonly container: Container;
  readonly root: CheckpointValue;
  /** Every tensor by its path through `root`, joined with dots, in file order. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** Metadata in the file: safetensors' `__metadata__`, a zip's `version` and `byteorder`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Why tensors of the network are missing, if the file is one of several: `shard 1 of 2`. */
  readonly incomplete?: string;
  /** Oddities that are not errors. Reading a zip's tensor completely may add a checksum mismatch. */
  readonly warnings: readonly string[];
  /**
   * Finds every entry that was read and does not have the checksum in the file; entries read in part or out of order are
   * read again. Absent if the container has no checksums.
   */
  verifyChecksums?(options?: ReadOptions): Promise<readonly ChecksumMismatch[]>;
  /** Closes the source and all opened shards. */
  close(): Promise<void>;
}

/** Options of `openCheckpoint`. */
export interface OpenOptions extends ReadOptions {
  /**
   * Opens another file of a sharded checkpoint. It receives a plain file name, never a path or a URL, and looks
   * for it next to the index.
   */
  readonly resolve?: (file: string) => Promise<ByteSource>;
}

/** Whether a value is an inert record. */
export function isInertRecord(value: CheckpointValue): value is InertRecord {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "inert";
}

/** Whether a value is a tensor. */
export function isLazyTensor(value: CheckpointValue): value is LazyTensor {
  return typeof value === "object" && value !== null && "chunks" in value;
}

/** A dictionary's key as a component of a dotted path. */
export function keyText(key: CheckpointValue): string {
  return typeof key === "object" && key !== null ? "[object]" : String(key);
}

/** Whether a value is a dictionary. */
export function isMap(value: CheckpointValue): value is ReadonlyMap<CheckpointValue, CheckpointValue> {
  return value instanceof Map;
}
