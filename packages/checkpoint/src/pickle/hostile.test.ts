import { existsSync } from "node:fs";
import { memorySource, SamoyedError } from "@samoyed/core";
import { processorTime } from "@samoyed/test-support/processor-time";
import { describe, expect, test } from "vitest";
import { CALLS, CANARY, STRUCTURES } from "../../test/hostile-pickles.ts";
import { bytes, pickle, uint64 } from "../../test/pickles.ts";
import { zipBytes } from "../../test/zip-bytes.ts";
import { type Checkpoint, findModules, moduleState, openCheckpoint, stateDict } from "../index.ts";

const MAX_MS = 5_000;
/** The pickle machine's limits allow about this much; a claimed size of 2^40 would be far beyond. */
const MAX_BYTES = 600 * 2 ** 20;
const MAGIC = pickle(0x8a, 10, Uint8Array.of(0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19));

/** The same pickle in each container. */
const CONTAINERS: readonly (readonly [string, (data: Uint8Array) => Uint8Array])[] = [
  [
    "zip",
    (data) =>
      zipBytes([
        { name: "m/data.pkl", data },
        { name: "m/data/0", data: new Uint8Array(24) },
      ]),
  ],
  ["legacy", (data) => bytes(MAGIC, pickle("M", 0xe9, 0x03), pickle("}"), data, pickle("]"))],
  ["pickle", (data) => data],
  [
    "torchscript",
    (data) =>
      zipBytes([
        { name: "m/data.pkl", data },
        { name: "m/constants.pkl", data: pickle(")") },
      ]),
  ],
];

async function exercise(data: Uint8Array): Promise<Checkpoint | SamoyedError> {
  try {
    const checkpoint = await openCheckpoint(memorySource(data, "m.pth"));
    for (const { module } of findModules(checkpoint.root)) moduleState(module);
    try {
      stateDict(checkpoint);
    } catch (error) {
      if (!(error instanceof SamoyedError)) throw error;
    }
    return checkpoint;
  } catch (error) {
    if (!(error instanceof SamoyedError)) throw error;
    // An error must not repeat what a file of any size says.
    expect(error.message.length).toBeLessThan(1500);
    return error;
  }
}

test("there are enough kinds", () => {
  expect(STRUCTURES.length).toBeGreaterThan(90);
  expect(CALLS.length).toBeGreaterThan(700);
});

describe.each(CONTAINERS)("in a %s", (container, wrap) => {
  test("every call is described, in protocols 2 to 5", async () => {
    for (const [index, [name, opcodes]] of CALLS.entries()) {
      const data = bytes(0x80, 2 + (index % 4), opcodes, ".");
      const result = await exercise(wrap(data));
      if (container === "pickle" && name.startsWith("REDUCE, then POP")) {
        expect(result, name).toMatchObject({ code: "format" });
      } else {
        expect(result, name).toMatchObject({ container, tensors: new Map() });
      }
    }
    expect(existsSync(CANARY)).toBe(false);
  });

  test("protocols 0, 1 and 6 are refused", async () => {
    for (const protocol of [0, 1, 6, 255]) {
      expect(await exercise(wrap(bytes(0x80, protocol, "N.")))).toMatchObject({ code: "unsupported" });
    }
  });
});

describe.each(STRUCTURES)("%s", (_, opcodes) => {
  test("is described or refused, in little memory and time", async () => {
    for (const [container, wrap] of CONTAINERS) {
      if (container === "legacy" || container === "torchscript") continue;
      const data = wrap(pickle(opcodes));
      const [used, before] = [processorTime(), memory()];
      await exercise(data);
      expect(used()).toBeLessThan(MAX_MS);
      expect(memory() - before).toBeLessThan(MAX_BYTES);
    }
    expect(existsSync(CANARY)).toBe(false);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

test("a second pickle after the first is not run", async () => {
  const [, evil] = CALLS[0]!;
  const checkpoint = await exercise(bytes(pickle("}"), pickle(evil)));
  expect(checkpoint).toMatchObject({
    container: "pickle",
    warnings: [expect.stringMatching(/bytes follow the pickle/)],
  });
  expect(
    await exercise(bytes(MAGIC, pickle("M", 0xe9, 0x03), pickle("}"), pickle("}"), pickle("]"), uint64(1))),
  ).toMatchObject({ code: "format" });
});

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
