import {
  bytesPerElement,
  elementCount,
  formatShape,
  type LazyTensor,
  type ReadOptions,
  type Shape,
  ShapeError,
  type StandInFill,
  throwIfAborted,
  UsageError,
} from "@samoyed/core";

/** Options of `standInTensor`. */
export interface StandInTensorOptions {
  /** PyTorch's state-dict name; the values depend on it. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: "float32" | "int64";
  readonly fill: StandInFill;
  /** Such as `samoyed-1`; the values depend on it. */
  readonly seed: string;
  /** Bias that the oracle solved, for tensors filled with it; others ignore it. Kept, not copied. */
  readonly head?: Float32Array | undefined;
  /** Tells whether an element has the other sign; none when absent. */
  readonly negative?: ((index: number) => boolean) | undefined;
}

const GOLDEN_RATIO = 0x9e3779b9;
/** Elements in one chunk: 1 MiB of float32. */
const CHUNK_ELEMENTS = 1 << 18;

/** FNV-1a, 32 bit, over the text's UTF-8 bytes. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

/**
 * Fills `out` with elements `first`, `first + 1`, … of the near-normal sequence that starts at `start`: sums of four
 * 16-bit uniforms, taken from two hashes by MurmurHash3's 32-bit finalizer (inlined twice: a call costs a third).
 */
function fillRandom(
  out: Float32Array,
  { start, first, scale, mean }: { start: number; first: number; scale: number; mean: number },
): void {
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
    out[i] = ((a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16) - 131070) * scale + mean;
  }
}

/** Returns the function that writes the elements from `first` on into an array. */
function filler({ name, shape, fill, seed, head }: StandInTensorOptions): (out: Float32Array, first: number) => void {
  if (fill.kind === "constant") return (out) => void out.fill(fill.value);
  if (fill.kind === "head") {
    const count = elementCount(shape);
    if (head?.length !== count) {
      throw new ShapeError(`stand-in tensor ${name}: the head has ${head?.length ?? "no"} values; expected ${count}`, {
        hint: "Take head.bin of the same case.",
      });
    }
    return (out, first) => out.set(head.subarray(first, first + out.length));
  }
  const { std, mean = 0 } = fill;
  const scale = std / Math.sqrt((4 * (65536 * 65536 - 1)) / 12);
  const start = fnv1a(`${seed}/${name}`);
  return (out, first) => fillRandom(out, { start, first, scale, mean });
}

/** Turns the sign of some elements around. */
function signed(
  write: (out: Float32Array, first: number) => void,
  negative: StandInTensorOptions["negative"],
): (out: Float32Array, first: number) => void {
  if (negative === undefined) return write;
  return (out, first) => {
    write(out, first);
    for (let i = 0; i < out.length; i++) if (negative(first + i)) out[i] = -out[i]!;
  };
}

/**
 * Makes one tensor of a stand-in checkpoint: seeded weights, not trained, generated when read.
 *
 * Row-major; the same bits as `tools/oracle/samoyed_oracle/standin.py`.
 *
 * @throws ShapeError when the head does not have as many values as the bias.
 * @throws SamoyedError (`aborted`) from reading when the signal is aborted.
 * @throws UsageError when the dtype is int64 and the tensor is not filled with zeros.
 */
export function standInTensor(options: StandInTensorOptions): LazyTensor {
  const { name, shape, dtype, fill } = options;
  const count = elementCount(shape);
  const zeros = fill.kind === "constant" && fill.value === 0;
  if (dtype === "int64" && !zeros) {
    throw new UsageError(
      `stand-in tensor ${name} ${formatShape(shape)}: dtype int64 with fill ${fill.kind}; expected float32`,
    );
  }
  // An array begins as zeros, whatever its dtype.
  const write = zeros ? undefined : signed(filler(options), options.negative);

  function bytes(first: number, length: number): Uint8Array {
    const buffer = new ArrayBuffer(length * bytesPerElement(dtype));
    write?.(new Float32Array(buffer), first);
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
