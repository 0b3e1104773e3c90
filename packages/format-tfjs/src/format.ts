import { readAtLeastZero, type Format, readChoice } from "@samoyed/graph";
import { modelFacts, readModel } from "@samoyed/tfjs-file";
import { LAYOUTS, type DoorLayout, LOWERED_OPERATORS, missingOperators } from "./lower-graph.ts";
import { STORED_WEIGHTS, type StoredWeights } from "./quantize.ts";
import { readTfjsWeights } from "./read-weights.ts";
import { ownShards } from "./shard-writer.ts";
import { DEFAULT_GROUP_BUDGET, writeTfjs } from "./write-tfjs.ts";

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
  operators: LOWERED_OPERATORS,
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
  readWeights: readTfjsWeights,
  findRefusals: async (graph) =>
    missingOperators(graph).map(({ name, op }) => ({
      node: name,
      op,
      reason: "is of an operator that is not written",
    })),
  ownFiles: ownShards,
};
