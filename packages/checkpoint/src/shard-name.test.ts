import { expect, test } from "vitest";
import { fixtureSource, resolveFixture } from "../test/fixtures.ts";
import { openCheckpoint } from "./index.ts";
import { missingShards } from "./shard-name.ts";

test.each([
  ["model-00001-of-00002.safetensors", "shard 1 of 2; the index model.safetensors.index.json names them all"],
  ["a/pytorch_model-00012-of-00030.bin", "shard 12 of 30; the index pytorch_model.bin.index.json names them all"],
  ["model-00001-of-00001.safetensors", undefined],
  ["model.safetensors", undefined],
  ["model-1-of-2.safetensors", undefined],
])("%s", (label, expected) => {
  expect(missingShards(label)).toBe(expected);
});

test("a shard says so, and the checkpoint of all shards is complete", async () => {
  const shard = await openCheckpoint(fixtureSource("model-00001-of-00002.safetensors"));
  expect(shard.incomplete).toMatch(/^shard 1 of 2/);
  const whole = await openCheckpoint(fixtureSource("model.safetensors.index.json"), { resolve: resolveFixture });
  expect(whole.incomplete).toBeUndefined();
});
