import { wave } from "@samoyed/test-support/tensors";
import { beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine-source.ts";
import { openEngine } from "../src/engine.ts";
import { wasmEngine } from "../src/engines.ts";
import { onEngine } from "../src/switch-engine.ts";
import { withWasmOperators } from "../src/wasm-operators.ts";
import { tileOnWasm } from "../src/wasm-tile.ts";
import { runNodes } from "./run-nodes.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine(wasmEngine(() => undefined));
});

test.each([
  [
    [3, 4],
    [1, 1],
  ],
  [
    [3, 4],
    [2, 1],
  ],
  [
    [3, 4],
    [1, 3],
  ],
  [
    [3, 1, 4],
    [2, 3, 2],
  ],
  [
    [2, 3, 1, 2, 5],
    [1, 1, 4, 1, 1],
  ],
  [
    [2, 1, 3, 1, 2, 2],
    [1, 3, 1, 2, 1, 2],
  ],
  [[5], [3]],
  [
    [0, 4],
    [1, 2],
  ],
])("a tensor %j is repeated %j times as by the engine", async (shape, times) => {
  const { core } = engine.tf;
  await onEngine(core, "wasm", () => {
    const before = core.engine().state.numTensors;
    const x = core.tensor(wave(shape).data, shape);
    const found = tileOnWasm(core, x, times);
    const wanted = core.tile(x, times);
    expect([found.shape, found.dataSync()]).toEqual([wanted.shape, wanted.dataSync()]);
    core.dispose([x, found, wanted]);
    expect(core.engine().state.numTensors).toBe(before);
  });
});

test.each(["float32", "int32"] as const)("graphs repeat %s so", async (dtype) => {
  const { core } = engine.tf;
  const nodes = [
    { name: "x", op: "Placeholder", attr: { dtype: { type: dtype === "int32" ? "DT_INT32" : "DT_FLOAT" } } },
    { name: "times", op: "Const", attr: { dtype: { type: "DT_INT32" } } },
    { name: "y", op: "Tile", input: ["x", "times"] },
  ];
  const used = withWasmOperators(engine.tf, nodes);
  expect(used.map(({ op }) => op)).toEqual(["Placeholder", "Const", "SamoyedTile"]);
  await onEngine(core, "wasm", () => {
    const x = core.tensor([1, 2, 3, 4, 5, 6], [2, 1, 3], dtype);
    const [found, wanted] = [used, nodes].map((own) => {
      const constants = { times: core.tensor1d([1, 2, 2], "int32") };
      return runNodes(engine, own, { fed: { x }, constants, wanted: ["y"] });
    });
    expect(found).toEqual(wanted);
  });
});
