import type { Kernels } from "./load.ts";
import { DATA_ADDRESS, HASH_ADDRESS, HASHED_ADDRESS } from "../memory.ts";

/** The kernels' XXH64 of bytes outside of their memory: they pass through the part before the data section. */
export function hashBytes(bytes: Uint8Array, kernels: Kernels, memory: WebAssembly.Memory): bigint {
  const piece = new Uint8Array(memory.buffer, HASHED_ADDRESS, DATA_ADDRESS - HASHED_ADDRESS);
  kernels.hashStart(HASH_ADDRESS);
  for (let offset = 0; offset < bytes.length; offset += piece.length) {
    const part = bytes.subarray(offset, offset + piece.length);
    piece.set(part);
    kernels.hashUpdate(HASH_ADDRESS, HASHED_ADDRESS, part.length);
  }
  return BigInt.asUintN(64, kernels.hashDigest(HASH_ADDRESS));
}
