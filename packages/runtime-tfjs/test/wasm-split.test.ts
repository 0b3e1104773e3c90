import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { beforeAll, expect, test } from "vitest";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../src/engine-source.ts";
import { openEngine } from "../src/engine.ts";
import { wasmEngine } from "../src/engines.ts";
import { stepwiseExecutor } from "../src/stepwise-executor.ts";
import { type GraphNode, parseModel } from "@samoyed/tfjs-file";
import { loadWeights } from "../src/load-weights.ts";
import { filesInNode } from "@samoyed/tfjs-file/node";
import { onEngine } from "../src/switch-engine.ts";
import { withWasmOperators } from "../src/wasm-operators.ts";
import { splitOnWasm } from "../src/wasm-split.ts";
import { readFile } from "node:fs/promises";
import { writeModel } from "./models.ts";
import { runNodes } from "./run-nodes.ts";

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine(wasmEngine(() => undefined));
});

/** Outputs of a model's graph with the engine's splits and with direct ones, and the number of leftover tensors. */
async function both(change: (nodes: readonly GraphNode[]) => readonly GraphNode[] = (nodes) => nodes): Promise<{
  readonly results: readonly Float32Array[];
  readonly operators: readonly string[];
  readonly left: number;
}> {
  const { core } = engine.tf;
  const path = await writeModel(tinyGraph({ groups: 8, channels: 32 }), { contract: testContract(), groupBudget: 0 });
  const model = parseModel(await readFile(path, "utf8"), path);
  const before = core.engine().state.numTensors;
  const results: Float32Array[] = [];
  let operators: readonly string[] = [];
  for (const direct of [false, true]) {
    const loaded = await loadWeights(model, { engine, files: await filesInNode(path), signal: undefined });
    const nodes = change(loaded.nodes);
    const used = direct ? withWasmOperators(engine.tf, nodes) : nodes;
    operators = used.map(({ op }) => op);
    results.push(
      await onEngine(core, "wasm", () => {
        const executor = stepwiseExecutor(engine.tf, model, { ...loaded, nodes: used });
        const input = core.tensor(wave([2, 3, 8, 8]).data, [2, 3, 8, 8]);
        const [output] = executor.execute({ input }, ["logits"]) as [Tensor];
        const data = output.dataSync() as Float32Array;
        core.dispose([input, output]);
        executor.dispose();
        return data.slice();
      }),
    );
  }
  return { results, operators, left: core.engine().state.numTensors - before };
}

test("direct splits give the same numbers as the engine's, and leave nothing behind", async () => {
  const { results, operators, left } = await both();
  expect(operators).toContain("SamoyedSplit");
  expect(operators).not.toContain("Split");
  expect(results[0]!.some((value) => value !== 0)).toBe(true);
  expect(results[1]).toEqual(results[0]);
  expect(left).toBe(0);
});

test.each([
  [[1, 4, 4, 6], [2, 2, 2], 3],
  [[1, 4, 4, 80], [40, 40], 3],
  [[5, 4], [2, 2], 1],
  [[2, 6, 3, 4], [1, 3], 3],
  [[4, 2], [2, 2], 0],
  [[2, 6, 3, 4], [1, 5], 1],
  [[2, 5, 3, 2, 8], [1, 1, 1], 2],
  [[2, 5, 3, 2, 3, 4], [2, 1], 2],
])("a tensor %j in parts of %j along %d", async (shape, sizes, axis) => {
  const { core } = engine.tf;
  await onEngine(core, "wasm", () => {
    const before = core.engine().state.numTensors;
    const x = core.tensor(wave(shape).data, shape);
    const found = splitOnWasm(core, x, { sizes, axis });
    const wanted = core.split(x, sizes, axis);
    expect(found.map((part) => [part.shape, part.dataSync()])).toEqual(
      wanted.map((part) => [part.shape, part.dataSync()]),
    );
    core.dispose([x, ...found, ...wanted]);
    expect(core.engine().state.numTensors).toBe(before);
  });
});

test.each([
  ["Split", ["axis", "x"], []],
  ["SplitV", ["x", "sizes", "axis"], [1, 2]],
  ["SplitV", ["x", "sizes", "axis"], [2, -1]],
])("a graph's %s of %j with sizes %j, by a negative axis", async (op, input, sizes) => {
  const { core } = engine.tf;
  const nodes = [
    { name: "x", op: "Placeholder", attr: { dtype: { type: "DT_FLOAT" } } },
    { name: "axis", op: "Const", attr: { dtype: { type: "DT_INT32" } } },
    { name: "sizes", op: "Const", attr: { dtype: { type: "DT_INT32" } } },
    { name: "y", op, input, attr: { num_split: { i: op === "Split" ? "3" : "2" } } },
  ];
  await onEngine(core, "wasm", () => {
    const x = core.tensor(wave([2, 3, 4]).data, [2, 3, 4]);
    const [found, wanted] = [withWasmOperators(engine.tf, nodes), nodes].map((own) => {
      const constants = { axis: core.scalar(-2, "int32"), sizes: core.tensor1d(sizes, "int32") };
      return runNodes(engine, own, { fed: { x }, constants, wanted: ["y", "y:1"] });
    });
    expect(found).toEqual(wanted);
  });
});
