import { type ByteSource, FormatError, lazyTensor, memorySink, memorySource, UsageError } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { expectError } from "../../test/expect-error.ts";
import { bytes } from "../../test/pickles.ts";
import { openCheckpoint, stateDict, writeSafetensors, writeTorchZip } from "../index.ts";

const tensor = (name: string, value: number) =>
  lazyTensor(name, { dtype: "float32", shape: [1], data: Float32Array.of(value) });

async function shard(names: readonly string[], write = writeSafetensors): Promise<Uint8Array> {
  const sink = memorySink();
  await write(
    names.map((name, index) => tensor(name, index)),
    sink,
  );
  await sink.commit();
  return sink.bytes();
}

/** Opens an index over shards, and counts the shards left open. */
async function openShards(index: unknown, shards: Readonly<Record<string, Uint8Array>>) {
  const opened: string[] = [];
  const resolve = async (file: string): Promise<ByteSource> => {
    opened.push(file);
    const data = shards[file];
    if (data === undefined) throw new FormatError(`${file} does not exist`);
    return { ...memorySource(data, file), close: async () => void opened.splice(opened.indexOf(file), 1) };
  };
  const source = memorySource(bytes(typeof index === "string" ? index : JSON.stringify(index)), "i.json");
  try {
    return { checkpoint: await openCheckpoint(source, { resolve }), opened };
  } catch (error) {
    expect(
      opened.filter((file) => shards[file] !== undefined),
      "shards left open",
    ).toEqual([]);
    throw error;
  }
}

const INDEX = { metadata: { total_size: 12, by: "hand" }, weight_map: { b: "2.bin", a: "1.bin", c: "2.bin" } };
const SHARDS = { "1.bin": await shard(["a"]), "2.bin": await shard(["b", "c"], writeTorchZip) };

test("tensors in the index's order, from shards of any container", async () => {
  const { checkpoint, opened } = await openShards(INDEX, SHARDS);
  expect(checkpoint.container).toBe("sharded");
  expect([...checkpoint.tensors.keys()]).toEqual(["b", "a", "c"]);
  expect(await checkpoint.tensors.get("c")!.read()).toEqual(new Uint8Array(Float32Array.of(1).buffer));
  expect(checkpoint.metadata).toEqual(
    new Map([
      ["total_size", "12"],
      ["by", "hand"],
    ]),
  );
  expect([...stateDict(checkpoint).tensors.keys()]).toEqual(["b", "a", "c"]);
  expect(opened.toSorted()).toEqual(["1.bin", "2.bin"]);
  await checkpoint.close();
  expect(opened).toEqual([]);
});

test("no resolve", async () => {
  const source = memorySource(bytes(JSON.stringify(INDEX)), "i.json");
  await expectError(
    () => openCheckpoint(source),
    UsageError,
    "i.json: a sharded checkpoint needs the `resolve` option, which opens its shards",
  );
});

test.each<[string, unknown, string]>([
  [
    "other JSON",
    { hidden_size: 4 },
    'i.json: JSON without a "weight_map", so it is not the index of a sharded checkpoint',
  ],
  ["invalid JSON", "{", "i.json: the index is not valid JSON at character 1: expected a key"],
  [
    "a shard that is not a name",
    { weight_map: { a: 1 } },
    'i.json: the shard of tensor "a" is 1; expected a file name',
  ],
  [
    "a duplicate tensor",
    '{"weight_map":{"a":"1.bin","a":"2.bin"}}',
    'i.json: the index is not valid JSON at character 30: the key "a" appears twice',
  ],
  [
    "a missing tensor",
    { weight_map: { ...INDEX.weight_map, d: "1.bin" } },
    'i.json: tensor "d" is not in 1.bin, where the index lists it',
  ],
  [
    "a tensor in the wrong shard",
    { weight_map: { a: "1.bin", b: "1.bin", c: "2.bin" } },
    'i.json: tensor "b" is in 2.bin; the index lists it in 1.bin',
  ],
  [
    "a tensor that the index leaves out",
    { weight_map: { a: "1.bin", b: "2.bin" } },
    'i.json: tensor "c" is in 2.bin; the index lists it in no shard',
  ],
  ["a missing shard", { weight_map: { a: "9.bin" } }, "9.bin does not exist"],
])("%s: a typed error, and nothing left open", async (_, index, message) => {
  await expectError(() => openShards(index, SHARDS), FormatError, message);
});

test("a tensor in two shards", async () => {
  const shards = { "1.bin": await shard(["a", "b"]), "2.bin": await shard(["b"]) };
  await expectError(
    () => openShards({ weight_map: { a: "1.bin", b: "1.bin", c: "2.bin" } }, shards),
    FormatError,
    'i.json: tensor "b" is in two shards, 1.bin and 2.bin',
  );
});

test("a damaged shard", async () => {
  await expectError(
    () => openShards({ weight_map: { a: "1.bin" } }, { "1.bin": bytes("?") }),
    FormatError,
    "1.bin: not a checkpoint that Samoyed supports: it begins with 3f",
  );
});

test("an index as a shard", async () => {
  await expect(
    openShards({ weight_map: { a: "1.bin" } }, { "1.bin": bytes('{"weight_map":{"a":"1.bin"}}') }),
  ).rejects.toThrow("1.bin: a shard that is itself an index, of 1.bin");
});

describe("names that are not plain file names", () => {
  test.each([
    "../1.bin",
    "/1.bin",
    "a/1.bin",
    "a\\1.bin",
    "C:1.bin",
    "https://example.org/1.bin",
    "file:1.bin",
    "..",
    ".",
    "",
    "a\0b",
    "x".repeat(256),
  ])("%j", async (file) => {
    await expectError(
      () => openShards({ weight_map: { a: file } }, SHARDS),
      FormatError,
      `i.json: the shard of tensor "a" is ${file.length > 200 ? `"${"x".repeat(200)}…"` : JSON.stringify(file)}; expected the plain name of a file next to the index`,
    );
  });
});
