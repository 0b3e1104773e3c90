import { createBuilder } from "@samoyed/graph";
import { type Graph, int, ints } from "@samoyed/ir";
import { weight } from "@samoyed/test-support/tensors";
import { describe, expect, test } from "vitest";
import { groupCost } from "./group-cost.ts";
import { planGroups } from "./plan-groups.ts";

/** A large image, on which copying costs most, and a small one, on which multiplying does. */
function network(): Graph {
  const b = createBuilder({ name: "groups" });
  for (const [name, size, channels] of [
    ["large", 56, 128],
    ["small", 7, 512],
  ] as const) {
    const x = b.input(`${name}.input`, "float32", ["N", channels, size, size]);
    const filter = b.initializer(weight(`${name}.weight`, [channels, channels / 32, 3, 3]));
    b.output(b.node("Conv", [x, filter], { name, attributes: { group: int(32), pads: ints([1, 1, 1, 1]) } }));
  }
  return b.finish();
}

const shape = (size: number, inputs: number) => ({
  inputPixels: size * size,
  outputPixels: size * size,
  groups: 32,
  inputs,
  outputs: inputs,
  taps: 9,
});

describe("how groups are merged", () => {
  test("nothing without a budget", () => {
    expect([...planGroups(network(), 0)]).toEqual([
      ["large", 1],
      ["small", 1],
    ]);
  });

  test("what costs least by the model where nothing limits it", () => {
    const plan = planGroups(network(), 1000);
    const best = (size: number, inputs: number): number =>
      [1, 2, 4, 8, 16, 32].reduce((a, b) =>
        groupCost(shape(size, inputs), b) < groupCost(shape(size, inputs), a) ? b : a,
      );
    expect(plan.get("large")).toBe(best(56, 4));
    expect(plan.get("large")).toBeGreaterThan(1);
    expect(plan.get("small")).toBe(best(7, 16));
  });

  test.each([0.01, 0.1, 0.5, 1])("never more bytes than a budget of %d", (budget) => {
    const graph = network();
    const bytes = new Map([
      ["large", 128 * 4 * 9 * 4],
      ["small", 512 * 16 * 9 * 4],
    ]);
    const total = [...bytes.values()].reduce((sum, value) => sum + value, 0);
    const more = Array.from(planGroups(graph, budget), ([name, merge]) => (merge - 1) * bytes.get(name)!);
    expect(more.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(total * budget);
  });
});
