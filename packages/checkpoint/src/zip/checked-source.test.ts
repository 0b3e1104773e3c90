import { crc32 } from "node:zlib";
import { memorySource } from "@samoyed/core";
import { expect, test } from "vitest";
import { checkedSource } from "./checked-source.ts";

const DATA = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 251);

/** A checked source and the checksums it reported. */
function checked(): { source: ReturnType<typeof checkedSource>; reported: number[] } {
  const reported: number[] = [];
  return { source: checkedSource(memorySource(DATA), (crc) => reported.push(crc)), reported };
}

test("consecutive reads report the checksum at the last one, once", async () => {
  const { source, reported } = checked();
  for (let round = 0; round < 2; round++) {
    await source.read(0, 300);
    await source.readInto!(300, new Uint8Array(699));
    if (round === 0) expect(reported).toEqual([]);
    await source.read(999, 1);
  }
  expect(reported).toEqual([crc32(DATA)]);
});

test("reads elsewhere in between change nothing, and a read at the first byte starts over", async () => {
  const { source, reported } = checked();
  await source.read(0, 300);
  await source.read(0, 400);
  await source.read(700, 300);
  await source.read(100, 600);
  expect(reported).toEqual([]);
  await source.read(400, 600);
  expect(reported).toEqual([crc32(DATA)]);
});

test("a source that is never read completely in order is not reported", async () => {
  const { source, reported } = checked();
  await source.read(500, 500);
  await source.read(0, 500);
  await source.read(501, 499);
  expect(reported).toEqual([]);
});

test("an empty source has the checksum 0", async () => {
  const reported: number[] = [];
  await checkedSource(memorySource(new Uint8Array(0)), (crc) => reported.push(crc)).read(0, 0);
  expect(reported).toEqual([0]);
});

test("later changes to the bytes do not matter", async () => {
  const { source, reported } = checked();
  const target = new Uint8Array(500);
  await source.readInto!(0, target);
  target.fill(0);
  await source.readInto!(500, target);
  expect(reported).toEqual([crc32(DATA)]);
});
