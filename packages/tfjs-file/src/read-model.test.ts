import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FormatError, IoError, MismatchError, UsageError } from "@samoyed/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tinyModel, writeTinyModel } from "../test/tiny-model.ts";
import { modelFacts, readModel, readWeights } from "./index.ts";
import { filesInNode } from "./node.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "samoyed-tfjs-file-"));
});
afterEach(() => rm(folder, { recursive: true }));

const weightsOf = async (path: string): Promise<readonly (readonly [string, readonly number[]])[]> => {
  const files = await filesInNode(path);
  const weights: [string, readonly number[]][] = [];
  await readWeights(await readModel(files), {
    files,
    take: async ({ name }, values) => void weights.push([name, [...values]]),
  });
  return weights;
};

test("a model is read from model.json, found by folder, path or URL", async () => {
  await writeTinyModel(folder);
  const path = join(folder, "model.json");
  for (const artifact of [folder, path, pathToFileURL(path)]) {
    const facts = modelFacts(await readModel(await filesInNode(artifact)));
    expect(facts).toEqual({
      inputs: [{ name: "x", dtype: "float32", shape: [2] }],
      outputs: [{ name: "sum", dtype: "float32", shape: [2] }],
      nodes: [
        { name: "x", op: "Placeholder" },
        { name: "bias", op: "Const" },
        { name: "sum", op: "AddV2" },
      ],
      weights: [{ name: "bias", dtype: "uint8", shape: [2] }],
      byteLength: 2,
      files: ["group1-shard1of1.bin"],
      contract: undefined,
    });
  }
});

test("ports whose names are integers come in the order that the metadata has", async () => {
  const tiny = tinyModel();
  const { outputs } = tiny.json["signature"] as { outputs: { sum: object } };
  const write = async (order: unknown): Promise<void> => {
    const signature = { ...(tiny.json["signature"] as object), outputs: { 9: outputs.sum, 10: outputs.sum } };
    const userDefinedMetadata = { samoyedOrder: { inputs: ["x"], outputs: order } };
    await writeTinyModel(folder, { ...tiny, json: { ...tiny.json, signature, userDefinedMetadata } });
  };
  await write(["10", "9"]);
  const model = await readModel(await filesInNode(folder));
  expect(model.outputs.map(({ name }) => name)).toEqual(["10", "9"]);
  for (const order of [["10"], ["10", "10"], ["10", "8"], ["10", "9", "9"], "9"]) {
    await write(order);
    await expect(readModel(await filesInNode(folder))).rejects.toThrow(FormatError);
  }
});

test("weights are dequantized: value × scale + min", async () => {
  await writeTinyModel(folder);
  expect(await weightsOf(folder)).toEqual([["bias", [-1, 1.5]]]);
});

test("a shard of the wrong size is refused before a weight is read", async () => {
  await writeTinyModel(folder, { ...tinyModel(), shard: Uint8Array.of(0, 5, 6) });
  await expect(weightsOf(folder)).rejects.toThrow(MismatchError);
});

test("bytes are not a model of several files; a missing path is an error", async () => {
  await expect(filesInNode(new Uint8Array(4))).rejects.toThrow(UsageError);
  await expect(filesInNode(join(folder, "none"))).rejects.toThrow(IoError);
});

describe("digests of weight files", () => {
  const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
  const write = async (digests: unknown, shard = tinyModel().shard): Promise<void> => {
    const tiny = tinyModel();
    await writeTinyModel(folder, {
      shard,
      json: { ...tiny.json, userDefinedMetadata: { samoyedDigests: digests } },
    });
  };
  const file = "group1-shard1of1.bin";

  test("a file that has its digest is read; one of the same size that has not is refused", async () => {
    await write({ [file]: digest(tinyModel().shard) });
    expect(await weightsOf(folder)).toEqual([["bias", [-1, 1.5]]]);
    await write({ [file]: digest(tinyModel().shard) }, Uint8Array.of(1, 5));
    await expect(weightsOf(folder)).rejects.toThrow(MismatchError);
    await expect(weightsOf(folder)).rejects.toThrow(
      new RegExp(`its shard ${file} has the SHA-256 ${digest(Uint8Array.of(1, 5))}; model.json says`, "u"),
    );
  });

  test.each([[7], [null], [{}], [{ [file]: "abc" }], [{ other: "0".repeat(64) }]])("%j is refused", async (digests) => {
    await write(digests);
    await expect(weightsOf(folder)).rejects.toThrow(FormatError);
  });
});
