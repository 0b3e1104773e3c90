import type { Shape } from "@samoyed/core";
import { dyadicWave } from "@samoyed/test-support/tensors";
import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import type { Engine } from "../src/engine-source.ts";
import { openEngine } from "../src/engine.ts";
import { wasmEngine } from "../src/engines.ts";
import { onEngine } from "../src/switch-engine.ts";
import { withWasmOperators } from "../src/wasm-operators.ts";
import { productsOnWasm } from "../src/wasm-products.ts";
import { runNodes } from "./run-nodes.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine(wasmEngine(() => undefined));
});

/** Values whose products float32 sums exactly, so that the order of a sum does not matter. */
function tensor(shape: Shape, phase: number): Tensor {
  return engine.tf.core.tensor(dyadicWave(shape, phase).data, [...shape]);
}

test.each<[string, Shape, Shape, [boolean, boolean]]>([
  ["of heads", [2, 3, 17, 32], [2, 3, 32, 19], [false, false]],
  ["of one axis of heads", [5, 40, 16], [5, 16, 40], [false, false]],
  ["that are few", [2, 3, 4, 32], [2, 3, 32, 80], [false, false]],
  ["that are small", [2, 3, 8, 8], [2, 3, 8, 8], [false, false]],
  ["transposed on the left", [2, 3, 32, 17], [2, 3, 32, 19], [true, false]],
  ["transposed on the right", [2, 3, 17, 32], [2, 3, 19, 32], [false, true]],
  ["with one matrix for all", [4, 17, 32], [1, 32, 19], [false, false]],
  ["with fewer axes", [4, 17, 32], [32, 19], [false, false]],
  ["of no image", [0, 17, 32], [0, 32, 19], [false, false]],
])("products %s are those of the engine, and leave nothing behind", async (_, left, right, transposed) => {
  const { core } = engine.tf;
  await onEngine(core, "wasm", () => {
    const backend = core.backend() as unknown as { numDataIds(): number };
    const before = [core.engine().state.numTensors, backend.numDataIds()];
    const [a, b] = [tensor(left, 1), tensor(right, 2)];
    const found = productsOnWasm(core, [a, b], transposed);
    const wanted = core.matMul(a, b, ...transposed);
    expect(found.shape).toEqual(wanted.shape);
    expect(found.dataSync()).toEqual(wanted.dataSync());
    core.dispose([a, b, found, wanted]);
    expect([core.engine().state.numTensors, backend.numDataIds()]).toEqual(before);
  });
});

test("graphs multiply so, also by a transposed right side", async () => {
  const { core } = engine.tf;
  const port = (name: string) => ({ name, op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" } } });
  const product = (name: string, input: string[], adjoint: boolean) => ({
    name,
    op: "BatchMatMulV2",
    input,
    attr: { T: { type: "DT_FLOAT" }, adj_x: { b: false }, adj_y: { b: adjoint } },
  });
  const nodes = [port("q"), port("k"), product("scores", ["q", "k"], true), product("sums", ["scores", "k"], false)];
  const used = withWasmOperators(engine.tf, nodes);
  expect(used.map(({ op }) => op)).toEqual([
    "Placeholder",
    "Placeholder",
    "SamoyedBatchMatMulV2",
    "SamoyedBatchMatMulV2",
  ]);
  await onEngine(core, "wasm", () => {
    const [q, k] = [tensor([2, 3, 17, 32], 1), tensor([2, 3, 17, 32], 2)];
    const [found, wanted] = [used, nodes].map((own) =>
      runNodes(engine, own, { fed: { q, k }, constants: {}, wanted: ["sums"] }),
    );
    expect(found![0]!.values.some((value) => value !== 0)).toBe(true);
    expect(found).toEqual(wanted);
  });
});
