import type { Tensor } from "@samoyed/core";
import { interpret } from "@samoyed/graph";
import { difference } from "@samoyed/test-support/difference";
import { describe, expect, test } from "vitest";
import { BACKENDS } from "./available.ts";
import { modelFiles, writeFiles } from "./models.ts";
import { operatorCases } from "./operator-cases.ts";

/** Some units in the last place of values up to about 10, after sums of a few dozen products. */
const EXACT = { rtol: 2e-6, atol: 2e-6 };

describe.each(BACKENDS)("%s", (_, backend, runs) => {
  test.runIf(runs).each(operatorCases().map((item) => [item.name, item] as const))(
    "%s",
    async (_name, { graph, inputs }) => {
      const expected = await interpret(graph, inputs);
      const session = await backend.load(await writeFiles(await modelFiles(graph)));
      const found = await session.run(inputs);
      await session.dispose();
      for (const [name, tensor] of expected) {
        expect(difference(found.get(name)!, as32(tensor), EXACT), name).toBeUndefined();
      }
    },
  );
});

/** TensorFlow.js carries 64-bit integers as 32-bit ones. */
function as32(tensor: Tensor): Tensor {
  if (tensor.dtype !== "int64") return tensor;
  return { dtype: "int32", shape: tensor.shape, data: Int32Array.from(tensor.data as BigInt64Array, Number) };
}
