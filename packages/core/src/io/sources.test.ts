import { expect, test } from "vitest";
import { blobSource } from "./blob-source.ts";
import { AbortedError, FormatError, IoError, UsageError } from "../errors.ts";
import { memorySink } from "./memory-sink.ts";
import { memorySource } from "./memory-source.ts";
import type { ByteSource } from "./source.ts";

const bytes = Uint8Array.from({ length: 10 }, (_, i) => i);

test.each<[string, ByteSource]>([
  ["memory", memorySource(bytes, "ten bytes")],
  ["a Blob", blobSource(new Blob([bytes]), "ten bytes")],
])("%s reads exactly the bytes within it", async (_, source) => {
  expect(source.byteLength).toBe(10);
  expect(await source.read(3, 2)).toEqual(new Uint8Array([3, 4]));
  expect(await source.read(10, 0)).toEqual(new Uint8Array(0));
  await expect(source.read(9, 2)).rejects.toThrow("ten bytes: bytes 9 to 11 were requested; it has 10");
  for (const [offset, length] of [
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [NaN, 1],
    [0, Infinity],
    [2 ** 53, 1],
  ] as const) {
    await expect(source.read(offset, length)).rejects.toThrow(FormatError);
  }
  await expect(source.read(0, 1, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
});

test("a picked file is labeled with its name, and one that vanished is an IoError", async () => {
  expect(blobSource(new File([], "a.pth")).label).toBe("a.pth");
  expect(blobSource(new Blob([])).label).toBe("blob");
  const gone = { size: 3, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }) };
  await expect(blobSource(gone as unknown as Blob).read(0, 3)).rejects.toThrow(IoError);
  const short = { size: 3, slice: () => new Blob([new Uint8Array(2)]) };
  await expect(blobSource(short as unknown as Blob).read(0, 3)).rejects.toThrow("2 bytes were read at 0; expected 3");
});

test("a memory sink grows, is patched, and is all or nothing", async () => {
  const sink = memorySink();
  await sink.write(new Uint8Array(3000).fill(7));
  await sink.write(bytes);
  await sink.patch(2999, new Uint8Array([1, 2]));
  expect(sink.position).toBe(3010);
  expect(() => sink.bytes()).toThrow(UsageError);
  await expect(sink.patch(3009, new Uint8Array(2))).rejects.toThrow("is not within the 3010 bytes written");
  await sink.commit();
  const all = sink.bytes();
  expect([...all.subarray(2998, 3002)]).toEqual([7, 1, 2, 1]);
  await sink.abort();
  expect(sink.bytes()).toEqual(all);
  await expect(sink.write(bytes)).rejects.toThrow("it was committed");

  const aborted = memorySink();
  await aborted.write(bytes);
  await aborted.abort();
  expect(() => aborted.bytes()).toThrow("it is aborted");
  await expect(aborted.commit()).rejects.toThrow(UsageError);
});
