import { readFile } from "node:fs/promises";
import { wave } from "@samoyed/test-support/tensors";
import { tinyGraph } from "@samoyed/test-support/tiny-graph";
import { testContract } from "@samoyed/test-support/contract";
import { expect, test } from "vitest";
import type * as Tf from "@tensorflow/tfjs-core";
import { openEngine } from "../src/engine.ts";
import { stepwiseExecutor } from "../src/stepwise-executor.ts";
import { GROUPED_CONV, registerGroupedConv } from "../src/grouped-op.ts";
import { loadWeights } from "../src/load-weights.ts";
import { filesInNode } from "@samoyed/tfjs-file/node";
import { parseModel } from "@samoyed/tfjs-file";
import { NODE } from "../src/tfjs-node.ts";
import { BACKENDS } from "./available.ts";
import { writeModel } from "./models.ts";

const runs = BACKENDS.some(([, backend, here]) => backend.name === "tfjs-node" && here);

/** Loads a model as it is in the file: with Split, Conv2D and ConcatV2, by plain TensorFlow.js. */
async function plain(core: typeof Tf, path: string): Promise<(x: Tf.Tensor) => Tf.Tensor> {
  const { loadGraphModel } = await import("@tensorflow/tfjs-converter");
  const json = JSON.parse(await readFile(path, "utf8")) as Tf.io.ModelJSON;
  const shards = await Promise.all(
    json.weightsManifest[0]!.paths.map((file) => readFile(path.replace("model.json", file))),
  );
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
  const model = await loadGraphModel({
    load: async () => ({ ...json, weightData, weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights) }),
  });
  await core.setBackend("tensorflow");
  return (x) => model.predict(x) as Tf.Tensor;
}

test.skipIf(!runs)(
  "tfjs-node computes grouped convolutions as such, bit-equal to split and concatenation",
  async () => {
    const engine = await openEngine(NODE);
    const { tf } = engine;
    registerGroupedConv(tf);
    for (const options of [
      { groups: 4, channels: 16 },
      { groups: 32, channels: 64 },
      { groups: 2, channels: 8 },
    ]) {
      const path = await writeModel(tinyGraph(options), { contract: testContract(), groupBudget: 0 });
      const input = tf.core.tensor(wave([3, 3, 8, 8]).data, [3, 3, 8, 8]);
      const model = parseModel(await readFile(path, "utf8"), path);
      const files = await filesInNode(path);
      const loaded = await loadWeights(model, { engine, files, signal: undefined });
      expect(loaded.nodes.map(({ op }) => op)).toContain(GROUPED_CONV);
      // Node by node: TensorFlow, given the whole graph, also fuses the sums after a convolution into it, in another order.
      const executor = stepwiseExecutor(tf, model, loaded);
      const [ours] = executor.execute({ input }, ["logits"]);
      const predict = await plain(tf.core, path);
      const theirs = predict(input);
      expect(ours!.dataSync(), JSON.stringify(options)).toEqual(theirs.dataSync());
      executor.dispose();
    }
  },
);

test.skipIf(!runs)("the parts' nodes and filters are gone, and merged groups are separated", async () => {
  const engine = await openEngine(NODE);
  for (const groupBudget of [0, 0.8]) {
    const path = await writeModel(tinyGraph({ groups: 16, channels: 128 }), { contract: testContract(), groupBudget });
    const files = await filesInNode(path);
    const model = parseModel(await readFile(path, "utf8"), path);
    const parts = model.nodes.filter(({ op }) => op === "Conv2D").length;
    if (groupBudget === 0) expect(parts).toBe(16);
    else expect([2, 4, 8]).toContain(parts);
    const { nodes, tensors } = await loadWeights(model, { engine, files, signal: undefined });
    const ops = nodes.map(({ op }) => op);
    expect(ops.filter((op) => op === "SamoyedGroupedConv2D")).toHaveLength(1);
    expect(ops).not.toContain("Conv2D");
    expect(ops).not.toContain("ConcatV2");
    const filters = Object.values(tensors).filter((tensor) => tensor.rank === 4);
    expect(filters.map(({ shape }) => shape.join())).toContain("3,3,8,128");
    engine.tf.core.dispose(tensors);
  }
});

test.skipIf(!runs)("a split along other axes is kept", async () => {
  const path = await writeModel(tinyGraph(), { contract: testContract(), groupBudget: 0 });
  const json = await readFile(path, "utf8");
  const engine = await openEngine(NODE);
  const model = parseModel(json, path);
  const split = model.nodes.find(({ op }) => op === "Split")!;
  // Another constant in place of the axis: here the one element of a vector.
  const other = {
    ...model,
    nodes: model.nodes.map((node) => (node === split ? { ...node, input: ["const/9", node.input![1]!] } : node)),
  };
  const { nodes, tensors } = await loadWeights(other, { engine, files: await filesInNode(path), signal: undefined });
  expect(nodes.map(({ op }) => op)).toEqual(model.nodes.map(({ op }) => op));
  expect(Object.keys(tensors).length).toBe(model.groups[0]!.entries.length);
  engine.tf.core.dispose(tensors);
});
