import { expect, test } from "vitest";
import { serialQueue } from "./serial-queue.ts";

test("work runs in the order of the calls, one at a time, also after a failure", async () => {
  const inTurn = serialQueue();
  const log: string[] = [];
  const step = (name: string, error?: Error) => async (): Promise<string> => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
    if (error) throw error;
    return name;
  };
  const results = await Promise.allSettled([
    inTurn(step("a")),
    inTurn(step("b", new Error("broken"))),
    inTurn(step("c")),
  ]);
  expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
