import { fileSource } from "@samoyed/core/node";
import { readSmydHeader } from "@samoyed/smyd-file";
import { namingFile } from "../naming-file.ts";
import type { ModelDescription } from "./describe-model.ts";

/** What a `.smyd` file holds. No weight is read. */
export async function inspectSmyd(path: string, signal: AbortSignal): Promise<ModelDescription> {
  const source = await fileSource(path);
  try {
    const { version, graph, weights, hashed, contract } = await namingFile(path, () =>
      readSmydHeader(source, { signal }),
    );
    const { opset, inputs, outputs, nodes } = graph;
    return {
      kind: "smyd",
      format: `.smyd version ${version}, opset ${opset}`,
      inputs,
      outputs,
      nodes,
      tensors: Array.from(weights.values(), ({ name, storage, shape, layout }) => ({
        name,
        dtype: storage,
        shape,
        layout,
      })),
      bytes: hashed.reduce((sum, { byteLength }) => sum + byteLength, 0),
      contract,
      values: nodes.flatMap(({ op, outputs: names }) => names.map((name) => ({ name, op }))),
      unverified: "the weights, against their hashes: samoyed classify, run and convert do it as they read them",
      facts: { version, opset, weightsVerified: false },
    };
  } finally {
    await source.close();
  }
}
