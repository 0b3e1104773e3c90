import { fileSource } from "@samoyed/core/node";
import { readOnnx } from "@samoyed/format-onnx";
import { namingFile } from "../naming-file.ts";
import { siblings } from "../siblings.ts";
import type { ModelDescription } from "./describe-model.ts";
import { byteLengthOf, tensorFacts } from "./tensor-table.ts";

/** What an ONNX model holds. No weight is read. */
export async function inspectOnnx(path: string, signal: AbortSignal): Promise<ModelDescription> {
  const source = await fileSource(path);
  try {
    const { graph, contract } = await namingFile(path, () => readOnnx(source, { resolve: siblings(path), signal }));
    const { opset, inputs, outputs, nodes } = graph;
    const tensors = [...graph.initializers.values()];
    return {
      kind: "onnx",
      format: `ONNX, opset ${opset}`,
      inputs,
      outputs,
      nodes,
      tensors: tensorFacts(tensors),
      bytes: byteLengthOf(tensors),
      contract,
      values: nodes.flatMap(({ op, outputs: names }) => names.map((name) => ({ name, op }))),
      facts: { opset },
    };
  } finally {
    await source.close();
  }
}
