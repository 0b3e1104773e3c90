import type { OwnedBytes } from "./owned-arrays.ts";
import { allocateBytes } from "../tensor/allocate.ts";

/** Weak, so that a process that goes on to do other work does not keep the memory. */
let spare: WeakRef<OwnedBytes> | undefined;

/**
 * Returns bytes with arbitrary content, from memory that `giveScratch` got where that suffices. A network has hundreds of
 * large weights; the system would clear new memory for each.
 *
 * @throws as `allocateBytes` does.
 */
export function takeScratch(byteLength: number, label: string): OwnedBytes {
  const present = spare?.deref();
  if (present === undefined || present.buffer.byteLength < byteLength) return allocateBytes(byteLength, label);
  spare = undefined;
  return new Uint8Array(present.buffer, 0, byteLength);
}

/** Gives back bytes of `takeScratch`, of which the largest are kept; the caller must not touch them again. */
export function giveScratch(bytes: OwnedBytes): void {
  const present = spare?.deref();
  if (present === undefined || present.buffer.byteLength < bytes.buffer.byteLength) spare = new WeakRef(bytes);
}
