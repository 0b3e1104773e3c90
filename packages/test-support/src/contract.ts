import type { ClassificationContract, PreprocessConfig } from "@samoyed/core";

/** A test's changes to its contract; `preprocess` may be partial. */
export interface ContractChanges extends Partial<Omit<ClassificationContract, "preprocess">> {
  readonly preprocess?: Partial<PreprocessConfig>;
}

/** A contract of a small classifier from `input` [N, 3, 8, 8] to `logits` [N, 4], with a test's changes. */
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
