import { int, ints } from "@samoyed/ir";
import fc from "fast-check";
import { noise } from "@samoyed/test-support/tensors";
import { expect, test } from "vitest";
import { nodeGraph, runNode } from "../test/helpers.ts";
import { interpret } from "./index.ts";

/** The number that a symbolic size means. */
function evaluate(dim: number | string, H: number): number {
  if (typeof dim === "number") return dim;
  // The forms are plain arithmetic of one symbol.
  return new Function("H", "floor", `return ${dim};`)(H, Math.floor) as number;
}

test("symbolic image sizes are inferred as what the interpreter gives, for every window", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        op: fc.constantFrom("Conv", "MaxPool", "AveragePool"),
        kernel: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 3 }),
        begin: fc.integer({ min: 0, max: 3 }),
        end: fc.integer({ min: 0, max: 3 }),
        ceil: fc.integer({ min: 0, max: 1 }),
        size: fc.integer({ min: 4, max: 11 }),
      }),
      async ({ op, kernel, stride, begin, end, ceil, size }) => {
        const pads = ints([Math.min(begin, kernel - 1), Math.min(end, kernel - 1)]);
        const window = { strides: ints([stride]), pads, kernel_shape: ints([kernel]) };
        const attributes = op === "Conv" ? window : { ...window, ceil_mode: int(ceil) };
        const x = noise([1, 1, size], 1);
        const inputs = op === "Conv" ? [x, noise([1, 1, kernel], 2)] : [x];
        const graph = nodeGraph({ op, inputs, constants: [1], attributes }, () => [1, 1, "H"]);
        const length = graph.outputs[0]!.shape[2]!;
        const y = (await interpret(graph, { x0: x })).get("y0")!;
        // A size without a closed form gets a name of its own, which says nothing.
        if (length === "y0.2") expect(ceil).toBe(1);
        else expect(evaluate(length, size)).toBe(y.shape[2]);
        const [known] = await runNode({ op, inputs, constants: [1], attributes });
        expect(known!.shape).toEqual(y.shape);
      },
    ),
    { numRuns: 300 },
  );
});
