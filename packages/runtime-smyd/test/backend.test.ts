import { UnavailableError, UsageError } from "@samoyed/core";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { describe, expect, test } from "vitest";
import { smydOn, type Platform } from "../src/backend.ts";
import { openStreamInNode } from "../src/load/open-stream-node.ts";
import { smyd } from "../src/node.ts";
import { type StartThread, startWorkerPool } from "../src/wasm/threads/worker-pool.ts";
import { startNodeThread } from "../src/wasm/threads/node-thread.ts";
import { smydBytes } from "./models.ts";

const bytes = await smydBytes(tinyGraph());

describe("instructions", () => {
  test("that are none are wrong usage", async () => {
    const backend = smyd({ simd: "fast" as "plain" });
    await expect(backend.availability()).rejects.toThrow(UsageError);
    await expect(backend.load(bytes)).rejects.toThrow('simd is "fast"; expected "plain" or "relaxed"');
  });

  test("that the engine lacks are not available, and the reason says how to get them", async () => {
    const backend = smyd({ simd: "relaxed" });
    const availability = await backend.availability();
    // Node 20 lacks them; later ones have them, and there is nothing to refuse.
    if (Number.parseInt(process.versions.v8, 10) >= 12) {
      expect(availability).toEqual({ available: true, version: "relaxed SIMD" });
      return;
    }
    expect(availability).toMatchObject({
      available: false,
      reason: expect.stringContaining("no relaxed SIMD"),
      fix: expect.stringContaining("--experimental-wasm-relaxed-simd"),
    });
    await expect(backend.load(bytes)).rejects.toThrow(UnavailableError);
  });
});

describe("workers that cannot be started", () => {
  const shut: StartThread = () => {
    throw new UnavailableError("a policy forbids workers", { hint: "Allow them." });
  };
  const on = (start: StartThread): Platform => ({
    openStream: openStreamInNode,
    startWorkers: (options) => startWorkerPool({ ...options, start }),
    threadLimits: () => ({ processors: 2 }),
  });

  test("are done without where nobody asked for threads", async () => {
    const input = wave([1, 3, 8, 8]);
    const answers = [];
    for (const start of [startNodeThread, shut]) {
      const session = await smydOn(on(start), {}).load(bytes);
      answers.push((await session.run({ input })).get("logits"));
      await session.dispose();
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  test("are an error for whoever asked", async () => {
    await expect(smydOn(on(shut), {}).load(bytes, { threads: 2 })).rejects.toThrow("a policy forbids workers");
  });
});
