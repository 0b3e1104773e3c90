import type { LazyTensor } from "@samoyed/core";
import { standInTensor } from "@samoyed/golden";
import { findModel, loadArchitecture, modelParameters } from "@samoyed/models";

/** Definition of a stand-in: an architecture by name, a seed, and the classifier's bias that the oracle solved. */
export interface StandIn {
  readonly model: string;
  readonly seed: string;
  /** The classifier's bias, one value per class. */
  readonly head: Float32Array;
}

/**
 * The tensors of a stand-in checkpoint: the architecture's own names and shapes in PyTorch's order, seeded values.
 *
 * They are not a trained network, and every place that shows their result says so.
 */
export async function standInTensors({ model, seed, head }: StandIn): Promise<LazyTensor[]> {
  const { architectureName, numClasses } = await findModel(model);
  const architecture = await loadArchitecture(architectureName);
  return [...modelParameters(architecture, { numClasses })].map(([name, { shape, dtype, fill }]) =>
    standInTensor({ name, shape, dtype: dtype === "int64" ? "int64" : "float32", fill, seed, head }),
  );
}
