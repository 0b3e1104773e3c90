import {
  ACTIVATION,
  ACTIVATION_ELU,
  ACTIVATION_ERF,
  ACTIVATION_GELU,
  ACTIVATION_GELU_TANH,
  ACTIVATION_HARD_SIGMOID,
  ACTIVATION_HARD_SWISH,
  ACTIVATION_LEAKY_RELU,
  ACTIVATION_LIMITS,
  ACTIVATION_MISH,
  ACTIVATION_SIGMOID,
  ACTIVATION_SILU,
  ACTIVATION_SOFTPLUS,
  ACTIVATION_TANH,
  ALPHA,
  BETA,
  HIGH,
  LOW,
  OPERATION,
  SPATIAL_ADDRESS,
  SPATIAL_BORDER,
  SPATIAL_CHANNELS,
  SPATIAL_HEIGHT,
  SPATIAL_WIDTH,
  UNITS,
} from "./fields.ts";
import type { Activation, Spatial } from "../../plan/steps.ts";

/** One step's words, written by field; a field is a byte offset of `fields.ts`. */
export interface StepRecord {
  readonly words: Int32Array;
  int(field: number, value: number): void;
  ints(field: number, values: readonly number[]): void;
  float(field: number, value: number): void;
}

/** A record of `bytes` bytes with its head filled in; every other field is 0. */
export function createRecord(operation: number, bytes: number, units: number): StepRecord {
  const words = new Int32Array(bytes / 4);
  const view = new DataView(words.buffer);
  const record: StepRecord = {
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
  softplus: ACTIVATION_SOFTPLUS,
  mish: ACTIVATION_MISH,
  "gelu-tanh": ACTIVATION_GELU_TANH,
} as const;

/** The kernels clip first, then apply a curve; most activations are one of the two. */
export function writeActivation(record: StepRecord, activation: Activation): void {
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
    case "elu":
      return write(ACTIVATION_ELU, { alpha: activation.slope });
    case "hard-sigmoid":
      return write(ACTIVATION_HARD_SIGMOID, { alpha: activation.slope, beta: activation.offset });
    case "hard-swish":
      return write(ACTIVATION_HARD_SWISH, { alpha: 1 / 6, beta: 0.5 });
    default:
      return write(CURVES[activation.kind]);
  }
}

/** Writes the place of a value with height, width and border. */
export function writeSpatial(record: StepRecord, field: number, value: Spatial): void {
  record.int(field + SPATIAL_ADDRESS, value.address);
  record.int(field + SPATIAL_HEIGHT, value.height);
  record.int(field + SPATIAL_WIDTH, value.width);
  record.int(field + SPATIAL_CHANNELS, value.channels);
  record.int(field + SPATIAL_BORDER, value.border);
}
