import type { ClassificationContract, PreprocessConfig } from "@samoyed/core";

/** What a test changes in its contract; `preprocess` only in part. */
export interface ContractChanges extends Partial<Omit<ClassificationContract, "preprocess">> {
  readonly preprocess?: Partial<PreprocessConfig>;
}

/** A contract of a small classifier from `input` [N, 3, 8, 8] to `logits` [N, 4], with what a test changes in it. */
export function testContract({ preprocess, ...changes }: ContractChanges = {}): ClassificationContract {
  return {
    version: 1,
    model: "tiny.fixture",
    task: "logits",
    input: "input",
    output: "logits",
    preprocess: {
      inputSize: [3, 8, 8],
      interpolation: "bicubic",
      cropPct: 1,
      cropMode: "center",
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      ...preprocess,
    },
    labels: ["circle", "square", "star", "ring"],
    weights: "float32",
    generator: "samoyed test",
    ...changes,
  };
}
