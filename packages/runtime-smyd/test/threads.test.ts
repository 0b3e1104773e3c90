import { UnavailableError, UsageError } from "@samoyed/core";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { describe, expect, test } from "vitest";
import { compileKernels } from "../src/wasm/kernels/load.ts";
import { createMemory } from "../src/wasm/memory.ts";
import { smyd } from "../src/node.ts";
import { browserThreadLimits, chooseThreads } from "../src/wasm/threads/count.ts";
import { startWorkerPool, type StartThread } from "../src/wasm/threads/worker-pool.ts";
import { startNodeThread } from "../src/wasm/threads/node-thread.ts";
import { smydBytes } from "./models.ts";

const graph = tinyGraph({ size: 40 });
const bytes = await smydBytes(graph);
const input = wave([2, 3, 40, 40]);
const TAPS = ["conv", "sum", "again", "pool"];

test("results are the same for any number of threads, bit by bit", async () => {
  const answers = [];
  for (const threads of [1, 2, 3, 4, 7]) {
    const session = await smyd().load(bytes, { threads });
    answers.push(await session.run({ input }, { taps: TAPS }));
    answers.push(await session.run({ input }));
    await session.dispose();
  }
  for (const values of answers) {
    for (const [name, { data }] of values) {
      const first = answers[0]!.get(name)!.data;
      expect(Buffer.compare(Buffer.from(data.buffer), Buffer.from(first.buffer)), name).toBe(0);
    }
  }
});

describe("how many", () => {
  test("as asked, or up to four where memory is shared", () => {
    expect(chooseThreads(undefined, { processors: 16 })).toBe(4);
    expect(chooseThreads(undefined, { processors: 2 })).toBe(2);
    expect(chooseThreads(6, { processors: 2 })).toBe(6);
    for (const wrong of [0, -1, 1.5, 65, Number.NaN]) {
      expect(() => chooseThreads(wrong, { processors: 2 })).toThrow(UsageError);
    }
  });

  test("one on a page that is not isolated, and an error for whoever asks for more", () => {
    const limits = browserThreadLimits();
    expect(chooseThreads(undefined, limits)).toBe(1);
    expect(chooseThreads(1, limits)).toBe(1);
    expect(() => chooseThreads(2, limits)).toThrow(UnavailableError);
    expect(() => chooseThreads(2, limits)).toThrow(/not cross-origin isolated/);
  });
});

describe("a worker that fails", () => {
  async function poolOver(start: StartThread): ReturnType<typeof startWorkerPool> {
    const memory = createMemory(1 << 16, "shared");
    // A program with one step, whose record lies outside the memory.
    new Int32Array(memory.buffer, 4096).set([1, 0, 0, 8192, 256, 1 << 30]);
    return startWorkerPool({
      threads: 2,
      module: await compileKernels({ set: "common", simd: "plain", sharing: "shared" }),
      memory,
      start,
    });
  }

  test("makes the session unusable, and every later run says so", async () => {
    const workerPool = await poolOver(startNodeThread);
    const run = (): Promise<void> => workerPool.run({ program: 4096, first: 0, last: 1 });
    await expect(run()).rejects.toThrow(UnavailableError);
    await expect(run()).rejects.toThrow(/the session is unusable/);
    await workerPool.dispose();
  });

  test("even while it waits for the others", async () => {
    const threads: ReturnType<StartThread>[] = [];
    const workerPool = await poolOver((events) => {
      const thread = startNodeThread(events);
      threads.push(thread);
      return {
        ...thread,
        post: (message) => (threads.indexOf(thread) === 0 || "module" in message ? thread.post(message) : undefined),
      };
    });
    // Only the first is told to run; the second dies.
    const running = workerPool.run({ program: 4096, first: 0, last: 0 });
    await threads[1]!.stop();
    await expect(running).rejects.toThrow(/it ended with code 1/);
    await workerPool.dispose();
  });

  test("or cannot be started", async () => {
    const start: StartThread = () => {
      throw new Error("Refused to create a worker");
    };
    await expect(poolOver(start)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/Refused to create a worker/),
      hint: expect.stringMatching(/worker-src blob:/),
    });
  });
});
