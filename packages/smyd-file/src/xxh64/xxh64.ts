import { decodeBase64, UnavailableError } from "@samoyed/core";
import { wasm } from "./built/xxh64.ts";

/** A streaming XXH64 with seed 0. */
export interface Xxh64 {
  update(bytes: Uint8Array): void;
  /** The hash of all bytes so far, 0 to 2^64 - 1. */
  digest(): bigint;
  /** Starts over: one instance is reused for all tensors of a file. */
  reset(): void;
}

interface HashExports {
  readonly hashStart: (state: number) => void;
  readonly hashUpdate: (state: number, from: number, length: number) => void;
  readonly hashDigest: (state: number) => bigint;
}

const PAGE = 65_536;
/** The state is at the beginning; the bytes to hash pass through the rest, 1 MiB at a time. */
const STATE = 64;
const PIECE = PAGE;
const PIECE_BYTES = 16 * PAGE;

let compiled: WebAssembly.Module | undefined;

/**
 * Creates a hash in WebAssembly, so that 64-bit arithmetic needs no BigInt. It takes a little over 1 MiB.
 *
 * @throws UnavailableError when that much memory is not available.
 */
export function createXxh64(): Xxh64 {
  compiled ??= new WebAssembly.Module(decodeBase64(wasm));
  const memory = hashMemory();
  const hash = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as HashExports;
  const piece = new Uint8Array(memory.buffer, PIECE, PIECE_BYTES);
  hash.hashStart(STATE);
  return {
    update(bytes) {
      for (let offset = 0; offset < bytes.length; offset += PIECE_BYTES) {
        const part = bytes.subarray(offset, offset + PIECE_BYTES);
        piece.set(part);
        hash.hashUpdate(STATE, PIECE, part.length);
      }
    },
    digest: () => BigInt.asUintN(64, hash.hashDigest(STATE)),
    reset: () => hash.hashStart(STATE),
  };
}

/** The XXH64 of some bytes, with seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  const hash = createXxh64();
  hash.update(bytes);
  return hash.digest();
}

function hashMemory(): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: (PIECE + PIECE_BYTES) / PAGE });
  } catch (cause) {
    throw new UnavailableError(`hashing needs ${PIECE + PIECE_BYTES} bytes of WebAssembly memory`, {
      hint: "Close other programs or tabs.",
      cause,
    });
  }
}
