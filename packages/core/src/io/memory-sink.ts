import { allocateBytes, MAX_ARRAY_BYTES } from "../tensor/allocate.ts";
import { UsageError } from "../errors.ts";
import type { Sink } from "./sink.ts";

/** A sink that keeps its bytes in memory. */
export interface MemorySink extends Sink {
  /**
   * All bytes written, in a new array; available only after `commit`.
   *
   * @throws UsageError before `commit` and after `abort`.
   */
  bytes(): Uint8Array;
}

/** Creates a sink that collects a writer's bytes in memory. */
export function memorySink(): MemorySink {
  let buffer = new Uint8Array(1024);
  let position = 0;
  let state: "open" | "committed" | "aborted" = "open";
  const requireOpen = (): void => {
    if (state !== "open") {
      throw new UsageError(`memory sink: it was ${state} and accepts no more bytes`);
    }
  };
  return {
    get position(): number {
      return position;
    },
    async write(bytes: Uint8Array): Promise<void> {
      requireOpen();
      if (position + bytes.byteLength > buffer.byteLength) {
        const doubled = Math.min(buffer.byteLength * 2, MAX_ARRAY_BYTES);
        const grown = allocateBytes(Math.max(position + bytes.byteLength, doubled), "memory sink");
        grown.set(buffer.subarray(0, position));
        buffer = grown;
      }
      buffer.set(bytes, position);
      position += bytes.byteLength;
    },
    async patch(offset: number, bytes: Uint8Array): Promise<void> {
      requireOpen();
      checkPatch(offset, bytes.byteLength, position);
      buffer.set(bytes, offset);
    },
    async commit(): Promise<void> {
      requireOpen();
      state = "committed";
    },
    async abort(): Promise<void> {
      if (state === "open") {
        state = "aborted";
        buffer = new Uint8Array(0);
        position = 0;
      }
    },
    bytes(): Uint8Array {
      if (state !== "committed") {
        throw new UsageError(`memory sink: it is ${state}; its bytes exist after commit`);
      }
      return buffer.slice(0, position);
    },
  };
}

/**
 * Checks that a patch overwrites only bytes already written.
 *
 * @throws UsageError when it does not.
 */
export function checkPatch(offset: number, length: number, position: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > position) {
    throw new UsageError(`sink: a patch of ${length} bytes at ${offset} is not within the ${position} bytes written`);
  }
}
