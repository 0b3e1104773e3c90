import { countStorage, readAtLeastZero, type Format, readChoice, requireCanonical } from "@samoyed/graph";
import { messageWithoutNode } from "@samoyed/ir";
import { type DoorLayout, LAYOUTS } from "./door-layout.ts";
import { DEFAULT_GROUP_BUDGET } from "./group-cost.ts";
import { STORED_WEIGHTS, type StoredWeights } from "./quantize.ts";
import { ownShards } from "./shard-writer.ts";

const ENTRY = "model.json";

/**
 * TensorFlow.js graph models: a folder of model.json and weight files. They are not read back: groups may be merged.
 */
export const tfjsFormat: Format = {
  name: "tfjs",
  title: "TensorFlow.js",
  noun: "a model.json",
  ending: ".tfjs",
  entry: ENTRY,
  weights: STORED_WEIGHTS,
  async operators() {
    return (await import("./lower-graph.ts")).LOWERED_OPERATORS;
  },
  options: [
    {
      name: "layout",
      flag: "layout",
      value: "LAYOUT",
      description: "images that a tfjs model takes: nchw (default) or nhwc",
      read: readChoice(LAYOUTS),
    },
    {
      name: "groupBudget",
      flag: "tfjs-group-budget",
      value: "SHARE",
      description: `by how much grouped convolutions may enlarge a tfjs model to be faster (default: ${DEFAULT_GROUP_BUDGET})`,
      read: readAtLeastZero("0.1 for a tenth"),
    },
  ],
  async prepare(graph, { contract, weights, options, signal }) {
    const { prepareTfjs } = await import("./write-tfjs.ts");
    const { layout, groupBudget } = options as { layout?: DoorLayout; groupBudget?: number };
    const { lowered, stored, write } = await prepareTfjs(graph, {
      weights: weights as StoredWeights | undefined,
      ...(layout !== undefined && { layout }),
      ...(groupBudget !== undefined && { groupBudget }),
      ...(contract && { contract }),
      signal,
    });
    const refusals = lowered.refused.map(({ node, error }) => {
      return { node: node.name, op: node.op, reason: messageWithoutNode(error.message, node) };
    });
    if (refusals.length === 0) requireCanonical(graph);
    return {
      refusals,
      storage: countStorage(stored),
      async write({ name, createSink, signal: stop }) {
        const written = await write({ createSink: (file) => createSink(`${name}.tfjs/${file}`), signal: stop });
        return { entry: `${name}.tfjs/${ENTRY}`, ...written };
      },
    };
  },
  async describe(files, { signal }) {
    const { modelFacts, readModel } = await import("@samoyed/tfjs-file");
    const {
      inputs,
      outputs,
      nodes,
      weights,
      byteLength,
      files: shards,
      contract,
    } = modelFacts(await readModel(files, signal));
    const computed = nodes.filter(({ op }) => op !== "Const" && op !== "Placeholder");
    return {
      format: `TensorFlow.js graph model, ${shards.length} weight ${shards.length === 1 ? "file" : "files"}`,
      inputs,
      outputs,
      nodes: computed,
      tensors: weights,
      bytes: byteLength,
      contract,
      values: computed,
      facts: { files: shards },
    };
  },
  async readWeights(files, options) {
    const { readTfjsWeights } = await import("./read-weights.ts");
    await readTfjsWeights(files, options);
  },
  ownFiles: ownShards,
};
