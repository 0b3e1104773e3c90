import type { Contract, ReadOptions } from "@samoyed/core";
import type { Artifact } from "@samoyed/runtime";
import { filesInNode } from "./model-files-node.ts";
import type { DoorPort } from "./ports.ts";
import { readModel } from "./read-model.ts";

/** What a TensorFlow.js model says of itself. */
export interface ModelFacts {
  /** As callers see them: images NCHW. */
  readonly inputs: readonly Pick<DoorPort, "name" | "dtype" | "shape">[];
  readonly outputs: readonly Pick<DoorPort, "name" | "dtype" | "shape">[];
  readonly nodes: readonly { readonly name: string; readonly op: string }[];
  /** `dtype` is how a weight is stored. */
  readonly weights: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  /** Bytes of all weights, and the files that hold them. */
  readonly byteLength: number;
  readonly files: readonly string[];
  readonly contract: Contract | undefined;
}

/**
 * Reads what a model's model.json says; no weight is read, and no engine is needed.
 *
 * @throws FormatError, UnsupportedError, MismatchError when it is no graph model, or contradicts itself; IoError when
 * there is none.
 */
export async function inspectModel(artifact: Artifact, { signal }: ReadOptions = {}): Promise<ModelFacts> {
  const { nodes, groups, inputs, outputs, contract } = await readModel(await filesInNode(artifact), signal);
  return {
    inputs: inputs.map(port),
    outputs: outputs.map(port),
    nodes: nodes.map(({ name, op }) => ({ name, op })),
    weights: groups.flatMap(({ entries }) =>
      entries.map(({ name, dtype, shape, quantization }) => ({ name, dtype: quantization?.dtype ?? dtype, shape })),
    ),
    byteLength: groups.reduce((sum, group) => sum + group.byteLength, 0),
    files: groups.flatMap((group) => group.files),
    contract,
  };
}

function port({ name, dtype, shape }: DoorPort): ModelFacts["inputs"][number] {
  return { name, dtype, shape };
}
