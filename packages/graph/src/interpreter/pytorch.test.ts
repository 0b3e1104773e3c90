import type { Tensor } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { runNode, worstUlps } from "../../test/helpers.ts";
import { recordedCases } from "../../test/recorded.ts";

/**
 * PyTorch's and our double results differ by a few parts in 2^53 (other orders of summation, other exponentials), so
 * the float32 they round to is the same or, near a tie, the neighbor.
 */
const MOST_ULPS = 1;

describe("every operator gives what PyTorch gives in float64, rounded to float32", () => {
  test.each(recordedCases())("$name", async (item) => {
    const actual = await runNode(item);
    expect(actual).toHaveLength(item.expected.length);
    for (const [index, expected] of item.expected.entries()) {
      expect(actual[index]).toMatchObject({ dtype: expected.dtype, shape: expected.shape });
      expect(worstUlps(actual[index]!, expected)).toBeLessThanOrEqual(MOST_ULPS);
    }
  });
});

test("the comparison sees a single wrong element", () => {
  const right: Tensor = { dtype: "float32", shape: [2], data: new Float32Array([1, 2]) };
  const wrong: Tensor = { dtype: "float32", shape: [2], data: new Float32Array([1, 2.000001]) };
  expect(worstUlps(right, right)).toBe(0);
  expect(worstUlps(right, wrong)).toBeGreaterThan(MOST_ULPS);
});
