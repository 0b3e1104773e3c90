import { readFileSync } from "node:fs";
import { bytesToTensor, type DType, elementCount, bytesPerElement, type Tensor } from "@samoyed/core";
import { describe, expect, test } from "vitest";
import { runNode, worstUlps } from "../../test/helpers.ts";
import type { Attribute } from "../ir.ts";
import { OPERATORS } from "./index.ts";

interface Stored {
  dtype: DType;
  shape: number[];
  offset: number;
}

interface Recorded {
  name: string;
  op: string;
  opset: number;
  attributes: Record<string, number | string | number[]>;
  constants: number[];
  inputs: (Stored | null)[];
  outputs: Stored[];
}

const folder = new URL("../../fixtures/", import.meta.url);
const bytes = new Uint8Array(readFileSync(new URL("operators.bin", folder)));
const { cases } = JSON.parse(readFileSync(new URL("operators.json", folder), "utf8")) as { cases: Recorded[] };

function load(stored: Stored): Tensor {
  const length = elementCount(stored.shape) * bytesPerElement(stored.dtype);
  return bytesToTensor(bytes.slice(stored.offset, stored.offset + length), stored.dtype, stored.shape);
}

function attribute(op: string, name: string, value: number | string | number[]): Attribute {
  const type = OPERATORS.get(op)!.attributes![name]!;
  const rounded = type === "float" ? Math.fround(value as number) : value;
  return { type, value: rounded } as Attribute;
}

/**
 * PyTorch's and our double results differ by a few parts in 2^53 (other orders of summation, other exponentials), so
 * the float32 they round to is the same or, near a tie, the neighbour. A formula that cancels (mish, log-sum-exp near 0)
 * gets no more.
 */
const MOST_ULPS = 1;

describe("every operator gives what PyTorch gives in float64, rounded to float32", () => {
  test.each(cases)("$name", async (item) => {
    const attributes = Object.fromEntries(
      Object.entries(item.attributes).map(([name, value]) => [name, attribute(item.op, name, value)]),
    );
    const actual = await runNode({
      op: item.op,
      opset: item.opset,
      attributes,
      inputs: item.inputs.map((stored) => stored && load(stored)),
      constants: item.constants,
      outputs: item.outputs.length,
    });
    for (const [index, stored] of item.outputs.entries()) {
      const expected = load(stored);
      expect(actual[index]).toMatchObject({ dtype: stored.dtype, shape: stored.shape });
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
