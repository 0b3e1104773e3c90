import type { ByteSource, LazyTensor, ReadOptions } from "@samoyed/core";
import type { ChecksumMismatch } from "./entry-checks.ts";

/** The kinds of file that Samoyed reads. */
export type Container = "zip" | "legacy" | "tar" | "torchscript" | "safetensors" | "sharded" | "pt2";

/**
 * An object that a pickle describes and that nothing was executed for: a device, a NumPy array, a namespace of
 * options, a TorchScript module.
 */
export interface InertRecord {
  readonly kind: "inert";
  /** The Python name, such as `argparse.Namespace`. */
  readonly global: string;
  /** What it was to be called with; empty for a class or a dtype that stands for itself. */
  readonly args: readonly CheckpointValue[];
  /** What it was to be built from; for most objects a Map of attributes. */
  readonly state?: CheckpointValue;
}

/**
 * Any value of a checkpoint. Dictionaries are Maps (whatever their keys are called), lists and tuples arrays, sets
 * Sets, bytes Uint8Arrays, integers beyond 2^53 bigints. Values that the file shares are shared, cycles included.
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

/** A checkpoint whose index was read; its tensors are fetched when asked for. */
export interface Checkpoint {
  readonly container: Container;
  readonly root: CheckpointValue;
  /** Every tensor by its path through `root`, joined with dots, in file order. */
  readonly tensors: ReadonlyMap<string, LazyTensor>;
  /** What the file says of itself: safetensors' `__metadata__`, a zip's `version` and `byteorder`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What is odd but no reason to stop. Reading a zip's tensor whole may add that its checksum does not match. */
  readonly warnings: readonly string[];
  /**
   * Every entry that was read and has not the checksum that the file states; what was read in part or out of order is
   * read again for it. Absent where the container has no checksums.
   */
  verifyChecksums?(options?: ReadOptions): Promise<readonly ChecksumMismatch[]>;
  /** Closes the source, and the shards that were opened. */
  close(): Promise<void>;
}

/** Options of `openCheckpoint`. */
export interface OpenOptions extends ReadOptions {
  /**
   * Opens another file of a sharded checkpoint. It is given a plain file name, never a path or a URL, and looks
   * for it beside the index.
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

/** A dictionary's key as a part of a dotted path. */
export function keyText(key: CheckpointValue): string {
  return typeof key === "object" && key !== null ? "[object]" : String(key);
}

/** Whether a value is a dictionary. */
export function isMap(value: CheckpointValue): value is ReadonlyMap<CheckpointValue, CheckpointValue> {
  return value instanceof Map;
}
