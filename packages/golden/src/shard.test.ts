import { UsageError } from "@samoyed/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseShard, shardOf } from "./shard.ts";

test("the shards of any items are a partition, whatever their order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 7 }), (items, of) => {
      const key = (item: string): string => item;
      const parts = Array.from({ length: of }, (_, i) => shardOf(items, { shard: { index: i + 1, of }, key }));
      expect(parts.flat().sort()).toEqual([...items].sort());
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(Math.ceil(items.length / of));
      const again = shardOf(items.toReversed(), { shard: { index: 1, of }, key });
      expect(again).toEqual(parts[0]);
    }),
  );
});

test("reads I/N and nothing else", () => {
  expect(parseShard("2/3")).toEqual({ index: 2, of: 3 });
  for (const bad of ["", "1", "0/3", "4/3", "1/0", "1/3/5", "-1/3", "1.5/2", "1/99999", "a/b", " 1/2"]) {
    expect(() => parseShard(bad)).toThrow(UsageError);
  }
});
