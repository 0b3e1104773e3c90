import { elementCount, FormatError, UnsupportedError } from "@samoyed/core";

/** dtypes of weights. */
export type WeightDType = "float32" | "int32" | "bool";

/** Storage of a weight in fewer bits. */
export type Quantization =
  | { readonly dtype: "float16" }
  | { readonly dtype: "uint8" | "uint16"; readonly scale: number; readonly min: number };

/** One weight of a manifest. */
export interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: WeightDType;
  readonly quantization: Quantization | undefined;
}

const BYTES: Readonly<Record<WeightDType | Quantization["dtype"], number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  float16: 2,
  uint16: 2,
  uint8: 1,
};

/** Computes the bytes that a weight takes in its shards. */
export function storedBytes({ shape, dtype, quantization }: WeightEntry): number {
  return elementCount(shape) * BYTES[quantization?.dtype ?? dtype];
}

/** Computes the bytes that a weight takes in an engine's memory. */
export function loadedBytes({ shape, dtype }: WeightEntry): number {
  return elementCount(shape) * BYTES[dtype];
}

/**
 * Reads one entry of a manifest (`WeightsManifestEntry` of tfjs-core 4.22.0, `io/types.ts`).
 *
 * @throws FormatError when it is invalid.
 * @throws UnsupportedError for a dtype that image networks do not have.
 */
export function parseWeightEntry(value: unknown, label: string): WeightEntry {
  const entry = (value ?? {}) as Record<string, unknown>;
  const { name, shape, dtype, quantization } = entry;
  if (typeof name !== "string" || name === "") {
    throw new FormatError(`${label}: weightsManifest has an entry without a name; got ${JSON.stringify(name)}`);
  }
  const where = `${label}: the weight ${JSON.stringify(name)}`;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new FormatError(`${where} has the shape ${JSON.stringify(shape)}; expected sizes`);
  }
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
    throw new UnsupportedError(`${where} is ${JSON.stringify(dtype)}; expected float32, int32 or bool`);
  }
  const parsed: WeightEntry = {
    name,
    shape: shape as number[],
    dtype,
    quantization: parseQuantization(quantization, where),
  };
  if (
    parsed.quantization !== undefined &&
    (dtype === "bool" || (dtype === "int32" && parsed.quantization.dtype === "float16"))
  ) {
    throw new FormatError(
      `${where} is ${dtype} stored as ${parsed.quantization.dtype}; TensorFlow.js has no such weights`,
    );
  }
  if (!Number.isSafeInteger(parsed.shape.reduce((product, size) => product * size, 8))) {
    throw new FormatError(`${where} has the shape ${JSON.stringify(shape)}, which is larger than any memory`);
  }
  return parsed;
}

function parseQuantization(value: unknown, where: string): Quantization | undefined {
  if (value === undefined) return undefined;
  const { dtype, scale, min } = (value ?? {}) as Record<string, unknown>;
  if (dtype === "float16") return { dtype };
  if ((dtype === "uint8" || dtype === "uint16") && typeof scale === "number" && typeof min === "number") {
    return { dtype, scale, min };
  }
  throw new FormatError(
    `${where} has the quantization ${JSON.stringify(value)}; expected float16, or uint8 or uint16 with scale and min`,
  );
}
