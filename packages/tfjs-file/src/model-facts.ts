import type { Contract } from "@samoyed/core";
import type { Model } from "./model-json.ts";
import type { ModelPort } from "./ports.ts";

/** A port as callers see it: images are NCHW, whatever the model takes. */
export type PortFacts = Pick<ModelPort, "name" | "dtype" | "shape">;

/** Contents of a TensorFlow.js model. */
export interface ModelFacts {
  readonly inputs: readonly PortFacts[];
  readonly outputs: readonly PortFacts[];
  readonly nodes: readonly { readonly name: string; readonly op: string }[];
  /** Weights; `dtype` is the stored one. */
  readonly weights: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[] }[];
  /** Bytes of all weights, and the files that contain them. */
  readonly byteLength: number;
  readonly files: readonly string[];
  readonly contract: Contract | undefined;
}

/** Summarizes a model's model.json; reads no weights. */
export function modelFacts({ nodes, groups, inputs, outputs, contract }: Model): ModelFacts {
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

function port({ name, dtype, shape }: ModelPort): PortFacts {
  return { name, dtype, shape };
}
