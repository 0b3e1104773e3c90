import { modelFacts, readModel } from "@samoyed/tfjs-file";
import { filesInNode } from "@samoyed/tfjs-file/node";
import { namingFile } from "../naming-file.ts";
import type { ModelDescription } from "./describe-model.ts";

/** What a TensorFlow.js model holds: its folder, or the model.json in it. No weight is read. */
export async function inspectTfjs(path: string, signal: AbortSignal): Promise<ModelDescription> {
  const { inputs, outputs, nodes, weights, byteLength, files, contract } = await namingFile(path, async () =>
    modelFacts(await readModel(await filesInNode(path), signal)),
  );
  const computed = nodes.filter(({ op }) => op !== "Const" && op !== "Placeholder");
  return {
    kind: "tfjs",
    format: `TensorFlow.js graph model, ${files.length} weight ${files.length === 1 ? "file" : "files"}`,
    inputs,
    outputs,
    nodes: computed,
    tensors: weights,
    bytes: byteLength,
    contract,
    values: computed,
    facts: { files },
  };
}
