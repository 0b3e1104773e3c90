import {
  bytesPerElement,
  elementCount,
  formatShape,
  type LazyTensor,
  type ReadOptions,
  type Shape,
  ShapeError,
  throwIfAborted,
  UsageError,
} from "@samoyed/core";

/** What a tensor is to its network, which decides how a stand-in fills it. `bn.last` is the weight of the last batch norm of a residual block. */
export type StandInRole =
  | "conv"
  | "fc.weight"
  | "fc.bias"
  | "bn.weight"
  | "bn.last"
  | "bn.bias"
  | "bn.mean"
  | "bn.var"
  | "bn.count";

/** Which tensor of which stand-in. */
export interface StandInTensorOptions {
  /** PyTorch's state-dict name; the values depend on it. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: "float32" | "int64";
  readonly role: StandInRole;
  /** Such as `samoyed-1`; the values depend on it. */
  readonly seed: string;
  /** The bias that the oracle solved, for `fc.bias` alone. Kept, not copied. */
  readonly head?: Float32Array;
}

const GOLDEN_RATIO = 0x9e3779b9;
const FC_STD = 0.33;
/** Undamped, a random ResNeXt-101 amplifies float32 noise 20-fold. */
const LAST_NORM_WEIGHT = 0.25;
/** Elements in one chunk: 1 MiB of float32. */
const CHUNK_ELEMENTS = 1 << 18;

const CONSTANTS: Partial<Record<StandInRole, number>> = {
  "bn.weight": 1,
  "bn.last": LAST_NORM_WEIGHT,
  "bn.bias": 0,
  "bn.mean": 0,
  "bn.var": 1,
};

/** FNV-1a, 32 bit, over the text's UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

/**
 * Fills `out` with elements `first`, `first + 1`, … of the near-normal sequence that starts at `start`: sums of four
 * 16-bit uniforms, cut out of two hashes by MurmurHash3's 32-bit finaliser (written out twice: a call costs a third).
 */
function fillRandom(out: Float32Array, { start, first, scale }: { start: number; first: number; scale: number }): void {
  let state = (start + Math.imul(2 * first, GOLDEN_RATIO)) | 0;
  for (let i = 0; i < out.length; i++) {
    let a = state;
    a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
    a = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
    a ^= a >>> 16;
    state = (state + GOLDEN_RATIO) | 0;
    let b = state;
    b = Math.imul(b ^ (b >>> 16), 0x85ebca6b);
    b = Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
    b ^= b >>> 16;
    state = (state + GOLDEN_RATIO) | 0;
    out[i] = ((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - 131070) * scale;
  }
}

/** The function that writes the elements from `first` on into an array. */
function filler({ name, shape, role, seed, head }: StandInTensorOptions): (out: Float32Array, first: number) => void {
  const constant = CONSTANTS[role];
  if (constant !== undefined) return (out) => void out.fill(constant);
  if (role === "fc.bias") {
    const count = elementCount(shape);
    if (head?.length !== count) {
      throw new ShapeError(`stand-in tensor ${name}: the head has ${head?.length ?? "no"} values; expected ${count}`, {
        hint: "Take head.bin of the same case.",
      });
    }
    return (out, first) => out.set(head.subarray(first, first + out.length));
  }
  const std = role === "fc.weight" ? FC_STD : Math.sqrt(2 / elementCount(shape.slice(1)));
  const scale = std / Math.sqrt((4 * (65536 * 65536 - 1)) / 12);
  const start = fnv1a(`${seed}/${name}`);
  return (out, first) => fillRandom(out, { start, first, scale });
}

/**
 * One tensor of a stand-in checkpoint: seeded weights, not trained, generated when read.
 *
 * Row-major; the same bits as `tools/oracle/samoyed_oracle/standin.py`. Convolutions are He-normal, the classifier's
 * rows have standard deviation 0.33, batch norms do nothing but for `bn.last`, whose weight is 0.25.
 *
 * @throws ShapeError when the head does not have as many values as the bias.
 * @throws SamoyedError (`aborted`) from reading when the signal is aborted.
 * @throws UsageError when the dtype is not the role's: int64 for `bn.count`, float32 for all others.
 */
export function standInTensor(options: StandInTensorOptions): LazyTensor {
  const { name, shape, dtype, role } = options;
  const count = elementCount(shape);
  const expected = role === "bn.count" ? "int64" : "float32";
  if (dtype !== expected) {
    throw new UsageError(
      `stand-in tensor ${name} ${formatShape(shape)}: dtype ${dtype} for role ${role}; expected ${expected}`,
    );
  }
  const fill = role === "bn.count" ? undefined : filler(options);

  function bytes(first: number, length: number): Uint8Array {
    const buffer = new ArrayBuffer(length * bytesPerElement(dtype));
    fill?.(new Float32Array(buffer), first);
    return new Uint8Array(buffer);
  }

  async function* chunks({ signal }: ReadOptions = {}): AsyncGenerator<Uint8Array> {
    for (let first = 0; first < count; first += CHUNK_ELEMENTS) {
      throwIfAborted(signal);
      yield bytes(first, Math.min(CHUNK_ELEMENTS, count - first));
    }
  }

  return {
    name,
    dtype,
    shape,
    read: async ({ signal }: ReadOptions = {}) => {
      throwIfAborted(signal);
      return bytes(0, count);
    },
    chunks,
  };
}
