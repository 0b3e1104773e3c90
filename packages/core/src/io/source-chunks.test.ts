import { expect, test } from "vitest";
import { IoError } from "../errors.ts";
import { CHUNK_BYTES } from "./chunk-bytes.ts";
import { memorySource } from "./memory-source.ts";
import { readInto, sourceChunks } from "./source-chunks.ts";
import type { ByteSource } from "./source.ts";

const bytes = Uint8Array.from({ length: 3 * CHUNK_BYTES + 5 }, (_, i) => (i * 31 + (i >> 8)) % 256);

/** A source that counts the reads in progress. */
function counted(inner: ByteSource): ByteSource & { started: number; running: number } {
  const source = {
    ...inner,
    started: 0,
    running: 0,
    async readInto(offset: number, target: Uint8Array): Promise<void> {
      source.started++;
      source.running++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      target.set(await inner.read(offset, target.byteLength));
      source.running--;
    },
  };
  return source;
}

async function join(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of chunks) {
    pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

test.each([
  [0, 0],
  [0, 1],
  [7, CHUNK_BYTES],
  [7, CHUNK_BYTES + 1],
  [5, 3 * CHUNK_BYTES],
  [0, 3 * CHUNK_BYTES + 5],
])("from %i, %i bytes: the pieces add up to the byte range", async (offset, byteLength) => {
  for (const source of [memorySource(bytes), counted(memorySource(bytes))]) {
    const joined = await join(sourceChunks(source, { offset, byteLength }));
    expect(joined.equals(bytes.subarray(offset, offset + byteLength))).toBe(true);
  }
});

test("a piece may be changed without changing the source or the next piece", async () => {
  const chunks = sourceChunks(memorySource(bytes), { offset: 0, byteLength: bytes.length });
  const before = bytes[0];
  for await (const piece of chunks) {
    piece.fill(0);
  }
  expect(bytes[0]).toBe(before);
  expect(bytes[CHUNK_BYTES]).not.toBe(undefined);
  expect((await join(sourceChunks(memorySource(bytes), { offset: 0, byteLength: bytes.length }))).equals(bytes)).toBe(
    true,
  );
});

test("the next piece is read while one is in use, and no more; nothing is read after an early return", async () => {
  const source = counted(memorySource(bytes));
  for await (const piece of sourceChunks(source, { offset: 0, byteLength: bytes.length })) {
    expect(piece.byteLength).toBe(CHUNK_BYTES);
    expect(source.started).toBe(2);
    break;
  }
  expect(source.running).toBe(0);
  expect(source.started).toBe(2);
});

test("a failed read-ahead is reported when its piece is requested", async () => {
  const failing = counted(memorySource(bytes));
  const inner = failing.readInto!;
  failing.readInto = async (offset, target) => {
    if (offset > 0) {
      throw new IoError("gone");
    }
    await inner(offset, target);
  };
  const chunks = sourceChunks(failing, { offset: 0, byteLength: bytes.length });
  expect((await chunks.next()).done).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 5));
  await expect(chunks.next()).rejects.toThrow("gone");
});

test("readInto works for sources with and without their own", async () => {
  for (const source of [memorySource(bytes), counted(memorySource(bytes))]) {
    const target = new Uint8Array(10);
    await readInto(source, { offset: 100, target });
    expect(target).toEqual(bytes.slice(100, 110));
  }
});
