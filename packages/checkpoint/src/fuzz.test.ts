import { bytesPerElement, elementCount, memorySource, SamoyedError } from "@samoyed/core";
import { processorTime } from "@samoyed/test-support/processor-time";
import { expect, test } from "vitest";
import { FIXTURES, fixtureBytes } from "../test/fixtures.ts";
import { mutate, seeded } from "@samoyed/test-support/mutate";
import { openCheckpoint, stateDict } from "./index.ts";

/** SAMOYED_FUZZ=100 runs a hundred times as many cases. */
const ROUNDS = 60 * Number(process.env["SAMOYED_FUZZ"] ?? 1);
const MAX_BYTES = 1 << 20;
const MAX_MS = 5_000;

/** Opens a damaged file and reads everything it still contains. */
async function exercise(data: Uint8Array): Promise<"opened" | "refused"> {
  try {
    const resolve = async (file: string) => memorySource(fixtureBytes(file), file);
    const checkpoint = await openCheckpoint(memorySource(data, "damaged"), { resolve });
    for (const tensor of checkpoint.tensors.values()) {
      const byteLength = elementCount(tensor.shape) * bytesPerElement(tensor.dtype);
      if (byteLength <= MAX_BYTES) {
        await tensor.read().then((bytes) => expect(bytes.byteLength).toBe(byteLength), typed);
      }
    }
    stateDict(checkpoint);
    return "opened";
  } catch (error) {
    typed(error);
    return "refused";
  }
}

function typed(error: unknown): void {
  if (!(error instanceof SamoyedError) || error.message === "") {
    throw error;
  }
}

/** A missing shard is the resolver's error, not the reader's. */
const FILES = FIXTURES.map(({ file }) => file).filter((file) => !file.endsWith(".index.json"));

test.each(FILES)("%s, damaged: a checkpoint or a typed error, quickly", async (file) => {
  const data = fixtureBytes(file);
  const counts = { opened: 0, refused: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const seed = round * 7919 + data.byteLength;
    const used = processorTime();
    try {
      counts[await exercise(mutate(data, seeded(seed)))]++;
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    expect(used(), `seed ${seed} took too long`).toBeLessThan(MAX_MS);
  }
  // If everything were refused, the fuzz test would cover nothing.
  expect(counts.refused).toBeGreaterThan(0);
});

test.each(["model.safetensors.index.json", "pytorch_model.bin.index.json"])("%s, damaged", async (file) => {
  const data = fixtureBytes(file);
  for (let round = 0; round < ROUNDS; round++) {
    const damaged = mutate(data, seeded(round));
    const resolve = async (name: string) => {
      if (!/^(pytorch_)?model-0000[12]-of-00002\.(bin|safetensors)$/.test(name)) {
        throw new SamoyedError("io", `${name} does not exist`);
      }
      return memorySource(fixtureBytes(name), name);
    };
    await openCheckpoint(memorySource(damaged, "damaged"), { resolve }).then(() => undefined, typed);
  }
});
