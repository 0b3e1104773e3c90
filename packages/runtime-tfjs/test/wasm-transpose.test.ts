import { wave } from "@samoyed/test-support/tensors";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine-source.ts";
import { openEngine } from "../src/engine.ts";
import { wasmEngine } from "../src/engines.ts";
import { onEngine } from "../src/switch-engine.ts";
import { withWasmOperators } from "../src/wasm-operators.ts";
import { transposeOnWasm } from "../src/wasm-transpose.ts";
import { runNodes } from "./run-nodes.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine(wasmEngine(() => undefined));
});

async function expectSame(shape: number[], perm: readonly number[]): Promise<void> {
  const { core } = engine.tf;
  await onEngine(core, "wasm", () => {
    const before = core.engine().state.numTensors;
    const x = core.tensor(wave(shape).data, shape);
    const found = transposeOnWasm(core, x, perm);
    const wanted = core.transpose(x, [...perm]);
    expect([found.shape, found.dataSync()]).toEqual([wanted.shape, wanted.dataSync()]);
    core.dispose([x, found, wanted]);
    expect(core.engine().state.numTensors).toBe(before);
  });
}

test.each<[string, number[], number[]]>([
  ["queries, keys and values of a batch", [2, 5, 3, 2, 4], [2, 0, 3, 1, 4]],
  ["those of one image", [1, 5, 3, 2, 4], [2, 0, 3, 1, 4]],
  ["windows of a batch", [2, 2, 3, 2, 3, 4], [0, 1, 3, 2, 4, 5]],
  ["all axes turned around", [2, 3, 2, 3, 2, 3], [5, 4, 3, 2, 1, 0]],
  ["three axes", [2, 3, 4], [2, 0, 1]],
])("%s come as the engine's own", (_, shape, perm) => expectSame(shape, perm));

test("any axes in any order", async () => {
  const cases = fc
    .array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 6 })
    .chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }),
      ),
    );
  await fc.assert(fc.asyncProperty(cases, ([shape, perm]) => expectSame(shape, perm)));
});

test("graphs transpose so", async () => {
  const { core } = engine.tf;
  const nodes = [
    { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" } } },
    { name: "perm", op: "Const", attr: { dtype: { type: "DT_INT32" } } },
    { name: "y", op: "Transpose", input: ["x", "perm"] },
  ];
  const used = withWasmOperators(engine.tf, nodes);
  expect(used.map(({ op }) => op)).toEqual(["Placeholder", "Const", "SamoyedTranspose"]);
  await onEngine(core, "wasm", () => {
    const x = core.tensor(wave([2, 5, 3, 2, 4]).data, [2, 5, 3, 2, 4]);
    const [found, wanted] = [used, nodes].map((own) => {
      const constants = { perm: core.tensor1d([2, 0, 3, 1, 4], "int32") };
      return runNodes(engine, own, { fed: { x }, constants, wanted: ["y"] });
    });
    expect(found).toEqual(wanted);
  });
});
