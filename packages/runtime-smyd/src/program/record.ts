import {
  ACTIVATION,
  ACTIVATION_ERF,
  ACTIVATION_GELU,
  ACTIVATION_HARD_SIGMOID,
  ACTIVATION_HARD_SWISH,
  ACTIVATION_LEAKY_RELU,
  ACTIVATION_LIMITS,
  ACTIVATION_SIGMOID,
  ACTIVATION_SILU,
  ACTIVATION_TANH,
  ALPHA,
  BETA,
  HIGH,
  LOW,
  OPERATION,
  STORAGE_FLOAT16,
  STORAGE_FLOAT32,
  STORAGE_INT8,
  UNITS,
} from "./fields.ts";
import type { Activation, WeightStorage } from "./steps.ts";

/** One step's words, written by field; a field is a byte offset of `fields.ts`. */
export interface Record {
  readonly words: Int32Array;
  int(field: number, value: number): void;
  ints(field: number, values: readonly number[]): void;
  float(field: number, value: number): void;
}

/** A record of `bytes` bytes with its head filled in; every other field is 0. */
export function createRecord(operation: number, bytes: number, units: number): Record {
  const words = new Int32Array(bytes / 4);
  const view = new DataView(words.buffer);
  const record: Record = {
    words,
    // Addresses above 2 GiB keep their bits.
    int: (field, value) => view.setInt32(field, value, true),
    ints: (field, values) => {
      for (const [index, value] of values.entries()) record.int(field + 4 * index, value);
    },
    float: (field, value) => view.setFloat32(field, value, true),
  };
  record.int(OPERATION, operation);
  record.int(UNITS, units);
  writeActivation(record, { kind: "none" });
  return record;
}

const CURVES = {
  sigmoid: ACTIVATION_SIGMOID,
  silu: ACTIVATION_SILU,
  tanh: ACTIVATION_TANH,
  erf: ACTIVATION_ERF,
  gelu: ACTIVATION_GELU,
} as const;

/** The kernels clip first, then apply a curve; most activations are one of the two. */
export function writeActivation(record: Record, activation: Activation): void {
  const write = (kind: number, { low = -Infinity, high = Infinity, alpha = 0, beta = 0 } = {}): void => {
    record.int(ACTIVATION, kind);
    record.float(LOW, low);
    record.float(HIGH, high);
    record.float(ALPHA, alpha);
    record.float(BETA, beta);
  };
  switch (activation.kind) {
    case "none":
      return write(ACTIVATION_LIMITS);
    case "relu":
      return write(ACTIVATION_LIMITS, { low: 0 });
    case "clip":
      return write(ACTIVATION_LIMITS, { low: activation.min, high: activation.max });
    case "leaky-relu":
      return write(ACTIVATION_LEAKY_RELU, { alpha: activation.slope });
    case "hard-sigmoid":
      return write(ACTIVATION_HARD_SIGMOID, { alpha: activation.slope, beta: activation.offset });
    case "hard-swish":
      return write(ACTIVATION_HARD_SWISH, { alpha: 1 / 6, beta: 0.5 });
    default:
      return write(CURVES[activation.kind]);
  }
}

const STORAGES = { float32: STORAGE_FLOAT32, float16: STORAGE_FLOAT16, int8: STORAGE_INT8 } as const;

/** Writes which storage the weights have, and where int8's scales are. */
export function writeStorage(record: Record, storage: WeightStorage, fields: { kind: number; scales: number }): void {
  record.int(fields.kind, STORAGES[storage.kind]);
  if (storage.kind === "int8") record.int(fields.scales, storage.scales);
}
