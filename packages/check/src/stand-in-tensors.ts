import type { LazyTensor } from "@samoyed/core";
import { standInTensors as fillParameters, type StandInValues } from "@samoyed/golden";
import { findModel, loadArchitecture, modelParameters } from "@samoyed/models";

/** Definition of a stand-in: an architecture by name, and its values. */
export interface StandIn extends StandInValues {
  readonly model: string;
}

/**
 * The tensors of a stand-in checkpoint: the architecture's own names and shapes in PyTorch's order, seeded values.
 *
 * They are not a trained network, and every place that shows their result says so.
 */
export async function standInTensors({ model, ...values }: StandIn): Promise<LazyTensor[]> {
  const { architectureName, numClasses } = await findModel(model);
  return fillParameters(modelParameters(await loadArchitecture(architectureName), { numClasses }), values);
}
