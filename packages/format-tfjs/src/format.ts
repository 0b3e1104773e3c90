import { readAtLeastZero, type Format, readChoice } from "@samoyed/graph";
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
  async write(graph, { contract, name, weights, options, createSink, signal }) {
    const { writeTfjs } = await import("./write-tfjs.ts");
    const { layout, groupBudget } = options as { layout?: DoorLayout; groupBudget?: number };
    const written = await writeTfjs(graph, {
      createSink: (file) => createSink(`${name}.tfjs/${file}`),
      weights: weights as StoredWeights,
      ...(layout !== undefined && { layout }),
      ...(groupBudget !== undefined && { groupBudget }),
      ...(contract && { contract }),
      signal,
    });
    return { entry: `${name}.tfjs/${ENTRY}`, ...written };
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
  async findRefusals(graph, { signal }) {
    const { findRefusals } = await import("./lower-graph.ts");
    return findRefusals(graph, { layout: "nchw", groupBudget: DEFAULT_GROUP_BUDGET, ...(signal && { signal }) });
  },
  ownFiles: ownShards,
};
