import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { processorTime } from "./processor-time.ts";

test("work is counted, waiting is not", async () => {
  const waited = processorTime();
  await wait(300);
  const used = waited();
  const worked = processorTime();
  const end = performance.now() + 300;
  let sum = 0;
  while (performance.now() < end) sum += Math.sqrt(sum + 1);
  expect(worked()).toBeGreaterThan(2 * used);
});
