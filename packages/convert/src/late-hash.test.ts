import { memorySink } from "@samoyed/core";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HASH_PLACEHOLDER, HEAD_BYTES, lateHashSink } from "./late-hash.ts";

const hash = "0123456789abcdef".repeat(4);

test("the placeholder is the hash of its text, so that no file holds it by chance", () => {
  const text = "samoyed: the hash of the source goes here";
  expect(createHash("sha256").update(text).digest("hex")).toBe(HASH_PLACEHOLDER);
});

test("the placeholder is replaced wherever the writes were cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 300 }),
      fc.nat({ max: 300 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 }),
      async (before, after, cuts) => {
        const text = `${"x".repeat(before)}${HASH_PLACEHOLDER}${"c41".repeat(after)}`;
        const bytes = new TextEncoder().encode(text);
        const inner = memorySink();
        const sink = lateHashSink(inner, { tailBytes: 100 });
        let start = 0;
        for (const cut of cuts) {
          await sink.write(bytes.subarray(start, start + cut));
          start = Math.min(start + cut, bytes.byteLength);
        }
        await sink.write(bytes.subarray(start));
        expect(await sink.fill(hash)).toBe(1);
        await sink.commit();
        expect(new TextDecoder().decode(inner.bytes())).toBe(text.replace(HASH_PLACEHOLDER, hash));
      },
    ),
  );
});

test("in the tail behind many bytes, and in both ends at once", async () => {
  const inner = memorySink();
  const sink = lateHashSink(inner, { tailBytes: 200 });
  const needle = new TextEncoder().encode(HASH_PLACEHOLDER);
  await sink.write(needle);
  for (let written = 0; written < HEAD_BYTES; written += 1 << 20) {
    await sink.write(new Uint8Array(1 << 20));
  }
  await sink.write(needle.subarray(0, 30));
  await sink.write(needle.subarray(30));
  await sink.write(new Uint8Array(50));
  expect(await sink.fill(hash)).toBe(2);
  await sink.commit();
  const bytes = inner.bytes();
  expect(new TextDecoder().decode(bytes.subarray(0, 64))).toBe(hash);
  expect(new TextDecoder().decode(bytes.subarray(-114, -50))).toBe(hash);
  expect(sink.position).toBe(bytes.byteLength);
});

test("a placeholder that stands nowhere is counted as such", async () => {
  const sink = lateHashSink(memorySink(), { tailBytes: 100 });
  await sink.write(new TextEncoder().encode(HASH_PLACEHOLDER.slice(1)));
  expect(await sink.fill(hash)).toBe(0);
});
