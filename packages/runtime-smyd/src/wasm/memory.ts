import { UnavailableError } from "@samoyed/core";
import type { Sharing } from "./kernels/load.ts";
import { MAX_MEMORY_BYTES } from "../plan/limits.ts";

const PAGE_BYTES = 65_536;

/** Address of the data section. Address 0 stays unused: it means "none" in programs. */
export const DATA_ADDRESS = 1024;

/** Address at which hashes are computed while the model loads; bytes that are not in memory pass through what is behind. */
export const HASH_ADDRESS = 64;
export const HASHED_ADDRESS = 256;

/**
 * A WebAssembly memory of at least so many bytes.
 *
 * @throws UnavailableError with the figure, when they cannot be had.
 */
export function createMemory(bytes: number, sharing: Sharing): WebAssembly.Memory {
  requirePossible(bytes);
  const initial = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory(
      sharing === "shared" ? { initial, maximum: MAX_MEMORY_BYTES / PAGE_BYTES, shared: true } : { initial },
    );
  } catch (cause) {
    throw outOfMemory(bytes, cause);
  }
}

/**
 * Makes a memory as large as that, if it is smaller. Views of an unshared memory are no more.
 *
 * @throws UnavailableError with the figure, when the bytes cannot be had; the memory stays as it was.
 */
export function growMemory(memory: WebAssembly.Memory, bytes: number): void {
  requirePossible(bytes);
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch (cause) {
    throw outOfMemory(bytes, cause);
  }
}

function requirePossible(bytes: number): void {
  if (bytes > MAX_MEMORY_BYTES) throw outOfMemory(bytes, undefined);
}

function outOfMemory(bytes: number, cause: unknown): UnavailableError {
  return new UnavailableError(`the model needs ${bytes} bytes (${(bytes / 1e6).toFixed(0)} MB) of WebAssembly memory`, {
    hint: "Close other programs or tabs, convert with fewer bits (--weights float16 or int8), or take a smaller model.",
    details: { bytes },
    ...(cause !== undefined && { cause }),
  });
}
