import { MismatchError, UnsupportedError } from "@samoyed/core";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { expect, test } from "vitest";
import { recordSelfTest, smyd } from "../src/node.ts";
import { seededInput } from "../src/self-test.ts";
import { smydBytes } from "./models.ts";

const graph = tinyGraph();

/** What xorshift32 gives from 1 on, computed elsewhere. */
const SEEDED = [-1.9997482299804688, -1.9370102882385254, 0.4656162261962891, -1.7135255336761475].map(Math.fround);

async function record(): Promise<Awaited<ReturnType<typeof recordSelfTest>>> {
  const session = await smyd().load(await smydBytes(graph, { contract: testContract() }), { threads: 1 });
  const selfTest = await recordSelfTest(session, { by: "this test" });
  await session.dispose();
  return selfTest;
}

test("a model that was recorded is taken where it computes the same", async () => {
  const selfTest = await record();
  expect(selfTest).toMatchObject({ seed: 1, by: "this test" });
  expect(selfTest.values).toHaveLength(4);
  const bytes = await smydBytes(graph, { contract: testContract({ selfTest }) });
  for (const threads of [1, 2]) {
    const session = await smyd().load(bytes, { selfTest: true, threads });
    expect(session.contract?.selfTest).toEqual(selfTest);
    await session.dispose();
  }
});

test("and refused where it does not", async () => {
  const selfTest = await record();
  for (const index of selfTest.values.keys()) {
    const values = selfTest.values.with(index, selfTest.values[index]! + 1.5 * selfTest.tolerance);
    const bytes = await smydBytes(graph, { contract: testContract({ selfTest: { ...selfTest, values } }) });
    const load = smyd().load(bytes, { selfTest: true, threads: 1 });
    await expect(load).rejects.toThrow(MismatchError);
    await expect(load).rejects.toThrow(new RegExp(`sample ${index} of the output is .*; this test has`));
    // Nobody asked: nobody is refused.
    await (await smyd().load(bytes, { threads: 1 })).dispose();
  }
});

test("a model without one cannot be asked, and says how it gets one", async () => {
  const load = smyd().load(await smydBytes(graph, { contract: testContract() }), { selfTest: true, threads: 1 });
  await expect(load).rejects.toThrow(UnsupportedError);
  await expect(load).rejects.toMatchObject({ hint: expect.stringMatching(/--self-test/) });
});

test("the seeded input is the same everywhere", () => {
  const { data } = seededInput([1, 3, 2, 2], 1);
  expect(data.every((value) => value >= -2 && value < 2)).toBe(true);
  expect([...data.slice(0, 4)]).toEqual(SEEDED);
  expect(new Set(data).size).toBe(12);
});
